"""One call from the first ring to its price: rings, asks what to do, runs the document, tells the end."""

from __future__ import annotations

import asyncio
import logging

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
        await _ring_and_talk(exchange, call)
    except Exception:
        logger.exception("the simulated call %s broke", call.call_id)
        call.problems.append("the simulator broke")
        call.leg.hang_up(Cause.NO_DOCUMENT, EndedBy.PLATFORM)
    if call.is_live:
        await _finish(exchange, call)


async def _ring_and_talk(exchange: Exchange, call: Call) -> None:
    settings = exchange.settings
    early = exchange.spawn(exchange.tell(call, ProviderStatus.RINGING))
    if not await call.leg.ring(ring_s=settings.ring_s, timeout_s=settings.ring_timeout_s):
        return
    call.answered_at = exchange.clock.wall()
    call.status = ProviderStatus.ANSWERED
    exchange.spawn(exchange.tell_event(call, "call.answered"))
    async with asyncio.TaskGroup() as group:
        group.create_task(call.leg.live())
        flow = group.create_task(_follow(exchange, call, early))
        await call.leg.ended.wait()
        if settings.callbacks.is_completed_before_close:
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
