"""Which calls to look at, and why: each queue is a question about calls that are over. Reads only.

Newest first. A call that somebody found right leaves its queues, unless they are asked to show all; only a lead who turned hot stays until a
person has promised them a call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import MD5, Cast, Coalesce, Replace, Substr
from django.utils import timezone

from bridge.events import Party
from campaigns.handoff.states import NOT_HOT
from campaigns.models import Answer, Call, Campaign, Handoff, ReviewAct, ReviewPlan, Score, Turn
from campaigns.models.call import FAULTY, IS_NEAR, UNSURE_BELOW
from campaigns.review.complaints import complaint_pattern
from campaigns.states import ENDED, Disposition

RANDOM_PERCENT = 5  # where the campaign's plan does not say
LATELY = timedelta(days=30)
_DIGITS = 4
# Below which digests 0 to 100 percent of calls lie. Of 100 percent one that no digest reaches.
_BORDERS = (*(f"{round(percent * 16**_DIGITS / 100):0{_DIGITS}x}" for percent in range(100)), "g" * _DIGITS)
COUNTED = 250  # calls of a queue; that there are more is enough to know
GLANCED = 100  # … of one that is not being looked at


class Queue(StrEnum):
    LOW_CONFIDENCE = "low_confidence"
    NEAR_THRESHOLD = "near_threshold"
    OPTED_OUT = "opted_out"
    COMPLAINTS = "complaints"
    FAULTS = "faults"
    SHARE = "share"
    TURNED_HOT = "turned_hot"
    ALL = "all"


TELLING = frozenset({Queue.LOW_CONFIDENCE, Queue.NEAR_THRESHOLD, Queue.TURNED_HOT})  # that a call lies there tells what was made of it


@dataclass(frozen=True, slots=True)
class Filters:
    """None and "": any. Days are the organisation's, both included, by when the call was answered."""

    since: date | None = None
    until: date | None = None
    campaign_id: int | None = None
    language: str = ""  # of the script, BCP-47
    script_id: int | None = None  # one version
    with_reviewed: bool = False
    limit: frozenset[int] | None = None  # ids of the campaigns that the reviewer sees; None: all
    hidden: Q | None = None  # what was made of these calls is not told (`blind`); None: of all it is


def of(filters: Filters) -> QuerySet[Call]:
    """Calls that were answered and are over, without the legs of reps, on which no bot spoke."""
    calls = Call.objects.filter(answered_at__isnull=False, status__in=ENDED).exclude(occasion=Call.Occasion.PROMISED)
    if filters.since:
        calls = calls.filter(answered_at__gte=_midnight(filters.since))
    if filters.until:
        calls = calls.filter(answered_at__lt=_midnight(filters.until + timedelta(days=1)))
    if filters.limit is not None:
        calls = calls.filter(campaign__in=filters.limit)
    if filters.campaign_id is not None:
        calls = calls.filter(campaign=filters.campaign_id)
    if filters.language:
        calls = calls.filter(script__language=filters.language)
    if filters.script_id is not None:
        calls = calls.filter(script=filters.script_id)
    return calls


def told_of(filters: Filters) -> QuerySet[Call]:
    """Those of them of which is told what was made of them."""
    return of(filters) if filters.hidden is None else of(filters).exclude(filters.hidden)


def in_queue(filters: Filters, queue: Queue) -> QuerySet[Call]:
    if queue is Queue.TURNED_HOT:
        return _told_of_few(of(filters).filter(_condition(filters, queue)), filters.hidden).order_by("-answered_at", "-pk")
    calls = told_of(filters) if queue in TELLING else of(filters)
    return _with_figures(calls, queue).filter(_condition(filters, queue)).order_by("-answered_at", "-pk")


def _told_of_few(calls: QuerySet[Call], hidden: Q | None) -> QuerySet[Call]:
    """DISTINCT has PostgreSQL find the few before it asks of each whether it is hidden, which costs more than all else."""
    return calls if hidden is None else Call.objects.filter(pk__in=calls.values("pk").distinct()).exclude(hidden)


def most_of(queue: Queue, shown: Queue | None) -> int:
    return COUNTED if queue is shown else GLANCED


def counts(filters: Filters, *, shown: Queue | None) -> Mapping[Queue, int]:
    """The one that is shown up to COUNTED, the others up to GLANCED. One query a queue, which stops there."""
    return {queue: _n_in(filters, queue, most_of(queue, shown)) for queue in Queue}


def shown_count(filters: Filters, queue: Queue) -> int:
    return _n_in(filters, queue, COUNTED)


def _n_in(filters: Filters, queue: Queue, most: int) -> int:
    return in_queue(filters, queue).order_by().values("pk")[:most].count()


