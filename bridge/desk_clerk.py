"""Everything one call tells its desk, in three queues: an opt-out waits for no answer, an answer waits for no transcript."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from bridge.desk_queue import DeskQueue
from bridge.events import CallEvent, DeskTask, OptOutSaved, Progress
from bridge.ports import CallDesk
from bridge.reports import AnswerReport, SessionUse, TurnReport


class DeskClerk:
    """Nothing here waits for the desk, except `drained` and `released`."""

    def __init__(self, call_id: str, desk: CallDesk, on_event: Callable[[CallEvent], None]) -> None:
        self._call_id = call_id
        self._desk = desk
        self._opt_outs = DeskQueue(call_id, on_event)
        self._saves = DeskQueue(call_id, on_event)
        self._behind = DeskQueue(call_id, on_event)
        self._is_released = False

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for queue in (self._opt_outs, self._saves, self._behind):
                tasks.create_task(queue.run())

    def save_answer(self, answer: AnswerReport) -> None:
        self._saves.put(DeskTask.ANSWER, partial(self._save_answer, answer))

    def save_opt_out(self, quote: str) -> None:
        self._opt_outs.put(DeskTask.OPT_OUT, partial(self._save_opt_out, quote))

    def refuse_recording(self, quote: str) -> None:
        self._saves.put(DeskTask.RECORDING, partial(self._desk.refuse_recording, self._call_id, quote))

    def save_turn(self, turn: TurnReport) -> None:
        self._behind.put(DeskTask.TURN, partial(self._desk.save_turn, self._call_id, turn))

    def announce(self, kind: str, text: str) -> None:
        self._behind.put(DeskTask.ANNOUNCE, partial(self._desk.announce, self._call_id, kind, text))

    def save_usage(self, uses: Sequence[SessionUse]) -> None:
        """So far; the last word on it is the session's own."""
        self._behind.put(DeskTask.USAGE, partial(self._desk.save_usage, self._call_id, uses, is_over=False))

    def request_handoff(self) -> None:
        self._saves.put(DeskTask.HANDOFF, partial(self._desk.request_handoff, self._call_id))

    def find_slots(self, after: datetime | None) -> None:
        self._saves.put(DeskTask.SLOT, partial(self._desk.find_slots, self._call_id, after))

    def book_slot(self, at: datetime) -> None:
        self._saves.put(DeskTask.SLOT, partial(self._desk.book_slot, self._call_id, at))

    def release_to_handoff(self) -> None:
        self._saves.put(DeskTask.HANDOFF, self._release)

    async def released(self, limit_s: float) -> bool:
        """Whether the platform's next step for this call is the rep now."""
        await self._saves.drained(limit_s)
        return self._is_released

    async def drained(self, limit_s: float) -> None:
        """Wait until everything is saved; at most so long."""
        async with asyncio.TaskGroup() as tasks:
            for queue in (self._opt_outs, self._saves, self._behind):
                tasks.create_task(queue.drained(limit_s))

    async def _save_answer(self, answer: AnswerReport) -> Progress:
        return await self._desk.save_answer(self._call_id, answer)

    async def _save_opt_out(self, quote: str) -> OptOutSaved:
        await self._desk.save_opt_out(self._call_id, quote)
        return OptOutSaved()

    async def _release(self) -> None:
        await self._desk.release_to_handoff(self._call_id)
        self._is_released = True
