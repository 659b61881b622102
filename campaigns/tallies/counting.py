"""Counts days from the calls themselves: what the tallies are made by, and what the page counts where there is no tally. Reads only.

A handful of queries, however many calls and campaigns. What each figure means is `campaigns.funnel`'s to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncHour
from django.utils import timezone

from bridge.brief import QuestionRole
from campaigns.funnel import COMPLETE, LEVEL, RIGHT_PARTY, Figures, Step, bucket, reached_by_level
from campaigns.models import Answer, Call, DialDecision, Handoff, Question, Score, StaffCall, TallyPart, WrapUp
from campaigns.states import ENDED, CallStatus, Disposition, HandoffStatus
from leads.lookups import has_row
from leads.zones import zone_named

Kind = TallyPart.Kind
Day: TypeAlias = tuple[int, date]  # a campaign's id, and a date of the organisation
OTHER_REASON = "other"
AT = Coalesce("dialled_at", "answered_at", "ended_at")  # as the index `call_of_day` spells it
_PROMISED = Q(occasion=Call.Occasion.PROMISED)
_HOT_SCORE = Score.objects.filter(call=OuterRef("pk"), is_hot=True)
_IS_HOT = Exists(_HOT_SCORE)  # not joined: that would read the score of every call there ever was
_IS_COMPLETED = Q(disposition__in=sorted(COMPLETE)) & ~_PROMISED
_IS_RESULT = Q(_IS_HOT) | _IS_COMPLETED
_UNSETTLED = Q(settled_at=None) | Q(voice_settled_at=None, stream_opened_at__isnull=False)
_TOOK_IT = Q(accepted_at__isnull=False) | Q(bridged_at__isnull=False) | Q(status=HandoffStatus.KEPT)


@dataclass(frozen=True, slots=True)
class PartKey:
    campaign_id: int
    on: date
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    n: int = 0
    n_answered: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(self.n + other.n, self.n_answered + other.n_answered)


# ---- which calls ------------------------------------------------------------------------------------------------------------


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of the first date to the end of the last one, which is not in it; the organisation's time zone."""
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def date_of(at: datetime) -> date:
    return timezone.localdate(at, timezone.get_default_timezone())


def spans(dates: Iterable[date]) -> list[tuple[date, date]]:
    """Dates that follow one another, as first and last."""
    found: list[tuple[date, date]] = []
    for each in sorted(set(dates)):
        if found and found[-1][1] + timedelta(days=1) == each:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def within(dates: Collection[date], prefix: str = "") -> Q:
    """Calls whose instant `at` lies in one of these dates."""
    conditions = (Q(**{f"{prefix}at__gte": start, f"{prefix}at__lt": end}) for start, end in (bounds(*span) for span in spans(dates)))
    return reduce(or_, conditions, Q(pk__in=()))


def calls_on(dates: Collection[date], campaign_ids: Collection[int] | None = None) -> QuerySet[Any]:
    """With `at` and `on`; queued calls and those that only ring in have no instant yet. `campaign_ids` None: of all."""
    calls = Call.objects.order_by().annotate(at=AT).filter(within(dates))
    if campaign_ids is not None:
        calls = calls.filter(campaign__in=campaign_ids)
    return calls.annotate(on=TruncDate("at", tzinfo=timezone.get_default_timezone()))


# ---- how far each got -------------------------------------------------------------------------------------------------------

_ATTEMPT = Q(dialled_at__isnull=False) | Q(occasion=Call.Occasion.INBOUND)
# Which questions ask for permission is looked up once, and not beside every answer: an index has all else.
_PERMISSIONS = Question.objects.filter(role=QuestionRole.PERMISSION).values("pk")
_ANSWERS = Answer.objects.filter(call=OuterRef("pk")).exclude(question__in=_PERMISSIONS)
_ANSWER = Exists(_ANSWERS)
_SPOKE = Q(disposition__in=sorted(RIGHT_PARTY)) | (Q(disposition=Disposition.INCOMPLETE) & has_row(_ANSWERS))
_RESULT_LEVEL = 99  # what it was is worked out by the lead
Case_: TypeAlias = tuple[int, UUID]  # campaign and lead


