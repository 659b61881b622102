"""What a preflight warns of, in words: nothing here forbids a launch, and everything here would be asked about afterwards.

Pure: judges the kept result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from leads.market_rules import MarketPack
from leads.rule_table import Window
from leads.said import N_, code, listed, sentence, spaced

FEW_HOURS_A_WEEK = 15.0
MANY_AT_ONCE = 0.5  # of the leads in one hour, when there is more than a day's work
LONG = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the warnings rest on besides the result."""

    n_queued: int
    purpose: str
    packs: Mapping[str, MarketPack]  # of the markets of the leads
    stale: Mapping[str, tuple[str, ...]]  # of these, with the rules that nobody has read again for too long
    hands_over: bool  # hot leads are to go to reps
    n_unverified_reps: int
    obstacles: tuple[str, ...]  # why its lines cannot be dialled on; (): at least one can
    n_other_campaigns: int  # running, on the same lines
    begins_on: date
    zone: tzinfo  # the organisation's clock
    mute: tuple[str, ...] = ()  # lines that real people cannot be told when the voice fails
    untold: tuple[str, ...] = ()  # what the callees must be told and the script does not say, in words
    old_prices: tuple[str, ...] = ()  # what nobody has compared with its sources for too long, in words


def warnings_of(result: Mapping[str, Any], grounds: Grounds) -> list[str]:
    return [
        *_of_leads(result, grounds),
        *grounds.untold,
        *_of_clips(grounds),
        *_of_markets(grounds),
        *_of_time(result, grounds),
        *_of_money(result, grounds.zone),
        *(sentence("%(price)s The cost may come out otherwise.", price=price) for price in grounds.old_prices),
        *_of_reps(result, grounds),
    ]


def _of_leads(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    if not grounds.n_queued:
        yield sentence("Nobody is queued. Enrol leads first.")
    elif not result["n_calls"]:
        yield sentence("Nobody would be called.")
    elif result["n_excluded"] * 2 > grounds.n_queued:
        yield sentence("More than half of the leads (%(n)s of %(of)s) may not be called at all.", n=result["n_excluded"], of=grounds.n_queued)
    if result["n_lost"]:
        yield sentence("%(n)s leads who could be called are excluded by the time their turn comes. See the reasons below.", n=result["n_lost"])


def _of_clips(grounds: Grounds) -> Iterator[str]:
    if grounds.mute:
        names = listed([spaced(name) for name in grounds.mute])
        yield sentence(
            "Should the voice fail, callees wait in silence: no clip is approved of %(names)s. Make them under Clips on the campaign's page.",
            names=names,
        )


def _of_markets(grounds: Grounds) -> Iterator[str]:
    for market, rules in sorted(grounds.stale.items()):
        yield sentence(
            "%(n)s rules of the market pack %(market)s have not been read again for over 180 days. Compare them with their sources.",
            n=len(rules),
            market=market,
        )
    for market, pack in sorted(grounds.packs.items()):
        found = next((each for purpose, each in pack.purposes.items() if purpose == grounds.purpose), None)
        if found is None:
            continue
        hours = sum(_hours(window) for day in found.hours.windows for window in day)
        if not hours:
            yield sentence("The market %(market)s never opens for %(purpose)s calls.", market=market, purpose=code(grounds.purpose))
        elif hours < FEW_HOURS_A_WEEK:
            yield sentence("The market %(market)s is open for %(hours)s hours a week only.", market=market, hours=f"{hours:g}")


def _hours(window: Window) -> float:
    return (window.closes.hour - window.opens.hour) + (window.closes.minute - window.opens.minute) / 60


def _of_time(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    if result["n_left"] and grounds.obstacles:
        yield sentence("Nobody can be called from here: %(obstacles)s", obstacles=listed(grounds.obstacles, " "))
    elif result["n_left"]:
        yield sentence("It does not come to its end: %(n)s calls are left over.", n=result["n_left"])
    elif result["ends_at"] and date.fromisoformat(result["ends_at"][:10]) - grounds.begins_on > LONG:
        yield sentence("It takes until %(day)s. Lists, consent and rules move on meanwhile.", day=result["ends_at"][:10])
    calls = [row["n_calls"] for row in result["by_hour"]]
    if len(result["days"]) > 1 and sum(calls) and max(calls) > MANY_AT_ONCE * sum(calls):
        fullest = max(result["by_hour"], key=lambda row: row["n_calls"])
        yield sentence(
            "More than half of the calls fall into one hour of the day, from %(hour)s:00: hardly anybody is open for longer.",
            hour=f"{fullest['hour']:02}",
        )
    if grounds.n_other_campaigns:
        one = sentence("Another running campaign uses the same phone lines. With its calls in between it takes longer.")
        many = sentence(
            "%(n)s other running campaigns use the same phone lines. With their calls in between it takes longer.", n=grounds.n_other_campaigns
        )
        yield one if grounds.n_other_campaigns == 1 else many


def _of_money(result: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    for cap in result["money"]["caps"]:
        name, amount = sentence(cap["name"]), f"{cap['cap_minor'] / 100:,.2f}"
        if cap["dry_at"]:
            dry_at = datetime.fromisoformat(cap["dry_at"]).astimezone(zone)
            yield sentence(
                "The budget %(name)s (KES %(amount)s) runs dry on %(on)s at %(at)s.",
                name=name,
                amount=amount,
                on=f"{dry_at:%Y-%m-%d}",
                at=f"{dry_at:%H:%M}",
            )
        elif cap["dry_on_if_high"]:
            words = N_("If everything comes out high, the budget %(name)s (KES %(amount)s) runs dry on %(on)s.")
            yield sentence(words, name=name, amount=amount, on=cap["dry_on_if_high"])


def _of_reps(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    reps = result["reps"]
    if grounds.hands_over and not reps["n_reps"] and result["n_hot"]:
        yield sentence("%(n)s hot leads are expected, and no rep with a verified number takes them. Add reps to the campaign.", n=result["n_hot"])
    if grounds.n_unverified_reps:
        yield sentence(
            "%(n)s reps of the campaign are not rung, because their numbers are not verified.",
            n=grounds.n_unverified_reps,
        )
    if reps["bottleneck_from"]:
        yield (
            sentence(
                "The reps are the bottleneck from %(hour)s on %(day)s: dialing waits for them. The %(hot)s hot leads of the "
                "fullest hour are work for %(reps)s.",
                hour=reps["bottleneck_from"],
                day=reps["bottleneck_on"],
                hot=reps["n_hot_in_it"],
                reps=reps["n_needed"],
            )
        )
    if reps["n_promised"]:
        yield sentence("%(n)s hot leads meet no free rep and are promised a call back.", n=reps["n_promised"])
