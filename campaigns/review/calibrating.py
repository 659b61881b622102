"""Calibration sets: calls with a known answer, and how each reviewer hears them. The only writer of CalibrationItem."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.models import CalibrationItem, Call, Coding
from campaigns.review.correcting import Refused
from campaigns.review.differing import comparable
from campaigns.review.doubling import keys_of, standing_values
from leads.said import sentence

NO_SCRIPT = sentence("Nothing was asked on this call.")
WORDS_GONE = sentence("What was said on this call is gone: nobody could judge it.")
JUDGED = sentence("Somebody has judged this call for a double review. Pick another.")


@dataclass(frozen=True, slots=True)
class Off:
    """An answer other than the known one."""

    call: Call
    question: str
    said: object
    gold: object


@dataclass(frozen=True, slots=True)
class Standing:
    coder: str
    n_calls: int
    n_open: int  # of the set, not judged yet
    n_right: int
    n_answers: int
    off: Sequence[Off]

    @property
    def percent(self) -> int | None:
        """Never rounded up. None: nothing judged."""
        return 100 * self.n_right // self.n_answers if self.n_answers else None


def pick(call: Call, *, by: str, at: datetime) -> CalibrationItem | Refused:
    """What counts on the call now is the known answer, and stays it whatever is corrected later. A call that was retired comes back as it was."""
    if call.script is None:
        return Refused(NO_SCRIPT)
    if call.words_gone_at is not None:
        return Refused(WORDS_GONE)
    if Coding.objects.filter(call=call, purpose=Coding.Purpose.DOUBLE).exists():
        return Refused(JUDGED)
    stands = standing_values(call)
    gold = {key: stands.get(key) for key in keys_of(call)}
    item, is_new = CalibrationItem.objects.get_or_create(call=call, defaults={"gold": gold, "picked_by": by[:150], "picked_at": at})
    if not is_new:
        CalibrationItem.objects.filter(pk=item.pk).update(retired_at=None)
    return item


def retire(call: Call, *, at: datetime) -> None:
    """Nobody is asked to judge it any more; what was said of it stays."""
    CalibrationItem.objects.filter(call=call, retired_at=None).update(retired_at=at)


def standings(limit: frozenset[int] | None) -> list[Standing]:
    """Of everybody who has judged a call of a set, the furthest off first. Two queries."""
    items = CalibrationItem.objects.filter(retired_at=None).select_related("call__campaign")
    if limit is not None:
        items = items.filter(call__campaign__in=limit)
    known = {item.call_id: item for item in items}
    by_coder: dict[str, list[Coding]] = defaultdict(list)
    for coding in Coding.objects.filter(purpose=Coding.Purpose.CALIBRATION, call__in=known).order_by("coded_at"):
        by_coder[coding.coder].append(coding)
    found = [_standing(coder, codings, known) for coder, codings in by_coder.items()]
    return sorted(found, key=lambda each: (each.percent if each.percent is not None else 101, each.coder))


def _standing(coder: str, codings: Sequence[Coding], known: dict[UUID, CalibrationItem]) -> Standing:
    off = [
        Off(item.call, key, coding.values.get(key), gold)
        for coding in codings
        for item in [known[coding.call_id]]
        for key, gold in item.gold.items()
        if comparable(coding.values.get(key)) != comparable(gold)
    ]
    n_answers = sum(len(known[coding.call_id].gold) for coding in codings)
    theirs = [item for item in known.values() if item.picked_by != coder]
    return Standing(coder, len(codings), len(theirs) - len(codings), n_answers - len(off), n_answers, off)
