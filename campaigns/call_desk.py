"""The call desk the bridge asks for, over `calls` and `interviews`; and the phone line it hangs up with.

Each database call runs on a thread of the desk's own, with that thread's own connection: a slow query holds up neither the event loop
nor another call. Notes to running calls come by one shared tail a process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import DatabaseError, close_old_connections, transaction

from bridge.brief import CallBrief
from bridge.commands import Whispered
from bridge.events import (
    Outcome,
    Progress,
)
from bridge.notes import Note
from bridge.ports import TokenRefused
from bridge.reports import AnswerReport, SessionReport, SessionUse, TurnReport
from bridge.slots import SlotBooked, SlotsFound
from bridge.telephony.errors import NotFound
from campaigns import calls, inbound, interviews, live, recordings, strangers
from campaigns.briefs import build_brief
from campaigns.handoff import booking, live_actions, offers
from campaigns.models import Call, LiveEvent
from campaigns.provider import Provider
from campaigns.recording_rules import NotRecorded
from campaigns.voice_cost import keeping as voice_costs
from leads import clock

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

N_THREADS = 8
NOTES = "note."


class Threads:
    """Where the desk's database work runs. A cancelled caller does not cancel a save: what was begun is saved."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(N_THREADS, thread_name_prefix="desk")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _with_connection(work, *args, **kwargs))

    def close(self) -> None:
        self._pool.shutdown()


def _with_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    # What Django does around a request: connections past CONN_MAX_AGE or broken are closed, others are kept.
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


class DatabaseCallDesk:
    """Implements bridge.ports.CallDesk. `tail_notes` must run beside it, in the process's task group."""

    def __init__(self) -> None:
        self.threads = Threads()
        self.server_id: UUID | None = None  # this process's row, once it has registered
        self._inboxes: dict[str, asyncio.Queue[LiveEvent]] = {}

    async def open(self, token: str) -> CallBrief:
        brief = await self.threads.run(_open, token, self.server_id)
        if brief is None:
            logger.warning("a media token was refused: unknown, used, expired, or its call is over")
            raise TokenRefused
        return brief

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress:
        return await self.threads.run(interviews.save_answer, UUID(call_id), answer, at=clock.now())

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        await self.threads.run(_save_opt_out, call_id, quote)

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        if strangers.id_of(call_id) is None:  # of them nothing is recorded
            await self.threads.run(recordings.refuse, UUID(call_id), quote)

    async def save_turn(self, call_id: str, turn: TurnReport) -> None:
        if strangers.id_of(call_id) is None:
            await self.threads.run(interviews.save_turn, UUID(call_id), turn)

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        if strangers.id_of(call_id) is not None:
            return
        if kind in live_actions.TOLD:
            await self.threads.run(live_actions.told, UUID(call_id), Whispered(kind), text)
        else:
            await self.threads.run(live.publish, call_id, kind, {"text": text})

    async def request_handoff(self, call_id: str) -> None:
        await self.threads.run(_request_handoff, UUID(call_id))

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        return await self.threads.run(booking.find, UUID(call_id), after=after, now=clock.now())

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        return await self.threads.run(booking.book, UUID(call_id), at, now=clock.now())

    async def release_to_handoff(self, call_id: str) -> None:
        await self.threads.run(_release_to_handoff, UUID(call_id))

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        if strangers.id_of(call_id) is None:  # a stranger's call is reckoned by the clock
            await self.threads.run(voice_costs.save, UUID(call_id), uses, is_over=is_over, at=clock.now())

    async def finish(self, call_id: str, report: SessionReport) -> None:
        stranger_id = strangers.id_of(call_id)
        if stranger_id is not None:
            await self.threads.run(strangers.finish, stranger_id, report.outcome, at=clock.now())
            return
        await self.threads.run(finish, UUID(call_id), report)

    async def notes(self, call_id: str) -> AsyncIterator[Note]:
        if strangers.id_of(call_id) is not None:  # nobody has anything to tell to a call that asks nothing
            return
        inbox: asyncio.Queue[LiveEvent] = asyncio.Queue()
        self._inboxes[call_id] = inbox
        try:
            # What was noted before anybody listened; the inbox already fills, so nothing falls between.
            early = await self.threads.run(_notes_so_far, call_id)
            seen = {event.id for event in early}
            for event in early:
                if (note := live.as_note(event)) is not None:
                    yield note
            while True:
                event = await inbox.get()
                if event.id not in seen and (note := live.as_note(event)) is not None:
                    yield note
        finally:
            if self._inboxes.get(call_id) is inbox:
                del self._inboxes[call_id]

    async def tail_notes(self) -> None:
        """Runs until cancelled: one query a tick for the whole process, whatever the number of calls."""
        tail = live.Tail(await self.threads.run(live.newest_id), prefix=NOTES)
        while True:
            await asyncio.sleep(live.POLL_S)
            if not self._inboxes:
                continue
            try:
                events = await self.threads.run(tail.fetch)
            except DatabaseError:  # the next tick tries again; calls go on meanwhile
                logger.exception("live events could not be read")
                continue
            for event in events:
                if inbox := self._inboxes.get(str(event.call_id)):
                    inbox.put_nowait(event)

    def close(self) -> None:
        self.threads.close()


