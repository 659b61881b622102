"""Balances two sets of books: what the simulated platform knows (whose phone rang, what the bot began to say) and what our rows say.

Pure. Each finding is a sentence; no finding means that nobody was rung twice, no answer was lost, and no lead was forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from campaigns.states import LIVE, MACHINES, CallStatus, Disposition

# After these a lead is to be called again, as long as attempts are left.
GO_ON = frozenset({CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.FAILED})
GO_ON_AFTER = MACHINES - {Disposition.FAX} | {Disposition.INCOMPLETE, Disposition.CALLBACK_REQUESTED}


@dataclass(frozen=True, slots=True)
class Ring:
    """A phone that rang because a call was placed. `label`: the id that was sent along."""

    number: str
    label: str
    began_at: datetime
    ended_at: datetime | None
    asked: tuple[str, ...] = ()  # the questions whose words the bot began to say, in order
    has_closed: bool = False  # it began to say thank you, that is all
    has_opted_out: bool = False  # it began to say that nobody will call again


@dataclass(frozen=True, slots=True)
class Dialled:
    """A phone that rang because of a Dial on somebody else's call, whose label this is."""

    number: str
    label: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One call to a lead as we know it."""

    call_id: str  # as it is sent along
    number: str
    status: CallStatus
    disposition: Disposition | None
    is_attempt: bool  # counted as dialled
    is_promised: bool  # dialled from a rep's phone
    attempts_left: bool
    answers: Mapping[str, object] = field(default_factory=dict)
    right_answers: Mapping[str, object] = field(default_factory=dict)  # by question: what this lead says to it


@dataclass(frozen=True, slots=True)
class Books:
    questions: tuple[str, ...]  # of the script, in their order
    rings: Sequence[Ring]
    dialled: Sequence[Dialled]
    rows: Sequence[Row]
    rep_calls: frozenset[str]  # ids of calls to reps
    listed: frozenset[str]  # numbers on the do-not-call list


@dataclass(frozen=True, slots=True)
class Balance:
    rung_twice: tuple[str, ...]
    answers_lost: tuple[str, ...]
    leads_lost: tuple[str, ...]


def balance(books: Books) -> Balance:
    return Balance(tuple(_rung_twice(books)), tuple(_answers_lost(books)), tuple(_leads_lost(books.rows)))


def _rung_twice(books: Books) -> Iterable[str]:
    rows = {row.call_id: row for row in books.rows}
    for label, n in Counter(ring.label for ring in books.rings).items():
        if n > 1:
            yield f"call {label} rang {n} times"
        row = rows.get(label)
        if row is None and label not in books.rep_calls:
            yield f"a phone rang for {label}, which is no call of ours"
        if row is not None and not row.is_attempt:
            yield f"call {label} rang and stands as {row.status}, so it would ring again"
    yield from _rung_at_once(books)
    yield from _dialled_twice(books)


def _rung_at_once(books: Books) -> Iterable[str]:
    by_number: dict[str, list[Ring]] = {}
    for ring in sorted(books.rings, key=lambda ring: ring.began_at):
        by_number.setdefault(ring.number, []).append(ring)
    for rings in by_number.values():
        yield from (f"calls {one.label} and {two.label} rang one phone at once" for one, two in pairwise(rings) if _is_during(one, two.began_at))
    for dial in books.dialled:
        for ring in by_number.get(dial.number, []):
            if _is_during(ring, dial.began_at):
                yield f"a Dial of {dial.label} rang a phone during call {ring.label}"


def _is_during(ring: Ring, at: datetime) -> bool:
    return ring.began_at <= at and (ring.ended_at is None or at < ring.ended_at)


def _dialled_twice(books: Books) -> Iterable[str]:
    """A rep's phone rings once for a lead's call; a lead's phone once for each call back that has a row."""
    promised = Counter(row.number for row in books.rows if row.is_promised and row.is_attempt)
    leads = {row.number for row in books.rows}
    for number, n in Counter(dial.number for dial in books.dialled if dial.number in leads).items():
        if n > promised[number]:
            yield f"a lead was called back {n} times, and {promised[number]} times are known"
    for (label, _), n in Counter((dial.label, dial.number) for dial in books.dialled).items():
        if n > 1:
            yield f"a Dial of {label} rang a phone {n} times"


def _answers_lost(books: Books) -> Iterable[str]:
    rows = {row.call_id: row for row in books.rows}
    kept: dict[str, dict[str, object]] = {}
    for call in books.rows:
        kept.setdefault(call.number, {}).update(call.answers)
    for ring in books.rings:
        row = rows.get(ring.label)
        if row is None:
            continue
        if ring.has_opted_out and ring.number not in books.listed:
            yield f"call {ring.label}: the opt-out was acknowledged and is not on the list"
        for question in _acknowledged(ring, books.questions):
            # What was asked on this very call is kept with it; what was not asked again was answered on one before.
            answers = row.answers if question in ring.asked else kept[ring.number]
            if answers.get(question) != row.right_answers.get(question):
                yield f"call {ring.label}: the answer about {question} was acknowledged and is not kept"


def _acknowledged(ring: Ring, questions: Sequence[str]) -> Sequence[str]:
    """The bot goes on to the next question, or says thank you, only with what came before it."""
    if ring.has_closed:
        return questions
    return questions[: max((questions.index(question) for question in ring.asked), default=0)]


def _leads_lost(rows: Sequence[Row]) -> Iterable[str]:
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    for calls in by_number.values():
        live = [row for row in calls if row.status in LIVE]
        yield from (f"call {row.call_id} still stands as {row.status}" for row in live)
        if live or any(row.status is CallStatus.QUEUED for row in calls):
            continue
        newest = [row for row in calls if not row.is_promised][-1]
        goes_on = newest.status in GO_ON or newest.disposition in GO_ON_AFTER
        if goes_on and newest.attempts_left:
            yield f"call {newest.call_id} ended as {newest.disposition or newest.status}, and no other is planned"
