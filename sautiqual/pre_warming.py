"""While a phone rings, the process that will hold the call gets its voice ready: sentences when it is dialled, a session when it rings.

Which process that is, the claim has written on the call: its media socket comes here unless this process is taken for dead. What is opened here
for a call that goes elsewhere is closed when that call ends, or after a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from bridge.brief import CallBrief
from bridge.warm_voices import WarmVoices
from campaigns import live
from campaigns.briefs import build_brief
from campaigns.call_desk import Threads
from campaigns.models import Call, LiveEvent
from campaigns.states import LIVE

logger = logging.getLogger(__name__)

BEGINS = frozenset({live.Kind.RINGING, live.Kind.ANSWERED})  # answered at once: the document and the socket still take their time
WATCHED = (live.Kind.CALL_STARTED, *sorted(BEGINS), live.Kind.ENDED)
# Nowhere is it written that the platform tells that an outbound phone rings: so long after the claim it does, if the platform has taken the call.
RINGS_UNTOLD_AFTER_S = 3.0
LOOKS_AGAIN = 5


class PreWarming:
    """`prepare` makes what a call is sure to say; it raises nothing."""

    def __init__(self, threads: Threads, warm_voices: WarmVoices, prepare: Callable[[CallBrief], Coroutine[Any, Any, None]]) -> None:
        self._threads = threads
        self._warm_voices = warm_voices
        self._prepare = prepare

    async def run(self, server_id: UUID) -> None:
        """Until cancelled."""
        tail = live.Tail(await self._threads.run(live.newest_id), kinds=WATCHED)
        async with asyncio.TaskGroup() as tasks:
            while True:
                await asyncio.sleep(live.POLL_S)
                try:
                    events = await self._threads.run(tail.fetch)
                    briefs = await self._threads.run(_briefs, _to_be_held(events), server_id) if events else {}
                except DatabaseError:  # the call then opens its voice when it is answered, a little later
                    logger.exception("new calls could not be read")
                    continue
                for event in events:
                    self._take(event, briefs.get(event.call_id), server_id, tasks)

    def _take(self, event: LiveEvent, brief: CallBrief | None, server_id: UUID, tasks: asyncio.TaskGroup) -> None:
        if event.kind == live.Kind.ENDED:
            self._warm_voices.forget(str(event.call_id))
        elif brief is not None and event.kind in BEGINS:
            self._warm_voices.warm_up(brief)
        elif brief is not None:
            tasks.create_task(self._prepare(brief))
            tasks.create_task(self._warm_up_untold(UUID(brief.call_id), server_id))

    async def _warm_up_untold(self, call_id: UUID, server_id: UUID) -> None:
        for _look in range(LOOKS_AGAIN):
            await asyncio.sleep(RINGS_UNTOLD_AFTER_S)
            try:
                briefs = await self._threads.run(_briefs, [call_id], server_id, is_taken=True)
            except DatabaseError:
                logger.exception("call %s could not be read", call_id)
                continue
            if call_id in briefs:
                self._warm_voices.warm_up(briefs[call_id])
                return


def _to_be_held(events: Iterable[LiveEvent]) -> list[UUID]:
    return [event.call_id for event in events if event.call_id and event.kind != live.Kind.ENDED]


def _briefs(call_ids: Iterable[UUID], server_id: UUID, *, is_taken: bool = False) -> dict[UUID | None, CallBrief]:
    """Of those that this process will hold and that nobody talks on yet. `is_taken`: only if the platform has named the call."""
    waiting = Call.objects.filter(pk__in=list(call_ids), server=server_id, status__in=LIVE, stream_opened_at=None, script__isnull=False)
    ours = waiting.exclude(occasion=Call.Occasion.INBOUND).select_related("campaign", "script", "line", "lead")
    return {call.pk: build_brief(call) for call in ours if not is_taken or call.provider_call_id or call.provider_session_id}
