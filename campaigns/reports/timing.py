"""Timing at the callee's ear over many calls: by voice, by campaign and by day. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from campaigns.models import Call
from campaigns.percentiles import Percentiles, percentiles

SHARE_OF = 3000  # calls; of more, so many by chance are read: their percentiles are the same within the thickness of a line
FIGURES = ("first_word_ms", "voice_to_voice_ms", "overlap_ms", "longest_silence_ms")


@dataclass(frozen=True, slots=True)
class TimingRow:
    label: str
    n_calls: int
    n_turns: int
    first_word: Percentiles
    voice_to_voice: Percentiles
    overlap: Percentiles
    longest_silence: Percentiles


@dataclass(frozen=True, slots=True)
class TimingReport:
    all: TimingRow
    by_voice: Sequence[TimingRow]
    by_campaign: Sequence[TimingRow]
    by_day: Sequence[TimingRow]  # newest first, in the organisation's time zone
    n_measured: int  # calls; the rows above are of a random share where they are more than SHARE_OF

    @property
    def is_of_a_share(self) -> bool:
        return self.all.n_calls < self.n_measured


@dataclass(slots=True)
class _Figures:
    n_calls: int = 0
    first_word_ms: list[int] = field(default_factory=list)
    voice_to_voice_ms: list[int] = field(default_factory=list)
    overlap_ms: list[int] = field(default_factory=list)
    longest_silence_ms: list[int] = field(default_factory=list)

    def add(self, call: dict[str, Any]) -> None:
        self.n_calls += 1
        self.first_word_ms += [] if call["first_word_ms"] is None else [call["first_word_ms"]]
        self.voice_to_voice_ms += call["voice_to_voice_ms"]
        self.overlap_ms.append(call["overlap_ms"])
        self.longest_silence_ms.append(call["longest_silence_ms"])

    def row(self, label: str) -> TimingRow:
        return TimingRow(
            label,
            self.n_calls,
            len(self.voice_to_voice_ms),
            first_word=percentiles(self.first_word_ms),
            voice_to_voice=percentiles(self.voice_to_voice_ms),
            overlap=percentiles(self.overlap_ms),
            longest_silence=percentiles(self.longest_silence_ms),
        )


def timing_report(*, now: datetime, days: int, campaign_ids: Collection[int] | None = None) -> TimingReport:
    """Of the calls answered in the last `days` times 24 hours and measured; turns of all calls together, so that a long call counts more.

    `campaign_ids`: of these only; None: of all.
    """
    calls = Call.objects.filter(answered_at__gt=now - timedelta(days=days), answered_at__lte=now, longest_silence_ms__isnull=False)
    if campaign_ids is not None:
        calls = calls.filter(campaign__in=campaign_ids)
    n_measured = calls.count()
    if n_measured > SHARE_OF:  # ids are random, so those below a border are a fair share, and the same one each time
        calls = calls.filter(pk__lt=UUID(int=2**128 * SHARE_OF // n_measured))
    measured: list[dict[str, Any]] = [dict(call) for call in calls.order_by().values("voice", "campaign__name", "answered_at", *FIGURES)]
    return TimingReport(
        all=_grouped(measured, lambda call: "").get("", _Figures()).row(""),
        by_voice=_rows(measured, lambda call: call["voice"]),
        by_campaign=_rows(measured, lambda call: call["campaign__name"]),
        by_day=_rows(measured, lambda call: timezone.localdate(call["answered_at"]).isoformat())[::-1],
        n_measured=n_measured,
    )


def _rows(calls: Iterable[dict[str, Any]], label_of: Callable[[dict[str, Any]], str]) -> list[TimingRow]:
    return [figures.row(label) for label, figures in sorted(_grouped(calls, label_of).items())]


def _grouped(calls: Iterable[dict[str, Any]], label_of: Callable[[dict[str, Any]], str]) -> dict[str, _Figures]:
    groups: defaultdict[str, _Figures] = defaultdict(_Figures)
    for call in calls:
        groups[label_of(call)].add(call)
    return groups
