"""Runs a check from its start to its findings: rings the operator, watches what is noted, hangs up when nothing more will come.

The only writer of LineCheck until it has ended. Waits are real time; the rows it reads are written by whichever process the platform asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from asgiref.sync import async_to_sync, sync_to_async
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.errors import RequestProblem
from bridge.telephony.replies import Cdr
from bridge.telephony.webhooks import ProviderEvent
from campaigns import servers, staff_calls
from campaigns.handoff.rep_leg import on_event
from campaigns.line_check.findings import LineSettings, Result, conclude
from campaigns.line_check.guide import Clocks, course_of, given_up, steps_of
from campaigns.line_check.notes import note, seen_of
from campaigns.line_check.seen import (
    Document,
    For,
    HungUp,
    Kind,
    Placed,
    Probed,
    Record,
    Seen,
    Waited,
)
from campaigns.models import Line, LineCheck, LineCheckEntry, Rep, StaffCall
from campaigns.provider import Provider
from campaigns.states import ENDED, CallStatus
from leads import clock
from leads.said import sentence

logger = logging.getLogger(__name__)


NOBODY = sentence("Nobody picked up. Start the check again and answer your phone.")
NOTHING_ASKED = sentence("The phone was picked up, and the platform asked this server nothing. See below what to do.")
LOOK_S = 0.25
LOOK_UP_EVERY_S = 3.0  # call seconds
LATE_EVENTS_S = 5.0  # after the end: events lag so far behind
BROKEN_OFF_AFTER = timedelta(minutes=6)  # longer than any check: whoever ran it has died
STREAMS = {Document.FIRST_STREAM, Document.SECOND_STREAM}


def begin(line: Line, rep: Rep, *, by: str) -> LineCheck | list[str]:
    """A check to be carried out, or why not in words. Rings nobody yet."""
    end_broken_off()
    if found := staff_calls.why_not_check(line, rep):
        return found
    try:
        with transaction.atomic():
            return LineCheck.objects.create(line=line, rep=rep, started_by=by[:150], started_at=clock.now())
    except IntegrityError:
        return [sentence("This line is being checked at this moment. Wait until that check is over.")]


def end_broken_off() -> int:
    """Checks whose process has died are over."""
    words = sentence("The check broke off: the process that ran it has ended. Start it again.")
    newest = LineCheckEntry.objects.filter(at__gt=timezone.now() - BROKEN_OFF_AFTER).values("check_of")
    dead = LineCheck.objects.filter(ended_at=None, started_at__lt=clock.now() - BROKEN_OFF_AFTER).exclude(pk__in=newest)
    return dead.update(ended_at=clock.now(), failure=words)


@task()
def carry_out_later(check_id: str) -> None:
    async_to_sync(_carry_out_alone)(UUID(check_id))


async def _carry_out_alone(check_id: UUID) -> None:
    async with Provider() as provider:
        await carry_out(check_id, provider)


async def carry_out(check_id: UUID, provider: Provider, *, speed: float = 1.0) -> LineCheck:
    """The same row with its findings; a fault of ours is kept on it in words. `speed`: of a simulated platform's clock."""
    check = await LineCheck.objects.select_related("line", "rep__user", "staff_call").aget(pk=check_id)
    failure: str = sentence("Something broke on our side; the log of the worker says what. Start the check again.")
    try:
        failure = await _Run(check, provider, speed).run()
    except Exception:
        logger.exception("the line check %s broke", check.pk)
    return await sync_to_async(_finish)(check_id, failure)


