"""A promised call back: bound to the rep it was made with, never lost with them, and honest about being late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.handoff import offers
from campaigns.handoff.cards import queue_of
from campaigns.handoff.moves import move, promise
from campaigns.handoff.offers import Accepted, Gone
from campaigns.handoff.promises import note_rung, promise_of
from campaigns.handoff.promising import PROMISED_WITHIN
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Handoff, Rep
from campaigns.promises import PromiseState
from campaigns.states import HandoffStatus
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

DUE = NOW + PROMISED_WITHIN
GRACE = timedelta(minutes=10)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def owed(hot_call, rehema, juma) -> Handoff:
    """Rehema had accepted, but her phone rang out; Juma is there, too."""
    handoff = Handoff.objects.create(call=hot_call, strategy="callback", offered_at=NOW)
    move(handoff, HandoffEvent.ACCEPTED, now=NOW, rep=rehema)
    promise(handoff, HandoffEvent.REP_NO_ANSWER, now=NOW, reason="The rep did not answer.")
    return handoff


def is_shown(rep: Rep, at: datetime) -> bool:
    Rep.objects.filter(seen_at__isnull=False).update(seen_at=at)  # whose page is open, is open still
    rep.refresh_from_db()
    return bool(queue_of(rep, now=at).promised)


def test_it_is_offered_first_to_the_rep_it_was_made_with(owed, rehema, juma):
    assert is_shown(rehema, NOW) and is_shown(rehema, DUE + GRACE)
    assert not is_shown(juma, NOW) and not is_shown(juma, DUE + GRACE - A_SECOND)


def test_after_its_grace_anybody_may_keep_it(owed, rehema, juma):
    assert is_shown(juma, DUE + GRACE)
    (card,) = queue_of(juma, now=DUE + GRACE).promised
    assert card.whose == "Rehema"
    assert isinstance(offers.call_now(owed.id, juma, now=DUE + GRACE), Accepted)
    owed.refresh_from_db()
    assert owed.rep == juma


def test_the_grace_is_a_setting(owed, juma, settings):
    settings.PROMISE_GRACE_MINUTES = 0
    assert is_shown(juma, DUE) and not is_shown(juma, DUE - A_SECOND)


def test_until_then_no_other_rep_takes_it_by_its_address(owed, juma):
    Rep.objects.update(seen_at=DUE)
    taken = offers.call_now(owed.id, juma, now=DUE)
    assert isinstance(taken, Gone) and "Rehema promised this call back" in taken.sentence
    assert not offers.keep_promise(owed.id, juma, now=DUE)
    owed.refresh_from_db()
    assert owed.status == HandoffStatus.PROMISED


@pytest.mark.parametrize("absence", [{"is_available": False}, {"seen_at": None}], ids=["away", "page closed"])
def test_whoever_is_away_at_its_time_loses_it_to_the_others_then_and_not_before(owed, rehema, juma, absence):
    Rep.objects.filter(pk=rehema.pk).update(**absence)
    assert not is_shown(juma, DUE - A_SECOND)
    assert is_shown(juma, DUE)


def leaves(rep: Rep, how: str) -> None:
    match how:
        case "deactivated":
            rep.user.is_active = False
            rep.user.save(update_fields=["is_active"])
        case "off the campaign":
            rep.campaigns.clear()
        case "number no longer verified":
            Rep.objects.filter(pk=rep.pk).update(is_verified=False)
        case "deleted":
            rep.user.delete()


@pytest.mark.parametrize("how", ["deactivated", "off the campaign", "number no longer verified", "deleted"])
def test_a_promise_is_not_lost_when_its_rep_leaves(owed, rehema, juma, how):
    leaves(rehema, how)
    assert is_shown(juma, NOW)
    assert isinstance(offers.call_now(owed.id, juma, now=NOW), Accepted)


def test_a_promise_of_nobody_is_everybody_s(hot_call, rehema, juma):
    handoff = Handoff.objects.create(call=hot_call, strategy="dial", offered_at=NOW)
    promise(handoff, HandoffEvent.OVERDUE, now=NOW, reason="Nobody took it in time.")
    assert is_shown(rehema, NOW) and is_shown(juma, NOW)


# ---- its clock -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_due", "is_late", "late"),
    [
        (DUE - A_SECOND, False, False, ""),
        (DUE, True, False, ""),
        (DUE + timedelta(minutes=9), True, False, "9 min"),
        (DUE + timedelta(hours=2), True, True, "2 h"),
    ],
    ids=["before", "at its time", "in its grace", "two hours late"],
)
def test_the_card_says_when_it_is_due_and_how_late_it_is(owed, rehema, at, is_due, is_late, late):
    (card,) = queue_of(rehema, now=at).promised
    assert (card.is_due, card.is_late, card.late) == (is_due, is_late, late)


def test_a_promise_that_could_not_be_kept_grows_no_younger(owed, rehema):
    later = DUE + timedelta(hours=1)
    offers.call_now(owed.id, rehema, now=later)
    owed.refresh_from_db()
    promise(owed, HandoffEvent.LEAD_UNREACHED, now=later, reason="Calls are allowed from 08:00 to 18:00.")
    found = promise_of(owed, now=later)
    assert owed.promised_for == DUE
    assert found is not None and (found.state, found.late_s) == (PromiseState.LATE, 3600)


def test_a_lead_who_was_rung_in_time_and_not_reached_is_no_longer_late(owed, rehema):
    note_rung(owed, at=DUE)
    note_rung(owed, at=DUE + timedelta(hours=3))  # a second try makes it no later
    owed.refresh_from_db()
    (card,) = queue_of(rehema, now=DUE + timedelta(hours=5)).promised
    assert (card.called_at, card.is_due, card.is_late) == (DUE, False, False)


def test_a_hand_off_that_promised_nothing_is_not_noted(hot_call):
    handoff = Handoff.objects.create(call=hot_call, strategy="callback", offered_at=NOW)
    note_rung(handoff, at=NOW)
    handoff.refresh_from_db()
    assert handoff.kept_at is None and promise_of(handoff, now=NOW) is None


def test_done_keeps_it_at_that_time(owed, rehema):
    assert offers.keep_promise(owed.id, rehema, now=DUE + timedelta(hours=1))
    owed.refresh_from_db()
    found = promise_of(owed, now=DUE + timedelta(days=3))
    assert found is not None and (found.state, found.late_s) == (PromiseState.KEPT_LATE, 3600)


def test_a_promise_to_a_lead_who_may_not_be_called_any_more_is_missed(owed):
    move(owed, HandoffEvent.LAPSED, now=NOW, reason="On the do-not-call list.")
    found = promise_of(owed, now=DUE)
    assert found is not None and found.state is PromiseState.MISSED
