"""Money as rows: reserve before a phone may ring, change, settle, release. Every change of a call's money goes through here.

The running totals of campaign, day and month move in the same transaction as the row, so that a cap is read and never summed, and no two
dialers can spend the same shilling: the claim holds the organisation's lock while it reads them. Days are the organisation's own (TIME_ZONE).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns import budget, flight
from campaigns.budget import STRANGERS, Cap, Component, Price, PriceList, organisation_scopes, parse_price_list, price_on, scopes, stranger_scopes
from campaigns.models import Call, Campaign, MoneyTotal, Organisation, StaffCall, StrangerCall
from campaigns.old_prices import old_phone_prices, old_voice_prices
from campaigns.tallies import staleness
from campaigns.voice_cost.reckoning import worst_case_minor
from campaigns.voice_cost.table import voice_prices


@dataclass(frozen=True, slots=True)
class Spending:
    spent_minor: int
    reserved_minor: int


@cache
def price_list() -> PriceList:
    """The list in force. Raises BadPriceList or OSError; the system check campaigns.E001 says so at the start."""
    path = Path(settings.PRICE_LIST)
    return parse_price_list(path.read_text(encoding="utf-8"), file=path.name)


def old_prices(*, on: date) -> list[str]:
    """In words, what nobody has compared with its sources for half a year; the system checks campaigns.W001 and W002 name the mend."""
    old = (old_phone_prices(price_list(), on=on), old_voice_prices(voice_prices(), on=on))
    return [str(prices) for prices in old if prices]


def price_at(now: datetime) -> Price:
    return price_on(timezone.localdate(now), price_list())


@dataclass(frozen=True, slots=True)
class WorstCase:
    """What one more call of a campaign may cost, KES cents: the telephone, and the AI voice."""

    phone_minor: int
    voice_minor: int

    @property
    def minor(self) -> int:
        return self.phone_minor + self.voice_minor


def worst_case(campaign: Campaign, *, now: datetime, is_theirs: bool = False) -> WorstCase:
    """`is_theirs`: they call us."""
    price, seconds = price_at(now), campaign.max_call_s + budget.HANG_UP_GRACE_S
    phone = budget.worst_case_inbound_minor(campaign.max_call_s, price) if is_theirs else budget.worst_case_minor(campaign.max_call_s, price)
    return WorstCase(phone, worst_case_minor(campaign.voices, seconds, voice_prices(), on=timezone.localdate(now)))


def caps_of(campaign: Campaign, organisation: Organisation, *, now: datetime) -> tuple[Cap, ...]:
    """All the caps that a call of this campaign at `now` must fit under, the campaign's own first. Read them under the organisation's lock."""
    names = scopes(campaign.pk, timezone.localdate(now))
    totals = {total.scope: total for total in MoneyTotal.objects.filter(scope__in=names)}
    limits = (
        ("of this campaign", campaign.budget_minor),
        ("of this campaign for today", campaign.day_budget_minor),
        ("of the organisation for today", organisation.day_budget_minor),
        ("of the organisation for this month", organisation.month_budget_minor),
    )
    return tuple(_cap(name, cap_minor, totals.get(scope)) for (name, cap_minor), scope in zip(limits, names, strict=True))


def organisation_caps(organisation: Organisation, *, now: datetime) -> tuple[Cap, Cap]:
    """Of the day and the month of `now`."""
    day, month = organisation_scopes(timezone.localdate(now))
    totals = {total.scope: total for total in MoneyTotal.objects.filter(scope__in=[day, month])}
    return (
        _cap("of the organisation for today", organisation.day_budget_minor, totals.get(day)),
        _cap("of the organisation for this month", organisation.month_budget_minor, totals.get(month)),
    )


def _cap(name: str, cap_minor: int | None, total: MoneyTotal | None) -> Cap:
    return Cap(name, cap_minor, total.spent_minor if total else 0, total.reserved_minor if total else 0)


def spending_of(campaign: Campaign) -> Spending:
    total = MoneyTotal.objects.filter(scope=f"campaign:{campaign.pk}").first()
    return Spending(total.spent_minor, total.reserved_minor) if total else Spending(0, 0)


# ---- calls to leads -------------------------------------------------------------------------------------------------------


def count_reservation(campaign_id: int, minor: int, *, on: date) -> None:
    """The claim has written `minor` and the day `on` to the call's row in this transaction."""
    _add(campaign_id, on, reserved=minor)


def reserve(call: Call, minor: int) -> None:
    """Change what is reserved for a call, down to 0. A call whose price is final, or that counts on no day, keeps what it has."""
    with transaction.atomic():
        row = _row(call)
        if row.settled_at is not None or row.money_on is None or row.reserved_minor == minor:
            return
        Call.objects.filter(pk=call.pk).update(reserved_minor=minor)
        _add(row.campaign_id, row.money_on, reserved=minor - row.reserved_minor)
        flight.record_money(call.pk, row.campaign_id, minor - row.reserved_minor, on=row.money_on)
    call.reserved_minor = minor


