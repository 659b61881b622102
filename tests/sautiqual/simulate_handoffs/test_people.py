"""Leads and reps of the simulation are of all kinds, and the same again for the same seed."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from leads import clock
from sautiqual.simulate_handoffs.agenda import Agenda
from sautiqual.simulate_handoffs.people import Leaves, Manner, mood, temper_of
from tests.conftest import NOW


def test_a_seed_makes_the_same_leads_again():
    assert [mood(Random(7)) for _ in range(3)] == [mood(Random(7)) for _ in range(3)]
    assert mood(Random(7)) != mood(Random(8))


def test_among_a_thousand_leads_there_is_every_kind():
    random = Random(1)
    moods = [mood(random) for _ in range(1000)]
    assert {each.leaves for each in moods} == set(Leaves)
    assert {each.declines_promise for each in moods} == {each.answers_call_back for each in moods} == {True, False}


def test_twenty_reps_are_of_every_manner():
    assert {temper_of(position).manner for position in range(20)} == set(Manner)


def test_the_agenda_runs_what_was_planned_in_its_order_each_at_its_instant():
    agenda, ran = Agenda(NOW), []
    try:
        agenda.after(2.0, lambda: ran.append(("second", agenda.now, abs(clock.now() - agenda.now) < timedelta(seconds=1))))
        agenda.after(1.0, lambda: agenda.after(0.5, lambda: ran.append(("planned by the first", agenda.now, True))))
        agenda.after(9.0, lambda: ran.append(("later", agenda.now, True)))
        agenda.run_until(NOW + timedelta(seconds=3))
    finally:
        clock.set_offset(timedelta())
    assert ran == [("planned by the first", NOW + timedelta(seconds=1.5), True), ("second", NOW + timedelta(seconds=2), True)]
    assert agenda.now == NOW + timedelta(seconds=3)