class RestPhoneLine:
    """Implements bridge.ports.PhoneLine."""

    def __init__(self, desk_threads: Threads, provider: Provider) -> None:
        self.threads = desk_threads
        self._provider = provider

    async def hang_up(self, call_id: str) -> None:
        """Raises RequestProblem when the provider cannot be reached; the janitor tries again. Already over counts as done."""
        found = await self.threads.run(_provider_id, call_id)
        if found is None:
            logger.warning("call %s cannot be hung up: the provider has not named it yet", call_id)
            return
        provider_id, dialect = found
        try:
            await self._provider.client(dialect).hang_up(provider_id)
        except NotFound:
            logger.info("call %s was gone before it was hung up", call_id)


def _open(token: str, server_id: UUID | None) -> CallBrief | None:
    now = clock.now()
    opened = calls.open_stream(token, at=now, server_id=server_id)
    if opened is None:
        return strangers.open_stream(token, server_id=server_id)
    call = Call.objects.select_related("campaign", "script", "line", "lead").get(pk=opened.pk)
    brief = inbound.brief_of(call, at=now) if call.is_theirs else build_brief(call, at=now)
    calls.note_language(call.pk, brief.language)
    if not brief.is_recorded:
        calls.note_not_recorded(call.pk, recordings.why_not_recorded(call) or NotRecorded.NOTICE)
    return brief


def _save_opt_out(call_id: str, quote: str) -> None:
    stranger_id = strangers.id_of(call_id)
    if stranger_id is not None:
        strangers.save_opt_out(stranger_id, at=clock.now())
    else:
        interviews.save_opt_out(UUID(call_id), quote, at=clock.now())


def _request_handoff(call_id: UUID) -> None:
    interviews.score_kept(call_id, at=clock.now())
    offers.offer(Call.objects.select_related("campaign", "line").get(pk=call_id), now=clock.now())


def _release_to_handoff(call_id: UUID) -> None:
    offers.release(Call.objects.get(pk=call_id), now=clock.now())


def finish(call_id: UUID, report: SessionReport) -> None:
    """The session's end, told to the call and to its hand-off: both or neither, as nobody tells the second alone. Idempotent."""
    now = clock.now()
    with transaction.atomic():
        if report.refused_recording:
            recordings.refuse(call_id, report.refused_recording)
        if report.outcome is Outcome.FINISHED:
            interviews.score_kept(call_id, at=now)
        calls.finish_session(call_id, report, at=now)
        call = Call.objects.select_related("campaign", "line").get(pk=call_id)
        offers.on_session_finished(call, report.outcome, now=now)
        live_actions.session_ended(call_id, report.outcome)
        if call.is_theirs:
            inbound.take_over_promises(call, now=now)


def _notes_so_far(call_id: str) -> list[LiveEvent]:
    return list(LiveEvent.objects.filter(call_id=call_id, kind__startswith=NOTES).order_by("id"))


def _provider_id(call_id: str) -> tuple[str, str] | None:
    stranger_id = strangers.id_of(call_id)
    if stranger_id is not None:
        return strangers.provider_id(stranger_id)
    call = Call.objects.select_related("line").get(pk=call_id)
    provider_id = call.provider_call_id or call.provider_session_id
    return (provider_id, call.line.dialect) if provider_id and call.line else None
