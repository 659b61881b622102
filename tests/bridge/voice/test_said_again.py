from __future__ import annotations

from bridge.events import RATE_HZ, LineSaid, WordSource
from bridge.voice.said_again import SaidAgain


def said(asked_id: int, until_ms: int) -> LineSaid:
    return LineSaid(asked_id, "words", until_ms, WordSource.UNTIMED)


def test_words_get_the_number_of_their_line():
    again = SaidAgain()
    again.asked(1, line_id=7)
    assert again.placed(said(1, 300)) == LineSaid(7, "words", 300, WordSource.UNTIMED)


def test_a_line_that_is_asked_for_again_goes_on_where_its_sound_was():
    again = SaidAgain()
    again.asked(1, line_id=7)
    again.sounded(RATE_HZ // 2)
    again.asked(2, line_id=7)
    placed = again.placed(said(2, 300))
    assert placed is not None and placed.until_ms == 800


def test_the_next_line_begins_at_its_own_beginning():
    again = SaidAgain()
    again.asked(1, line_id=7)
    again.sounded(RATE_HZ)
    again.asked(2, line_id=8)
    placed = again.placed(said(2, 300))
    assert placed is not None and (placed.line_id, placed.until_ms) == (8, 300)


def test_late_words_still_find_their_line_but_not_for_ever():
    again = SaidAgain()
    for asked_id in range(1, 10):
        again.asked(asked_id, line_id=asked_id + 10)
    late = again.placed(said(8, 0))
    assert late is not None and late.line_id == 18
    assert again.placed(said(1, 0)) is None
