"""Before a call: does each of the three services answer, with this key and this model?

The first call of a process asks each for something of the smallest kind: only that proves the model, the voice and that tools may be called.
From then on the list of models is enough, which is free and proves the key; where there is no such list, the small request is made again.
The speaker is asked for what has to be said anyhow: the beginning of the disclosure, which then is ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.cascade.faults import ServiceFailed, message_for
from bridge.voice.cascade.outgoing import ASK_AGAIN, chat_tools
from bridge.voice.cascade.services import Services
from bridge.voice.cascade.settings import CascadeSettings, Service
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.speaking import Speaking

OPEN_LIMIT_S = 6.0
SHORTEST_SAMPLES = RATE_HZ // 4  # OpenAI refuses audio under 0.1 s


async def prove(services: Services, speaking: Speaking, settings: CascadeSettings, brief: CallBrief, shared: Shared) -> None:
    """Raises VoiceUnavailable, which names every service that fails."""

    async def transcribes() -> None:
        if not (shared.has_worked(settings, Service.STT) and await services.is_listed(Service.STT)):
            await services.transcribe(silence(SHORTEST_SAMPLES), brief.language)
            shared.worked(settings, Service.STT)

    async def understands() -> None:
        if not (shared.has_worked(settings, Service.LLM) and await services.is_listed(Service.LLM)):
            await services.ask([ASK_AGAIN], chat_tools(brief)[-1:])
            shared.worked(settings, Service.LLM)

    async def speaks() -> None:
        if not (speaking.is_ready(brief.lines.disclosure) and await services.is_listed(Service.TTS)):
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
