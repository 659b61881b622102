"""A plan, people and rules as plain values, for runs without a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from campaigns.budget import Cap, PriceList, parse_price_list
from campaigns.pacing import DayCount, HotRates, TokenBucket
from campaigns.preflight.again import again
from campaigns.preflight.chances import Chances, Luck, Reading
from campaigns.preflight.engine import simulate
from campaigns.preflight.plan import Course, Plan, VirtualLine, World
from campaigns.preflight.purse import Purse
from campaigns.preflight.queue import Person
from campaigns.retries import SHIPPED
from campaigns.voice_cost.table import voice_prices
from leads.market_packs import market_packs
from tests.conftest import NOW
from tests.leads.facts import ASHA

NAIROBI = ZoneInfo("Africa/Nairobi")
PRICES = """
[[price]]
valid_from = 2026-01-01
call = [{minor_per_minute = 300, increment_s = 1, source = "one", read_on = 2026-11-22},
        {minor_per_minute = 300, increment_s = 60, source = "other", read_on = 2026-11-22}]
stream = [{minor_per_minute = 0, increment_s = 60, source = "one", read_on = 2026-11-22},
          {minor_per_minute = 50, increment_s = 60, source = "other", read_on = 2026-11-22}]
rep_leg = [{minor_per_minute = 300, increment_s = 60, source = "one", read_on = 2026-11-22}]
inbound = [{minor_per_minute = 0, increment_s = 60, source = "one", read_on = 2026-11-22}]
"""
WORST_MINOR = 6 * 350  # five minutes and the grace
CHANCES = Chances(
    answered={Reading.LOW: 0.3, Reading.MID: 0.5, Reading.HIGH: 0.7},
    talk_s={Reading.LOW: 50.0, Reading.MID: 100.0, Reading.HIGH: 150.0},
    busy=0.1, failed=0.1, voicemail=0.1, hot=0.2, refused=0.1, broken_off=0.1, call_back=0.1, opted_out=0.1,
    until_answer_s=10.0, rings_out_s=35.0, voicemail_s=15.0, with_rep_s=300.0,
)  # fmt: skip
NEVER = dict.fromkeys(Reading, 0.0)
ALWAYS = dict.fromkeys(Reading, 1.0)
HOT_LUCK = Luck(0.0, 0.15, 0.5)  # picks up, and turns hot
DONE_LUCK = Luck(0.0, 0.99, 0.5)  # hears the interview to its end


def prices() -> PriceList:
    return parse_price_list(PRICES, file="prices.toml")


def people(n: int, **fields: Any) -> list[Person]:
    """Who consented, all in Nairobi, due at NOW."""
    facts = {name: fields.pop(name) for name in ("time_zone", "market", "consents", "attempts") if name in fields}
    return [Person(UUID(int=i), replace(ASHA, phone=f"+2547121{i:05}", **facts), **{"due_at": NOW, **fields}) for i in range(n)]


def line(number: int = 1, *, per_second: float = 1.0, in_flight: int = 50, a_day: int | None = None) -> VirtualLine:
    return VirtualLine(number, in_flight, TokenBucket(per_second, 1.0, None), DayCount(a_day, None, 0))


def plan(*lines: VirtualLine, **fields: Any) -> Plan:
    asked = {
        "begins_at": NOW,
        "zone": NAIROBI,
        "lines": lines or (line(),),
        "max_calls_in_flight": 50,
        "organisation_max_calls_in_flight": None,
        "max_call_s": 300,
        "is_survey": False,
        "n_reps": 0,
        "hot_leads_a_rep": 1.0,
        "hot_rates": HotRates(0, 0, 0),
        "chances": CHANCES,
    }
    return Plan(**{**asked, **fields})


def caps(campaign: int | None = None, day: int | None = None, everybody: int | None = None, month: int | None = None) -> tuple[Cap, ...]:
    names = ("of this campaign", "of this campaign for today", "of the organisation for today", "of the organisation for this month")
    return tuple(Cap(name, cap, 0, 0) for name, cap in zip(names, (campaign, day, everybody, month), strict=True))


def purse(*limits: int | None, **named: int | None) -> Purse:
    return Purse(1, caps(*limits, **named), date(2026, 11, 24), prices(), 300, ("embedded",), voice_prices())


def luck_of(*drawn: Luck) -> Iterator[Luck]:
    """These, and the last for ever."""
    yield from drawn
    while True:
        yield drawn[-1]


def world(*drawn: Luck, max_attempts: int = 3, closed: frozenset[date] = frozenset()) -> World:
    luck = luck_of(*(drawn or (Luck(0.99, 0.99, 0.5),)))
    packs = market_packs()
    return World(packs, lambda market, at: closed, partial(again, table=SHIPPED, packs=packs, max_attempts=max_attempts), lambda: next(luck))


def played(asked: Plan, who: list[Person], *, money: Purse | None = None, rules: World | None = None) -> Course:
    return simulate(asked, who, money or purse(), rules or world())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Of November 2026, on the clock in Nairobi."""
    return datetime(2026, 11, day, hour, minute, tzinfo=NAIROBI).astimezone(UTC)


def first_dials(who: list[Person]) -> list[timedelta | None]:
    return [person.first_dialled_at - NOW if person.first_dialled_at else None for person in who]
