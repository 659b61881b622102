"""Before a call: does each of the three services answer, with this key and this model?

The cheapest question that proves it: the list of models, which is free. Where there is no such list, or the model is not on it, a request of the
smallest kind. The speaker is asked for what has to be said anyhow: the beginning of the disclosure, which then is ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.cascade.faults import ServiceFailed, message_for
from bridge.voice.cascade.outgoing import chat_tools
from bridge.voice.cascade.services import Services
from bridge.voice.cascade.settings import CascadeSettings, Service
from bridge.voice.cascade.speaking import Speaking

OPEN_LIMIT_S = 6.0
SHORTEST_SAMPLES = RATE_HZ // 4  # OpenAI refuses audio under 0.1 s


async def proven(services: Services, speaking: Speaking, settings: CascadeSettings, brief: CallBrief) -> None:
    """Raises VoiceUnavailable, which names every service that fails."""

    async def transcribes() -> None:
        if not await services.is_listed(Service.STT):
            await services.transcribe(silence(SHORTEST_SAMPLES), brief.language)

    async def understands() -> None:
        if not await services.is_listed(Service.LLM):
            await services.ask([{"role": "user", "content": "Call a tool."}], chat_tools(brief)[-1:])

    async def speaks() -> None:
        is_ready = speaking.is_ready(brief.lines.disclosure)
        if not is_ready or not await services.is_listed(Service.TTS):
            await speaking.prime(brief.lines.disclosure)

    async with asyncio.TaskGroup() as tasks:
        checks = {Service.STT: transcribes, Service.LLM: understands, Service.TTS: speaks}
        running = {service: tasks.create_task(_fault_of(check)) for service, check in checks.items()}
    faults = [(service, fault) for service, task in running.items() if (fault := task.result()) is not None]
    if faults:
        raise VoiceUnavailable(" ".join(message_for(each, settings.endpoint(each), fault) for each, fault in faults), faults[0][1])


async def _fault_of(check: Callable[[], Coroutine[None, None, None]]) -> VoiceFault | None:
    try:
        async with asyncio.timeout(OPEN_LIMIT_S):
            await check()
    except ServiceFailed as failed:
        return failed.fault
    except TimeoutError:
        return VoiceFault.UNREACHABLE
    return None
