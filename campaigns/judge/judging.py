"""One judgement: a period of the record, judged day by day so that its memory is that of the busiest day, and kept if somebody asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task

from campaigns.judge.court import Verdict, judge, together
from campaigns.judge.loading import add_to_purses, load
from campaigns.judge.record import FlightRecord
from campaigns.judge.ruling import Invariant
from campaigns.models import FlightEntry, Judgement


def judge_period(since: datetime, until: datetime) -> Verdict:
    """[since, until), aware. Days are the organisation's own."""
    return together(judge(part) for part in parts(since, until))


def parts(since: datetime, until: datetime) -> Iterator[FlightRecord]:
    """The period's days in order; those on which nothing was written are left out."""
    committed: dict[str, int] | None = None
    for begins, ends in _days(since, until):
        if not FlightEntry.objects.filter(at__gte=begins, at__lt=ends).exists():
            continue
        part = load(begins, ends, committed=committed)
        yield part
        committed = dict(part.opening.committed)
        for entry in part.entries:
            if entry.money_on is not None:
                add_to_purses(committed, entry.campaign_id, entry.money_on, entry.money_minor)


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    begins = since
    while begins < until:
        midnight = timezone.localtime(begins).replace(hour=0, minute=0, second=0, microsecond=0)
        # Through the naked date, so that a day of 23 or 25 hours ends at its own midnight.
        next_day = timezone.make_aware(datetime.combine(midnight.date() + timedelta(days=1), datetime.min.time()))
        ends = min(next_day, until)
        yield begins, ends
        begins = ends


def keep(verdict: Verdict, since: datetime, until: datetime, *, by: str) -> Judgement:
    return Judgement.objects.create(
        since=since,
        until=until,
        judged_by=by[:150],
        n_entries=verdict.n_entries,
        n_decisions=verdict.n_decisions,
        n_calls=verdict.n_calls,
        n_broken=sum(verdict.n_broken.values()),
        counts=counts_as_json(verdict),
        violations=violations_as_json(verdict),
    )


def counts_as_json(verdict: Verdict) -> dict[str, dict[str, int]]:
    counts = {"kept": verdict.n_kept, "unjudged": verdict.n_unjudged, "broken": verdict.n_broken}
    return {invariant.value: {name: count[invariant] for name, count in counts.items()} for invariant in Invariant}


def violations_as_json(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "invariant": one.invariant.value,
            "at": one.at.isoformat(),
            "entry": one.entry_id,
            "call": one.call_id,
            "sentence": one.sentence,
        }
        for one in verdict.violations
    ]


@task()
def judge_and_keep(since: str, until: str, by: str) -> None:
    """In the background, for the console. ISO instants."""
    begins, ends = datetime.fromisoformat(since), datetime.fromisoformat(until)
    keep(judge_period(begins, ends), begins, ends, by=by)
