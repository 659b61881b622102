"""A rep's working hours as people write them, one line a day, and as they are kept: {"mon": [["08:00", "12:00"], …]}. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from leads.said import sentence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")

Hours = dict[str, list[list[str]]]


class BadHours(ValueError):
    """The message tells how to mend it."""


def read_hours(text: str) -> Hours:
    """As in "mon 08:00-12:00, 13:00-17:00"; a day that is not named has none. Raises BadHours."""
    hours: Hours = {}
    for line in filter(None, (line.strip() for line in text.lower().splitlines())):
        day, _, spans = line.partition(" ")
        if day.rstrip(":") not in DAYS:
            raise BadHours(sentence("“%(day)s” is not a day. Begin each line with one of %(names)s.", day=day, names=", ".join(DAYS)))
        if (day := day.rstrip(":")) in hours:
            raise BadHours(sentence("“%(day)s” is there twice. Put all its hours on one line, with commas between.", day=day))
        hours[day] = _in_order(day, [_read_span(day, span.strip()) for span in spans.split(",")])
    return {day: hours[day] for day in DAYS if day in hours}


def as_lines(hours: Mapping[str, Sequence[Sequence[str]]]) -> str:
    return "\n".join(f"{day} {', '.join('-'.join(span) for span in hours[day])}" for day in DAYS if hours.get(day))


def _read_span(day: str, text: str) -> list[str]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise BadHours(sentence("“%(day)s”: write hours as 08:00-17:00, not “%(hours)s”.", day=day, hours=text))
    opens_h, opens_m, closes_h, closes_m = (int(part) for part in match.groups())
    if max(opens_h, closes_h) > 23 or max(opens_m, closes_m) > 59:
        raise BadHours(sentence("“%(day)s”: there is no such time as in “%(hours)s”. The day ends at 23:59.", day=day, hours=text))
    if (opens_h, opens_m) >= (closes_h, closes_m):
        raise BadHours(sentence("“%(day)s”: %(hours)s ends before it begins. A shift over midnight goes on two days.", day=day, hours=text))
    return [f"{opens_h:02}:{opens_m:02}", f"{closes_h:02}:{closes_m:02}"]


def _in_order(day: str, spans: list[list[str]]) -> list[list[str]]:
    spans = sorted(spans)
    for (_opens, closes), (opens, _closes) in zip(spans, spans[1:], strict=False):
        if opens < closes:
            raise BadHours(sentence("“%(day)s”: the hours overlap.", day=day))
    return spans
