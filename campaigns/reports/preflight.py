"""A kept preflight for eyes: the same rows for the console's page and the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from campaigns.models import Preflight
from campaigns.pacing import Limit
from campaigns.reports.progress import kes
from leads.said import N_, sentence, spaced

SHOWN_DAYS = 14
LIMIT_WORDS = {
    Limit.ORGANISATION: N_("calls in flight of the organisation"),
    Limit.CAMPAIGN: N_("calls in flight of the campaign"),
    Limit.LINE: N_("calls in flight of the phone lines"),
    Limit.RATE: N_("calls a second of the phone lines"),
    Limit.DAY_OF_NUMBER: N_("calls a day of the phone lines"),
    Limit.SERVER: N_("room of the servers"),
    Limit.REPS: N_("free reps"),
    Limit.BUDGET: N_("the budget"),
}


def page_of(run: Preflight) -> dict[str, Any]:
    """For the template. Without a result: what became of it. Results of before the virtual clock have no course."""
    result = run.result or {}
    n_queued = result.get("n_queued", 0)
    page = {
        "run": run,
        "result": result,
        "excluded": [{**row, "words": _words(row["reason"]), "percent": _percent(row["n"], n_queued)} for row in result.get("excluded", [])],
        "postponed": [(_words(reason), n) for reason, n in result.get("postponed", {}).items()],
        "packs": list(result.get("packs", {}).items()),
    }
    return {**page, **_course(result)} if "days" in result else page


def summary_of(result: Mapping[str, Any]) -> str:
    """One sentence for the campaign's page; "" for a result without a course."""
    if "days" not in result:
        return ""
    money = result["money"]
    ends_at = _local(result["ends_at"])
    ends = sentence("ends on %(at)s", at=ends_at) if ends_at else sentence("leaves %(n)s calls over", n=result["n_left"])
    return sentence("%(ends)s, costs %(low)s to %(high)s", ends=ends, low=kes(money["low_minor"]), high=kes(money["high_minor"]))


def _course(result: Mapping[str, Any]) -> dict[str, Any]:
    days, hours = result["days"], result["by_hour"]
    most_a_day = max((day["n_calls"] for day in days), default=0)
    most_an_hour = max((hour["n_calls"] for hour in hours), default=0)
    return {
        "first_through_at": _local(result["first_through_at"]),
        "ends_at": _local(result["ends_at"]),
        "money": {name: kes(result["money"][f"{name}_minor"]) for name in ("low", "mid", "high")},
        "caps": [_cap_row(cap) for cap in result["money"]["caps"]],
        "days": [_day_row(day, most_a_day) for day in days[:SHOWN_DAYS]],
        "n_more_days": max(0, len(days) - SHOWN_DAYS),
        "hours": [_hour_row(hour, most_an_hour) for hour in hours],
        "reps": {**result["reps"], "busiest_percent": _percent(result["reps"]["busiest_load"] or 0, 1)},
        "limits": [(LIMIT_WORDS[Limit(row["limit"])], _percent(row["share"], 1)) for row in result["limits"]],
        "warnings": result["warnings"],
    }


def _cap_row(cap: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": cap["name"], "left": kes(cap["left_minor"]), "dry_at": _local(cap["dry_at"]), "dry_on_if_high": cap["dry_on_if_high"]}


def _day_row(day: Mapping[str, Any], most: float) -> dict[str, Any]:
    return {**day, "on": date.fromisoformat(day["on"]), "percent": _percent(day["n_calls"], most), "mid": kes(day["mid_minor"])}


def _hour_row(hour: Mapping[str, Any], most: float) -> dict[str, Any]:
    load = None if hour["rep_load"] is None else _percent(hour["rep_load"], 1)
    n_calls = hour["n_calls"] if hour["n_calls"] < 10 else round(hour["n_calls"])
    return {**hour, "n_calls": n_calls, "clock": f"{hour['hour']:02}:00", "percent": _percent(hour["n_calls"], most), "load": load}


def _local(instant: str | None) -> datetime | None:
    return timezone.localtime(datetime.fromisoformat(instant)) if instant else None


# ---- the terminal -------------------------------------------------------------------------------------------------------


def lines_of(run: Preflight) -> list[str]:
    if run.result is None:
        return [run.failure or "The preflight is still at work."]
    result = run.result
    lines = [
        f"{result['n_queued']} queued calls: {result['n_now']} may be dialled now, {result['n_later']} later, {result['n_excluded']} not at all."
    ]
    lines += [f"  {row['n']:>7}  {_words(row['reason'])}: {row['mend']}" for row in result["excluded"]]
    return [*lines, *_course_lines(page_of(run))] if "days" in result else lines


def _course_lines(page: Mapping[str, Any]) -> Iterator[str]:
    result, money, reps = page["result"], page["money"], page["reps"]
    yield ""
    yield f"{result['n_calls']} calls, {result['n_answered']} answered, {result['n_hot']} hot leads."
    if page["first_through_at"]:
        yield f"First attempts are through on {page['first_through_at']:%Y-%m-%d %H:%M}; it ends on {page['ends_at']:%Y-%m-%d %H:%M}."
    else:
        yield f"It does not come to its end: {result['n_left']} calls are left over."
    yield f"Money: {money['mid']}; low {money['low']}, high {money['high']}."
    if page["limits"]:
        yield f"When calls were due and none could start, it was for: {', '.join(f'{words} {percent} %' for words, percent in page['limits'])}."
    yield ""
    yield "  day          calls   first   answered   hot   KES mid"
    for day in page["days"]:
        yield f"  {day['on']} {day['n_calls']:>7} {day['n_first']:>7} {day['n_answered']:>10} {day['n_hot']:>5}   {day['mid']}"
    if page["n_more_days"]:
        yield f"  and {page['n_more_days']} more days"
    yield ""
    yield f"  hour    calls   hot   load of {reps['n_reps']} reps (an average day)"
    for hour in page["hours"]:
        load = "" if hour["load"] is None else f"{hour['load']:>4} %"
        yield f"  {hour['clock']} {hour['n_calls']:>8} {hour['n_hot']:>5} {load}{'  dialing waits for reps' if hour['reps_hold_back'] else ''}"
    yield from ("", *(f"! {warning}" for warning in page["warnings"]))
    yield from result["how"]


def _words(reason: str) -> str:
    return spaced(reason)


def _percent(n: float, of: float) -> int:
    return round(100 * n / of) if of else 0
