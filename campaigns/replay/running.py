"""Runs a replay and keeps what it found. Reads calls batch by batch, writes its own row, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from campaigns.access.viewer import Viewer
from campaigns.briefs import counted_answers_of
from campaigns.models import Call, Campaign, Rep, ReviewAct, RubricReplay, Script, WrapUp
from campaigns.replay.rescoring import Case, Rubric, Tally, found_hot, tally_of
from campaigns.review.queues import Filters, of
from campaigns.scoring import read_rubrics
from leads import clock
from leads.said import sentence

logger = logging.getLogger(__name__)

AT_ONCE_UP_TO = 10_000  # calls: a few seconds; more are worked out by the worker
BATCH = 500
BROKE_OFF = sentence("Something went wrong that should not have; the log has it. Replay again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Calls held with one version, in these campaigns, on these days, both included; and the rubric to score them by."""

    calls_of: int
    campaign_ids: Sequence[int]
    since: date
    until: date
    threshold: int
    rubrics: Mapping[str, Any]


def replay(script: Script, asked: Asked, *, by: str) -> RubricReplay:
    """Done when this returns, or handed to the worker if there are many calls. Raises BadRubric before anything is kept."""
    read_rubrics(asked.rubrics)
    wanted = asdict(asked) | {"calls_of": Script.objects.get(pk=asked.calls_of), "campaign_ids": sorted(asked.campaign_ids)}
    kept = RubricReplay(script=script, revision=script.revision, asked_by=by[:150], asked_at=clock.now(), n_calls=0, **wanted)
    kept.n_calls = calls_of(kept).count()
    kept.save(force_insert=True)
    if kept.n_calls <= AT_ONCE_UP_TO:
        return carry_out(kept)
    carry_out_later.enqueue(str(kept.pk))
    return kept


@task()
def carry_out_later(replay_id: str) -> None:
    kept = RubricReplay.objects.filter(pk=replay_id, finished_at=None).first()
    if kept is not None:  # None: its script was deleted meanwhile
        carry_out(kept)


def carry_out(kept: RubricReplay) -> RubricReplay:
    try:
        found = _found(kept)
    except Exception:
        logger.exception("replay %s broke off", kept.pk)
        kept.failure, kept.finished_at = BROKE_OFF, clock.now()
        kept.save(update_fields=["failure", "finished_at"])
        return kept
    kept.found, kept.finished_at = found, clock.now()
    kept.save(update_fields=["found", "finished_at"])
    return kept


def calls_of(kept: RubricReplay) -> QuerySet[Call]:
    """Those that have a score."""
    filters = Filters(since=kept.since, until=kept.until, script_id=kept.calls_of_id)
    return of(filters).filter(campaign__in=kept.campaign_ids, score__isnull=False)


def cases_of(calls: Sequence[Call]) -> list[Case]:
    """Three queries, whatever the number of calls."""
    ids = [call.pk for call in calls]
    answers, by_hand, verdicts = counted_answers_of(calls), _by_hand(ids), _verdicts(ids)
    return [
        Case(
            str(call.pk),
            {row.question.key: row.value for row in answers[call.pk]},
            call.score.points,
            call.score.is_hot,
            call.pk in by_hand,
            verdicts.get(call.pk),
        )
        for call in calls
    ]


def replays_of(script: Script, viewer: Viewer) -> list[RubricReplay]:
    """Of all its versions, the newest first; who is limited to campaigns sees those of their campaigns alone."""
    rows = RubricReplay.objects.filter(script__name=script.name).select_related("script", "published_as").defer("found", "rubrics")
    return [each for each in rows[:100] if may_see(each, viewer)]


def may_see(kept: RubricReplay, viewer: Viewer) -> bool:
    return viewer.limit is None or set(kept.campaign_ids) <= viewer.limit


def _found(kept: RubricReplay) -> dict[str, Any]:
    rubric, tally, days = Rubric(read_rubrics(kept.rubrics), kept.threshold), Tally(), set[date]()
    for batch in _batches(calls_of(kept)):
        tally_of(cases_of(batch), rubric, tally)
        days |= {timezone.localtime(call.answered_at).date() for call in batch if call.answered_at}
        RubricReplay.objects.filter(pk=kept.pk).update(n_done=tally.n)
        kept.n_done = tally.n
    reps = Rep.objects.filter(campaigns__in=kept.campaign_ids, is_verified=True, user__is_active=True).distinct().count()
    return tally.as_json() | {"n_days": len(days), "n_reps": reps, "threshold_before": kept.calls_of.hot_threshold}


def _batches(calls: QuerySet[Call]) -> Iterator[list[Call]]:
    """By id and not by a cursor, which would hold SQLite's writers up."""
    rows, last = calls.select_related("score").defer("cdr").order_by("pk"), None
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _by_hand(ids: Sequence[UUID]) -> set[UUID]:
    acts = ReviewAct.objects.filter(call__in=ids, kind=ReviewAct.Kind.SCORE).order_by("done_at", "id").values_list("call_id", "after")
    newest = dict(acts)
    return {call_id for call_id, after in newest.items() if after and after["by_hand"]}


def _verdicts(ids: Sequence[UUID]) -> dict[UUID, bool | None]:
    rows = WrapUp.objects.filter(reservation__handoff__call__in=ids).order_by("saved_at", "pk")
    said = rows.values_list("reservation__handoff__call_id", "disposition", "was_hot")
    return {call_id: found_hot(disposition, was_hot) for call_id, disposition, was_hot in said}


def campaigns_with(script: Script, viewer: Viewer) -> QuerySet[Campaign]:
    """In which a version of this script has held calls; surveys look for nobody hot."""
    held = Call.objects.filter(script__name=script.name).values("campaign")
    rows = viewer.campaigns.filter(pk__in=held, kind=Campaign.Kind.QUALIFICATION)
    return rows.order_by("name")


LAST_MONTH = timedelta(days=30)
