"""What a card tells of a conversation: what was answered so far, and the last words of both sides, also those the bot is just saying.

Reads only, for all cards of a page at once: the number of queries does not grow with the cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Max, Window
from django.db.models.functions import RowNumber

from bridge.events import Party
from campaigns import live
from campaigns.briefs import counted_answers_of
from campaigns.handoff.rep_talk import given
from campaigns.handoff.words import value_in_words
from campaigns.models import Answer, Call, LiveEvent, Turn
from campaigns.states import CallStatus
from leads.telling import told

N_LAST_TURNS = 8
UNHEARD = "…"  # of the bot, cut before its first word was over
BOT, LEAD = "Bot", "Lead"


@dataclass(frozen=True, slots=True)
class Line:
    """One answer, or one thing said."""

    label: str
    text: str


def answers_of(calls: Sequence[Call]) -> dict[UUID, tuple[Line, ...]]:
    """By call, in the script's order; with those of earlier attempts. A first attempt has none."""
    counted = counted_answers_of([call for call in calls if call.attempt_number > 1])
    own: dict[UUID, list[Answer]] = {}
    for answer in Answer.objects.filter(call__in=calls).select_related("question"):
        own.setdefault(answer.call_id, []).append(answer)
    return {call.pk: tuple(_line(answer) for answer in counted.get(call.pk, own.get(call.pk, ()))) for call in calls}


def _line(answer: Answer) -> Line:
    said = given(answer)
    return Line(said.label, told(value_in_words(said)))


def last_words_of(calls: Sequence[Call]) -> dict[UUID, tuple[Line, ...]]:
    """By call, oldest first: the turns that are over as they were heard, and the bot's line under way."""
    turns = _last_turns(calls)
    lines = _newest_lines([call for call in calls if _is_talking(call)])
    return {call.pk: _words(turns.get(call.pk, ()), lines.get(call.pk)) for call in calls}


def _is_talking(call: Call) -> bool:
    return call.status == CallStatus.IN_PROGRESS and call.session_ended_at is None


def _last_turns(calls: Iterable[Call]) -> Mapping[UUID, Sequence[Turn]]:
    from_the_end = Window(RowNumber(), partition_by=F("call"), order_by=F("position").desc())
    rows = Turn.objects.filter(call__in=calls).annotate(from_the_end=from_the_end).filter(from_the_end__lte=N_LAST_TURNS)
    turns: dict[UUID, list[Turn]] = {}
    for turn in rows.order_by("position"):
        turns.setdefault(turn.call_id, []).append(turn)
    return turns


def _newest_lines(calls: Sequence[Call]) -> dict[UUID, str]:
    """By call what the bot began to say, if nobody has spoken since."""
    said = LiveEvent.objects.filter(call__in=calls, kind__in=live.WORDS).order_by()
    newest = said.values("call").annotate(newest_id=Max("id")).values("newest_id")
    rows = LiveEvent.objects.filter(id__in=newest, kind=live.Kind.BOT_SAYS) if calls else ()
    return {row.call_id: row.payload["text"] for row in rows if row.call_id is not None}


def _words(turns: Sequence[Turn], line: str | None) -> tuple[Line, ...]:
    words = [Line(BOT if turn.party == Party.BOT else LEAD, turn.heard or UNHEARD) for turn in turns]
    last = turns[-1] if turns else None
    # Its turn is kept when the line is over, and says what was heard of it: then the line is not shown twice.
    is_over = last is not None and last.party == Party.BOT and line in (last.text, last.intended)
    if line and not is_over:
        words.append(Line(BOT, line))
    return tuple(words[-N_LAST_TURNS:])