def reached(calls: QuerySet[Any], step: Step) -> QuerySet[Any]:
    """Those of `calls`, with their `at`, that got to this step or further: as rows, for a list."""
    found: QuerySet[Any] = calls.filter(has_reached(step))
    return found


def has_reached(step: Step) -> Q:
    """Of calls with their `at`. What is told by the row comes first, then what few have: what would have to be looked up, last."""
    if LEVEL[step] < LEVEL[Step.COMPLETE]:
        answered = Q(answered_at__isnull=False)
        q: dict[Step, Q] = {Step.ATTEMPTED: _ATTEMPT | answered, Step.CONNECTED: answered, Step.RIGHT_PARTY: _SPOKE}
        return _IS_COMPLETED | q[step] | has_row(_HOT_SCORE)
    is_result = _IS_COMPLETED | has_row(_HOT_SCORE)
    case = Call.objects.filter(campaign=OuterRef("campaign"), lead=OuterRef("lead"))
    before = Q(other_at__lt=OuterRef("at")) | Q(other_at=OuterRef("at"), pk__lt=OuterRef("pk"))
    of_case = {"call__campaign": OuterRef("campaign"), "call__lead": OuterRef("lead")}
    of_talk = {f"reservation__handoff__{name}": value for name, value in of_case.items()}
    won = has_row(WrapUp.objects.filter(disposition=WrapUp.Disposition.WON, **of_talk))
    demands: dict[Step, Q] = {
        Step.WON: won,
        Step.ACCEPTED: won | has_row(Handoff.objects.filter(_TOOK_IT, **of_case)),
        Step.HOT: has_row(case.filter(score__is_hot=True)),
        Step.COMPLETE: ~has_row(case.annotate(other_at=AT).filter(_IS_RESULT & before)),
    }
    return reduce(and_, (condition for demanded, condition in demands.items() if LEVEL[demanded] <= LEVEL[step]), is_result)


def _levels(calls: QuerySet[Any]) -> dict[Day, Counter[int]]:
    """How many got exactly so far, by day. Six queries: leads are looked at one by one only from the complete interview on."""
    found: defaultdict[Day, Counter[int]] = defaultdict(Counter)
    rules = [
        When(_IS_RESULT, then=Value(_RESULT_LEVEL)),
        When(disposition__in=sorted(RIGHT_PARTY), then=Value(LEVEL[Step.RIGHT_PARTY])),
        When(answered_at__isnull=False, then=Value(LEVEL[Step.CONNECTED])),
        When(_ATTEMPT, then=Value(LEVEL[Step.ATTEMPTED])),
    ]
    leveled = calls.annotate(level=Case(*rules, default=Value(0), output_field=IntegerField()))
    for campaign_id, on, level, n in leveled.values_list("campaign_id", "on", "level").annotate(Count("pk")):
        found[campaign_id, on][level] += n
    broke_off = calls.filter(_ANSWER, ~_IS_HOT, disposition=Disposition.INCOMPLETE, answered_at__isnull=False)  # hot would be a result
    for campaign_id, on, n in broke_off.values_list("campaign_id", "on").annotate(Count("pk")):
        found[campaign_id, on].update({LEVEL[Step.CONNECTED]: -n, LEVEL[Step.RIGHT_PARTY]: n})
    for day, _pk, level in _result_levels(calls.filter(_IS_RESULT)):
        found[day].update({_RESULT_LEVEL: -1, level: 1})
    return found


def levels_reached(dates: Collection[date]) -> dict[UUID, int]:
    """Of the calls of these dates on which the person spoke; what a list is filtered by. Empty for no dates."""
    if not dates:
        return {}
    calls = calls_on(dates)
    spoke = dict.fromkeys(reached(calls, Step.RIGHT_PARTY).values_list("pk", flat=True), LEVEL[Step.RIGHT_PARTY])
    return spoke | {pk: level for _day, pk, level in _result_levels(calls.filter(_IS_RESULT))}


