"""Whom a hot lead is offered to, by each rule, and why the others are not asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.routing import Candidate, Nobody, Ring, Rule, Said, choose, who_takes_it, why_nobody
from tests.conftest import NOW

ALL, IN_ORDER, IDLE = Rule(), Rule(strategy=Ring.SEQUENTIAL), Rule(strategy=Ring.LONGEST_IDLE)
SWAHILI = Rule(language="sw", language_name="Swahili")


def rep(rep_id: int, *, idle_minutes: int | None = 0, **facts) -> Candidate:
    idle_since = None if idle_minutes is None else NOW - timedelta(minutes=idle_minutes)
    return Candidate(
        **{"rep_id": rep_id, "order": rep_id, "is_present": True, "is_verified": True, "is_free": True, "idle_since": idle_since, **facts}
    )


def test_a_rep_whose_number_is_not_verified_is_not_asked_nor_waited_for():
    choice = choose([rep(1, is_verified=False), rep(2, is_verified=False, is_free=False)], ALL)
    assert (choice.ask, choice.then, choice.nobody) == ((), (), Nobody.NOT_VERIFIED)
    assert choice.not_asked == {1: "number not verified", 2: "number not verified"}
    assert who_takes_it([rep(1, is_verified=False)], ALL) == ()


def test_with_one_verified_rep_there_the_others_are_no_reason():
    assert choose([rep(1, is_verified=False), rep(2)], ALL).ask == (2,)
    assert choose([rep(1, is_verified=False, is_present=False)], ALL).nobody is Nobody.NOT_THERE


# ---- strategies ----------------------------------------------------------------------------------------------------------------------------


def test_ring_all_asks_everybody_at_once():
    choice = choose([rep(1), rep(2), rep(3)], ALL)
    assert (set(choice.ask), choice.then, choice.nobody) == ({1, 2, 3}, (), None)


def test_one_after_another_keeps_to_the_order():
    choice = choose([rep(2, order=1), rep(3, order=2), rep(1, order=3)], IN_ORDER)
    assert (choice.ask, choice.then) == ((2,), (3, 1))


def test_the_longest_idle_comes_first_and_who_never_had_a_lead_before_all():
    choice = choose([rep(1, idle_minutes=5), rep(2, idle_minutes=50), rep(3, idle_minutes=None)], IDLE)
    assert (choice.ask, choice.then) == ((3,), (2, 1))


@pytest.mark.parametrize("rule", [IN_ORDER, IDLE], ids=["in order", "longest idle"])
def test_while_one_is_being_asked_nobody_else_is(rule):
    choice = choose([rep(1, said=Said.NOTHING_YET), rep(2)], rule)
    assert (choice.ask, choice.then, choice.nobody) == ((), (2,), None)


@pytest.mark.parametrize("said", [Said.NO, Said.NOTHING_IN_TIME])
def test_the_next_is_asked_when_the_first_does_not_take_it(said):
    assert choose([rep(1, said=said), rep(2)], IN_ORDER).ask == (2,)


def test_who_comes_while_all_are_being_asked_is_asked_too():
    assert choose([rep(1, said=Said.NOTHING_YET), rep(2)], ALL).ask == (2,)


def test_who_is_asked_for_another_lead_is_not_held_for_this_one_alone():
    choice = choose([rep(1, is_asked_elsewhere=True), rep(2)], IN_ORDER)
    assert choice.ask == (2,) and choice.not_asked == {1: "is being asked for another lead"}
    assert set(choose([rep(1, is_asked_elsewhere=True), rep(2)], ALL).ask) == {1, 2}


# ---- the rep who knows the lead ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", list(Ring))
def test_the_last_rep_is_asked_alone_first(strategy):
    rule = Rule(strategy=strategy, is_last_rep_first=True)
    assert choose([rep(1), rep(2, is_last_rep=True)], rule).ask == (2,)
    assert choose([rep(1), rep(2, is_last_rep=True, said=Said.NOTHING_YET)], rule).ask == ()
    assert choose([rep(1), rep(2, is_last_rep=True, said=Said.NO)], rule).ask == (1,)


@pytest.mark.parametrize("absence", [{"is_present": False}, {"is_free": False}], ids=["away", "busy"])
def test_nobody_waits_for_a_last_rep_who_cannot_take_it(absence):
    assert choose([rep(1), rep(2, is_last_rep=True, **absence)], Rule(is_last_rep_first=True)).ask == (1,)


def test_a_last_rep_who_becomes_free_late_is_asked_beside_the_others():
    assert choose([rep(1, said=Said.NOTHING_YET), rep(2, is_last_rep=True)], Rule(is_last_rep_first=True)).ask == (2,)


# ---- language and skills -----------------------------------------------------------------------------------------------------------------


def test_only_who_speaks_the_language_is_asked_and_who_names_none_speaks_any():
    speaks, does_not, any_language = rep(1, languages=frozenset({"sw", "en"})), rep(2, languages=frozenset({"fr"})), rep(3)
    choice = choose([speaks, does_not, any_language], SWAHILI)
    assert set(choice.ask) == {1, 3} and choice.not_asked == {2: "does not speak Swahili"}


def test_only_who_has_every_skill_is_asked():
    rule = Rule(needed_skills=frozenset({"solar", "water"}))
    choice = choose([rep(1, skills=frozenset({"solar", "water", "wind"})), rep(2, skills=frozenset({"solar"}))], rule)
    assert choice.ask == (1,) and choice.not_asked == {2: "lacks water"}


@pytest.mark.parametrize(
    ("candidates", "rule", "nobody", "words"),
    [
        ([], ALL, Nobody.NOT_THERE, "No rep was available."),
        ([rep(1, is_present=False)], ALL, Nobody.NOT_THERE, "No rep was available."),
        ([rep(1, languages=frozenset({"en"}))], SWAHILI, Nobody.WRONG_LANGUAGE, "No rep who was there speaks Swahili."),
        ([rep(1, languages=frozenset({"en"})), rep(2, is_present=False)], SWAHILI, Nobody.WRONG_LANGUAGE, "speaks Swahili"),
        ([rep(1)], Rule(needed_skills=frozenset({"solar"})), Nobody.LACKS_SKILL, "the skills that are needed: solar."),
        ([rep(1, said=Said.NO), rep(2, said=Said.NO)], ALL, Nobody.ALL_DECLINED, "Every rep who was there declined."),
        ([rep(1, said=Said.NO), rep(2, said=Said.NOTHING_IN_TIME)], ALL, Nobody.NOT_IN_TIME, "Nobody took it in time."),
    ],
    ids=["no reps", "away", "language", "language of who is there", "skill", "declined", "not in time"],
)
def test_it_says_why_there_is_nobody(candidates, rule, nobody, words):
    found = choose(candidates, rule).nobody
    assert found is nobody and words in why_nobody(found, rule)


def test_one_who_is_busy_is_waited_for():
    choice = choose([rep(1, is_free=False)], ALL)
    assert (choice.ask, choice.nobody, choice.not_asked) == ((), None, {1: "is busy with another lead"})


def test_while_one_has_said_yes_to_a_lead_that_warms_nobody_is_asked():
    choice = choose([rep(1, said=Said.YES), rep(2), rep(3, said=Said.NO)], ALL)
    assert (choice.ask, choice.then, choice.nobody, choice.not_asked) == ((), (), None, {2: "another rep has it", 3: "another rep has it"})


def test_one_who_is_busy_and_speaks_another_language_is_not_waited_for():
    assert choose([rep(1, is_free=False, languages=frozenset({"fr"}))], SWAHILI).nobody is Nobody.WRONG_LANGUAGE


# ---- a call right back -------------------------------------------------------------------------------------------------------------------


def test_a_call_right_back_rings_first_who_was_asked_and_never_who_said_no():
    assert who_takes_it([rep(1), rep(2, said=Said.NOTHING_YET), rep(3, said=Said.NO), rep(4, is_free=False)], IN_ORDER) == (2, 1)


# ---- whatever the case -------------------------------------------------------------------------------------------------------------------

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        rep_id=st.integers(1, 9),
        order=st.integers(0, 3),
        is_present=st.booleans(),
        is_free=st.booleans(),
        languages=st.frozensets(st.sampled_from(["en", "sw"])),
        skills=st.frozensets(st.sampled_from(["solar"])),
        idle_since=st.sampled_from([None, NOW, NOW - timedelta(hours=1)]),
        is_last_rep=st.booleans(),
        is_asked_elsewhere=st.booleans(),
        said=st.sampled_from([None, *Said]),
    ),
    unique_by=lambda candidate: candidate.rep_id,
    max_size=6,
)
RULES = st.builds(
    Rule,
    strategy=st.sampled_from(list(Ring)),
    language=st.sampled_from(["", "sw"]),
    needed_skills=st.sampled_from([frozenset(), frozenset({"solar"})]),
    is_last_rep_first=st.booleans(),
)


@given(CANDIDATES, RULES)
def test_nobody_is_asked_who_could_not_take_it_or_was_asked_before(candidates, rule):
    by_id = {candidate.rep_id: candidate for candidate in candidates}
    for rep_id in (*choose(candidates, rule).ask, *choose(candidates, rule).then):
        found = by_id[rep_id]
        assert found.is_present and found.is_free and found.said is None
        assert found.skills >= rule.needed_skills and (not rule.language or not found.languages or rule.language in found.languages)


@given(CANDIDATES, RULES)
def test_each_rep_is_asked_or_next_or_being_asked_or_it_is_said_why_not(candidates, rule):
    choice = choose(candidates, rule)
    is_taken = any(candidate.said is Said.YES for candidate in candidates)
    asked = [candidate.rep_id for candidate in candidates if candidate.said is (Said.YES if is_taken else Said.NOTHING_YET)]
    assert sorted([*choice.ask, *choice.then, *asked, *choice.not_asked]) == sorted(candidate.rep_id for candidate in candidates)


@given(CANDIDATES, RULES)
def test_a_lead_is_never_left_without_an_answer(candidates, rule):
    """Somebody is asked, or was, or is waited for; else it is said that there is nobody."""
    choice = choose(candidates, rule)
    is_open = bool(choice.ask or choice.then) or any(
        rep.said in (Said.NOTHING_YET, Said.YES) or (rep.said is None and rep.is_present) for rep in candidates
    )
    assert is_open or choice.nobody is not None
    assert not (choice.ask and choice.nobody)


@given(CANDIDATES, RULES)
def test_where_somebody_comes_next_somebody_is_being_asked(candidates, rule):
    choice = choose(candidates, rule)
    assert not choice.then or choice.ask or any(rep.said is Said.NOTHING_YET for rep in candidates)


@given(CANDIDATES, RULES)
def test_it_ends_however_often_reps_say_nothing(candidates, rule):
    """Each round asks somebody new, until nobody is left."""
    for _round in range(len(candidates) + 1):
        ask = choose(candidates, rule).ask
        if not ask:
            return
        answered = [Candidate(**{**as_facts(one), "said": Said.NOTHING_IN_TIME}) if one.rep_id in ask else one for one in candidates]
        assert answered != candidates
        candidates = answered
    pytest.fail("it goes round in a circle")


def as_facts(candidate: Candidate) -> dict[str, object]:
    return {name: getattr(candidate, name) for name in Candidate.__slots__}


@given(CANDIDATES, RULES)
def test_who_is_rung_can_take_it(candidates, rule):
    by_id = {candidate.rep_id: candidate for candidate in candidates}
    assert all(by_id[rep_id].is_free and by_id[rep_id].is_present for rep_id in who_takes_it(candidates, rule))
