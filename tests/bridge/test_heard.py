"""What was heard of a line: by hand for the borders, by hypothesis for what must hold whatever a voice reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import LineSaid, WordSource
from bridge.heard import Hearing, account_of
from bridge.reports import Proof

RATE = 100.0  # ms a letter
QUESTION = "how many seats"
READ_OUT, TIMED, UNTIMED = WordSource


def said(*pieces: tuple[str, int], source: WordSource = TIMED, **fields) -> list[LineSaid]:
    return [LineSaid(1, text, until_ms, source, **fields) for text, until_ms in pieces]


def hearing(heard_ms: int, voice_ms: int | None = None, *, is_complete: bool = False) -> Hearing:
    return Hearing(heard_ms, voice_ms, is_complete, RATE)


def heard(pieces: list[LineSaid], heard_ms: int, voice_ms: int | None = None, proof: Proof | None = None) -> str | None:
    return account_of(QUESTION, pieces, hearing(heard_ms, voice_ms), proof).heard_text


@pytest.mark.parametrize(
    ("heard_ms", "words"),
    [
        pytest.param(0, "", id="nothing"),
        pytest.param(299, "", id="half a word"),
        pytest.param(300, "how", id="one word"),
        pytest.param(1300, "how many", id="in the third word"),
        pytest.param(1400, QUESTION, id="all"),
    ],
)
def test_without_any_times_the_rate_of_the_voice_decides(heard_ms, words):
    assert heard([], heard_ms, proof=Proof.READ_OUT) == words


def test_the_length_of_the_line_is_better_than_the_rate_of_the_voice():
    assert heard([], 350, voice_ms=700, proof=Proof.READ_OUT) == "how"
    assert heard([], 400, voice_ms=700, proof=Proof.READ_OUT) == "how many"


@pytest.mark.parametrize(("heard_ms", "words"), [(199, ""), (200, "how"), (2499, "how"), (2500, "how many"), (2999, "how many"), (3000, QUESTION)])
def test_times_of_words_are_taken_as_they_are(heard_ms, words):
    assert heard(said(("how", 200), (" many", 2500), (" seats", 3000)), heard_ms) == words


def test_what_is_read_out_goes_on_in_the_words_of_the_script():
    account = account_of("One moment. How many seats?", said(("One moment.", 2000), source=READ_OUT), hearing(2450), None)
    assert (account.text, account.heard_text) == ("One moment. How many seats?", "One moment. How")


def test_a_transcript_that_runs_ahead_of_the_sound_claims_nothing_too_early():
    ahead = said(("how", 0), (" many", 0), (" seats", 0), source=UNTIMED)
    assert heard(ahead, 700) == "how"
    assert heard(ahead, 350, voice_ms=700) == "how"


def test_a_transcript_that_comes_behind_the_sound_is_heard_with_the_sound_before_it():
    behind = said(("how", 900), (" many seats", 1800), source=UNTIMED)
    assert [heard(behind, at_ms) for at_ms in (899, 900, 1799, 1800)] == ["", "how", "how many", QUESTION]


def test_a_word_may_come_in_two_pieces():
    pieces = said(("how ma", 500), ("ny seats", 1000))
    assert heard(pieces, 500) == "how"


def test_words_that_differ_from_the_script_are_kept_beside_it():
    account = account_of("How many seats?", said(("Sure! How many seats", 900)), hearing(900, 900), None)
    assert (account.text, account.intended, account.heard_text) == ("Sure! How many seats", "How many seats?", "Sure! How many seats")
    assert account.proof is None


def test_a_line_that_was_cut_is_not_said_otherwise_because_its_end_is_missing():
    assert account_of("How many seats?", said(("How many", 900)), hearing(900), None).intended == ""


def test_of_a_voice_that_tells_nothing_and_may_paraphrase_nobody_knows_the_words():
    account = account_of(QUESTION, [], hearing(900, 900, is_complete=True), None)
    assert (account.text, account.heard_text, account.proof) == (QUESTION, None, None)


class TestProof:
    @pytest.mark.parametrize(
        ("pieces", "known", "proof"),
        [
            pytest.param([], Proof.CLIP, Proof.CLIP, id="a clip"),
            pytest.param([], Proof.READ_OUT, Proof.READ_OUT, id="a voice that reads"),
            pytest.param(said(("how many ", 400), ("seats", 900), source=READ_OUT), None, Proof.READ_OUT, id="this voice reads"),
            pytest.param(said(("How many, seats?", 900), source=UNTIMED), None, Proof.TRANSCRIBED, id="the provider's transcript"),
            pytest.param(said(("How many chairs", 900)), None, None, id="another word"),
            pytest.param(said(("How many seats", 900), is_broken_off=True), None, None, id="broken off by the provider"),
            pytest.param([], None, None, id="no transcript"),
        ],
    )
    def test_it_says_how_the_words_are_known(self, pieces, known, proof):
        assert account_of(QUESTION, pieces, hearing(900, 900, is_complete=True), known).proof is proof

    @pytest.mark.parametrize("known", [None, *Proof])
    def test_a_line_that_was_cut_is_never_proven(self, known):
        pieces = said((QUESTION, 900))
        assert account_of(QUESTION, pieces, hearing(899, 900), known).proof is None

    def test_a_line_that_a_reading_voice_began_twice_was_heard(self):
        twice = said(("how", 300), ("how many seats", 1300), source=READ_OUT)
        account = account_of(QUESTION, twice, hearing(1300, 1300, is_complete=True), Proof.READ_OUT)
        assert (account.text, account.intended, account.proof) == ("howhow many seats", QUESTION, Proof.READ_OUT)


WORDS = st.lists(st.text(alphabet="abcdeé'", min_size=1, max_size=9), min_size=1, max_size=12)
PIECES = st.lists(
    st.builds(LineSaid, st.just(1), st.text(alphabet="ab ,.\n", max_size=12), st.integers(0, 5000), st.sampled_from(WordSource)), max_size=8
)


@given(
    script=st.text(alphabet="ab ,.\n", max_size=40),
    pieces=PIECES,
    voice_ms=st.none() | st.integers(0, 5000),
    proof=st.none() | st.sampled_from(Proof),
)
def test_what_was_heard_is_a_beginning_that_only_grows_and_is_whole_at_the_end(script, pieces, voice_ms, proof):
    before = 0
    for heard_ms in range(0, 6000, 97):
        account = account_of(script, pieces, hearing(heard_ms, voice_ms), proof)
        if account.heard_text is None:
            assert not account.text.strip() or account.text == script
            continue
        assert account.text.startswith(account.heard_text)
        assert len(account.heard_text) >= before
        before = len(account.heard_text)
        is_at_a_gap = not account.heard_text or not account.text[before : before + 1].strip()
        assert is_at_a_gap, "a word is heard or not"
        if voice_ms is not None and heard_ms >= voice_ms:
            assert account.heard_text == account.text


@given(
    words=WORDS,
    lengths_ms=st.lists(st.integers(1, 900), min_size=12, max_size=12),
    heard_ms=st.integers(0, 9000),
    source=st.sampled_from([READ_OUT, TIMED]),
)
def test_with_a_time_for_each_word_exactly_the_words_that_are_over_were_heard(words, lengths_ms, heard_ms, source):
    ends_ms = [sum(lengths_ms[: n + 1]) for n in range(len(words))]
    pieces = said(*((f"{word} ", end_ms) for word, end_ms in zip(words, ends_ms, strict=True)), source=source)
    account = account_of(" ".join(words), pieces, hearing(heard_ms, ends_ms[-1]), None)
    assert (account.heard_text or "").split() == [word for word, end_ms in zip(words, ends_ms, strict=True) if end_ms <= heard_ms]


@given(
    words=WORDS,
    lengths_ms=st.lists(st.integers(1, 900), min_size=12, max_size=12),
    lag_ms=st.integers(0, 2000),
    heard_ms=st.integers(0, 9000),
)
def test_of_a_transcript_behind_the_sound_no_word_counts_before_it_is_over(words, lengths_ms, lag_ms, heard_ms):
    ends_ms = [sum(lengths_ms[: n + 1]) for n in range(len(words))]
    pieces = said(*((f"{word} ", min(ends_ms[-1], end_ms + lag_ms)) for word, end_ms in zip(words, ends_ms, strict=True)), source=UNTIMED)
    account = account_of(" ".join(words), pieces, hearing(heard_ms, ends_ms[-1]), None)
    n_over = sum(end_ms <= heard_ms for end_ms in ends_ms)
    assert len((account.heard_text or "").split()) <= n_over