def first_waiting(n_in: Mapping[Queue, int]) -> Queue | None:
    """The first queue that has something, in their order; None: no queue has."""
    return next((queue for queue in Queue if n_in[queue]), None)


def neighbours(calls: QuerySet[Call], call: Call) -> tuple[Call | None, Call | None]:
    """The one before it and the one after it in the order of the list, whether `call` is still on it or not. Two queries."""
    at = call.answered_at
    before = calls.filter(Q(answered_at__gt=at) | Q(answered_at=at, pk__gt=call.pk)).order_by("answered_at", "pk").first()
    after = calls.filter(Q(answered_at__lt=at) | Q(answered_at=at, pk__lt=call.pk)).order_by("-answered_at", "-pk").first()
    return before, after


def turned_hot() -> Q:
    """Hot by a correction, and no rep has been promised to them."""
    is_given = Exists(Handoff.objects.filter(call=OuterRef("pk")).exclude(status__in=sorted(NOT_HOT)))
    is_corrected = Exists(ReviewAct.objects.filter(call__lead=OuterRef("lead"), call__campaign=OuterRef("campaign")).exclude(kind="accepted"))
    return Q(score__is_hot=True, campaign__kind=Campaign.Kind.QUALIFICATION) & Q(is_corrected) & ~Q(is_given)


def _condition(filters: Filters, queue: Queue) -> Q:
    if filters.with_reviewed or queue is Queue.TURNED_HOT:
        return _question(queue)
    found_right = Exists(ReviewAct.objects.filter(call=OuterRef("pk"), kind=ReviewAct.Kind.ACCEPTED))
    return _question(queue) & ~Q(found_right)


def _question(queue: Queue) -> Q:
    match queue:
        case Queue.LOW_CONFIDENCE:
            return Q(Exists(Answer.objects.filter(call=OuterRef("pk"), confidence__lt=UNSURE_BELOW, is_confirmed=False)))
        case Queue.NEAR_THRESHOLD:
            return Q(Exists(Score.objects.filter(IS_NEAR, call=OuterRef("pk"))))
        case Queue.OPTED_OUT:
            return Q(disposition=Disposition.OPTED_OUT)
        case Queue.COMPLAINTS:
            return Q(Exists(Turn.objects.filter(call=OuterRef("pk"), party=Party.CALLEE, text__iregex=complaint_pattern())))
        case Queue.FAULTS:
            return Q(session_outcome__in=FAULTY) | ~Q(failure="")
        case Queue.SHARE:
            return Q(digest__lt=F("random_border"))
        case Queue.TURNED_HOT:
            return turned_hot()
        case Queue.ALL:
            return Q(pk__isnull=False)


def drawn_twice(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Those that two people judge, by their campaign's plan. Few campaigns have one, or none: no digest is made of the calls of the others. One
    query finds out which."""
    percents = dict(ReviewPlan.objects.filter(double_percent__gt=0).values_list("campaign_id", "double_percent"))
    return with_digest(calls).filter(drawn_by(percents))


def with_digest(calls: QuerySet[Call]) -> QuerySet[Call]:
    """By other digits than the random share, so that the two are drawn apart."""
    return calls.alias(second_digest=_digest(1 + _DIGITS))


def drawn_by(percents: Mapping[int, int]) -> Q:
    """Of calls `with_digest`: those that two people judge, where each campaign's percent is known. Campaigns that are not in it draw none."""
    campaign_ids: dict[int, list[int]] = defaultdict(list)
    for campaign_id, percent in percents.items():
        campaign_ids[percent].append(campaign_id)
    conditions = (Q(campaign__in=each, second_digest__lt=_BORDERS[percent]) for percent, each in campaign_ids.items())
    return reduce(or_, conditions, Q(pk__in=()))


def _with_figures(calls: QuerySet[Call], queue: Queue) -> QuerySet[Call]:
    """What the condition of this queue needs."""
    if queue is Queue.SHARE:
        return calls.annotate(digest=_digest(1), random_border=_border())
    return calls


def _digest(at: int) -> Substr:
    """The same for a call whenever it is asked, on each database, and nothing that anybody can choose: MD5 of the 32 digits of
    its id, which is random (PostgreSQL has SHA-256 only with an extension)."""
    return Substr(MD5(Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value(""))), at, _DIGITS)


def _border() -> Substr:
    """Below which digests a campaign's random share lies, looked up by the percent in its plan."""
    percent = Coalesce(F("campaign__review_plan__random_percent"), Value(RANDOM_PERCENT))
    return Substr(Value("".join(_BORDERS)), percent * _DIGITS + 1, _DIGITS)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
