from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from campaigns.scripting.change_words import in_words, value_in_words
from campaigns.scripting.difference import Side, differences
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SCRIPT, SEATS, WHEN, script, scripts


def lines(old, new):
    return [(said.question, said.title, "".join(p.text for p in said.pieces if p.side is not Side.OLD)) for said in in_words(old, new)]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (replace(SCRIPT, hot_threshold=60), ("", "hot from this score", "60")),
        (replace(SCRIPT, lines={"who": "Zawadi."}), ("", "sentence “who”", "Zawadi.")),
        (replace(SCRIPT, translations={"sw": {"lines": {"who": "Mimi."}}}), ("", "sentence “who” (sw)", "Mimi.")),
        (script(WHEN, PERMISSION, DECIDES, SEATS), ("when", "moved from place 4 to 1", "")),
        (script(PERMISSION, DECIDES, replace(SEATS, kind="money"), WHEN), ("seats", "kind", "an amount of money")),
        (
            script(PERMISSION, replace(DECIDES, rubric=[{"when": {"equals": False}, "knock_out": True, "why": "no say"}]), SEATS, WHEN),
            ("decides", "points", "no: knock-out (no say)"),
        ),
        (
            script(PERMISSION, replace(DECIDES, skips=[{"when": {"equals": True}, "to": "when"}]), SEATS, WHEN),
            ("decides", "skip rules", "yes: on with when"),
        ),
        (script(PERMISSION, replace(DECIDES, is_read_back=True), SEATS, WHEN), ("decides", "said back", "yes")),
        (script(PERMISSION, DECIDES, replace(SEATS, minimum=5000.0), WHEN), ("seats", "minimum", "5,000")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_change_reads_as_words(new, said):
    assert said in lines(SCRIPT, new)


def test_an_added_question_is_shown_whole_and_a_removed_one_struck_out():
    added, removed = in_words(SCRIPT, script(PERMISSION, replace(SEATS, key="desks"), DECIDES, WHEN))
    assert (added.question, added.title, added.pieces[0].side) == ("desks", "added", Side.NEW)
    assert (removed.question, removed.title, removed.pieces[0].side) == ("seats", "removed", Side.OLD)
    assert "How many seats do you need?\nkind: a number\nunit: seats\npoints: at least 50: 40 points (large)" in added.pieces[0].text


@given(old=scripts, new=scripts)
def test_every_change_is_said(old, new):
    assert len(in_words(old, new)) == len(differences(old, new))


@pytest.mark.parametrize("value", ["typed", [3], [{"when": 3}]], ids=str)
def test_points_that_cannot_be_read_are_shown_as_they_are(value):
    assert value_in_words("rubric", value) and value_in_words("skips", value)
