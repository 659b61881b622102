"""One call from the first ring to its price: rings, asks what to do, runs the document, tells the end. Either side may have begun it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bridge.telephony.answer_xml import EMPTY_DOCUMENT
from bridge.telephony.dialect import Field, ProviderStatus
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.exchange import Exchange
from bridge.telephony.simulator.flow import Flow
from bridge.telephony.simulator.leg import Cause, EndedBy

logger = logging.getLogger(__name__)

_CLOSE_AFTER_S = 0.3  # Completed comes so much before the socket closes (§8.11)


async def run_call(exchange: Exchange, call: Call) -> None:
    """Never raises: one broken call does not end the exchange."""
    try:
        await (_arrive_and_talk if call.is_inbound else _ring_and_talk)(exchange, call)
    except Exception:
        logger.exception("the simulated call %s broke", call.call_id)
        call.problems.append("the simulator broke")
        call.leg.hang_up(Cause.NO_DOCUMENT, EndedBy.PLATFORM)
    if call.is_live:
        await _finish(exchange, call)
    person = call.leg.person
    if person and person.persona.calls_back_after_s and exchange.calls_back(call.leg.number):
        await exchange.clock.sleep(person.persona.calls_back_after_s)
        await run_call(exchange, exchange.incoming_call(call.number, call.leg.number))


async def _arrive_and_talk(exchange: Exchange, call: Call) -> None:
    """The document is fetched while the caller hears it ring (§2.1), and runs once the platform has answered for us."""
    is_odd = exchange.settings.callbacks.is_completed_first
    document = await exchange.ask(call, ProviderStatus.COMPLETED if is_odd else ProviderStatus.RINGING)
    if document is None or document == EMPTY_DOCUMENT:
        call.problems.append("no document")
        call.leg.hang_up(Cause.NO_DOCUMENT, EndedBy.PLATFORM)
        return
    await _talk(exchange, call, _run(exchange, call, document))


async def _ring_and_talk(exchange: Exchange, call: Call) -> None:
    settings = exchange.settings
    early = exchange.spawn(exchange.tell(call, ProviderStatus.RINGING))
    if not await call.leg.ring(ring_s=settings.ring_s, timeout_s=settings.ring_timeout_s):
        return
    await _talk(exchange, call, _follow(exchange, call, early))


async def _talk(exchange: Exchange, call: Call, following: Coroutine[Any, Any, None]) -> None:
    call.answered_at = exchange.clock.wall()
    call.status = ProviderStatus.ANSWERED
    exchange.spawn(exchange.tell_event(call, "call.answered"))
    async with asyncio.TaskGroup() as group:
        group.create_task(call.leg.live())
        flow = group.create_task(following)
        await call.leg.ended.wait()
        if exchange.settings.callbacks.is_completed_before_close:
            await _finish(exchange, call)
            await exchange.clock.sleep(_CLOSE_AFTER_S)
        flow.cancel()


async def _follow(exchange: Exchange, call: Call, early: asyncio.Task[bytes | None]) -> None:
    settings = exchange.settings
    await exchange.clock.sleep(settings.setup_s)
    if settings.callbacks.document_at_ringing:
        document = await early
    else:
        first = ProviderStatus.COMPLETED if settings.callbacks.is_completed_first else ProviderStatus.ANSWERED
        document = await exchange.ask(call, first)
    if document is None:
        call.problems.append("no document")
        call.leg.hang_up(Cause.NO_DOCUMENT, EndedBy.PLATFORM)
        return
    await _run(exchange, call, document)


async def _run(exchange: Exchange, call: Call, document: bytes) -> None:
    await Flow(exchange, call).run(document)
    call.leg.hang_up(Cause.CLEARED, EndedBy.PLATFORM)


async def _finish(exchange: Exchange, call: Call) -> None:
    """The end is told in the background: a server that is away does not keep the line open."""
    call.end(exchange.clock.wall())
    exchange.charge(call)
    exchange.shelve(call)
    ending: dict[Field, object] = {Field.HANGUP_CAUSE: call.leg.cause.value}
    exchange.spawn(exchange.tell(call, call.status, ending | call.dial_fields(exchange.settings.dialect)))
    kind = "call.completed" if call.status is ProviderStatus.COMPLETED else "call.failed"
    reason = {} if call.status is ProviderStatus.COMPLETED else {"failure_reason": call.status.value}
    exchange.spawn(exchange.tell_event(call, kind, {**ending, Field.STATUS: call.status.value}, reason))


def ring_us(exchange: Exchange, *, from_: str, to: str, is_withheld: bool = False) -> Call:
    """The person who lives at `from_` calls one of the workspace's numbers. Raises ValueError if there is no such person or number."""
    number = exchange.own_number(e164=to)
    if number is None or from_ not in exchange.people.personas:
        raise ValueError("nobody lives there" if number else "this is no number of the workspace")
    call = exchange.incoming_call(number, from_, is_withheld=is_withheld)
    exchange.spawn(run_call(exchange, call))
    return call