def _result_levels(results: QuerySet[Any]) -> Iterator[tuple[Day, UUID, int]]:
    """Of calls with a result: the first of its lead counts as far as the lead got on any."""
    first: dict[Case_, UUID] = {}
    hot: set[Case_] = set()
    every = Call.objects.order_by(AT, "pk").filter(_IS_RESULT, lead__in=results.values("lead"))
    for campaign_id, lead_id, pk, is_hot in every.values_list("campaign_id", "lead_id", "pk", "score__is_hot"):
        first.setdefault((campaign_id, lead_id), pk)
        hot |= {(campaign_id, lead_id)} if is_hot else set()
    leads = {lead_id for _campaign_id, lead_id in hot}  # few, and named: with the question for them in it, the database reads all calls
    handoffs = Handoff.objects.filter(_TOOK_IT, call__lead__in=leads)
    taken = set(handoffs.values_list("call__campaign_id", "call__lead_id"))
    talks = WrapUp.objects.filter(disposition=WrapUp.Disposition.WON, reservation__handoff__call__lead__in=leads)
    won = set(talks.values_list("reservation__handoff__call__campaign_id", "reservation__handoff__call__lead_id"))
    for campaign_id, on, lead_id, pk in results.values_list("campaign_id", "on", "lead_id", "pk"):
        case = campaign_id, lead_id
        if first[case] != pk:
            step = Step.RIGHT_PARTY
        elif case not in hot:
            step = Step.COMPLETE
        else:
            step = Step.WON if case in won else Step.ACCEPTED if case in taken else Step.HOT
        yield (campaign_id, on), pk, LEVEL[step]


# ---- figures ----------------------------------------------------------------------------------------------------------------


def count_figures(dates: Collection[date], campaign_ids: Collection[int] | None = None) -> dict[Day, Figures]:
    """A handful of queries; none for no dates."""
    if not dates:
        return {}
    calls = calls_on(dates, campaign_ids)
    levels = _levels(calls)
    sums: defaultdict[Day, Figures] = defaultdict(Figures)
    rows = calls.values("campaign_id", "on").annotate(
        n_ended=Count("pk", filter=Q(status__in=sorted(ENDED))),
        n_blocked=Count("pk", filter=Q(status=CallStatus.BLOCKED)),
        n_unpriced=Count("pk", filter=Q(money_on__isnull=False) & _UNSETTLED),
        phone_minor=Sum("cost_minor", filter=Q(money_on__isnull=False, settled_at__isnull=False), default=0),
        voice_minor=Sum("voice_cost_minor", filter=Q(money_on__isnull=False, voice_settled_at__isnull=False), default=0),
    )
    for row in rows:
        day = row["campaign_id"], row["on"]
        spent_minor = int(row["phone_minor"] + row["voice_minor"])
        rest = {name: int(row[name]) for name in ("n_ended", "n_blocked", "n_unpriced", "voice_minor")}
        sums[day] += Figures(spent_minor=spent_minor, **rest)
    for campaign_id, on, minor in _rep_legs(dates, campaign_ids):
        sums[campaign_id, on] += Figures(spent_minor=int(minor))
    for campaign_id, on, was_hot, is_hot, n in _judgements(calls):
        if is_hot:
            sums[campaign_id, on] += Figures(n_judged=n, n_confirmed=n if was_hot else 0)
    return {day: sums[day] + Figures(**reached_by_level(levels.get(day, {}))) for day in {*levels, *sums}}


def _judgements(calls: QuerySet[Any]) -> Iterable[tuple[Any, ...]]:
    """What reps found, by the day of the call, and whether that had turned hot: who counts looks at it. Asked for hot ones alone, the database
    thinks that they are hardly any and goes through all there ever were."""
    was_hot = "handoff__reservations__wrap_up__was_hot"
    talks = calls.filter(**{f"{was_hot}__isnull": False})
    rows: Iterable[tuple[Any, ...]] = talks.values_list("campaign_id", "on", was_hot, "score__is_hot").annotate(Count("pk"))
    return rows


