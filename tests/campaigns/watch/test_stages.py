"""Where a call stands, and which question is open."""

from __future__ import annotations

import pytest

from bridge.route import read_skips
from campaigns.states import ENDED, CallStatus, HandoffStatus
from campaigns.watch.stages import OpenQuestion, Stage, open_question, stage_of

STEPS = {"seats": (), "decider": read_skips([{"when": {"equals": False}, "to": ""}]), "budget": (), "when": ()}


def stage(status, *, has_stream=False, has_left=False, handoff=None):
    return stage_of(CallStatus(status), has_stream=has_stream, has_left=has_left, handoff=handoff)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"status": "dialing"}, Stage.DIALLING),
        ({"status": "ringing"}, Stage.RINGING),
        ({"status": "in_progress"}, Stage.PICKED_UP),
        ({"status": "in_progress", "has_stream": True}, Stage.TALKING),
        ({"status": "in_progress", "has_stream": True, "handoff": HandoffStatus.OFFERED}, Stage.TALKING),
        ({"status": "in_progress", "has_stream": True, "handoff": HandoffStatus.ACCEPTED}, Stage.TALKING),
        ({"status": "in_progress", "has_stream": True, "has_left": True, "handoff": HandoffStatus.ACCEPTED}, Stage.WITH_REP),
        ({"status": "in_progress", "has_stream": True, "handoff": HandoffStatus.BRIDGED}, Stage.WITH_REP),
        ({"status": "in_progress", "has_stream": True, "has_left": True}, Stage.LEFT),
        ({"status": "in_progress", "has_stream": True, "has_left": True, "handoff": HandoffStatus.PROMISED}, Stage.LEFT),
    ],
    ids=str,
)
def test_a_live_call_stands_where_its_facts_say(told, expected):
    assert stage(**told) is expected


@pytest.mark.parametrize("status", sorted(ENDED))
def test_whatever_else_is_true_a_call_that_ended_is_over(status):
    assert stage(status, has_stream=True, handoff=HandoffStatus.BRIDGED) is Stage.OVER


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, OpenQuestion("seats", 1, 4)),
        ({"seats": 40}, OpenQuestion("decider", 2, 4)),
        ({"seats": 40, "decider": True}, OpenQuestion("budget", 3, 4)),
        ({"seats": 40, "budget": 9}, OpenQuestion("decider", 3, 4)),
        ({"seats": 40, "decider": False}, None),
        ({"seats": 1, "decider": True, "budget": 1, "when": 1}, None),
    ],
    ids=str,
)
def test_the_open_question_is_the_next_on_the_way_of_the_answers(answers, expected):
    assert open_question(STEPS, answers) == expected


def test_a_script_that_asks_nothing_has_no_open_question():
    assert open_question({}, {}) is None
