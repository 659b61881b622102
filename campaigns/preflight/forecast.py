"""What a run says, as it is kept: when it ends, how many calls, for how much money, with how much work for the reps, held back by what.

Pure. Instants are UTC in ISO form; hours and days are the organisation's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from campaigns.budget import Cap
from campaigns.pacing import Limit
from campaigns.preflight.chances import Chances, Reading
from campaigns.preflight.plan import Course, Plan
from campaigns.preflight.tally import HOUR, Hour
from leads.said import sentence

HOW = sentence(
    "Mid is played call by call. Low and high are reckoned on the very attempts of mid: low with its smaller share of "
    "answers, shorter talks and the cheapest reading of the price list; high with its larger share, longer talks and the "
    "dearest reading, each person reached only once."
)
ASSUMED = sentence("The chances are shipped assumptions: this organisation has not dialled enough yet to learn from.")
LEFT_OUT = sentence(
    "Not played: other campaigns that share lines, reps and budgets; the room of the servers; faults of the network; reps who are away."
)


def forecast(plan: Plan, course: Course, caps: Sequence[Cap]) -> dict[str, Any]:
    hours = dict(sorted(course.tally.hours.items()))
    days = _days(hours, course)
    return {
        "begins_at": _iso(plan.begins_at),
        "first_through_at": _iso(course.first_through_at) if not course.n_left else None,
        "ends_at": _iso(course.ends_at) if not course.n_left else None,
        "last_call_at": _iso(course.ends_at),
        "n_left": course.n_left,
        "stopped_by": course.stopped_by.value if course.stopped_by else None,
        "n_lost": sum(person.first_dialled_at is None for person, _refusals in course.lost),
        "n_calls": course.n_calls,
        "n_answered": sum(hour.n_answered for hour in hours.values()),
        "n_hot": sum(hour.n_hot for hour in hours.values()),
        "days": days,
        "by_hour": _by_hour_of_day(hours, plan.n_reps),
        "reps": _reps(hours, plan, course),
        "limits": _limits(hours),
        "money": _money(days, course, caps, plan.begins_at.astimezone(plan.zone).date()),
        "chances": plan.chances.as_json(),
        "how": [HOW, _basis(plan.chances), LEFT_OUT],
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None


def _basis(chances: Chances) -> str:
    return sentence("The chances are those of this organisation's latest %(n)s calls.", n=chances.learned_from) if chances.learned_from else ASSUMED


# ---- calls --------------------------------------------------------------------------------------------------------------


def _days(hours: Mapping[datetime, Hour], course: Course) -> list[dict[str, Any]]:
    """Those with a call."""
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    for begin, hour in hours.items():
        if hour.n_calls:
            by_day[begin.date()].update({"n_calls": hour.n_calls, "n_first": hour.n_first})
        if hour.n_calls or hour.n_answered:
            by_day[begin.date()].update({"n_answered": hour.n_answered, "n_hot": hour.n_hot})
    return [{"on": day.isoformat(), **_counts(by_day[day]), **_minor(course.tally.minor[day])} for day in sorted(by_day)]


def _counts(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in ("n_calls", "n_first", "n_answered", "n_hot")}


def _minor(of_day: Counter[Reading]) -> dict[str, int]:
    """Never out of order: on a short list luck alone could make high cheaper than mid."""
    low, mid, high = (of_day[reading] for reading in Reading)
    return {"low_minor": min(low, mid), "mid_minor": mid, "high_minor": max(mid, high)}


def _by_hour_of_day(hours: Mapping[datetime, Hour], n_reps: int) -> list[dict[str, Any]]:
    """An average day: each hour of the clock in which there was anything to do."""
    by_clock: dict[int, list[Hour]] = defaultdict(list)
    for begin, hour in hours.items():
        if hour.n_calls or hour.rep_s:
            by_clock[begin.hour].append(hour)
    return [_average(clock, by_clock[clock], n_reps) for clock in sorted(by_clock)]


def _average(clock: int, hours: Sequence[Hour], n_reps: int) -> dict[str, Any]:
    n = len(hours)
    rep_s = sum(hour.rep_s for hour in hours) / n
    return {
        "hour": clock,
        "n_calls": round(sum(hour.n_calls for hour in hours) / n, 1),
        "n_hot": round(sum(hour.n_hot for hour in hours) / n, 1),
        "rep_load": round(_load(rep_s, n_reps), 3) if n_reps else None,
        "reps_hold_back": any(_reps_hold_back(hour) for hour in hours),
    }


# ---- reps ---------------------------------------------------------------------------------------------------------------


def _reps(hours: Mapping[datetime, Hour], plan: Plan, course: Course) -> dict[str, Any]:
    """`n_needed`: for the hot leads of the fullest hour, as if each took a rep's time at once."""
    fullest, most = max(hours.items(), key=lambda row: row[1].n_hot, default=(None, Hour()))
    busiest, load_s = max(((begin, hour.rep_s) for begin, hour in hours.items()), key=lambda row: row[1], default=(None, 0.0))
    held = next((begin for begin, hour in hours.items() if _reps_hold_back(hour)), None)
    return {
        "n_reps": plan.n_reps,
        "n_promised": course.tally.n_promised,
        "n_needed": -(-int(most.n_hot * plan.chances.with_rep_s) // int(HOUR.total_seconds())),
        "fullest_hour": _iso(fullest),
        "n_hot_in_it": most.n_hot,
        "busiest_hour": _iso(busiest) if load_s else None,
        "busiest_load": round(_load(load_s, plan.n_reps), 3) if plan.n_reps else None,
        "bottleneck_from": f"{held:%H:%M}" if held else None,
        "bottleneck_on": held.date().isoformat() if held else None,
    }


def _load(rep_s: float, n_reps: int) -> float:
    return rep_s / (n_reps * HOUR.total_seconds())


def _reps_hold_back(hour: Hour) -> bool:
    """For a quarter of the hour or more, and more than anything else."""
    waited = hour.waited_s[Limit.REPS]
    return waited >= HOUR.total_seconds() / 4 and waited == max(hour.waited_s.values())


# ---- what holds it back, and money --------------------------------------------------------------------------------------


def _limits(hours: Mapping[datetime, Hour]) -> list[dict[str, Any]]:
    """The share of each in the time in which calls were due and none could start, largest first."""
    waited: Counter[Limit] = Counter()
    for hour in hours.values():
        waited.update(hour.waited_s)
    total = sum(waited.values())
    return [{"limit": limit.value, "share": round(seconds / total, 3)} for limit, seconds in waited.most_common() if seconds > 0]


def _money(days: Sequence[Mapping[str, Any]], course: Course, caps: Sequence[Cap], begins_on: date) -> dict[str, Any]:
    totals = {f"{reading}_minor": sum(day[f"{reading}_minor"] for day in days) for reading in Reading}
    return {
        **totals,
        "caps": [_cap(cap, scope, days, course, begins_on) for cap, scope in zip(caps, _SCOPES, strict=True) if cap.cap_minor is not None],
    }


_SCOPES = ("whole", "day", "day", "month")  # in the order of the caps: campaign, its day, everybody's day and month


def _cap(cap: Cap, scope: str, days: Sequence[Mapping[str, Any]], course: Course, begins_on: date) -> dict[str, Any]:
    """`dry_at`: in mid no further call could be paid from it. `dry_on_if_high`: the day on which high is over it, none if never."""
    dry_at = course.ran_dry.at if course.ran_dry and course.ran_dry.name == cap.name else course.short_days.get(cap.name)
    spent = Counter({_period(scope, begins_on.isoformat()): cap.spent_minor + cap.reserved_minor})
    dry_on_if_high = None
    for day in days:
        period = _period(scope, day["on"])
        spent[period] += day["high_minor"]
        if dry_on_if_high is None and spent[period] > (cap.cap_minor or 0):
            dry_on_if_high = day["on"]
    return {"name": cap.name, "cap_minor": cap.cap_minor, "left_minor": cap.left_minor, "dry_at": _iso(dry_at), "dry_on_if_high": dry_on_if_high}


def _period(scope: str, on: str) -> str:
    return {"whole": "", "day": on, "month": on[:7]}[scope]
