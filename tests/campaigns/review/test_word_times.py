from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.review.word_times import TimedWord, timed_words
from campaigns.spoken_words import Part, SplitTurn, split_turn

TEXT = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12), max_size=30).map(" ".join)


def test_words_are_spread_by_their_letters():
    words = timed_words(split_turn("How many seats", "How many seats", ""), started_ms=1000, ended_ms=2500)
    assert words == (TimedWord("How", 1000), TimedWord("many", 1400), TimedWord("seats", 1900))


def test_what_nobody_heard_has_no_time():
    words = timed_words(split_turn("How many seats", "How many", ""), started_ms=1000, ended_ms=1900)
    assert words == (TimedWord("How", 1000), TimedWord("many", 1400), TimedWord("seats", None))


def test_words_that_are_not_the_scripts_stay_marked():
    split = SplitTurn((Part("So,", is_other=True), Part("how many")), (Part("chairs?", is_other=True),))
    assert [(word.text, word.is_other) for word in timed_words(split, started_ms=0, ended_ms=9)] == [
        ("So,", True),
        ("how", False),
        ("many", False),
        ("chairs?", True),
    ]


@given(TEXT, st.integers(0, 3_600_000), st.integers(-10, 60_000))
def test_times_rise_within_the_turn_and_no_word_is_lost(text, started_ms, length_ms):
    words = timed_words(split_turn(text, text, ""), started_ms=started_ms, ended_ms=started_ms + length_ms)
    times = [word.started_ms for word in words if word.started_ms is not None]
    assert [word.text for word in words] == text.split() and len(times) == len(words)
    assert times == sorted(times)
    assert all(started_ms <= at <= started_ms + max(0, length_ms) for at in times)
    assert not times or times[0] == started_ms