def release_claim(call: Call) -> None:
    """The claim is being undone in this transaction: nothing is reserved, and it counts on no day."""
    if call.money_on is not None:
        _add(call.campaign_id, call.money_on, reserved=-call.reserved_minor - call.voice_reserved_minor)


def settle(call: Call, cost_minor: int, currency: str, *, at: datetime) -> None:
    """The final price replaces the reservation. The second time changes nothing."""
    with transaction.atomic():
        row = _row(call)
        if row.settled_at is not None:
            return
        Call.objects.filter(pk=call.pk).update(cost_minor=cost_minor, cost_currency=currency[:3], settled_at=at)
        staleness.note_call(call.pk)
        if row.money_on is not None:
            _add(row.campaign_id, row.money_on, reserved=-row.reserved_minor, spent=cost_minor)
            told = {"cost_minor": cost_minor, "was_reserved_minor": row.reserved_minor}
            flight.record_money(call.pk, row.campaign_id, cost_minor - row.reserved_minor, on=row.money_on, details=told)
    call.cost_minor, call.cost_currency, call.settled_at = cost_minor, currency[:3], at


def count_voice(call: Call, cost_minor: int | None, *, so_far_minor: int, is_over: bool, at: datetime) -> None:
    """What the AI voice of a call has cost. Run it in a transaction, however often: only what has changed is counted.

    `cost_minor` None: its price is not known, so what was reserved stays reserved, and never less than `so_far_minor`, the part that is known.
    Not `is_over`: it goes on. Once settled, a session that is told of later is added to what was spent.
    """
    row = _row(call)
    is_settled = cost_minor is not None and (is_over or row.voice_settled_at is not None)
    before = (0, row.voice_cost_minor or 0) if row.voice_settled_at else (row.voice_reserved_minor, 0)
    reserved = max(row.voice_reserved_minor, so_far_minor)
    after = (0, cost_minor or 0) if is_settled else (reserved, 0)
    settled_at = (row.voice_settled_at or at) if is_settled else None
    changed = {"voice_reserved_minor": reserved, "voice_cost_minor": cost_minor if is_settled else None, "voice_settled_at": settled_at}
    if all(getattr(row, name) == value for name, value in changed.items()):
        return
    Call.objects.filter(pk=call.pk).update(**changed)
    staleness.note_call(call.pk)
    if row.money_on is not None:
        _add(row.campaign_id, row.money_on, reserved=after[0] - before[0], spent=after[1] - before[1])
        is_told = is_settled and (cost_minor or row.voice_reserved_minor)
        told = {"cost_minor": cost_minor, "was_reserved_minor": row.voice_reserved_minor, "is_voice": True} if is_told else None
        flight.record_money(call.pk, row.campaign_id, sum(after) - sum(before), on=row.money_on, details=told)


# ---- calls to reps --------------------------------------------------------------------------------------------------------


def reserve_staff_call(staff_call: StaffCall, minor: int, *, now: datetime) -> None:
    """The rep's leg counts in the campaign whose lead it is for, and without one in everybody's day and month.

    Run it in the transaction that makes the row.
    """
    staff_call.reserved_minor, staff_call.money_on = minor, timezone.localdate(now)
    staff_call.save(update_fields=["reserved_minor", "money_on"])
    campaign_id = _campaign_of(staff_call)
    _add_to_all(_staff_scopes(campaign_id, staff_call.money_on), reserved=minor)
    flight.record_money(None, campaign_id, minor, on=staff_call.money_on)


def settle_staff_call(staff_call: StaffCall, cost_minor: int, *, at: datetime) -> None:
    """The platform's price for the rep's leg, the lead's dialled from it included: that leg's own reservation is over with it."""
    with transaction.atomic():
        row = StaffCall.objects.select_for_update(of=("self",)).select_related("handoff__call", "lead_call").get(pk=staff_call.pk)
        if row.settled_at is not None:
            return
        StaffCall.objects.filter(pk=row.pk).update(cost_minor=cost_minor, settled_at=at)
        if row.money_on is not None:
            campaign_id = _campaign_of(row)
            _add_to_all(_staff_scopes(campaign_id, row.money_on), reserved=-row.reserved_minor, spent=cost_minor)
            staleness.note_date(row.money_on)
            flight.record_money(None, campaign_id, cost_minor - row.reserved_minor, on=row.money_on)
        if row.lead_call is not None:
            settle(row.lead_call, 0, "KES", at=at)


def drop_staff_call(staff_call: StaffCall) -> None:
    """Nothing was sent: the row goes, and its reservation with it."""
    with transaction.atomic():
        row = StaffCall.objects.select_for_update(of=("self",)).select_related("handoff__call").filter(pk=staff_call.pk).first()
        if row is None:
            return
        if row.money_on is not None and row.settled_at is None:
            campaign_id = _campaign_of(row)
            _add_to_all(_staff_scopes(campaign_id, row.money_on), reserved=-row.reserved_minor)
            flight.record_money(None, campaign_id, -row.reserved_minor, on=row.money_on)
        row.delete()