def _rep_legs(dates: Collection[date], campaign_ids: Collection[int] | None) -> Iterable[tuple[Any, ...]]:
    """By the day they count in, which need not be the lead's call's."""
    on_days = reduce(or_, (Q(money_on__range=span) for span in spans(dates)))
    legs = StaffCall.objects.filter(on_days, settled_at__isnull=False, handoff__isnull=False).order_by()
    if campaign_ids is not None:
        legs = legs.filter(handoff__call__campaign__in=campaign_ids)
    return legs.values_list("handoff__call__campaign_id", "money_on").annotate(minor=Sum("cost_minor", default=0))


# ---- parts ------------------------------------------------------------------------------------------------------------------


def count_hours(dates: Collection[date], campaign_ids: Collection[int] | None = None) -> Iterable[tuple[PartKey, Part]]:
    """The hours of the week alone. One query; none for no dates."""
    return _hours(calls_on(dates, campaign_ids)) if dates else ()


def count_parts(dates: Collection[date], campaign_ids: Collection[int] | None = None) -> dict[PartKey, Part]:
    """Three queries; none for no dates."""
    found: defaultdict[PartKey, Part] = defaultdict(Part)
    if not dates:
        return found
    calls = calls_on(dates, campaign_ids)
    for key, part in (*_hours(calls), *_reasons(calls), *_times(calls)):
        found[key] += part
    return found


def _hours(calls: QuerySet[Any]) -> Iterator[tuple[PartKey, Part]]:
    """Grouped by the hour of UTC and the lead's zone: every zone of our markets is whole hours away from it."""
    dialled = calls.filter(dialled_at__isnull=False).annotate(hour=TruncHour("dialled_at", tzinfo=UTC))
    rows = dialled.values_list("campaign_id", "on", "hour", "lead__time_zone").annotate(n=Count("pk"), n_answered=Count("answered_at"))
    for campaign_id, on, hour, zone_name, n, n_answered in rows:
        if zone := zone_named(zone_name):
            local = hour.astimezone(zone)
            yield PartKey(campaign_id, on, Kind.HOUR.value, str(24 * local.weekday() + local.hour)), Part(n, n_answered)


def _reasons(calls: QuerySet[Any]) -> Iterator[tuple[PartKey, Part]]:
    """Each reason of the decision that ended a blocked call; one without a decision on record has another."""
    blocked = {pk: (campaign_id, on) for pk, campaign_id, on in calls.filter(status=CallStatus.BLOCKED).values_list("pk", "campaign_id", "on")}
    decisions = DialDecision.objects.filter(call__in=calls.filter(status=CallStatus.BLOCKED).values("pk"), is_allowed=False)
    last = dict(decisions.order_by("decided_at", "pk").values_list("call_id", "reasons"))
    for pk, (campaign_id, on) in blocked.items():
        for reason in {each["reason"] for each in last.get(pk, ())} or {OTHER_REASON}:
            yield PartKey(campaign_id, on, Kind.REASON.value, reason), Part(1)


def _times(calls: QuerySet[Any]) -> Iterator[tuple[PartKey, Part]]:
    """Of the calls that were measured; turns of all of them together, so that a long call counts more."""
    measured = calls.filter(longest_silence_ms__isnull=False).values_list("campaign_id", "on", "first_word_ms", "voice_to_voice_ms")
    counts: Counter[tuple[int, date, str, int]] = Counter()
    for campaign_id, on, first_word_ms, turns_ms in measured.iterator(chunk_size=5000):
        if first_word_ms is not None:
            counts[campaign_id, on, Kind.FIRST_WORD.value, bucket(first_word_ms)] += 1
        counts.update((campaign_id, on, Kind.TURN.value, bucket(ms)) for ms in turns_ms)
    for (campaign_id, on, kind, ms), n in counts.items():
        yield PartKey(campaign_id, on, kind, str(ms)), Part(n)


def first_date() -> date | None:
    """Of the oldest call that has an instant; None: there is none. One look into the index."""
    at: datetime | None = Call.objects.annotate(at=AT).filter(at__isnull=False).order_by("at").values_list("at", flat=True).first()
    return None if at is None else date_of(at)


def days_between(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
