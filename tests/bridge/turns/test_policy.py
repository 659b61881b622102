"""While the bot speaks nods change nothing and words do; while the callee speaks a pause is as long as the answer needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.brief import QuestionBrief, QuestionKind, TurnControl
from bridge.events import Expectation
from bridge.turns import NOD_SHARE, TurnPolicy, Verdict
from bridge.turns.lexicon import LANGUAGES, lexicon
from bridge.turns.policy import GOES_ON_S, LATEST_STOP_S, NOD_PAUSE_S, OPEN_S, PLAIN_S, SHORT_S, VALUE_GOES_ON_S, VALUE_S, WORDLESS_S

NOTHING = Expectation(question=None)
OPT_OUT = Expectation(question=None, is_confirmation=True)
ASKED = {kind: Expectation(QuestionBrief(kind, kind, "?", "?", choices=("gold", "pay as you go"))) for kind in QuestionKind}
YES_NO, NUMBER, TIMELINE, ONE_OF, MANY_OF, SCALE, MONEY, OPEN = (ASKED[kind] for kind in QuestionKind)
READ_BACK = replace(NUMBER, is_confirmation=True)
EVERYTHING = st.sampled_from([NOTHING, OPT_OUT, READ_BACK, *ASKED.values()])
SHARES = st.floats(0, 1)
CODES = st.sampled_from(sorted(LANGUAGES))


def policy(language: str = "en-KE", control: TurnControl = TurnControl.LOCAL) -> TurnPolicy:
    return TurnPolicy(language, control)


def phrases(code: str, *names: str) -> list[str]:
    lists = LANGUAGES[code]
    return sorted(" ".join(phrase) for name in names for phrase in lists[name])


def verdict(text: str | None, expectation: Expectation = NOTHING, *, share: float = 0.5, speech_s: float = 0.0, language: str = "en-KE") -> Verdict:
    return policy(language).may_stop_bot(text, speech_s, expectation, share)


# ---- while the bot speaks ----


@given(CODES, EVERYTHING, SHARES, st.floats(0, 60), st.data())
def test_no_nod_of_any_language_ever_stops_the_bot(code, expectation, share, speech_s, data):
    nod = data.draw(st.sampled_from(phrases(code, "back_channels", "yes", "fillers")))
    assert verdict(nod, expectation, share=share, speech_s=speech_s, language=code) in (Verdict.GO_ON, Verdict.ANSWER)


@given(CODES, EVERYTHING, SHARES, st.data())
def test_a_word_that_tells_it_to_stop_always_does(code, expectation, share, data):
    stop = data.draw(st.sampled_from(phrases(code, "stop")))
    before = data.draw(st.sampled_from(["", *phrases(code, "back_channels", "yes", "no")]))
    assert verdict(f"{before} {stop}", expectation, share=share, language=code) is Verdict.STOP


@given(CODES, EVERYTHING, SHARES, st.data())
def test_a_no_stops_the_bot(code, expectation, share, data):
    no = data.draw(st.sampled_from(phrases(code, "no")))
    assert verdict(no, expectation, share=share, language=code) is Verdict.STOP


@pytest.mark.parametrize("text", ["fifty", "who are you", "okay but who are you", "yes yes yes yes", "I have a question", "bei gani"])
def test_words_stop_the_bot(text):
    assert verdict(text, language="sw-KE") is Verdict.STOP


@pytest.mark.parametrize("expectation", [YES_NO, READ_BACK, OPT_OUT], ids=["question", "read-back", "opt-out"])
@pytest.mark.parametrize("text", ["yes", "ndiyo", "sawa sawa", "um, yes"])
def test_a_yes_to_enough_of_a_question_is_an_answer(text, expectation):
    assert verdict(text, expectation, share=NOD_SHARE, language="sw-KE") is Verdict.ANSWER


@pytest.mark.parametrize(
    ("text", "expectation", "share"),
    [
        pytest.param("yes", YES_NO, NOD_SHARE - 0.01, id="to the first words"),
        pytest.param("yes", NUMBER, 0.9, id="to a question that wants a number"),
        pytest.param("yes", NOTHING, 0.9, id="to no question"),
        pytest.param("i see", YES_NO, 0.9, id="not a yes"),
    ],
)
def test_a_nod_is_no_answer(text, expectation, share):
    assert verdict(text, expectation, share=share) is Verdict.GO_ON


@pytest.mark.parametrize("text", [None, "", "…"])
@pytest.mark.parametrize(
    ("speech_s", "expected"),
    [(0.0, Verdict.UNDECIDED), (WORDLESS_S - 0.01, Verdict.UNDECIDED), (WORDLESS_S, Verdict.STOP), (9.0, Verdict.STOP)],
)
def test_speech_without_words_is_held_as_long_as_a_nod_may_last(text, speech_s, expected):
    assert verdict(text, speech_s=speech_s) is expected


@pytest.mark.parametrize(
    ("speech_s", "expected"), [pytest.param(0.3, Verdict.UNDECIDED, id="more may come"), pytest.param(0.7, Verdict.STOP, id="nothing came")]
)
def test_the_first_word_of_a_nod_is_held(speech_s, expected):
    assert verdict("I", speech_s=speech_s) is expected


@pytest.mark.parametrize(
    ("reported_after_s", "held_s"), [(0.0, WORDLESS_S), (0.1, WORDLESS_S), (0.2, 0.8), (0.4, LATEST_STOP_S), (3.0, LATEST_STOP_S), (-1.0, WORDLESS_S)]
)
def test_it_learns_how_late_the_end_of_a_nod_is_known(reported_after_s, held_s):
    learned = policy()
    learned.end_was_reported(reported_after_s)
    assert learned.wordless_s == pytest.approx(held_s)


@given(CODES, EVERYTHING, SHARES, st.data())
def test_it_decides_the_same_however_the_words_are_cut_into_pieces(code, expectation, share, data):
    """A verdict on the first words is either kept or was none: the bot is never stopped for what the whole does not stop it for."""
    some = [*phrases(code, "back_channels", "yes", "fillers", "stop", "no", "unfinished"), "fifty seats"]
    words = " ".join(data.draw(st.lists(st.sampled_from(some), min_size=1, max_size=4))).split()
    whole = verdict(" ".join(words), expectation, share=share, language=code)
    parts = [verdict(" ".join(words[:end]), expectation, share=share, language=code) for end in range(1, len(words))]
    assert whole is Verdict.STOP or Verdict.STOP not in parts


@given(st.one_of(st.none(), st.text()), EVERYTHING, SHARES, st.floats(0, 60))
def test_a_provider_that_owns_the_turns_is_followed(text, expectation, share, speech_s):
    assert policy(control=TurnControl.PROVIDER).may_stop_bot(text, speech_s, expectation, share) is Verdict.STOP


# ---- while the callee speaks ----


@pytest.mark.parametrize(
    ("expectation", "text", "pause_s"),
    [
        pytest.param(YES_NO, None, SHORT_S, id="yes/no, words not known"),
        pytest.param(YES_NO, "yes", SHORT_S, id="yes"),
        pytest.param(YES_NO, "um no", SHORT_S, id="no"),
        pytest.param(YES_NO, "no um", GOES_ON_S, id="no, and thinking"),
        pytest.param(YES_NO, "we usually", PLAIN_S, id="yes/no, other words"),
        pytest.param(YES_NO, "yes but", GOES_ON_S, id="yes but"),
        pytest.param(OPT_OUT, "no", SHORT_S, id="opt-out, no"),
        pytest.param(READ_BACK, "yes", SHORT_S, id="read-back, yes"),
        pytest.param(READ_BACK, "no", PLAIN_S, id="read-back, no: the right value follows"),
        pytest.param(ONE_OF, "the gold", SHORT_S, id="a choice"),
        pytest.param(ONE_OF, "pay as you", PLAIN_S, id="half a choice"),
        pytest.param(ONE_OF, None, SHORT_S, id="one of, words not known"),
        pytest.param(NUMBER, None, VALUE_S, id="number, words not known"),
        pytest.param(NUMBER, "two hundred", VALUE_S, id="a number"),
        pytest.param(NUMBER, "two hundred and", VALUE_GOES_ON_S, id="half a number"),
        pytest.param(NUMBER, "about", VALUE_GOES_ON_S, id="before a number"),
        pytest.param(SCALE, "seven", VALUE_S, id="a place on a scale"),
        pytest.param(MONEY, "fifty thousand", VALUE_S, id="an amount"),
        pytest.param(MONEY, "fifty thousand and", VALUE_GOES_ON_S, id="half an amount"),
        pytest.param(MANY_OF, "gold", VALUE_S, id="the first of several choices, perhaps"),
        pytest.param(MANY_OF, "gold and", VALUE_GOES_ON_S, id="a list that goes on"),
        pytest.param(TIMELINE, "the fifth", VALUE_S, id="a date"),
        pytest.param(TIMELINE, "the fifth of", VALUE_GOES_ON_S, id="half a date"),
        pytest.param(TIMELINE, "in two weeks, um", VALUE_GOES_ON_S, id="thinking"),
        pytest.param(OPEN, None, OPEN_S, id="open, words not known"),
        pytest.param(OPEN, "we sell shoes", OPEN_S, id="open"),
        pytest.param(OPEN, "shoes", GOES_ON_S, id="open, just begun"),
        pytest.param(OPEN, "we sell shoes because", GOES_ON_S, id="open, unfinished"),
        pytest.param(NOTHING, "hello", 0.6, id="nothing asked"),
    ],
)
def test_a_pause_is_as_long_as_the_answer_needs(expectation, text, pause_s):
    assert policy().pause_s(expectation, text) == pause_s


def test_while_the_bot_speaks_a_nod_is_over_sooner():
    assert policy().pause_s(NUMBER, "two hundred and", is_bot_speaking=True) == NOD_PAUSE_S < SHORT_S


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("sw-KE", "wiki", id="wiki mbili"),
        pytest.param("sw-KE", "elfu", id="elfu tano"),
        pytest.param("sw-KE", "mia mbili na", id="and, Swahili"),
        pytest.param("ha-NG", "dubu", id="dubu biyar"),
        pytest.param("fr-CI", "à peu près", id="about, French"),
        pytest.param("pt-MZ", "vinte e", id="and, Portuguese"),
        pytest.param("ar-EG", "خمسة و", id="and, Arabic"),
        pytest.param("am-ET", "ምናልባት", id="maybe, Amharic"),
    ],
)
def test_a_value_that_is_not_at_its_end_is_waited_for(language, text):
    assert policy(language).pause_s(NUMBER, text) == VALUE_GOES_ON_S


@given(CODES, EVERYTHING, st.data())
def test_a_sound_of_thinking_never_makes_the_pause_shorter(code, expectation, data):
    text = data.draw(st.sampled_from(phrases(code, "no", "unfinished", "stop")))
    filler = data.draw(st.sampled_from([filler for filler in phrases(code, "fillers") if not lexicon(code).says_yes(tuple(filler.split()))]))
    assume(not lexicon(code).says_yes(tuple(text.split())))
    rules = policy(code)
    assert rules.pause_s(expectation, f"{text} {filler}") >= rules.pause_s(expectation, text)


@given(st.sampled_from([*sorted(LANGUAGES), "xx"]), EVERYTHING, st.one_of(st.none(), st.text()))
def test_a_pause_is_never_shorter_than_a_breath_nor_as_long_as_a_silence(language, expectation, text):
    assert SHORT_S <= policy(language).pause_s(expectation, text) <= VALUE_GOES_ON_S
