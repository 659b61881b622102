"""Who may be rung to verify a number, how often, and what the call, its money and its digits leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.telephony.answer_xml import GetDigits, Hangup, Say
from bridge.telephony.answer_xml_parse import parse_document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import money, stop_all
from campaigns.handoff import offers, rep_answering, verifying
from campaigns.handoff.number_check import Result
from campaigns.handoff.number_leg import ASKED, GOODBYES, WRONG
from campaigns.handoff.numbers import change_number, confirm_number
from campaigns.handoff.verifying import Begun, begin
from campaigns.models import Line, LiveEvent, NumberCheck, Organisation, Rep, Reservation, StaffCall
from campaigns.states import CallStatus
from leads import do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.handoff.conftest import at, make_rep, pending
from tests.campaigns.platform import BREAK_OFF, Reply
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def neema(campaign, loopback) -> Rep:
    """A rep whose number nobody has verified."""
    return make_rep("Neema", "+254722000013", campaign, is_verified=False)


def asked(rep: Rep) -> Begun:
    begun = begin(rep, by="neema", now=NOW)
    assert isinstance(begun, Begun), begun
    return begun


def refused(rep: Rep, *, by: str = "neema") -> str:
    why = begin(rep, by=by, now=NOW)
    assert isinstance(why, str), why
    return why


def of_a_lead(rep: Rep) -> None:
    Lead.objects.create(phone=rep.number)


def not_to_be_called(rep: Rep) -> None:
    do_not_call.add_to_do_not_call(rep.number, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=NOW)


def on_a_stopped_platform(rep: Rep) -> None:
    stop_all.stop_all(by="mosi", reason="a fire drill")


def without_a_line(rep: Rep) -> None:
    Line.objects.update(is_active=False)


def of_a_line_of_ours(rep: Rep) -> None:
    Line.objects.create(number=rep.number, is_simulated=True)


def gone(rep: Rep) -> None:
    rep.user.is_active = False
    rep.user.save()


OBSTACLES = [of_a_lead, not_to_be_called, on_a_stopped_platform, without_a_line, of_a_line_of_ours, gone]


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_a_number_that_may_not_be_rung_is_not_rung_to_verify_it(obstacle, neema):
    obstacle(neema)
    assert isinstance(begin(neema, by="neema", now=NOW), str)
    assert not NumberCheck.objects.exists()


@pytest.mark.usefixtures("closed_connections")
@pytest.mark.parametrize("obstacle", OBSTACLES)
async def test_what_came_in_the_way_after_the_request_still_stops_the_ring(obstacle, neema, server, provider, platform):
    begun = await sync_to_async(asked)(neema)
    await sync_to_async(obstacle)(neema)
    await verifying.ring(begun.check_id, provider)
    check = await NumberCheck.objects.aget()
    assert (platform.placed, check.result) == ([], "not_rung") and check.why_not_rung
    assert not await StaffCall.objects.aexists()


def test_a_verified_number_is_not_rung_for_it(rehema, loopback):
    assert begin(rehema, by="rehema", now=NOW) == "This number is verified already."


def test_one_call_at_a_time(neema):
    asked(neema)
    assert "under way" in refused(neema, by="mosi")
    assert NumberCheck.objects.count() == 1


def test_not_while_the_rep_has_a_lead(neema, hot_call, line):
    handoff = offers.offer(hot_call, now=NOW)
    reservation = pending(handoff, neema, expires_at=None)
    Reservation.objects.filter(pk=reservation.pk).update(status="accepted")
    assert "You have a lead" in refused(neema)


def had(rep: Rep, number: str, n: int, result: str = "no_answer") -> None:
    for _ in range(n):
        at_noon = {"asked_at": NOW, "asked_on": timezone.localdate(NOW), "expires_at": timezone.now()}
        NumberCheck.objects.create(rep=rep, number=number, code_hash="x", asked_by="x", result=result, **at_noon)


def test_a_rep_has_three_calls_a_day_and_more_the_day_after(neema):
    had(neema, "+254722000099", 3)
    assert "You have had 3 such calls today" in refused(neema)
    assert isinstance(begin(neema, by="neema", now=NOW + timedelta(days=1)), Begun)


def test_a_number_has_three_calls_a_day_whoever_asks(neema, juma):
    had(juma, neema.number, 3)
    assert "This number has had 3 such calls today" in refused(neema)


def test_what_never_rang_is_not_counted(neema):
    had(neema, neema.number, 3, result="not_rung")
    asked(neema)


def test_a_request_nobody_carried_out_blocks_for_ten_minutes_and_no_longer(neema):
    asked(neema)
    NumberCheck.objects.update(expires_at=timezone.now())
    asked(neema)
    assert sorted(NumberCheck.objects.values_list("result", flat=True)) == ["", "expired"]


def test_the_code_is_kept_nowhere(neema):
    begun = asked(neema)
    row = NumberCheck.objects.values().get()
    assert begun.code.isdigit() and len(begun.code) == 4
    assert begun.code not in map(str, row.values()) and len(row["code_hash"]) == 64
    first, _second = row["code_hash"], NumberCheck.objects.update(result="expired")
    assert NumberCheck.objects.get(pk=asked(neema).check_id).code_hash != first


# ---- the call ----


@pytest.fixture
async def rung(neema, server, provider, platform, closed_connections):
    """Neema's phone rings; her code."""
    begun = await sync_to_async(asked)(neema)
    await verifying.ring(begun.check_id, provider)
    return begun