def line_check_minor(ring_s: float, call_s: float, *, now: datetime) -> int:
    """What a check of a line costs at most, KES cents: a call, and streams for as long as it may last."""
    price = price_at(now)
    return budget.rep_leg_minor(ring_s + call_s, price) + price.dearest_minor(Component.STREAM, call_s)


def _campaign_of(staff_call: StaffCall) -> int | None:
    return staff_call.handoff.call.campaign_id if staff_call.handoff is not None else None


def _staff_scopes(campaign_id: int | None, on: date) -> tuple[str, ...]:
    return organisation_scopes(on) if campaign_id is None else scopes(campaign_id, on)


# ---- calls of strangers ---------------------------------------------------------------------------------------------------


def count_stranger(stranger: StrangerCall) -> None:
    """Its row, with what is reserved and the day, is written in this transaction."""
    if stranger.money_on is None:
        raise AssertionError("a stranger's call counts on a day")
    _add_to_all(stranger_scopes(stranger.money_on), reserved=stranger.reserved_minor)
    flight.record_money(None, None, stranger.reserved_minor, on=stranger.money_on)


def settle_stranger(stranger: StrangerCall, cost_minor: int, *, at: datetime) -> None:
    """The second time changes nothing."""
    with transaction.atomic():
        is_first = StrangerCall.objects.filter(pk=stranger.pk, settled_at=None).update(cost_minor=cost_minor, settled_at=at) == 1
        if is_first and stranger.money_on is not None:
            _add_to_all(stranger_scopes(stranger.money_on), reserved=-stranger.reserved_minor, spent=cost_minor)
            flight.record_money(None, None, cost_minor - stranger.reserved_minor, on=stranger.money_on)


# ---- totals ---------------------------------------------------------------------------------------------------------------


_MONEY = ("campaign_id", "reserved_minor", "settled_at", "money_on", "voice_reserved_minor", "voice_cost_minor", "voice_settled_at")


def _row(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",), no_key=True).only(*_MONEY).get(pk=call.pk)


def _add(campaign_id: int, on: date, *, reserved: int = 0, spent: int = 0) -> None:
    _add_to_all(scopes(campaign_id, on), reserved=reserved, spent=spent)


def _add_to_all(names: Iterable[str], *, reserved: int = 0, spent: int = 0) -> None:
    """Always in one order, so that two transactions never wait for each other."""
    if not reserved and not spent:
        return
    for scope in sorted(names):
        if not _add_to(scope, reserved, spent):
            MoneyTotal.objects.get_or_create(scope=scope)
            _add_to(scope, reserved, spent)


def _add_to(scope: str, reserved: int, spent: int) -> bool:
    changed = {"reserved_minor": F("reserved_minor") + reserved, "spent_minor": F("spent_minor") + spent}
    return MoneyTotal.objects.filter(scope=scope).update(**changed) == 1


def totals_that_are_off() -> Sequence[str]:
    """The scopes whose totals are not the sum of their rows; () when all is well. Reads every call: for tests and audits.

    Of strangers the day's own total is believed: their rows are gone after a day.
    """
    expected: dict[str, list[int]] = {}
    calls = Call.objects.exclude(money_on=None)
    phones = calls.values_list("campaign_id", "money_on", "reserved_minor", "cost_minor", "settled_at")
    voices = calls.values_list("campaign_id", "money_on", "voice_reserved_minor", "voice_cost_minor", "voice_settled_at")
    staff = StaffCall.objects.exclude(money_on=None)
    legs = staff.values_list("handoff__call__campaign_id", "money_on", "reserved_minor", "cost_minor", "settled_at")
    for campaign_id, on, reserved, cost, settled_at in (*phones.iterator(), *voices.iterator(), *legs.iterator()):
        for scope in _staff_scopes(campaign_id, on) if on else ():
            total = expected.setdefault(scope, [0, 0])
            total[0] += 0 if settled_at else reserved
            total[1] += (cost or 0) if settled_at else 0
    kept = {total.scope: [total.reserved_minor, total.spent_minor] for total in MoneyTotal.objects.all()}
    _expect_strangers(expected, kept)
    return tuple(sorted(scope for scope in {*expected, *kept} if expected.get(scope, [0, 0]) != kept.get(scope, [0, 0])))


def _expect_strangers(expected: dict[str, list[int]], kept: dict[str, list[int]]) -> None:
    for scope, (reserved, spent) in kept.items():
        if scope.startswith(STRANGERS):
            for name in stranger_scopes(date.fromisoformat(scope.removeprefix(STRANGERS))):
                total = expected.setdefault(name, [0, 0])
                total[0] += reserved
                total[1] += spent
