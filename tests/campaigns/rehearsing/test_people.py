"""Who is made from a script's questions, and that each of them ends as the script says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import QuestionBrief, QuestionKind
from bridge.events import Outcome
from campaigns.rehearsing.people import Who, best_answers, knocked_out, people_of
from campaigns.rehearsing.play import Play
from campaigns.rehearsing.verdict import missing_of_person
from tests.bridge.conversing import LINES
from tests.campaigns.rehearsing.scripts import COLOUR, DECIDER, SEATS, TIME, WHY, person, played, plot, skipping


def test_the_eager_one_gives_the_answers_that_are_worth_the_most():
    assert best_answers(plot()) == {"time": True, "decider": True, "seats": 50}
    assert plot().score(best_answers(plot())).points == 70


def test_points_beyond_a_skip_are_seen():
    away = plot(TIME, skipping(DECIDER, equals=True, to=""), SEATS, rubrics={"decider": [{"when": {"equals": True}, "points": 10}], "seats": [
        {"when": {"at_least": 50}, "points": 40}]})  # fmt: skip
    assert best_answers(away) == {"time": True, "decider": False, "seats": 50}


def test_a_number_stays_within_its_bounds_and_can_be_said_in_words():
    rubric = [{"when": {"at_least": 2000}, "points": 90}, {"when": {"at_least": 10.5}, "points": 20}]
    found = best_answers(plot(SEATS, rubrics={"seats": rubric}))["seats"]
    assert isinstance(found, int) and 11 <= found <= 1000


def test_who_is_knocked_out_has_points_until_then_and_goes_on_to_the_end():
    assert knocked_out(plot()) == {"time": True, "decider": False, "seats": 50}
    assert not person(plot(), Who.KNOCKED_OUT).expected.is_hot
    assert played(plot(), Who.KNOCKED_OUT).outcome is Outcome.FINISHED


def test_there_are_six_of_them_or_fewer_where_the_script_has_no_use_for_one():
    assert [one.who for one in people_of(plot())] == list(Who)
    assert Who.KNOCKED_OUT not in {one.who for one in people_of(plot(TIME, SEATS))}
    assert Who.VAGUE not in {one.who for one in people_of(plot(TIME, WHY))}


@pytest.mark.parametrize("who", list(Who))
def test_everybody_ends_as_a_sound_script_says(who):
    of = plot(TIME, DECIDER, COLOUR, WHY, SEATS)
    assert missing_of_person(played(of, who), person(of, who).expected) == []


@pytest.mark.parametrize("who", list(Who))
def test_they_do_so_in_a_language_that_nothing_here_understands(who):
    of = plot(language="sw")
    assert missing_of_person(played(of, who), person(of, who).expected) == []


def test_in_a_survey_nobody_is_hot():
    of = plot(is_survey=True, threshold=0)
    talk = played(of, Who.EAGER)
    assert talk.outcome is Outcome.FINISHED and LINES.survey_close in talk.bot_said


def test_a_hot_one_hears_that_a_colleague_calls_back():
    talk = played(plot(), Who.EAGER)
    assert talk.outcome is Outcome.PROMISED and LINES.promise in talk.bot_said
    assert talk.as_json()["score"] == {
        "points": 70,
        "threshold": 60,
        "is_hot": True,
        "reasons": [
            {"question": "decider", "points": 30, "why": "decides alone", "knock_out": False},
            {"question": "seats", "points": 40, "why": "a large team", "knock_out": False},
        ],
    }


def test_the_score_moves_answer_by_answer():
    moves = [(move["question"], move["from"], move["to"]) for move in played(plot(), Who.EAGER).as_json()["moves"]]
    assert moves == [("time", 0, 0), ("decider", 0, 30), ("seats", 30, 70)]


def test_the_vague_one_is_asked_again_in_other_words():
    talk = played(plot(), Who.VAGUE)
    assert talk.reasks == ["decider"] and DECIDER.reask_wording in talk.bot_said


def test_an_opt_out_is_saved_before_the_goodbye():
    talk = played(plot(), Who.OPTS_OUT)
    assert talk.opt_out == "Stop calling me" and LINES.opted_out in talk.bot_said


def test_the_same_script_is_played_the_same_way():
    assert [Play(plot(), one).run().as_json() for one in people_of(plot())] == [Play(plot(), one).run().as_json() for one in people_of(plot())]


def test_what_is_read_back_is_agreed_to():
    seats = QuestionBrief("seats", QuestionKind.NUMBER, "How many seats?", "How many?", unit="seats", is_read_back=True)
    assert played(plot(TIME, seats), Who.EAGER).as_json()["understood"]["seats"]["is_confirmed"]


def test_a_script_without_questions_has_nobody():
    assert people_of(replace(plot(), brief=replace(plot().brief, questions=()), rubrics={})) == []


def test_choices_that_nobody_can_tell_apart_are_found_out():
    twice = QuestionBrief("plan", QuestionKind.ONE_OF, "Gold or old gold?", "Which?", choices=("gold", "stop calling me"))
    of = plot(TIME, twice, rubrics={"plan": [{"when": {"equals": "stop calling me"}, "points": 50}]})
    codes = [each["code"] for each in missing_of_person(played(of, Who.EAGER), person(of, Who.EAGER).expected)]
    assert "other_end" in codes and "other_answer" in codes
