"""Voices that put lines in words of their own: what they say they said becomes the transcript, and decides whether the disclosure counts."""

from __future__ import annotations

import pytest

from bridge.commands import SaveTurn
from bridge.events import LineSaid, StreamClosed, Tool, WordSource
from bridge.ports import VoiceTraits
from bridge.reports import Proof, TurnReport
from tests.bridge.conversing import DECIDER, GOOD_TIME, LINES, MS_PER_CHARACTER, Rehearsal, brief

PARAPHRASER = VoiceTraits(name="native", speaks_verbatim=False, may_call_real_people=True)
DISCLOSURE, QUESTION = 1, 2
OTHER_WORDS = "Hi there, this is Zawadi from Acme!"


def said(line_id: int, text: str, until_ms: int = 0, **fields) -> LineSaid:
    return LineSaid(line_id, text, until_ms, WordSource.UNTIMED, **fields)


def opened(*, before_s: float = 1.0) -> Rehearsal:
    rehearsal = Rehearsal(brief(DECIDER), traits=PARAPHRASER).open()
    rehearsal.waits(before_s)
    return rehearsal


def turns(rehearsal: Rehearsal) -> list[TurnReport]:
    return [save.turn for save in rehearsal.done(SaveTurn)]


def ended(rehearsal: Rehearsal) -> Rehearsal:
    rehearsal.happens(StreamClosed())
    return rehearsal


def test_the_transcript_has_the_words_that_were_really_said():
    rehearsal = opened()
    rehearsal.happens(said(DISCLOSURE, OTHER_WORDS))
    rehearsal.waits(10)
    turn = turns(rehearsal)[0]
    assert (turn.text, turn.intended, turn.heard_text) == (OTHER_WORDS, LINES.disclosure, OTHER_WORDS)


@pytest.mark.parametrize(
    ("pieces", "proof"),
    [
        pytest.param([LINES.disclosure.upper()], Proof.TRANSCRIBED, id="the very words"),
        pytest.param([LINES.disclosure[:20], LINES.disclosure[20:]], Proof.TRANSCRIBED, id="in two pieces"),
        pytest.param([OTHER_WORDS], None, id="other words"),
        pytest.param([LINES.disclosure, " How are you?"], None, id="and more"),
        pytest.param([LINES.disclosure[:-10]], None, id="not all of them"),
        pytest.param([], None, id="nobody knows"),
    ],
)
def test_only_the_very_words_count_as_disclosed(pieces, proof):
    rehearsal = opened()
    rehearsal.happens(*(said(DISCLOSURE, piece) for piece in pieces))
    rehearsal.waits(10)
    report = ended(rehearsal).report
    assert (report.disclosure_proof, report.is_disclosure_heard) == (proof, proof is not None)


def test_a_disclosure_that_the_provider_broke_off_does_not_count():
    rehearsal = opened()
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure), said(DISCLOSURE, "", is_broken_off=True))
    rehearsal.waits(10)
    assert not ended(rehearsal).report.is_disclosure_heard


def test_a_disclosure_that_was_not_heard_to_its_end_does_not_count_whatever_the_words():
    rehearsal = opened()
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure))
    assert not ended(rehearsal).report.is_disclosure_heard
    assert turns(rehearsal)[0].heard_text == "This is"


def test_words_that_come_after_their_line_are_put_in_its_turn():
    rehearsal = opened(before_s=6.0)
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure))
    first, again = turns(rehearsal)
    assert (first.position, first.heard_text) == (again.position, None)
    assert (again.text, again.heard_text, again.started_ms) == (LINES.disclosure, LINES.disclosure, first.started_ms)
    assert ended(rehearsal).report.disclosure_proof is Proof.TRANSCRIBED


def test_more_words_that_come_late_undo_a_disclosure():
    rehearsal = opened(before_s=1.0)
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure))
    rehearsal.waits(5.0)
    rehearsal.happens(said(DISCLOSURE, " I am joking."))
    assert not ended(rehearsal).report.is_disclosure_heard


def test_words_of_a_line_long_ago_change_nothing():
    rehearsal = opened(before_s=0.0)
    rehearsal.waits(20.0)
    n_turns = len(turns(rehearsal))
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure))
    assert len(turns(rehearsal)) == n_turns
    assert not ended(rehearsal).report.is_disclosure_heard


def test_late_words_do_not_disclose_to_somebody_who_has_come_to_the_phone_since():
    rehearsal = Rehearsal(brief(GOOD_TIME), traits=PARAPHRASER).open()
    rehearsal.waits(5.6)
    rehearsal.says("If you record your name and reason for calling, I'll see if this person is available.", speech_s=3.0)
    assert rehearsal.announced("answered_by") == ["screening"]
    rehearsal.happens(said(DISCLOSURE, LINES.disclosure))
    assert not ended(rehearsal).report.is_disclosure_heard


def test_of_a_line_that_was_cut_the_words_that_were_really_said_are_split():
    rehearsal = opened()
    rehearsal.waits(4.9)
    words = "Right, are you the one who decides about buying things?"
    rehearsal.happens(said(QUESTION, words))
    rehearsal.says("wait", Tool.EXPLAIN, topic="repeat")
    turn = next(turn for turn in turns(rehearsal) if turn.text == words)
    assert turn.intended == DECIDER.wording
    assert 0 < len(turn.heard_text or "") <= (turn.heard_ms or 0) / MS_PER_CHARACTER
    assert words.startswith(turn.heard_text or "")
