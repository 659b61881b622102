"""The end of a voice: closed, and what it still tells of its use is counted, because it is billed however a call ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.events import VoiceOpened, VoiceUsage
from bridge.ports import VoiceModel
from bridge.usage import UsageAccount

LEFT_OVER_LIMIT_S = 0.5  # what was told is there already; a voice whose events were read to their end says nothing more


async def close_and_count(voice: VoiceModel, account: UsageAccount, *, now: Callable[[], float]) -> None:
    """For a voice that nobody reads any more: of a call that is over, or one that was made ready and is thrown away. Raises what `close` does,
    with the account as complete as it can be."""
    try:
        await voice.close()
    finally:
        try:
            async with asyncio.timeout(LEFT_OVER_LIMIT_S):
                await _read(voice, account, now)
        except TimeoutError:
            pass  # it had ended before


async def _read(voice: VoiceModel, account: UsageAccount, now: Callable[[], float]) -> None:
    async for event in voice.events():
        if isinstance(event, VoiceOpened):
            account.opened(event, now())
        elif isinstance(event, VoiceUsage):
            account.add(event)
