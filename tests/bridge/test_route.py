"""The way through a script: the next question, what may still come, what is passed over, and the end."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import Skip
from bridge.conditions import BadCondition, hold
from bridge.route import THE_END, read_skips, route

ON_NO = (("equals", False),)
BRANCHING = MappingProxyType(
    {
        "decides": (Skip(ON_NO, "timeline"),),
        "seats": (Skip((("at_most", 5),), THE_END),),
        "budget": (),
        "timeline": (),
    }
)


@pytest.mark.parametrize(
    ("answers", "upcoming", "possible", "passed_over"),
    [
        ({}, "decides", ("decides", "seats", "budget", "timeline"), ()),
        ({"decides": True}, "seats", ("seats", "budget", "timeline"), ()),
        ({"decides": False}, "timeline", ("timeline",), ("seats", "budget")),
        ({"decides": True, "seats": 5}, None, (), ("budget", "timeline")),
        ({"decides": True, "seats": 6}, "budget", ("budget", "timeline"), ()),
        ({"decides": False, "seats": 5}, "timeline", ("timeline",), ("budget",)),
        ({"seats": 5}, "decides", ("decides", "timeline"), ("budget",)),
        ({"decides": False, "timeline": 0}, None, (), ("seats", "budget")),
    ],
    ids=["at the start", "no rule fits", "a jump", "to the end", "just above", "an answer on no way", "known beforehand", "all"],
)
def test_the_way_follows_the_answers(answers, upcoming, possible, passed_over):
    way = route(BRANCHING, answers)
    assert (way.next, way.possible, way.passed_over) == (upcoming, possible, passed_over)


def test_a_question_that_was_given_up_leads_to_the_one_behind_it():
    assert route(BRANCHING, {}, given_up={"decides"}).next == "seats"


def test_an_answer_that_is_corrected_leads_another_way():
    answers = {"decides": False, "timeline": 30}
    assert route(BRANCHING, answers).next is None
    assert route(BRANCHING, {**answers, "decides": True}).next == "seats"


def test_of_two_rules_that_fit_the_first_counts():
    steps = {"seats": (Skip((("at_least", 10),), "c"), Skip((("at_least", 5),), THE_END)), "b": (), "c": ()}
    assert route(steps, {"seats": 12}).next == "c"
    assert route(steps, {"seats": 7}).next is None


@pytest.mark.parametrize("to", ["a", "b", "nowhere"], ids=["back", "to itself", "to no question"])
def test_a_rule_that_does_not_lead_ahead_is_passed_by(to):
    steps = {"a": (), "b": (Skip(ON_NO, to),), "c": ()}
    assert route(steps, {"a": True, "b": False}).next == "c"


def test_rules_are_read_as_they_are_stored():
    rules = [{"when": {"equals": False}, "to": "timeline"}, {"when": {"at_most": 5}, "to": ""}]
    assert read_skips(rules) == (Skip(ON_NO, "timeline"), Skip((("at_most", 5),), THE_END))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("timeline", "Skip rule 2 is no rule"),
        ({"when": {"equals": 1}}, 'Skip rule 2 needs a "to"'),
        ({"when": {"equals": 1}, "to": 5}, 'Skip rule 2 needs a "to"'),
        ({"to": ""}, 'Skip rule 2 needs a "when"'),
        ({"when": {"sounds_like": 1}, "to": ""}, "Skip rule 2: “sounds_like” is not one of"),
        ({"when": {"contains": ["a"]}, "to": ""}, "Skip rule 2: “contains” needs one of the choices"),
    ],
    ids=str,
)
def test_a_rule_that_says_nothing_is_refused_with_its_number(rule, words):
    with pytest.raises(BadCondition, match=words):
        read_skips([{"when": {"equals": True}, "to": ""}, rule])


def test_rules_that_are_no_list_are_refused():
    with pytest.raises(BadCondition, match="a list of rules"):
        read_skips({"when": {}})


KEYS = tuple("abcdefg")
VALUES = st.one_of(st.booleans(), st.integers(0, 6), st.sampled_from(["red", "green"]), st.lists(st.sampled_from(["red", "green"]), min_size=1))
CONDITIONS = st.one_of(
    st.tuples(st.just("equals"), VALUES),
    st.tuples(st.sampled_from(["at_least", "at_most"]), st.integers(0, 6)),
    st.tuples(st.just("contains"), st.sampled_from(["red", "green"])),
).map(lambda test: (test,))
RULES = st.lists(st.builds(Skip, CONDITIONS, st.sampled_from([*KEYS, THE_END, "nowhere"])), max_size=3).map(tuple)
STEPS = st.integers(0, len(KEYS)).flatmap(lambda n: st.fixed_dictionaries(dict.fromkeys(KEYS[:n], RULES)))


@given(STEPS, st.dictionaries(st.sampled_from(KEYS), VALUES), st.data())
def test_every_interview_ends_and_asks_nothing_twice_and_nothing_that_was_passed_over(steps, known, data):
    answers = {key: value for key, value in known.items() if key in steps}
    asked: list[str] = []
    passed_over: set[str] = set()
    given_up: set[str] = set()
    while (way := route(steps, answers, given_up)).next is not None:
        assert way.next not in {*asked, *answers, *passed_over}
        assert way.next == way.possible[0]
        assert set(way.possible).isdisjoint(passed_over)
        passed_over |= set(way.passed_over)
        asked.append(way.next)
        if data.draw(st.booleans(), label="answers"):
            answers[way.next] = data.draw(VALUES)
        else:
            given_up.add(way.next)
    assert way.possible == ()
    assert {*answers, *given_up, *way.passed_over} == set(steps)


@given(STEPS, st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_what_is_asked_is_in_the_order_of_the_script(steps, known):
    way = route(steps, {key: value for key, value in known.items() if key in steps})
    assert list(way.possible) == sorted(way.possible, key=list(steps).index)
    assert set(way.possible).isdisjoint(way.passed_over)


def test_several_choices_contain_each_of_them_and_no_other():
    assert hold((("contains", "Red"),), ["green", "red"])
    assert not hold((("contains", "blue"),), ["green", "red"])
