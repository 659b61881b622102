"""Periods are kept to: what was said goes when it is over, what protects people stays, and a dialer never waits for it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from campaigns import janitor
from campaigns.models import Answer, Call, DialDecision, FlightEntry, LiveEvent, PrivacyAct, Recording, Turn
from campaigns.privacy import keeping
from campaigns.privacy.keeping import keep_daily, keep_now, past_now
from leads.consent import withdraw_consent
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import administrator, shown
from tests.campaigns.privacy.conftest import A_YEAR_ON, DAY, file_of, n_broken, verdict_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def three_years_on() -> datetime:
    """Of the records' own time of entry, which is real."""
    return max(NOW, timezone.now()) + timedelta(days=1096)


def kept(now: datetime) -> dict[str, int]:
    return dict(keep_now(now, by="mosi").counts)


# ---- what was said -------------------------------------------------------------------------------------------------------------


def test_recording_transcript_and_quote_go_and_the_answer_stays(spoken):
    path = file_of(spoken)
    assert kept(A_YEAR_ON) == {"calls": 1, "recordings": 1, "turns": 1, "quotes": 1, "live_events": 1}
    assert not path.exists() and not Recording.objects.exists() and not Turn.objects.exists()
    answer = Answer.objects.get()
    assert (answer.quote, answer.value) == ("", 60)
    assert "about sixty" not in str(list(LiveEvent.objects.values()))


def test_the_flight_record_and_the_decision_stay(spoken):
    n_entries = FlightEntry.objects.count()
    kept(A_YEAR_ON)
    assert FlightEntry.objects.count() == n_entries and DialDecision.objects.get().facts["consents"]
    spoken.refresh_from_db()
    assert (spoken.words_gone_at, spoken.disposition) == (A_YEAR_ON, "incomplete")


def test_the_judge_is_as_content_after_as_before(spoken):
    before = verdict_of()
    kept(A_YEAR_ON)
    assert verdict_of() == before and n_broken(before) == 0 and before["consent"]["kept"] == 1


@pytest.mark.parametrize(
    ("market", "days", "is_gone"),
    [("KE", 365, True), ("KE", 364, False), ("NG", 180, True), ("NG", 179, False), ("", 180, True), ("XX", 179, False)],
)
def test_each_market_has_its_own_period(spoken, asha, market, days, is_gone):
    Lead.objects.filter(pk=asha.pk).update(market=market)
    kept(NOW + timedelta(days=days))
    assert Recording.objects.exists() is not is_gone


def test_a_second_run_finds_nothing(spoken):
    kept(A_YEAR_ON)
    assert kept(A_YEAR_ON) == {} and past_now(A_YEAR_ON)["calls"] == 0
    assert PrivacyAct.objects.count() == 2


def test_a_call_that_has_not_ended_is_left_alone(campaign, asha):
    call = live_call(campaign, asha, status="in_progress")
    Turn.objects.create(call=call, position=0, party="bot", text="Hello", started_ms=0, ended_ms=900)
    assert kept(A_YEAR_ON) == {} and Turn.objects.exists()


def test_a_file_that_is_gone_already_is_no_obstacle(spoken):
    file_of(spoken).unlink()
    assert kept(A_YEAR_ON)["recordings"] == 1


def test_a_file_that_cannot_be_deleted_keeps_its_row_and_holds_up_no_other(spoken, campaign, baraka, caplog):
    path = file_of(spoken)
    path.unlink()
    path.mkdir()  # what `unlink` refuses
    (path / "inside").touch()
    live_call(campaign, baraka, status="completed", ended_at=NOW)
    with caplog.at_level(logging.ERROR):
        counts = kept(A_YEAR_ON)
    assert (counts["files_stuck"], counts["calls"]) == (1, 1) and Recording.objects.exists() and Turn.objects.exists()
    assert str(spoken.pk) in caplog.text


def test_the_page_of_a_call_says_where_its_words_are(client, spoken):
    kept(A_YEAR_ON)
    administrator(client)
    page = shown(client, f"campaigns/call/{spoken.pk}/change/")
    assert "Recording and transcript were deleted on 25 Nov 2027" in page and "Nobody spoke" not in page


# ---- proof ------------------------------------------------------------------------------------------------------------------------


def test_proof_of_consent_goes_after_three_years_without_contact_and_not_before(asha):
    assert kept(three_years_on() - 3 * DAY) == {} and asha.consent_records.exists()
    assert kept(three_years_on()) == {"consents": 1} and Lead.objects.get() == asha


def test_every_contact_begins_the_period_anew(campaign, asha):
    live_call(campaign, asha, status="completed", dialled_at=three_years_on() - 2 * DAY, ended_at=three_years_on() - DAY)
    kept(three_years_on())
    assert asha.consent_records.exists()


def test_who_is_about_to_be_called_keeps_their_consent(campaign, asha):
    enrolled(campaign, asha)
    kept(three_years_on())
    assert asha.consent_records.exists()


