"""Machines talk on; people say hello and wait."""

from __future__ import annotations

import pytest

from bridge.supervision.monologue import Monologue


def monologue(*speech: tuple[float, float | None], voicemail_after_s: float = 6.0) -> Monologue:
    heard = Monologue(voicemail_after_s)
    for started_s, ended_s in speech:
        heard.speech_started(started_s)
        if ended_s is not None:
            heard.speech_ended(ended_s)
    return heard


def test_it_takes_a_long_opening_monologue_for_a_machine():
    assert monologue((0.5, None)).due_s() == 6.5


@pytest.mark.parametrize(
    ("pause_s", "is_voicemail"),
    [pytest.param(0.3, True, id="a breath"), pytest.param(0.69, True, id="a long breath"), pytest.param(0.7, False, id="waiting for a reply")],
)
def test_it_counts_short_pauses_as_part_of_the_monologue(pause_s, is_voicemail):
    assert (monologue((0.2, 3.0), (3.0 + pause_s, None)).due_s() == 6.2) is is_voicemail


def test_it_does_not_take_hello_hello_for_a_machine():
    assert monologue((0.4, 1.0), (2.5, 3.1), (5.0, None)).due_s() == pytest.approx(11.0)


def test_nothing_is_due_while_nobody_speaks():
    assert monologue().due_s() is None
    assert monologue((0.5, 1.2)).due_s() is None


def test_it_remembers_a_monologue_whose_end_is_reported_after_the_limit():
    assert monologue((0.5, 7.0)).due_s() == 6.5


@pytest.mark.parametrize(("began_s", "due_s"), [pytest.param(5.0, 11.0, id="opening"), pytest.param(5.01, None, id="later")])
def test_it_judges_the_opening_of_a_call_only(began_s, due_s):
    assert monologue((began_s, None)).due_s() == due_s


@pytest.mark.parametrize(("now_s", "gives_way"), [pytest.param(1.69, False, id="a breath"), pytest.param(1.71, True, id="waiting for us")])
def test_who_falls_silent_waits_for_a_reply(now_s, gives_way):
    assert monologue((0.5, 1.0)).has_given_way(now_s) is gives_way


def test_who_has_not_spoken_waits_for_nothing():
    assert not monologue().has_given_way(60.0)
