"""Machines talk on; people say hello and wait."""

from __future__ import annotations

import pytest

from bridge.supervision import Supervision


def supervise(*speech: tuple[float, float | None], voicemail_after_s: float = 6.0) -> Supervision:
    supervision = Supervision(voicemail_after_s)
    for started_s, ended_s in speech:
        supervision.speech_started(started_s)
        if ended_s is not None:
            supervision.speech_ended(ended_s)
    return supervision


@pytest.mark.parametrize(
    ("now_s", "is_voicemail"),
    [pytest.param(6.49, False, id="just before"), pytest.param(6.5, True, id="at the limit"), pytest.param(20.0, True, id="long after")],
)
def test_it_takes_a_long_opening_monologue_for_a_machine(now_s, is_voicemail):
    assert supervise((0.5, None)).is_voicemail(now_s) is is_voicemail


@pytest.mark.parametrize(
    ("pause_s", "is_voicemail"),
    [pytest.param(0.3, True, id="a breath"), pytest.param(0.69, True, id="a long breath"), pytest.param(0.7, False, id="waiting for a reply")],
)
def test_it_counts_short_pauses_as_part_of_the_monologue(pause_s, is_voicemail):
    supervision = supervise((0.2, 3.0), (3.0 + pause_s, None))
    assert supervision.is_voicemail(6.3) is is_voicemail


def test_it_does_not_take_hello_hello_for_a_machine():
    supervision = supervise((0.4, 1.0), (2.5, 3.1), (5.0, None))
    assert supervision.due_s() == pytest.approx(11.0)
    assert not supervision.is_voicemail(8.0)


def test_it_has_no_verdict_while_nobody_speaks():
    assert supervise().due_s() is None
    assert supervise((0.5, 1.2)).due_s() is None


def test_it_remembers_a_monologue_whose_end_is_reported_after_the_limit():
    assert supervise((0.5, 7.0)).is_voicemail(7.5)


@pytest.mark.parametrize(("began_s", "due_s"), [pytest.param(5.0, 11.0, id="opening"), pytest.param(5.01, None, id="later")])
def test_it_judges_the_opening_of_a_call_only(began_s, due_s):
    assert supervise((began_s, None)).due_s() == due_s


def test_it_lets_a_person_who_has_answered_talk_as_long_as_they_like():
    supervision = supervise((0.5, None))
    supervision.is_person()
    assert not supervision.is_voicemail(60.0)
