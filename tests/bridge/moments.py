"""Moments of a call at which something may happen, for tests of how calls end."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.brief import QuestionBrief
from tests.bridge.conversing import LINES, SEATS, START, Rehearsal, brief


def asked(*questions: QuestionBrief, hot_from: str = "", **fields: Any) -> Rehearsal:
    call_brief = brief(*(questions or (SEATS, START)), **fields)
    rehearsal = Rehearsal(call_brief, hot_from=hot_from).open()
    rehearsal.until_asked(call_brief.questions[0].wording)
    return rehearsal


def disclosing() -> Rehearsal:
    rehearsal = Rehearsal().open()
    rehearsal.waits(1)
    return rehearsal


def said_back() -> Rehearsal:
    rehearsal = asked()
    rehearsal.answers("seats", 50, confidence=0.1)
    rehearsal.until_asked("50 seats, is that right?")
    return rehearsal


def waiting_for_rep() -> Rehearsal:
    rehearsal = asked(SEATS, hot_from="seats")
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(LINES.checking)
    return rehearsal


def saying_goodbye() -> Rehearsal:
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 5)
    rehearsal.waits(0.5)
    assert rehearsal.spoken[-1] == LINES.cold_close
    return rehearsal


MOMENTS_OF_A_CALL = [
    pytest.param(disclosing, id="in the disclosure"),
    pytest.param(asked, id="after a question"),
    pytest.param(said_back, id="in a read-back"),
    pytest.param(waiting_for_rep, id="waiting for a rep"),
    pytest.param(saying_goodbye, id="in the farewell"),
]
