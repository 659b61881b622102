"""A script's ways, changes and faults as somebody reads them whose language is Swahili."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils.translation import override

from bridge.conditions import BadCondition, conditions_in_words, read_conditions
from bridge.route import read_skips
from campaigns.scoring import BadRubric, read_rubric
from campaigns.scripting.change_words import in_words, value_in_words
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.flow_picture import flow_in_words, flow_svg
from leads.retelling import retold
from leads.telling import told
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SCRIPT, SEATS, WHEN, script
from tests.sautiqual.swahili.english import english_in

BROKEN = (PERMISSION, replace(SEATS, skips=[{"when": {"at_most": 10}, "to": "end"}, {"when": {"at_least": 50}, "to": "gone"}]), WHEN)


@pytest.fixture(autouse=True)
def in_swahili():
    with override("sw"):
        yield


def test_the_ways_are_said_in_words():
    permission, seats, _when = flow_in_words(BROKEN, told)

    assert permission.endswith(" Kisha: swali la 2.")
    assert "Ikiwa jibu ni lisilozidi 10: popote, kwa sababu hakuna swali “end” linalofuata; ikiwa jibu ni angalau 50:" in seats


def test_a_question_that_nobody_is_asked_is_named():
    past = replace(DECIDES, skips=[{"when": {"equals": True}, "to": "when"}, {"when": {"equals": False}, "to": "when"}])

    assert flow_in_words((PERMISSION, past, SEATS, WHEN), told)[2].startswith("Hakuna anayefika hapa. ")
    assert "hakuna anayefika hapa" in flow_svg((PERMISSION, past, SEATS, WHEN), told)


def test_the_picture_says_no_english_of_ours():
    svg = flow_svg((*BROKEN, replace(DECIDES, wording="")), told)

    assert "<title>lisilozidi 10: haielekezi popote</title>" in svg
    assert [word for word in ("at most", "leads nowhere", "no wording", "End") if word in svg] == []


@pytest.mark.parametrize(
    ("new", "title", "text"),
    [
        (replace(SCRIPT, hot_threshold=60), "moto kuanzia alama hii", "60"),
        (replace(SCRIPT, lines={"who": "Zawadi."}), "sentensi “who”", "Zawadi."),
        (script(WHEN, PERMISSION, DECIDES, SEATS), "limehamishwa kutoka nafasi ya 4 hadi ya 1", ""),
        (script(PERMISSION, DECIDES, replace(SEATS, kind="money"), WHEN), "aina", "kiasi cha fedha"),
        (script(PERMISSION, DECIDES, SEATS), "limeondolewa", ""),
    ],
    ids=["threshold", "sentence", "moved", "kind", "removed"],
)
def test_a_change_is_said(new, title, text):
    said = {change.title: "".join(piece.text for piece in change.pieces if piece.side != "old") for change in in_words(SCRIPT, new, told)}

    assert title in said and text in said[title]


def test_points_and_skips_are_said():
    assert value_in_words("rubric", [{"when": {"is_in": ["red", "blue"]}, "points": 5, "why": "warm"}], told) == "red au blue: pointi 5 (warm)"
    assert value_in_words("rubric", [{"when": {"equals": False}, "knock_out": True}], told) == "hapana: kigezo cha kumwondoa"
    assert value_in_words("skips", [{"when": {"contains": "red"}, "to": ""}], told) == "lenye red: hadi mwisho"


def refusal_of(read, value) -> str:
    with pytest.raises((BadRubric, BadCondition)) as refused:
        read(value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *((read_rubric, [{"when": when}]) for when in ({}, {"kama": 1}, {"at_least": "x"}, {"is_in": "x"}, {"contains": 1})),
        *((read_skips, [{"when": when, "to": ""}]) for when in ({}, {"kama": 1}, {"at_most": "x"}, {"is_in": "x"}, {"contains": 1})),
        (read_rubric, [{"when": {"equals": True}, "points": "many"}]),
        (read_skips, "none"),
        (read_skips, ["none"]),
        (read_skips, [{"when": {"equals": True}}]),
    ],
    ids=lambda given: given.__name__ if callable(given) else str(given),
)
def test_every_refusal_of_a_rule_is_said(read, value):
    message = refusal_of(read, value)

    assert retold(message) != message
    assert english_in(f"<p>{retold(message)}</p>") == {}


@pytest.mark.parametrize(
    "when", [{"equals": True}, {"equals": "red"}, {"is_in": ["a", "b"]}, {"contains": "a"}, {"at_least": 5}, {"at_least": 5, "at_most": 9}], ids=str
)
def test_the_reason_that_is_kept_where_somebody_wrote_none_is_said(when):
    assert retold(conditions_in_words(read_conditions(when, of="it"))).startswith("jibu ")


def test_faults_are_said():
    faults = [*faults_of_text(script(replace(SEATS, kind=""))), *faults_of_text(replace(script(SEATS), translations={"sw": {}}))]

    assert [fault.message for fault in faults if retold(fault.message) == str(fault.message)] == []
