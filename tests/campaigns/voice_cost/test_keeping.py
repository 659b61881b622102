"""What the voices of a call used: kept by session, priced, and counted in the totals that keep caps, however often and in what order it is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.events import Outcome, UsageUnit
from bridge.reports import SessionReport, SessionUse
from campaigns import calls, dialer, janitor, money
from campaigns.call_desk import DatabaseCallDesk
from campaigns.judge.limits import reservation
from campaigns.judge.loading import load
from campaigns.judge.ruling import Mark
from campaigns.models import Call, Campaign, FlightEntry, Organisation, VoiceSession
from campaigns.money import Spending, spending_of, totals_that_are_off
from campaigns.voice_cost import keeping
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.voice_cost.tables import MODELS, RATE, VOICES
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "round_prices")]

PHONE, VOICE = 2100, 36_000  # reserved: six minutes of USD 0.60 at KES 100
DOLLAR = 10_000  # KES cents


def use(key="s1", text_in=1_000_000, *, voice="openai", model="one", open_s=30.0, is_discarded=False) -> SessionUse:
    usage = {model: {UsageUnit.TEXT_IN: text_in}} if text_in else {}
    return SessionUse(key, voice, usage, open_s, is_discarded)


@pytest.fixture
def call(campaign, asha) -> Call:
    """Dialled and open, with money reserved for the voice as well."""
    call = live_call(campaign, asha, status="in_progress", answered_at=NOW, stream_opened_at=timezone.now())
    Call.objects.filter(pk=call.pk).update(voice_reserved_minor=VOICE)
    money.count_reservation(campaign.pk, VOICE, on=call.money_on)
    return call


def save(call: Call, *uses: SessionUse, is_over: bool = True) -> Call:
    keeping.save(call.pk, uses, is_over=is_over, at=NOW)
    call.refresh_from_db()
    return call


class TestSaving:
    def test_what_a_call_used_replaces_what_was_reserved(self, campaign, call):
        save(call, use())
        assert (call.voice_cost_minor, call.voice_settled_at) == (DOLLAR, NOW)
        assert spending_of(campaign) == Spending(DOLLAR, PHONE)
        assert totals_that_are_off() == ()

    def test_telling_it_twice_counts_it_once(self, campaign, call):
        for _ in range(3):
            save(call, use())
        assert VoiceSession.objects.count() == 1
        assert spending_of(campaign) == Spending(DOLLAR, PHONE)

    def test_a_call_that_goes_on_keeps_its_reservation(self, campaign, call):
        save(call, use(), is_over=False)
        assert (call.voice_cost_minor, call.voice_settled_at) == (None, None)
        assert spending_of(campaign) == Spending(0, PHONE + VOICE)

    def test_an_older_figure_that_comes_late_changes_nothing(self, call):
        save(call, use(text_in=2_000_000, open_s=60.0))
        save(call, use(text_in=1_000_000, open_s=30.0), is_over=False)
        session = VoiceSession.objects.get()
        assert (session.usage, session.open_s) == ({"one": {"text_in": 2_000_000}}, 60.0)
        assert call.voice_cost_minor == 2 * DOLLAR

    def test_a_call_that_failed_over_keeps_both_voices(self, call):
        save(call, use("s1", voice="gemini"), use("s2", voice="openai"))
        assert list(call.voice_sessions.values_list("voice", "cost_usd")) == [("gemini", Decimal(1)), ("openai", Decimal(1))]
        assert call.voice_cost_minor == 2 * DOLLAR

    def test_a_session_that_was_thrown_away_is_added_after_the_end(self, campaign, call):
        save(call, use("s1"))
        save(call, use("s2", is_discarded=True))
        assert call.voice_cost_minor == 2 * DOLLAR
        assert spending_of(campaign) == Spending(2 * DOLLAR, PHONE)
        assert totals_that_are_off() == ()

    def test_a_call_without_a_voice_gives_its_reservation_back(self, campaign, call):
        save(call)
        assert call.voice_cost_minor == 0
        assert spending_of(campaign) == Spending(0, PHONE)

    def test_more_than_was_reserved_is_reserved_while_the_call_goes_on(self, campaign, call):
        save(call, use(text_in=4_000_000), is_over=False)
        assert spending_of(campaign) == Spending(0, PHONE + 4 * DOLLAR)
        assert totals_that_are_off() == ()

    def test_a_session_of_one_call_is_not_taken_for_another(self, campaign, call, daudi):
        save(call, use())
        with pytest.raises(AssertionError):
            keeping.save(live_call(campaign, daudi).pk, [use()], is_over=True, at=NOW)

    def test_the_embedded_voice_costs_nothing_and_that_is_known(self, call):
        save(call, use(text_in=0, voice="embedded", open_s=200.0))
        assert call.voice_cost_minor == 0

    def test_it_takes_few_questions_however_long_the_call(self, call):
        save(call, use(), is_over=False)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keeping.save(call.pk, [use(text_in=2_000_000)], is_over=False, at=NOW)
        assert len(queries) <= 8


class TestUnknownPrices:
    def test_an_unknown_model_leaves_the_reservation_and_no_price(self, campaign, call):
        save(call, use(model="new"))
        assert (call.voice_cost_minor, call.voice_settled_at) == (None, None)
        assert spending_of(campaign) == Spending(0, PHONE + VOICE)

    def test_a_provider_that_reports_nothing_leaves_no_price_either(self, call):
        save(call, use(text_in=0, open_s=90.0))
        assert call.voice_cost_minor is None

    def test_once_the_table_is_mended_it_is_priced_by_the_day_of_the_call(self, campaign, call, own_table):
        save(call, use(model="new"))
        Call.objects.filter(pk=call.pk).update(session_ended_at=timezone.now())
        mended = MODELS.replace('"one"', '"new"')
        own_table(RATE + VOICES + mended)
        out = StringIO()
        call_command("price_calls", stdout=out)
        call.refresh_from_db()
        assert call.voice_cost_minor == DOLLAR
        assert spending_of(campaign) == Spending(DOLLAR, PHONE)
        assert "1 session has a price now" in out.getvalue()

    def test_what_is_still_missing_is_said(self, call):
        save(call, use(model="new"))
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("price_calls", stdout=out)
        assert "“new” has no price. Add a [[model]] of that name" in out.getvalue()


@pytest.fixture
def two_voices(settings, loopback, campaign, server):
    """The embedded voice first, and one behind it that is billed."""
    settings.OPENAI_API_KEY = "key"
    campaign.voice, campaign.fallback_voices = "embedded", ["openai"]
    campaign.save()
    return campaign


class TestTheLifeOfACall:
    def test_a_claim_sets_the_worst_case_of_the_dearest_voice_aside(self, campaign, two_voices, asha):
        enrolled(campaign, asha)
        claimed = dialer.claim_next(NOW)
        assert isinstance(claimed, dialer.Claimed)
        claimed_call = Call.objects.get(pk=claimed.call_id)
        assert (claimed_call.reserved_minor, claimed_call.voice_reserved_minor) == (PHONE, VOICE)
        assert spending_of(campaign) == Spending(0, PHONE + VOICE)
        assert FlightEntry.objects.get(kind="dispatch").money_minor == PHONE + VOICE
        assert totals_that_are_off() == ()

    def test_a_budget_without_room_for_the_voice_dials_nobody(self, campaign, two_voices, asha):
        Campaign.objects.update(budget_minor=PHONE + VOICE - 1)
        enrolled(campaign, asha)
        assert not isinstance(dialer.claim_next(NOW), dialer.Claimed)
        campaign.refresh_from_db()
        assert "one more call may cost KES 381.00" in campaign.pause_reason

    def test_a_claim_that_is_undone_gives_both_back(self, campaign, two_voices, asha):
        enrolled(campaign, asha)
        claimed = dialer.claim_next(NOW)
        calls.requeue(claimed.call_id, due_at=NOW)
        assert spending_of(campaign) == Spending(0, 0)
        assert Call.objects.get(pk=claimed.call_id).voice_reserved_minor == 0
        assert totals_that_are_off() == ()

    def test_a_call_nobody_answers_gives_the_voice_s_part_back(self, campaign, call):
        Call.objects.filter(pk=call.pk).update(status="dialing", answered_at=None, stream_opened_at=None)
        calls.refuse(call.pk, words="busy", at=NOW)
        assert spending_of(campaign) == Spending(0, 0)

    def test_a_pre_warmed_voice_of_a_call_nobody_answered_is_counted(self, campaign, call):
        Call.objects.filter(pk=call.pk).update(status="dialing", answered_at=None, stream_opened_at=None)
        calls.refuse(call.pk, words="busy", at=NOW)
        save(call, use(is_discarded=True))
        assert spending_of(campaign) == Spending(DOLLAR, 0)
        assert totals_that_are_off() == ()

    def test_a_server_that_died_leaves_what_was_told_so_far(self, campaign, call):
        save(call, use(), is_over=False)
        janitor.end_dead_sessions(NOW)  # no server holds it
        call.refresh_from_db()
        assert (call.session_outcome, call.voice_cost_minor) == (Outcome.MEDIA_LOST.value, DOLLAR)
        assert totals_that_are_off() == ()

    def test_a_last_word_that_was_not_saved_is_not_waited_for_for_ever(self, campaign, call):
        save(call, use(), is_over=False)
        Call.objects.filter(pk=call.pk).update(session_ended_at=timezone.now() - timedelta(minutes=2))
        janitor.settle_voices_late(NOW)
        assert spending_of(campaign) == Spending(DOLLAR, PHONE)

    def test_one_without_a_price_is_left_to_the_table(self, campaign, call):
        save(call, use(model="new"), is_over=False)
        Call.objects.filter(pk=call.pk).update(session_ended_at=timezone.now() - timedelta(minutes=2))
        janitor.settle_voices_late(NOW)
        assert spending_of(campaign) == Spending(0, PHONE + VOICE)

    def test_the_judge_sees_a_voice_that_cost_more_than_was_set_aside(self, call):
        save(call, use(text_in=5_000_000))
        record = load(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
        verdicts = [ruling for ruling in reservation(record) if ruling is not Mark.KEPT]
        assert len(verdicts) == 1
        assert "It cost KES 500.00; reserved were KES 360.00." in str(verdicts[0])


async def test_the_desk_saves_it_durably_and_leaves_strangers_out(call):
    desk = DatabaseCallDesk()
    await desk.save_usage(str(call.pk), [use()], is_over=False)
    await desk.finish(str(call.pk), SessionReport(Outcome.FINISHED, is_disclosure_heard=True))
    await desk.save_usage(str(call.pk), [use(text_in=3_000_000)], is_over=True)
    await desk.save_usage(f"stranger-{uuid4()}", [use("s9")], is_over=True)
    desk.close()
    kept = await Call.objects.aget(pk=call.pk)
    assert kept.voice_cost_minor == 3 * DOLLAR
    assert await VoiceSession.objects.acount() == 1
    assert await sync_to_async(totals_that_are_off)() == ()


def test_the_organisation_s_day_counts_both(campaign, call):
    save(call, use())
    day, month = money.organisation_caps(Organisation.current(), now=NOW)
    assert (day.spent_minor, month.spent_minor) == (DOLLAR, DOLLAR)
