"""The desk of rehearsals: the same session and conversation as on a call, and everything that is learnt stays on the rehearsal's own row.

No call, no lead, no do-not-call entry, no money of a campaign, no rep. `RoutedDesk` sends each call to the desk whose it is, by its id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bridge.brief import CallBrief
from bridge.events import Progress
from bridge.notes import NoRep, Note
from bridge.ports import CallDesk, PhoneLine, TokenRefused
from bridge.reports import AnswerReport, SessionReport, SessionUse, TurnReport
from bridge.slots import SlotBooked, SlotsFound
from campaigns.call_desk import Threads
from campaigns.rehearsing import keeping
from campaigns.rehearsing.briefs import PREFIX
from campaigns.rehearsing.talk import Talk

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    rehearsal_id: UUID
    talk: Talk
    notes: asyncio.Queue[Note] = field(default_factory=asyncio.Queue)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # an older state never overwrites a newer one


class RehearsalDesk:
    """Implements bridge.ports.CallDesk."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._held: dict[str, _Held] = {}

    async def open(self, token: str) -> CallBrief:
        found = await self._threads.run(keeping.spend, token)
        if found is None:
            logger.warning("the token of a rehearsal was refused: unknown, used or expired")
            raise TokenRefused
        rehearsal, plot = found
        self._held[plot.brief.call_id] = _Held(rehearsal.pk, Talk(plot))
        return plot.brief

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress:
        held = self._held[call_id]
        progress = held.talk.answer(answer)
        await self._keep(held)
        return progress

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        """Of a colleague who tries it out: their number, if there is one, is on no list."""
        held = self._held[call_id]
        held.talk.opted_out(quote)
        await self._keep(held)

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        """A rehearsal is not recorded."""

    async def save_turn(self, call_id: str, turn: TurnReport) -> None:
        held = self._held[call_id]
        held.talk.turn(turn)
        await self._keep(held)

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        held = self._held[call_id]
        held.talk.announce(kind, text)
        await self._keep(held)

    async def request_handoff(self, call_id: str) -> None:
        """No rep is asked: the page says so, and the callee hears what a lead hears when all are busy."""
        self._held[call_id].notes.put_nowait(NoRep())

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        return SlotsFound((), is_soon=False)

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        return SlotsFound((), is_soon=False)

    async def release_to_handoff(self, call_id: str) -> None:
        raise AssertionError("nobody is handed over in a rehearsal: no rep has accepted")

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        await self._threads.run(keeping.keep_cost, UUID(call_id.removeprefix(PREFIX)), uses)

    async def finish(self, call_id: str, report: SessionReport) -> None:
        held = self._held.pop(call_id, None)
        if held is None:
            return
        held.talk.finish(report)
        async with held.lock:
            await self._threads.run(keeping.finish_talk, held.rehearsal_id, held.talk)

    async def notes(self, call_id: str) -> AsyncIterator[Note]:
        notes = self._held[call_id].notes
        while True:
            yield await notes.get()

    async def _keep(self, held: _Held) -> None:
        async with held.lock:
            await self._threads.run(keeping.keep, held.rehearsal_id, {"talk": held.talk.as_json()})


class RoutedDesk:
    """Implements bridge.ports.CallDesk for both."""

    def __init__(self, calls: CallDesk, rehearsals: CallDesk) -> None:
        self._calls = calls
        self._rehearsals = rehearsals

    async def open(self, token: str) -> CallBrief:
        return await self._of(token).open(token)

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress:
        return await self._of(call_id).save_answer(call_id, answer)

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        await self._of(call_id).save_opt_out(call_id, quote)

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        await self._of(call_id).refuse_recording(call_id, quote)

    async def save_turn(self, call_id: str, turn: TurnReport) -> None:
        await self._of(call_id).save_turn(call_id, turn)

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        await self._of(call_id).announce(call_id, kind, text)

    async def request_handoff(self, call_id: str) -> None:
        await self._of(call_id).request_handoff(call_id)

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        return await self._of(call_id).find_slots(call_id, after)

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        return await self._of(call_id).book_slot(call_id, at)

    async def release_to_handoff(self, call_id: str) -> None:
        await self._of(call_id).release_to_handoff(call_id)

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        await self._of(call_id).save_usage(call_id, uses, is_over=is_over)

    async def finish(self, call_id: str, report: SessionReport) -> None:
        await self._of(call_id).finish(call_id, report)

    def notes(self, call_id: str) -> AsyncIterator[Note]:
        return self._of(call_id).notes(call_id)

    def _of(self, name: str) -> CallDesk:
        return self._rehearsals if name.startswith(PREFIX) else self._calls


class RoutedLine:
    """Implements bridge.ports.PhoneLine. A rehearsal has no phone: its end is the socket, which the session closes after every hang-up."""

    def __init__(self, calls: PhoneLine) -> None:
        self._calls = calls

    async def hang_up(self, call_id: str) -> None:
        if not call_id.startswith(PREFIX):
            await self._calls.hang_up(call_id)