async def leg(second: float, state: ProviderStatus = ProviderStatus.ANSWERED, **said):
    staff_call = await StaffCall.objects.select_related("line").aget()
    event = ProviderEvent(state=state, **said)
    return parse_document(await sync_to_async(rep_answering.document_for)(staff_call, event, now=at(second)))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10000:04}"


async def test_the_number_is_rung_once_by_a_staff_call_with_its_money(rung, neema, platform, provider):
    await verifying.ring(rung.check_id, provider)
    staff_call = await StaffCall.objects.aget()
    assert [asked.body["to"] for asked in platform.placed] == [[neema.number]]
    assert platform.placed[0].headers["idempotency-key"] == staff_call.id.hex
    assert (staff_call.purpose, staff_call.status, staff_call.handoff_id) == ("verification", CallStatus.RINGING, None)
    assert staff_call.reserved_minor > 0
    assert await sync_to_async(money.totals_that_are_off)() == ()


async def test_the_voice_says_what_it_is_for_and_asks_for_the_code(rung):
    first, second, *rest = await leg(5)
    assert isinstance(first, GetDigits) and first.prompt[0] == Say(ASKED) and first.max_digits == 4
    assert isinstance(second, GetDigits) and rest[-1] == Hangup()  # a mailbox is not asked for ever


async def test_the_right_code_verifies_the_number_by_a_call(rung, neema):
    await leg(5)
    said = await leg(12, digits=rung.code)
    await neema.arefresh_from_db()
    assert said[0] == Say(GOODBYES[Result.VERIFIED])
    assert (neema.is_verified, neema.verified_at, neema.verified_by) == (True, at(12), "call")
    assert await LiveEvent.objects.filter(kind="presence").aexists()  # her open page looks again
    await leg(14, ProviderStatus.COMPLETED, duration_s=9.0)
    assert (await NumberCheck.objects.aget()).result == "verified"


async def test_three_wrong_codes_end_it_and_a_right_one_comes_too_late(rung, neema):
    assert [(await leg(second, digits=wrong(rung.code)))[0].prompt[0] for second in (5, 9)] == [Say(WRONG)] * 2
    assert (await leg(12, digits=wrong(rung.code)))[0] == Say(GOODBYES[Result.WRONG_CODE])
    await leg(15, digits=rung.code)
    await neema.arefresh_from_db()
    assert (neema.is_verified, (await NumberCheck.objects.aget()).result) == (False, "wrong_code")


