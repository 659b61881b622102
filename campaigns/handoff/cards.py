"""What a rep sees: their own lead, the leads waiting for a rep, and the call backs that are owed, as values for the page.

Reads only, with a number of queries that does not grow with the cards. Which rep may see what is decided here: leads of their own
campaigns, offers only while they are available. The hottest come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet

from campaigns import live
from campaigns.access.reps import campaigns_of, within_limit
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.card_words import Line, answers_of, last_words_of
from campaigns.handoff.heat import LIVE_HALF_LIFE, PROMISED_HALF_LIFE, HeatLeft, Wait, heat_left, pull, wait_against
from campaigns.handoff.leading import Leading, leading_of
from campaigns.handoff.presence import why_never_ring, why_not_ring
from campaigns.handoff.promises import due_in, may_keep, promise_of
from campaigns.handoff.rep_talk import lead_name
from campaigns.handoff.reservations import all_pending, current
from campaigns.handoff.standing import Standing, standing_of
from campaigns.handoff.states import WITH_REP
from campaigns.handoff.writing_up import WritingUp, writing_of
from campaigns.models import Handoff, Rep, Reservation
from campaigns.promises import PromiseState, late_in_words
from campaigns.states import HandoffStatus, ReservationStatus
from leads.said import sentence
from leads.telling import told

N_PROMISED = 50
ENDED_SHOWN_FOR = timedelta(minutes=2)
LOST_SHOWN_FOR = timedelta(seconds=20)

# A call and its campaign have a hundred columns, and naming them all takes longer than reading them.
RELATED = ("call__lead", "call__campaign", "call__score", "rep")
_OF_CALL = ("campaign", "lead__name", "script", "attempt_number", "status", "occasion", "due_at", "dialled_at", "session_ended_at")
_OFRELATED = ("campaign__name", "campaign__wait_goal_s", "score__call", "score__points", "score__threshold", "score__reasons")
_OF_HANDOFF = ("status", "strategy", "reason", "offered_at", "accepted_at", "released_at", "next_step_at", "ended_at", "promised_for", "kept_at")
READ = (*_OF_HANDOFF, "rep__name", *(f"call__{name}" for name in (*_OF_CALL, *_OFRELATED)))

_ENDS = {
    HandoffStatus.BRIDGED: sentence("You have talked."),
    HandoffStatus.LEAD_HUNG_UP: sentence("The lead has hung up."),
    HandoffStatus.BRIDGE_FAILED: sentence("The lead may not be called any more."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    handoff_id: UUID
    lead_name: str
    campaign_name: str
    points: int | None
    threshold: int | None
    reasons: tuple[Reason, ...]
    answers: tuple[Line, ...]
    last_words: tuple[Line, ...]
    hot_at: datetime
    waited_s: int
    goal_s: int
    wait: Wait
    heat: HeatLeft
    is_warming: bool  # not hot yet, but likely to be: may be accepted already, and given back
    why: str
    reservation_id: UUID | None = None
    expires_at: datetime | None = None  # None: as long as it only grows warm
    left_s: int = 0  # until then
    promised_for: datetime | None = None
    due_in: str = ""  # "10 min" once its time is near
    is_due: bool = False  # the promised time has come, and nobody has rung the lead yet
    is_late: bool = False
    late: str = ""  # how late, in words
    called_at: datetime | None = None  # rung for the promise, and not reached
    whose: str = ""  # the rep it was promised with, "" for nobody or for me
    leading: Leading | None = None  # while the bot talks to my lead
    state: str = ""  # of my lead: where the talk stands (talk_state)

    @property
    def pull(self) -> float:
        return pull(self.points, self.heat)

    @property
    def hot_at_ms(self) -> int:
        return milliseconds(self.hot_at)

    @property
    def expires_at_ms(self) -> int | None:
        return None if self.expires_at is None else milliseconds(self.expires_at)


@dataclass(frozen=True, slots=True)
class Queue:
    now: datetime
    event_id: int  # what happened up to this live event is in here
    standing: Standing
    mine: tuple[Card, ...]
    writing: tuple[WritingUp, ...]  # talks to write up
    just_ended: tuple[Line, ...]  # what became of my last leads, so that no card vanishes without a word
    offers: tuple[Card, ...]
    promised: tuple[Card, ...]  # many: without answers and last words, see `whole_card`
    n_more_promised: int
    obstacle: str  # why this rep would not be rung, "" for none
    is_unverified: bool  # that is all that is in the way
    has_campaigns: bool
    stopped: str  # why nobody is rung at all, "" while dialing goes on

    @property
    def now_ms(self) -> int:
        return milliseconds(self.now)

    @property
    def is_writing(self) -> bool:
        """The rep is not free before it is done."""
        return any(not talk.is_over for talk in self.writing)

    @property
    def is_barred(self) -> bool:
        """The rep can ring nobody now."""
        return bool(self.mine or self.is_writing or self.obstacle or self.stopped)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The last words of one card, alone."""

    handoff_id: UUID
    last_words: tuple[Line, ...]


