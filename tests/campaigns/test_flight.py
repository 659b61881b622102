"""The flight record: what is written when, that nothing in it ever changes, and that it names nobody."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.replies import PlacedCall
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, campaign_life, dialer, flight, flight_ticks, interviews, money, stop_all
from campaigns.campaign_life import Action
from campaigns.judge.month.database import own_database
from campaigns.judge.record import EntryKind
from campaigns.models import Call, DialDecision, FlightEntry, RuleSheet
from campaigns.states import CallStatus
from leads.models import Lead
from tests.campaigns.conftest import enrolled
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
K = EntryKind


def kinds() -> list[str]:
    return list(FlightEntry.objects.order_by("id").values_list("kind", flat=True))


def last(kind: EntryKind) -> FlightEntry:
    return FlightEntry.objects.filter(kind=kind).order_by("-id")[0]


@pytest.fixture
def claimed(loopback, campaign, server, asha) -> Call:
    """Asha's call, claimed by the dialer and not placed yet."""
    call = enrolled(campaign, asha)
    assert isinstance(dialer.claim_next(NOW), dialer.Claimed)
    call.refresh_from_db()
    return call


# ---- append-only ------------------------------------------------------------------------------------------------------------


def refuses(act: Any) -> bool:
    with suppress(IntegrityError), transaction.atomic():
        act()
        return False
    return True


def test_the_database_refuses_to_change_what_was_recorded(claimed):
    assert refuses(lambda: FlightEntry.objects.update(kind=K.TICK))
    assert refuses(lambda: RuleSheet.objects.update(content={}))
    assert FlightEntry.objects.filter(kind=K.DISPATCH).count() == 1


def test_the_database_refuses_to_delete_what_was_recorded(month_is_copied):
    """In a database as `migrate` makes it: the tests' own lets itself be emptied on SQLite."""
    with own_database():
        flight.record(K.STOPPED, at=NOW)
        RuleSheet.objects.create(digest="d", pack_version="v", market="KE", purpose="marketing", content={}, first_used_at=NOW)
        assert refuses(lambda: FlightEntry.objects.all().delete())
        assert refuses(lambda: RuleSheet.objects.all().delete())
        assert refuses(lambda: FlightEntry.objects.update(kind=K.TICK))
        assert FlightEntry.objects.count() == 1
        assert connection.vendor == "sqlite"


def test_what_is_rolled_back_was_never_recorded(claimed):
    n_before = FlightEntry.objects.count()
    with transaction.atomic():
        calls.requeue(claimed.pk, due_at=NOW)
        transaction.set_rollback(True)
    assert FlightEntry.objects.count() == n_before


def test_it_outlives_an_erased_lead_and_names_nobody(claimed, asha):
    calls.requeue(claimed.pk, due_at=NOW)
    Lead.objects.filter(pk=asha.pk).delete()
    assert not Call.objects.exists() and not DialDecision.objects.exists()
    assert kinds() == [K.DECISION, K.DISPATCH, K.NOT_SENT]
    held = str(list(FlightEntry.objects.values()))
    assert asha.phone not in held and asha.phone[1:] not in held and "Asha" not in held


def test_a_number_has_one_digest_whichever_lead_had_it(asha):
    assert flight.number_of(asha.phone) == flight.number_of(asha.phone) != flight.number_of("+254712123402")


# ---- what is written when -----------------------------------------------------------------------------------------------------


def test_a_claim_writes_the_decision_and_the_dispatch(claimed, line, asha):
    decision, dispatch = FlightEntry.objects.order_by("id")
    kept = DialDecision.objects.get()
    assert (decision.kind, decision.at, decision.details["decision_id"]) == (K.DECISION, NOW, kept.pk)
    assert decision.details["is_allowed"] and decision.details["pack_version"] == kept.pack_version
    assert (dispatch.kind, dispatch.call_id, dispatch.line_id, dispatch.lead_id) == (K.DISPATCH, claimed.pk, line.pk, asha.pk)
    assert dispatch.number == flight.number_of(asha.phone)
    assert (dispatch.money_minor, dispatch.money_on) == (claimed.reserved_minor, claimed.money_on)
    assert dispatch.details["decision_id"] == kept.pk and dispatch.details["in_flight"]["campaign"] == 5


def test_the_facts_of_a_decision_are_not_written_twice(claimed):
    assert "consents" not in FlightEntry.objects.filter(kind=K.DECISION).get().details
    assert DialDecision.objects.get().facts["consents"]


def test_the_rules_are_kept_once_a_version(claimed, campaign, server, loopback):
    sheet = RuleSheet.objects.get()
    assert sheet.market == "KE" and sheet.content["per_day"] >= 1
    assert flight.keep_rules(claimed, at=NOW + timedelta(days=1)) == sheet.digest
    assert RuleSheet.objects.get().first_used_at == NOW


