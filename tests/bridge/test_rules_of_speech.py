"""No call waits for the rules of what is listened for."""

from __future__ import annotations

import re

import pytest

from bridge import rules_of_speech
from bridge.no_recording import find_refusal
from bridge.opt_out import find_opt_out
from bridge.opt_out.patterns import wanted
from bridge.robot_question import asks_if_robot

GROUPS: dict[str, list[str]] = {}
SAID = ["Hello?", "No, stop calling me at night. Are you a robot? Do not record this!"]


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """What is compiled from now on."""
    expressions: list[str] = []
    compile_one = re.compile

    def compile_and_tell(expression: str, *flags: int) -> re.Pattern[str]:
        expressions.append(expression)
        return compile_one(expression, *flags)

    monkeypatch.setattr("bridge.opt_out.patterns.re.compile", compile_and_tell)
    return expressions


def test_what_was_made_ready_is_compiled_by_no_call(compiled):
    rules_of_speech.make_ready()
    compiled.clear()
    for text in SAID:
        find_opt_out(text, "sw"), find_refusal(text, "sw"), asks_if_robot(text)
    rules_of_speech.make_ready()
    assert compiled == []


def test_a_pattern_is_compiled_when_it_is_first_looked_for_and_then_kept(compiled):
    rule = wanted(["stop it"], GROUPS)
    assert compiled == []
    assert rule.search(" stop it ") and rule.sub(lambda match: "", " stop it ") == " "
    assert compiled == [rule.expression]