def queue_of(rep: Rep, *, now: datetime) -> Queue:
    event_id = live.newest_id()  # before anything else is read: whatever comes after it may be missing here, and is told again
    own = seen_by(rep)
    engaged = current(rep)
    has_said_yes = Q(id=engaged.handoff_id) if engaged is not None and engaged.status == ReservationStatus.ACCEPTED else Q()
    mine = list(own.filter(Q(rep=rep, status__in=sorted(WITH_REP)) | has_said_yes, ended_at=None).order_by("accepted_at"))
    asked = asked_of([rep], now).get(rep.id, []) if not mine else []
    owed = own.filter(may_keep(rep, now=now), status=HandoffStatus.PROMISED).order_by("promised_for", "id")
    promised = list(owed[:N_PROMISED])
    cards = cards_of([*mine, *(reservation.handoff for reservation in asked)], now)
    return Queue(
        now=now,
        event_id=event_id,
        standing=standing_of(rep, engaged),
        writing=writing_of(rep, engaged, now=now),
        mine=tuple(replace(cards[handoff.id], leading=leading_of(handoff)) for handoff in mine),
        just_ended=ended_of([rep], now, is_free=not mine).get(rep.id, ()),
        offers=offers_of(asked, cards, now),
        promised=_due_first(_promised_card(_card(handoff, now), handoff, rep, now) for handoff in promised),
        n_more_promised=owed.count() - N_PROMISED if len(promised) == N_PROMISED else 0,
        obstacle=told(why_not_ring(rep)),
        is_unverified=not rep.is_verified and not why_never_ring(rep),
        has_campaigns=campaigns_of(rep).exists(),
        stopped=told(why_stopped()),
    )


def spoken_of(rep: Rep, handoff_ids: Sequence[UUID]) -> tuple[Spoken, ...]:
    """The last words alone, of those of these that are this rep's to see."""
    handoffs = list(seen_by(rep).filter(id__in=handoff_ids))
    words = last_words_of([handoff.call for handoff in handoffs])
    return tuple(Spoken(handoff.id, words[handoff.call_id]) for handoff in handoffs)


def whole_card(rep: Rep, handoff_id: UUID, *, now: datetime) -> Card | None:
    """With its answers and last words, which a promise in the queue is shown without. None: not this rep's to see."""
    handoffs = list(seen_by(rep).filter(id=handoff_id))
    return cards_of(handoffs, now).get(handoff_id)


def milliseconds(at: datetime) -> int:
    """For the page's script, which counts on from it."""
    return round(at.timestamp() * 1000)


def seen_by(rep: Rep) -> QuerySet[Handoff]:
    return Handoff.objects.filter(call__campaign__in=campaigns_of(rep)).select_related(*RELATED).only(*READ)


def _of_rep(campaign: str) -> Q:
    """The row's rep takes leads of its campaign, which is at this path."""
    return within_limit(OuterRef("rep__user"), OuterRef(campaign)) & Q(**{f"{campaign}__reps": F("rep")})


def asked_of(reps: Sequence[Rep], now: datetime) -> dict[int, list[Reservation]]:
    """What each rep who is available is asked to take, the oldest first, by the rep's id. One query for all."""
    ids = [rep.id for rep in reps if rep.is_available]
    pending = all_pending(now=now).filter(_of_rep("handoff__call__campaign"), rep__in=ids)
    asked: dict[int, list[Reservation]] = {}
    for row in pending.select_related(*(f"handoff__{name}" for name in RELATED)).only("rep_id", "expires_at", *(f"handoff__{name}" for name in READ)):
        asked.setdefault(row.rep_id, []).append(row)
    return asked


def ended_of(reps: Sequence[Rep], now: datetime, *, is_free: bool) -> dict[int, tuple[Line, ...]]:
    """What became of the last leads of each rep, by the rep's id. `is_free`: also which offers were taken back. Two queries for all."""
    told: dict[int, tuple[Line, ...]] = {}
    for rep_id, line in [*_ended(reps, now), *(_lost(reps, now) if is_free else ())]:
        told[rep_id] = (*told.get(rep_id, ()), line)
    return told