async def test_a_right_code_after_two_wrong_ones_verifies(rung, neema):
    for second in (5, 9):
        await leg(second, digits=wrong(rung.code))
    await leg(12, digits=rung.code + "#")
    await neema.arefresh_from_db()
    assert neema.is_verified


async def test_a_code_older_than_ten_minutes_verifies_nothing(rung, neema):
    await NumberCheck.objects.aupdate(expires_at=timezone.now())
    await leg(5, digits=rung.code)
    await neema.arefresh_from_db()
    assert (neema.is_verified, (await NumberCheck.objects.aget()).result) == (False, "expired")


async def test_a_number_that_was_changed_meanwhile_is_not_verified(rung, neema):
    await Rep.objects.aupdate(number="+254722000098")
    await leg(5, digits=rung.code)
    await neema.arefresh_from_db()
    assert (neema.is_verified, (await NumberCheck.objects.aget()).result) == (False, "number_changed")


@pytest.mark.parametrize(
    ("state", "result"),
    [(ProviderStatus.NO_ANSWER, "no_answer"), (ProviderStatus.BUSY, "busy"), (ProviderStatus.FAILED, "failed")],
)
async def test_a_phone_that_is_not_picked_up_is_told_as_it_was(rung, state, result):
    await leg(30, state)
    assert (await NumberCheck.objects.aget()).result == result


async def test_a_mailbox_enters_nothing(rung):
    await leg(5)
    await leg(25, ProviderStatus.COMPLETED, duration_s=20.0)
    assert (await NumberCheck.objects.aget()).result == "not_entered"


@pytest.mark.usefixtures("closed_connections")
async def test_a_refusal_of_the_platform_is_told_and_costs_nothing(neema, server, provider, platform):
    platform.replies = [Reply(402, {"error": {"code": "wallet.insufficient_funds", "message": "The wallet is empty."}})]
    begun = await sync_to_async(asked)(neema)
    await verifying.ring(begun.check_id, provider)
    check = await NumberCheck.objects.aget()
    assert check.result == "not_rung" and "The wallet is empty." in check.why_not_rung
    assert await sync_to_async(money.totals_that_are_off)() == ()


@pytest.mark.usefixtures("closed_connections")
async def test_where_nobody_knows_whether_it_rings_it_is_not_rung_again(neema, server, provider, platform):
    platform.replies = [BREAK_OFF]
    begun = await sync_to_async(asked)(neema)
    await verifying.ring(begun.check_id, provider)
    await verifying.ring(begun.check_id, provider)
    assert len(platform.placed) == 1
    assert isinstance(await sync_to_async(begin)(neema, by="neema", now=NOW), str)
    await leg(5, digits=begun.code)  # it rang after all
    await neema.arefresh_from_db()
    assert neema.is_verified


@pytest.mark.usefixtures("closed_connections")
async def test_a_spent_budget_rings_nobody(neema, server, provider, platform):
    await Organisation.objects.aupdate_or_create(pk=1, defaults={"day_budget_minor": 1})
    begun = await sync_to_async(asked)(neema)
    await verifying.ring(begun.check_id, provider)
    assert platform.placed == [] and "budget" in (await NumberCheck.objects.aget()).why_not_rung


# ---- whose word ----


def test_another_number_is_not_verified_and_the_same_stays_so(rehema):
    change_number(rehema, rehema.number, by="rehema")
    assert rehema.is_verified
    change_number(rehema, "+254722000097", by="rehema")
    assert (rehema.is_verified, rehema.verified_at, rehema.verified_by) == (False, None, "")


def test_a_word_about_a_number_that_is_not_theirs_any_more_counts_for_nothing(neema):
    assert not confirm_number(neema.pk, "+254722000096", by="mosi", now=NOW)
    neema.refresh_from_db()
    assert not neema.is_verified