class _Run:
    def __init__(self, check: LineCheck, provider: Provider, speed: float) -> None:
        self._check = check
        self._client = provider.client(check.line.dialect)
        self._provider = provider
        self._speed = speed
        self._placed_s = 0.0
        self._answered_s: float | None = None
        self._looked_up_s = 0.0
        self._hung_up_s: float | None = None

    async def run(self) -> str:
        """Why it broke off, and what to do; "" where it did not."""
        probed = await self._probe()
        await self._note(probed)
        if probed.problem:
            return probed.problem
        await self._note(Placed(self._check.line.dialect))
        rung = await staff_calls.ring_for_check(self._check, self._provider, now=clock.now())
        if isinstance(rung, staff_calls.Forbidden):
            return rung.sentence
        if rung.status == CallStatus.OUTCOME_UNKNOWN:
            return sentence("The platform did not say whether the phone rings, and it is not rung twice. Wait a minute, then start the check again.")
        self._placed_s = self._now_s()
        waited_for = await self._watch()
        await asyncio.sleep(LATE_EVENTS_S / self._speed)
        await self._look_up(is_noted=True)
        if self._answered_s is None:
            return NOBODY
        return NOTHING_ASKED if waited_for is For.CALLBACK else ""

    async def _probe(self) -> Probed:
        """Do we reach ourselves from outside? A tunnel's own page and a bad certificate are found without ringing anybody."""
        base = await sync_to_async(servers.a_base)(is_simulated=self._check.line.is_simulated)
        if base is None:
            return Probed("", sentence("No server of ours is running that could answer the platform. Start it with manage.py run."))
        scheme = base.partition(":")[0]
        try:
            async with httpx.AsyncClient(timeout=10.0) as client:
                reply = await client.get(f"{base}/healthz")
        except httpx.HTTPError as error:
            words = sentence(
                "Our own address cannot be reached (%(why)s). Check PUBLIC_URL, its certificate, and the proxy or tunnel.", why=type(error).__name__
            )
            return Probed(scheme, words)
        if reply.status_code != httpx.codes.OK:
            words = sentence(
                "Our own address answers %(status)s at /healthz. Does PUBLIC_URL lead to this server, and not to a tunnel's own page?",
                status=reply.status_code,
            )
            return Probed(scheme, words)
        return Probed(scheme)

    async def _watch(self) -> For | None:
        """Until the call is over. Returns the first thing that was waited for in vain."""
        first: For | None = None
        while True:
            await asyncio.sleep(LOOK_S / self._speed)
            staff_call = await StaffCall.objects.select_related("line").aget(line_check=self._check)
            if staff_call.status in ENDED:
                return first
            entries = [entry async for entry in LineCheckEntry.objects.filter(check_of=self._check)]
            seen = await sync_to_async(seen_of)(self._check.pk)
            await self._learn_answer(staff_call, seen)
            waited_for = given_up(seen, self._clocks(entries), ring_timeout_s=staff_call.line.ring_timeout_s)
            if waited_for is None:
                continue
            await self._note(Waited(waited_for))
            if self._hung_up_s is not None:
                return first
            first = waited_for
            await self._hang_up(staff_call)

    async def _learn_answer(self, staff_call: StaffCall, seen: Sequence[Seen]) -> None:
        if self._answered_s is None and staff_call.answered_at is not None:
            self._answered_s = self._now_s()
        is_unsure = self._hung_up_s is not None or not course_of(seen).has_keys
        if is_unsure and self._now_s() - self._looked_up_s > LOOK_UP_EVERY_S:
            await self._look_up()

    def _clocks(self, entries: Sequence[LineCheckEntry]) -> Clocks:
        now_s = self._now_s()
        streams = [entry.at for entry in entries if entry.kind == Kind.HANDED_OUT and entry.seen["document"] in STREAMS]
        closed = [entry.at for entry in entries if entry.kind == Kind.STREAM_CLOSED]
        return Clocks(
            since_placed_s=now_s - self._placed_s,
            since_answered_s=None if self._answered_s is None else now_s - self._answered_s,
            since_stream_due_s=self._since(streams),
            since_closed_s=self._since(closed),
            since_hung_up_s=None if self._hung_up_s is None else now_s - self._hung_up_s,
        )

    def _since(self, instants: Sequence[datetime]) -> float | None:
        return (timezone.now() - max(instants)).total_seconds() * self._speed if instants else None

    async def _hang_up(self, staff_call: StaffCall) -> None:
        self._hung_up_s = self._now_s()
        provider_id = staff_call.provider_call_id or staff_call.provider_session_id
        was_taken = False
        if provider_id:
            try:
                await self._client.hang_up(provider_id)
                was_taken = True
            except RequestProblem as problem:
                logger.warning("line check %s: the call could not be hung up: %s", self._check.pk, type(problem).__name__)
        await self._note(HungUp(was_taken))

    async def _look_up(self, *, is_noted: bool = False) -> None:
        """Takes the call to where the platform's record says it is."""
        self._looked_up_s = self._now_s()
        staff_call = await StaffCall.objects.select_related("line").aget(line_check=self._check)
        provider_id = staff_call.provider_call_id or staff_call.provider_session_id
        if not provider_id:
            return
        try:
            cdr = await self._client.get_call(provider_id)
        except RequestProblem as problem:
            logger.warning("line check %s: the call could not be looked up: %s", self._check.pk, type(problem).__name__)
            return
        if cdr.answered_at is not None and self._answered_s is None:
            self._answered_s = self._now_s()
        if cdr.status in PROVIDER_ENDED:
            event = ProviderEvent(state=cdr.status, duration_s=cdr.duration_s, is_active=False)
            await sync_to_async(on_event)(staff_call, event, now=clock.now())
        if is_noted:
            await self._note(_record(cdr))

    async def _note(self, seen: Seen) -> None:
        await sync_to_async(note)(self._check.pk, seen)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time() * self._speed


def _record(cdr: Cdr) -> Record:
    return Record(str(cdr.status), tuple(sorted(name[:60] for name in cdr.raw))[:60], was_answered=cdr.answered_at is not None)


def settings_of(line: Line) -> LineSettings:
    return LineSettings(line.dialect, line.strategy, line.track, line.layout, line.prebuffer_ms)


def result_of(check: LineCheck) -> Result:
    """By what has been noted so far, against the line as it is set now."""
    return conclude(seen_of(check.pk), settings_of(check.line))


def _finish(check_id: UUID, failure: str) -> LineCheck:
    check = LineCheck.objects.select_related("line").get(pk=check_id)
    seen = seen_of(check.pk)
    ended = {
        "ended_at": clock.now(),
        "failure": failure[:500],
        "steps": [asdict(step) for step in steps_of(seen, is_over=True)],
        "findings": result_of(check).as_json(),
    }
    LineCheck.objects.filter(pk=check_id, ended_at=None).update(**ended)
    check.refresh_from_db()
    logger.info("line check %s is over", check.pk)
    return check