def _ended(reps: Sequence[Rep], now: datetime) -> Iterator[tuple[int, Line]]:
    ended = Handoff.objects.filter(_of_rep("call__campaign"), rep__in=reps, status__in=sorted(_ENDS), ended_at__gte=now - ENDED_SHOWN_FOR)
    for handoff in ended.select_related(*RELATED).only(*READ).order_by("-ended_at"):
        if handoff.rep_id is not None:
            yield handoff.rep_id, Line(lead_name(handoff.call), _end_of(handoff))


def _end_of(handoff: Handoff) -> str:
    status = HandoffStatus(handoff.status)
    return handoff.reason if status is HandoffStatus.BRIDGE_FAILED and handoff.reason else _ENDS[status]


def _lost(reps: Sequence[Rep], now: datetime) -> Iterator[tuple[int, Line]]:
    """Offers that were taken back a moment ago, and why: "Amina was faster …". What was promised instead stands among the promises, and what
    became of a lead of mine is told by its hand-off (`_ended`), unless it never turned hot."""
    is_untold = Q(answered_at=None) | Q(handoff__status=HandoffStatus.COOLED)
    ids = [rep.id for rep in reps if rep.is_available]
    lost = Reservation.objects.filter(is_untold, rep__in=ids, status=ReservationStatus.RESCINDED, ended_at__gte=now - LOST_SHOWN_FOR)
    lost = lost.exclude(handoff__status__in=(HandoffStatus.PROMISED, HandoffStatus.KEPT)).filter(_of_rep("handoff__call__campaign"))
    for row in lost.select_related("handoff__call__lead").only("rep_id", "reason", "handoff__call__lead__name").order_by("-ended_at"):
        yield row.rep_id, Line(lead_name(row.handoff.call), row.reason)


def offers_of(asked: Iterable[Reservation], cards: Mapping[UUID, Card], now: datetime) -> tuple[Card, ...]:
    return _hottest_first(_offered_card(cards[reservation.handoff_id], reservation, now) for reservation in asked)


def _hottest_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    return tuple(sorted(cards, key=lambda card: (card.is_warming, -card.pull, card.hot_at, card.handoff_id)))


def _due_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    """What is due by its heat, then what will be, by its time."""

    def place(card: Card) -> tuple[bool, float, datetime, UUID]:
        return (not card.is_due, -card.pull if card.is_due else 0.0, card.promised_for or card.hot_at, card.handoff_id)

    return tuple(sorted(cards, key=place))


def cards_of(handoffs: Sequence[Handoff], now: datetime) -> Mapping[UUID, Card]:
    calls = [handoff.call for handoff in handoffs]
    answers, words = answers_of(calls), last_words_of(calls)
    return {handoff.id: _card(handoff, now, answers[handoff.call_id], words[handoff.call_id]) for handoff in handoffs}


def _card(handoff: Handoff, now: datetime, answers: tuple[Line, ...] = (), words: tuple[Line, ...] = ()) -> Card:
    call = handoff.call
    score = getattr(call, "score", None)
    waited = max(timedelta(), now - handoff.offered_at)
    return Card(
        handoff_id=handoff.id,
        lead_name=lead_name(call),
        campaign_name=call.campaign.name,
        points=score.points if score else None,
        threshold=score.threshold if score else None,
        reasons=tuple(Reason(reason["points"], reason["why"]) for reason in score.reasons) if score else (),
        answers=answers,
        last_words=words,
        hot_at=handoff.offered_at,
        waited_s=round(waited.total_seconds()),
        goal_s=call.campaign.wait_goal_s,
        wait=wait_against(waited.total_seconds(), call.campaign.wait_goal_s),
        heat=heat_left(waited, LIVE_HALF_LIFE),
        is_warming=handoff.status == HandoffStatus.WARMING,
        why=handoff.reason,
    )


def _offered_card(card: Card, reservation: Reservation, now: datetime) -> Card:
    expires_at = reservation.expires_at
    left_s = round((expires_at - now).total_seconds()) if expires_at is not None else 0
    return replace(card, reservation_id=reservation.id, expires_at=expires_at, left_s=left_s)


def _promised_card(card: Card, handoff: Handoff, rep: Rep, now: datetime) -> Card:
    owed = promise_of(handoff, now=now)
    if owed is None or handoff.promised_for is None:
        raise AssertionError("what is promised has a time")
    return replace(
        card,
        heat=heat_left(now - handoff.promised_for, PROMISED_HALF_LIFE),
        promised_for=handoff.promised_for,
        due_in=due_in(handoff, now=now),
        is_due=owed.state in {PromiseState.DUE, PromiseState.LATE},
        is_late=owed.state is PromiseState.LATE,
        late=told(late_in_words(owed.late_s)),
        called_at=handoff.kept_at,
        whose=handoff.rep.name if handoff.rep is not None and handoff.rep != rep else "",
    )