def test_a_refusal_that_is_final_ends_the_call_in_the_record(loopback, campaign, server, baraka):
    enrolled(campaign, baraka)
    dialer.claim_next(NOW)
    assert kinds() == [K.DECISION, K.ENDED]
    assert last(K.DECISION).details["reasons"] == ["do_not_call"]
    assert last(K.ENDED).details["status"] == "blocked" and last(K.ENDED).number == flight.number_of(baraka.phone)


def test_a_refusal_that_waits_says_until_when(loopback, campaign, server, daudi):
    enrolled(campaign, daudi)
    dialer.claim_next(NOW)
    assert kinds() == [K.DECISION, K.POSTPONED]
    assert last(K.POSTPONED).details["due_at"] == Call.objects.get().due_at.isoformat()


def test_a_claim_that_was_never_sent_gives_its_money_back(claimed):
    calls.requeue(claimed.pk, due_at=NOW)
    assert kinds()[2:] == [K.NOT_SENT]
    assert sum(FlightEntry.objects.values_list("money_minor", flat=True)) == 0


def test_a_refusal_by_the_platform_ends_the_call(claimed):
    calls.refuse(claimed.pk, words="no", at=NOW)
    assert kinds()[2:] == [K.REFUSED, K.MONEY, K.ENDED]
    assert sum(FlightEntry.objects.values_list("money_minor", flat=True)) == 0


def test_an_unknown_outcome_is_told_once(claimed):
    calls.mark_unknown(claimed.pk)
    calls.mark_unknown(claimed.pk)
    assert kinds()[2:] == [K.UNKNOWN]


def test_a_call_from_placing_to_its_price(claimed):
    calls.adopt(claimed.pk, PlacedCall("p1", None, ProviderStatus.RINGING, None))
    calls.on_provider_event(claimed.pk, ProviderEvent(state=ProviderStatus.ANSWERED), at=NOW)
    calls.on_provider_event(claimed.pk, ProviderEvent(state=ProviderStatus.ANSWERED), at=NOW)
    Call.objects.filter(pk=claimed.pk).update(stream_opened_at=NOW)
    calls.finish_session(claimed.pk, SessionReport(Outcome.NOT_INTERESTED, is_disclosure_heard=True), at=NOW)
    calls.on_provider_event(claimed.pk, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=61), at=NOW)
    claimed.refresh_from_db()
    money.settle(claimed, 600, "KES", at=NOW)
    assert kinds()[2:] == [K.PLACED, K.ANSWERED, K.FINISHED, K.ENDED, K.MONEY]
    assert last(K.ENDED).details["status"] == CallStatus.COMPLETED
    assert last(K.MONEY).details == {"cost_minor": 600, "was_reserved_minor": claimed.reserved_minor}
    assert sum(FlightEntry.objects.values_list("money_minor", flat=True)) == 600


def test_an_opt_out_is_recorded_with_the_number(claimed, asha):
    interviews.save_opt_out(claimed.pk, "stop", at=NOW)
    assert last(K.OPTED_OUT).number == flight.number_of(asha.phone)


def test_a_campaigns_life_and_the_kill_switch_are_recorded(campaign):
    campaign_life.change(campaign, Action.PAUSE, by="Mosi")
    stop_all.stop_all(by="Mosi", reason="fire")
    stop_all.resume_all(by="Mosi")
    assert kinds() == [K.CAMPAIGN, K.STOPPED, K.RESUMED]
    assert last(K.CAMPAIGN).campaign_id == campaign.pk and last(K.CAMPAIGN).details["status"] == "paused"


# ---- ticks --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_tick_before(monkeypatch) -> None:
    monkeypatch.setattr(flight_ticks, "_last_at", None)


def test_it_ticks_once_a_minute_however_often_it_is_asked(campaign):
    seconds = (0, 2, 59, 60, 61, 120)
    assert [flight_ticks.tick(NOW + timedelta(seconds=second)) for second in seconds] == [True, False, False, True, False, True]


def seen(campaign: Any) -> dict[str, Any]:
    flight_ticks.tick(NOW)
    found: dict[str, Any] = last(K.TICK).details["campaigns"][str(campaign.pk)]
    return found


def test_a_tick_says_since_when_somebody_is_due(campaign, server, asha, loopback):
    enrolled(campaign, asha)
    assert (seen(campaign)["oldest_due_at"], seen(campaign)["hold"]) == (NOW.isoformat(), None)


def test_a_tick_says_what_holds_the_campaign_back(campaign, server, asha, loopback):
    campaign.budget_minor = 1
    campaign.save()
    enrolled(campaign, asha)
    assert seen(campaign)["hold"] == "budget"


def test_a_tick_without_a_server_says_so(campaign, asha, loopback):
    enrolled(campaign, asha)
    assert seen(campaign)["hold"] == "server"


def test_a_campaign_with_nobody_due_is_little_to_tell(campaign, server):
    assert seen(campaign)["oldest_due_at"] is None
