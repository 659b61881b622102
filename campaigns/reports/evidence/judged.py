"""The judge's word about one person: the promises that are kept or broken on their calls alone, replayed from the flight record.

What needs the whole day (calls in flight, budgets, rates) is judged by `manage.py judge`, whose kept judgements a pack names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from campaigns.judge.court import INVARIANTS, promise
from campaigns.judge.loading import load_some
from campaigns.judge.record import FlightRecord
from campaigns.judge.ruling import Invariant, Mark, Violation
from campaigns.models import FlightEntry
from campaigns.reports.evidence.facts import Judged

ABOUT_A_PERSON = (
    Invariant.CONSENT,
    Invariant.CALLING_HOURS,
    Invariant.HOLIDAY,
    Invariant.DO_NOT_CALL,
    Invariant.OPT_OUT,
    Invariant.DECIDED,
    Invariant.ATTEMPTS_DAY,
    Invariant.ATTEMPTS_24_HOURS,
    Invariant.ATTEMPTS_7_DAYS,
    Invariant.ATTEMPTS_30_DAYS,
    Invariant.AT_MOST_ONCE,
    Invariant.ONE_AT_A_TIME,
)


def judged_of(entries: Sequence[FlightEntry], call_ids: Collection[str]) -> list[Judged]:
    """`entries`: all about one number, by id. Broken promises are told of these calls only. [] where there is nothing to judge."""
    if not entries:
        return []
    record = load_some(entries, entries[0].at, max(entry.at for entry in entries) + timedelta(microseconds=1))
    return [_judged(invariant, record, call_ids) for invariant in ABOUT_A_PERSON]


def _judged(invariant: Invariant, record: FlightRecord, call_ids: Collection[str]) -> Judged:
    rulings = list(INVARIANTS[invariant](record))
    broken: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in rulings:
        if isinstance(one, Violation) and one.call_id in call_ids:
            broken[one.call_id].append({"at": one.at.isoformat(), "call": one.call_id, "entry": one.entry_id, "sentence": one.sentence})
    return Judged(
        invariant.value,
        promise(invariant),
        rulings.count(Mark.KEPT),
        rulings.count(Mark.UNJUDGED),
        dict(broken),
    )