def test_a_withdrawal_and_the_do_not_call_list_have_no_end(asha, baraka, chiku):
    withdraw_consent(asha, purpose=None, channel="e-mail", at=NOW, now=NOW)
    kept(three_years_on() + 9999 * DAY)
    assert set(ConsentRecord.objects.values_list("kind", flat=True)) == {"withdrawn"}
    assert DoNotCallEntry.objects.count() == 1


def test_what_was_dialled_on_a_consent_that_is_gone_is_unjudged_not_broken(spoken):
    kept(three_years_on())
    verdict = verdict_of()
    assert not ConsentRecord.objects.exists() and n_broken(verdict) == 0
    assert verdict["consent"] == {"kept": 0, "unjudged": 1, "broken": 0}


def test_a_call_that_was_never_allowed_is_still_found(spoken):
    """No decision named a consent: then none was deleted either."""
    for entry in FlightEntry.objects.filter(kind__in=["decision", "dispatch"]).order_by("id"):
        entry.pk, entry.at, entry.details = None, NOW + 2 * DAY, {**entry.details, "consent_id": None}
        entry.save(force_insert=True)
    ConsentRecord.objects.all().delete()
    assert verdict_of(NOW + DAY, NOW + 3 * DAY)["consent"]["broken"] == 1


# ---- runs -------------------------------------------------------------------------------------------------------------------------


def test_a_run_says_who_when_and_how_many(spoken):
    kept(A_YEAR_ON)
    run = PrivacyAct.objects.get()
    assert (run.kind, run.done_by, run.began_at, run.ended_at, run.number) == ("retention", "mosi", A_YEAR_ON, A_YEAR_ON, "")


def test_the_dialer_keeps_to_them_once_a_day_by_itself(spoken):
    while keep_daily(A_YEAR_ON):
        pass
    assert PrivacyAct.objects.get().counts["calls"] == 1
    assert not keep_daily(A_YEAR_ON + DAY - SECOND)
    assert keep_daily(A_YEAR_ON + DAY) and PrivacyAct.objects.count() == 2


async def one_tick(now: datetime, provider: Any) -> None:
    await janitor.tick(now, provider)


@pytest.mark.django_db(transaction=True)
async def test_it_is_part_of_the_janitors_round(asha, provider, closed_connections):
    await one_tick(NOW, provider)
    assert await PrivacyAct.objects.filter(done_by=keeping.JANITOR).acount() == 1


def test_a_round_takes_a_bounded_portion(campaign, asha, monkeypatch):
    monkeypatch.setattr(keeping, "TAKEN_AT_ONCE", 2)
    monkeypatch.setattr(keeping, "LOOKED_AT", 3)
    for n in range(1, 8):
        live_call(campaign, asha, status="completed", attempt_number=n, ended_at=NOW, answer_token=None, stream_token=None)
    keep_daily(A_YEAR_ON)
    assert Call.objects.filter(words_gone_at=None).count() == 5
    while keep_daily(A_YEAR_ON):
        pass
    assert not Call.objects.filter(words_gone_at=None).exists()
    assert PrivacyAct.objects.get().counts == {"calls": 7}


def test_a_run_that_was_broken_off_goes_on_where_it_was(spoken, monkeypatch):
    keep_daily(A_YEAR_ON)
    assert PrivacyAct.objects.get().ended_at is None
    assert keep_now(A_YEAR_ON, by="mosi").done_by == keeping.JANITOR
    assert PrivacyAct.objects.get().ended_at == A_YEAR_ON


def test_a_portion_that_fails_is_repeated(spoken, monkeypatch):
    def break_off(*_: Any, **__: Any) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(PrivacyAct, "save", break_off)
        with pytest.raises(OSError, match="disk"):
            kept(A_YEAR_ON)
    assert Turn.objects.exists()
    assert kept(A_YEAR_ON)["recordings"] == 1


def test_calls_of_longer_periods_in_between_are_passed_over(campaign, asha, daudi, monkeypatch):
    monkeypatch.setattr(keeping, "LOOKED_AT", 2)
    Lead.objects.filter(pk=daudi.pk).update(market="NG")
    for n in range(1, 6):
        who = daudi if n == 5 else asha
        live_call(campaign, who, status="completed", attempt_number=n, ended_at=NOW, answer_token=None, stream_token=None)
    assert kept(NOW + 200 * DAY) == {"calls": 1}
    assert Call.objects.exclude(words_gone_at=None).get().lead == daudi


def test_a_look_changes_nothing(spoken):
    assert past_now(A_YEAR_ON) == {"calls": 1, "consents": 0, "attempts_of_erased": 0, "consents_of_erased": 0}
    assert Path(Recording.objects.get().file.path).exists() and not PrivacyAct.objects.exists()


def test_without_packs_nothing_goes(spoken, monkeypatch):
    monkeypatch.setattr(keeping, "market_packs", dict)
    assert kept(three_years_on()) == {} and Recording.objects.exists()
