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
        *(f"{sentence} The cost may come out otherwise." for sentence in grounds.old_prices),
        *_of_reps(result, grounds),
    ]


def _of_leads(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    if not grounds.n_queued:
        yield "Nobody is queued. Enrol leads first."
    elif not result["n_calls"]:
        yield "Nobody would be called."
    elif result["n_excluded"] * 2 > grounds.n_queued:
        yield f"More than half of the leads ({result['n_excluded']} of {grounds.n_queued}) may not be called at all."
    if result["n_lost"]:
        yield f"{result['n_lost']} leads who could be called are excluded by the time their turn comes. See the reasons below."


def _of_clips(grounds: Grounds) -> Iterator[str]:
    if grounds.mute:
        names = ", ".join(name.replace("_", " ") for name in grounds.mute)
        yield f"Should the voice fail, callees wait in silence: no clip is approved of {names}. Make them under Clips on the campaign's page."


def _of_markets(grounds: Grounds) -> Iterator[str]:
    for market, rules in sorted(grounds.stale.items()):
        yield f"{len(rules)} rules of the market pack {market} have not been read again for over 180 days. Compare them with their sources."
    for market, pack in sorted(grounds.packs.items()):
        found = next((each for purpose, each in pack.purposes.items() if purpose == grounds.purpose), None)
        if found is None:
            continue
        hours = sum(_hours(window) for day in found.hours.windows for window in day)
        if not hours:
            yield f"The market {market} never opens for {grounds.purpose} calls."
        elif hours < FEW_HOURS_A_WEEK:
            yield f"The market {market} is open for {hours:g} hours a week only."


def _hours(window: Window) -> float:
    return (window.closes.hour - window.opens.hour) + (window.closes.minute - window.opens.minute) / 60


def _of_time(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    if result["n_left"] and grounds.obstacles:
        yield f"Nobody can be called from here: {' '.join(grounds.obstacles)}"
    elif result["n_left"]:
        yield f"It does not come to its end: {result['n_left']} calls are left over."
    elif result["ends_at"] and date.fromisoformat(result["ends_at"][:10]) - grounds.begins_on > LONG:
        yield f"It takes until {result['ends_at'][:10]}. Lists, consent and rules move on meanwhile."
    calls = [row["n_calls"] for row in result["by_hour"]]
    if len(result["days"]) > 1 and sum(calls) and max(calls) > MANY_AT_ONCE * sum(calls):
        fullest = max(result["by_hour"], key=lambda row: row["n_calls"])
        yield f"More than half of the calls fall into one hour of the day, from {fullest['hour']:02}:00: hardly anybody is open for longer."
    if grounds.n_other_campaigns:
        others = "another running campaign uses" if grounds.n_other_campaigns == 1 else f"{grounds.n_other_campaigns} other running campaigns use"
        yield f"{others[0].upper()}{others[1:]} the same phone lines. With their calls in between it takes longer."


def _of_money(result: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    for cap in result["money"]["caps"]:
        budget = f"the budget {cap['name']} (KES {cap['cap_minor'] / 100:,.2f})"
        if cap["dry_at"]:
            yield f"T{budget[1:]} runs dry on {datetime.fromisoformat(cap['dry_at']).astimezone(zone):%Y-%m-%d at %H:%M}."
        elif cap["dry_on_if_high"]:
            yield f"If everything comes out high, {budget} runs dry on {cap['dry_on_if_high']}."


def _of_reps(result: Mapping[str, Any], grounds: Grounds) -> Iterator[str]:
    reps = result["reps"]
    if grounds.hands_over and not reps["n_reps"] and result["n_hot"]:
        yield f"{result['n_hot']} hot leads are expected, and no rep with a verified number takes them. Add reps to the campaign."
    if grounds.n_unverified_reps:
        yield f"{grounds.n_unverified_reps} reps of the campaign are not rung, because their numbers are not verified."
    if reps["bottleneck_from"]:
        yield (
            f"The reps are the bottleneck from {reps['bottleneck_from']} on {reps['bottleneck_on']}: dialing waits for them. "
            f"The {reps['n_hot_in_it']} hot leads of the fullest hour are work for {reps['n_needed']}."
        )
    if reps["n_promised"]:
        yield f"{reps['n_promised']} hot leads meet no free rep and are promised a call back."
