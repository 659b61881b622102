from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.scripting.difference import Change, Side, What, applied, differences, pieces
from campaigns.scripting.text import as_json, from_json, key_for, languages_of
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SCRIPT, SEATS, WHEN, script, scripts


def told(old, new):
    return [(change.what, change.question, change.field, change.language) for change in differences(old, new)]


def test_nothing_differs_in_the_same_text():
    assert differences(SCRIPT, SCRIPT) == []


@given(old=scripts, new=scripts)
def test_the_changes_applied_to_the_old_text_are_the_new_one(old, new):
    assert applied(differences(old, new), old) == new


@given(old=scripts, new=scripts)
def test_two_texts_differ_or_are_the_same(old, new):
    assert (differences(old, new) == []) == (old == new)


@given(text=scripts)
def test_a_text_comes_back_from_json_as_it_went(text):
    assert from_json(json.loads(json.dumps(as_json(text)))) == text


@pytest.mark.parametrize("written", [{}, {"name": "x"}, {"questions": [3]}, {"questions": [{}]}], ids=str)
def test_what_is_no_script_is_refused(written):
    with pytest.raises(ValueError, match="not the text of a script"):
        from_json(written)


def test_a_name_of_another_day_is_dropped_from_json():
    assert from_json({**as_json(SCRIPT), "colour": "red"}) == SCRIPT


def test_one_question_carried_to_the_top_is_one_move():
    moved = script(WHEN, PERMISSION, DECIDES, SEATS)
    assert differences(SCRIPT, moved) == [Change(What.MOVED, "when", old=3, new=0, place=0)]


def test_a_removed_and_an_added_question_move_nobody():
    new = script(PERMISSION, SEATS, replace(WHEN, key="soon"))
    assert told(SCRIPT, new) == [(What.ADDED, "soon", "", ""), (What.REMOVED, "decides", "", ""), (What.REMOVED, "when", "", "")]


def test_each_field_of_a_question_is_told_by_its_name():
    new = script(PERMISSION, replace(DECIDES, wording="Do you decide?", skips=[{"when": {"equals": False}, "to": ""}], rubric=[]), SEATS, WHEN)
    assert {field for _, _, field, _ in told(SCRIPT, new)} == {"wording", "skips", "rubric"}


def test_a_sentence_and_the_threshold_are_the_scripts_own():
    assert told(SCRIPT, replace(SCRIPT, hot_threshold=60, lines={"who": "Zawadi."})) == [
        (What.CHANGED, "", "hot_threshold", ""),
        (What.CHANGED, "", "lines.who", ""),
    ]


def test_a_wording_in_another_language_is_told_with_that_language():
    new = script(PERMISSION, DECIDES, replace(SEATS, translations={"sw": {"wording": "Viti vingapi?"}}), WHEN)
    assert differences(SCRIPT, new) == [Change(What.CHANGED, "seats", "wording", "sw", None, "Viti vingapi?")]


def test_what_is_about_a_question_that_is_gone_is_left_out():
    change = Change(What.CHANGED, "gone", "wording", new="?")
    assert applied([change, Change(What.MOVED, "gone", place=0)], SCRIPT) == SCRIPT


@given(old=st.text("ab \n", max_size=30), new=st.text("ab \n", max_size=30))
def test_the_pieces_of_two_wordings_make_up_both(old, new):
    found = pieces(old, new)
    assert "".join(p.text for p in found if p.side is not Side.NEW) == old
    assert "".join(p.text for p in found if p.side is not Side.OLD) == new


def test_a_word_that_changed_stands_alone():
    assert [(p.side, p.text) for p in pieces("How many seats?", "How many desks?")] == [
        (Side.BOTH, "How many "),
        (Side.OLD, "seats?"),
        (Side.NEW, "desks?"),
    ]


@pytest.mark.parametrize(
    ("wording", "taken", "key"),
    [
        pytest.param("How many seats do you need?", [], "many-seats-need", id="the long words"),
        pytest.param("Oh no, is it?", [], "oh-no-is", id="short words where there are no others"),
        pytest.param("ምን?", [], "question", id="letters that a key has not"),
        pytest.param("Seats", ["seats", "seats-2"], "seats-3", id="taken already"),
        pytest.param("x" * 90, [], "x" * 36, id="too long"),
    ],
)
def test_a_question_gets_a_key_from_its_wording(wording, taken, key):
    assert key_for(wording, taken) == key


def test_the_languages_of_a_script_are_those_of_all_its_parts():
    spoken = script(replace(SEATS, translations={"fr": {"wording": "Combien ?"}}), translations={"sw": {}})
    assert languages_of(spoken) == ("sw", "fr")
