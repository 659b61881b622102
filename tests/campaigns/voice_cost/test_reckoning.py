"""What usage cost on a day: sums, what has no price, and days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Usage, UsageUnit
from campaigns.voice_cost.reckoning import UNREPORTED_AFTER_S, cost_of, cost_of_session, likely_minor, minor_of, worst_case_minor
from tests.campaigns.voice_cost.tables import table

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 1)
PRICES = table()
PRICED = st.dictionaries(st.sampled_from((UsageUnit.TEXT_IN, UsageUnit.AUDIO_OUT, UsageUnit.SESSION_S)), st.integers(0, 10**7))
ANY_USAGE = st.dictionaries(st.sampled_from(("one", "two")), st.dictionaries(st.sampled_from(UsageUnit), st.integers(0, 10**7)))


def usd_of(usage: Usage, on: date = MAY) -> Decimal:
    usd = cost_of(usage, PRICES, on=on).usd
    assert usd is not None
    return usd


def test_each_unit_is_priced_and_the_sum_is_told():
    cost = cost_of({"one": {UsageUnit.TEXT_IN: 1_000_000, UsageUnit.SESSION_S: 90.0}}, PRICES, on=MAY)
    assert {part.unit: part.usd for part in cost.parts} == {UsageUnit.TEXT_IN: 5, UsageUnit.SESSION_S: Decimal("0.9")}
    assert cost.usd == Decimal("5.9")


def test_a_day_has_its_own_price():
    usage = {"one": {UsageUnit.TEXT_IN: 1_000_000}}
    assert (usd_of(usage), usd_of(usage, JUNE)) == (Decimal(5), Decimal(1))


def test_a_model_without_a_price_costs_an_unknown_amount_and_says_what_to_do():
    cost = cost_of({"one": {UsageUnit.TEXT_IN: 1_000_000}, "two": {UsageUnit.TEXT_IN: 1}}, PRICES, on=MAY)
    assert cost.usd is None
    assert cost.known_usd == 5
    assert cost.unknown == ("“two” has no price. Add a [[model]] of that name to the price table that VOICE_PRICES names.",)


def test_a_unit_without_a_price_is_named():
    cost = cost_of({"one": {UsageUnit.AUDIO_IN: 1}}, PRICES, on=MAY)
    assert cost.usd is None
    assert "no price for audio_in" in cost.unknown[0]


def test_nothing_used_costs_nothing():
    assert cost_of({}, PRICES, on=MAY).usd == 0
    assert cost_of({"two": {UsageUnit.TEXT_IN: 0}}, PRICES, on=MAY).usd == 0


def test_a_millionth_that_is_begun_is_counted_and_a_cent_as_well():
    usd = usd_of({"one": {UsageUnit.TEXT_IN: 1, UsageUnit.AUDIO_OUT: 1}})
    assert usd == Decimal("0.000069")
    assert minor_of(usd, PRICES, on=MAY) == 1


def session(voice="openai", usage=None, open_s=UNREPORTED_AFTER_S, is_discarded=False):
    return cost_of_session(voice, usage or {}, open_s=open_s, is_discarded=is_discarded, prices=PRICES, on=MAY)


def test_a_provider_that_reports_nothing_of_a_long_session_has_cost_an_unknown_amount():
    assert session().usd is None
    assert "“openai” was open for 20 s and reported no usage." in session().unknown[0]


def test_silence_about_a_short_a_discarded_or_an_unbilled_session_is_nothing_used():
    assert session(open_s=UNREPORTED_AFTER_S - 0.1).usd == 0
    assert session(is_discarded=True).usd == 0
    assert session("embedded", open_s=300.0).usd == 0


def test_the_dearest_voice_that_may_speak_is_set_aside():
    assert worst_case_minor(("embedded",), 360, PRICES, on=MAY) == 0
    assert worst_case_minor(("embedded", "openai"), 360, PRICES, on=MAY) == 36_000  # 6 minutes of USD 0.60 at KES 100
    assert worst_case_minor(("robot",), 360, PRICES, on=MAY) == 36_000
    assert likely_minor("openai", 360, PRICES, on=MAY) == 6_000


@given(PRICED, PRICED)
def test_what_two_sessions_cost_is_what_one_with_both_would(first, second):
    both = {unit: first.get(unit, 0) + second.get(unit, 0) for unit in {*first, *second}}
    apart = usd_of({"one": first}) + usd_of({"one": second})
    assert abs(apart - usd_of({"one": both})) <= Decimal("0.000001")


@given(ANY_USAGE, st.sampled_from((MAY, JUNE)))
def test_nothing_that_was_used_is_taken_to_be_free(usage, on):
    cost = cost_of(usage, PRICES, on=on)
    used = {(model, unit) for model, amounts in usage.items() for unit, amount in amounts.items() if amount}
    has_prices = all(PRICES.usd_each(model, unit, on) is not None for model, unit in used)
    assert (cost.usd is None) is not has_prices
    assert bool(cost.unknown) is not has_prices
    assert cost.known_usd >= 0
    assert cost.usd is None or (cost.usd > 0) == bool(used)


@given(PRICED, PRICED)
def test_more_usage_never_costs_less(first, more):
    both = {unit: first.get(unit, 0) + more.get(unit, 0) for unit in {*first, *more}}
    assert usd_of({"one": both}) >= usd_of({"one": first})
