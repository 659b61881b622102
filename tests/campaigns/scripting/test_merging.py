from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from campaigns.scripting.difference import What
from campaigns.scripting.merging import conflict_of, with_chosen
from campaigns.scripting.missing import Missing, missing_in
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SCRIPT, SEATS, WHEN, script, scripts


def everything(base, theirs, mine):
    conflict = conflict_of(base, theirs, mine)
    return with_chosen(conflict, theirs, {own.number for own in conflict.mine})


@given(base=scripts, mine=scripts)
def test_where_nobody_else_changed_anything_all_of_ones_own_is_what_one_wrote(base, mine):
    assert everything(base, base, mine) == mine


@given(base=scripts, theirs=scripts, mine=scripts)
def test_what_was_saved_stays_as_it_is_where_nothing_is_chosen(base, theirs, mine):
    assert with_chosen(conflict_of(base, theirs, mine), theirs, ()) == theirs


@given(base=scripts, same=scripts)
def test_two_who_wrote_the_same_have_no_conflict(base, same):
    assert conflict_of(base, same, same).mine == ()


@given(base=scripts, theirs=scripts, mine=scripts)
def test_every_wording_of_ones_own_can_be_had_back(base, theirs, mine):
    merged = everything(base, theirs, mine)
    changed = [q for q in mine.questions if base.question(q.key) is None or base.question(q.key).wording != q.wording]
    assert all(merged.question(q.key).wording == q.wording for q in changed)


def test_changes_of_different_fields_do_not_meet():
    theirs, mine = script(PERMISSION, replace(DECIDES, wording="You decide?"), SEATS, WHEN), script(hot_threshold=50)
    (own,) = conflict_of(SCRIPT, theirs, mine).mine
    assert own.theirs is None
    assert everything(SCRIPT, theirs, mine) == replace(theirs, hot_threshold=50)


def test_two_wordings_of_one_question_meet():
    theirs, mine = (script(PERMISSION, replace(DECIDES, wording=wording), SEATS, WHEN) for wording in ("You decide?", "Is it you?"))
    (own,) = conflict_of(SCRIPT, theirs, mine).mine
    assert (own.theirs.new, own.change.new) == ("You decide?", "Is it you?")


def test_one_wording_in_two_languages_does_not_meet():
    theirs, mine = (script(PERMISSION, replace(DECIDES, translations={lang: {"wording": "?"}}), SEATS, WHEN) for lang in ("sw", "fr"))
    assert conflict_of(SCRIPT, theirs, mine).mine[0].theirs is None
    assert everything(SCRIPT, theirs, mine).question("decides").translations.keys() == {"sw", "fr"}


def test_a_question_that_the_other_removed_can_be_taken_up_whole():
    theirs, mine = script(PERMISSION, SEATS, WHEN), script(PERMISSION, replace(DECIDES, wording="You?", reask_wording="Sorry?"), SEATS, WHEN)
    (own,) = conflict_of(SCRIPT, theirs, mine).mine
    assert (own.change.what, own.theirs.what) == (What.ADDED, What.REMOVED)
    assert everything(SCRIPT, theirs, mine) == mine


def test_two_orders_meet():
    theirs, mine = script(WHEN, PERMISSION, DECIDES, SEATS), script(SEATS, PERMISSION, DECIDES, WHEN)
    assert conflict_of(SCRIPT, theirs, mine).mine[0].theirs.what is What.MOVED


def test_what_has_no_words_in_a_language_is_told_place_by_place():
    colour = replace(
        SEATS, key="colour", kind="one_of", choices=("red", "blue"), reask_wording="Which?", translations={"sw": {"choices": ["nyekundu"]}}
    )
    spoken = script(colour, translations={"sw": {"lines": {"robot": "Ndiyo."}}})
    assert missing_in("sw", spoken, unsaid=["who", "robot"]) == [
        Missing("", "disclosure"),
        Missing("", "lines.who"),
        Missing("colour", "wording"),
        Missing("colour", "reask_wording"),
        Missing("colour", "choices"),
    ]


def test_nothing_is_missing_where_all_is_said():
    seats = replace(SEATS, translations={"sw": {"wording": "Viti vingapi?"}})
    assert missing_in("sw", script(seats, translations={"sw": {"disclosure": "Mimi ni AI wa Acme."}}), unsaid=()) == []
