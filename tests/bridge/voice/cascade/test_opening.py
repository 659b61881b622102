"""Before a call: each of the three services is asked for the least that proves it."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest

from bridge.events import UsageUnit, VoiceFault, VoiceUsage
from bridge.ports import VoiceUnavailable
from bridge.voice.cascade import proving
from bridge.voice.cascade.settings import Endpoint, Service
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.fakes.openai_http import Manners
from tests.bridge.voice.cascade.rig import faked, new_voice, opened, settings_for
from tests.bridge.voice.rig import BRIEF, until

SERVICES = pytest.mark.parametrize("service", Service, ids=[each.name for each in Service])


async def refusal(voice: CascadeVoice) -> VoiceUnavailable:
    with pytest.raises(VoiceUnavailable) as refused:
        await voice.open(BRIEF)
    await voice.close()
    assert "key-of-the-fake" not in str(refused.value)
    return refused.value


class TestWhatItAsksFor:
    async def test_the_first_call_asks_each_for_something_small(self):
        async with faked() as fake, opened(fake, shared=Shared()):
            pass
        assert fake.asked(Service.STT)[0]["pcm"].size == proving.SHORTEST_SAMPLES
        assert len(fake.asked(Service.LLM)[0]["tools"]) == 1
        assert [each["input"] for each in fake.asked(Service.TTS)] == ["Hello, this is Zawadi, an AI, from Acme."]

    async def test_for_the_next_ones_the_free_list_of_models_is_enough(self):
        shared = Shared()
        async with faked() as fake:
            for _ in range(3):
                async with opened(fake, shared=shared):
                    pass
        assert [len(fake.asked(service)) for service in Service] == [1, 1, 1]
        assert sum(each.path == "/models" for each in fake.requests) == 6

    @pytest.mark.parametrize("fault", ["has_no_models", "lists_no_model"])
    async def test_without_a_list_they_are_asked_as_well(self, fault):
        shared = Shared()
        async with faked() as fake:
            setattr(fake.faults, fault, True)
            for _ in range(2):
                async with opened(fake, shared=shared):
                    pass
        assert [len(fake.asked(service)) for service in Service] == [2, 2, 2]

    async def test_a_model_that_is_not_on_the_list_is_tried_each_time(self):
        shared = Shared()
        async with faked(manners=Manners(model="another")) as fake:
            for _ in range(2):
                async with opened(fake, shared=shared):
                    pass
        assert (len(fake.asked(Service.STT)), len(fake.asked(Service.LLM))) == (2, 2)

    async def test_a_key_that_was_withdrawn_is_noticed_by_the_list(self):
        shared = Shared()
        async with faked() as fake:
            async with opened(fake, shared=shared):
                pass
            fake.api_key = "another"
            refused = await refusal(CascadeVoice(replace(settings_for(fake), stt=Endpoint(fake.url_of(Service.STT), "withdrawn")), shared))
        assert refused.fault is VoiceFault.KEY

    async def test_what_it_costs_is_told(self):
        async with faked() as fake, opened(fake, shared=Shared()) as (_voice, listener):
            await listener.wait_for(lambda _event: sum(isinstance(event, VoiceUsage) for event in listener.events) == 3)
        used = {unit: amount for event in listener.events if isinstance(event, VoiceUsage) for unit, amount in event.amounts.items()}
        assert used[UsageUnit.SPOKEN_CHARACTERS] == len("Hello, this is Zawadi, an AI, from Acme.")
        assert used[UsageUnit.TRANSCRIBED_S] == proving.SHORTEST_SAMPLES / 16_000
        assert used[UsageUnit.TEXT_IN] < 200

    async def test_a_second_opening_asks_for_nothing(self):
        async with faked() as fake, opened(fake, shared=Shared()) as (voice, _listener):
            n_before = len(fake.requests)
            await voice.open(BRIEF)
        assert len(fake.requests) == n_before


class TestWhatCanBeWrong:
    @SERVICES
    @pytest.mark.parametrize(
        ("status", "fault"),
        [(401, VoiceFault.KEY), (403, VoiceFault.KEY), (429, VoiceFault.QUOTA), (400, VoiceFault.REFUSED), (503, VoiceFault.UNREACHABLE)],
    )
    async def test_the_one_that_refuses_is_named(self, service, status, fault):
        async with faked() as fake:
            fake.faults.refuses[service] = status
            refused = await refusal(new_voice(fake))
        assert refused.fault is fault
        assert [each for each in Service if each.value in str(refused)] == [service]
        assert fake.url_of(service) in str(refused)

    @SERVICES
    async def test_a_wrong_key_is_a_wrong_key(self, service):
        async with faked() as fake:
            wrong = {service.name.lower(): Endpoint(fake.url_of(service), "another")}
            refused = await refusal(CascadeVoice(settings_for(fake, **wrong), Shared()))
        assert (refused.fault, service.value in str(refused)) == (VoiceFault.KEY, True)

    @SERVICES
    async def test_a_port_where_nobody_listens_is_unreachable(self, service):
        async with faked() as fake:
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                nowhere = Endpoint(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", fake.api_key)
                refused = await refusal(new_voice(fake, **{service.name.lower(): nowhere}))
        assert (refused.fault, service.value in str(refused)) == (VoiceFault.UNREACHABLE, True)

    @pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/v1", "nonsense", "http://[::1", "http://127.0.0.1:99999/v1"])
    async def test_what_is_no_address_is_refused(self, url):
        async with faked() as fake:
            refused = await refusal(new_voice(fake, llm=Endpoint(url, fake.api_key)))
        assert refused.fault in (VoiceFault.REFUSED, VoiceFault.UNREACHABLE)
        assert "CASCADE_LLM_URL" in str(refused)

    async def test_a_key_that_no_header_can_hold_is_refused(self):
        async with faked() as fake:
            refused = await refusal(new_voice(fake, stt=Endpoint(fake.base_url, "kéy…")))
        assert refused.fault is VoiceFault.REFUSED

    async def test_another_server_at_the_address_is_garbage(self):
        async with faked() as fake:
            fake.faults.has_no_models = True
            fake.faults.garbage = set(Service)
            refused = await refusal(new_voice(fake))
        assert refused.fault is VoiceFault.GARBAGE
        assert all(each.value in str(refused) for each in Service)

    async def test_one_that_says_nothing_is_unreachable(self, monkeypatch):
        monkeypatch.setattr(proving, "OPEN_LIMIT_S", 0.3)
        async with faked() as fake:
            fake.faults.stalls = {Service.TTS}
            refused = await refusal(new_voice(fake))
        assert (refused.fault, fake.faults.happened["stalls TTS"]) == (VoiceFault.UNREACHABLE, 1)

    @pytest.mark.parametrize("fault", ["is_silent", "has_no_audio"])
    async def test_a_speaker_without_a_sound_is_silent(self, fault):
        async with faked() as fake:
            setattr(fake.faults, fault, True)
            refused = await refusal(new_voice(fake))
        assert refused.fault is VoiceFault.SILENT

    async def test_after_a_refusal_it_may_be_tried_again(self):
        async with faked() as fake:
            voice = new_voice(fake)
            fake.faults.refuses[Service.LLM] = 503
            with pytest.raises(VoiceUnavailable):
                await voice.open(BRIEF)
            fake.faults.refuses.clear()
            await voice.open(BRIEF)
            await voice.close()


async def test_closing_while_it_opens_leaves_nothing_behind():
    before = asyncio.all_tasks()
    async with faked(manners=Manners(times_real_time=5.0)) as fake:
        voice = new_voice(fake)
        opening = asyncio.create_task(voice.open(BRIEF))
        await until(lambda: bool(fake.asked(Service.TTS)))
        await voice.close()
        await opening
    assert asyncio.all_tasks() == before


async def test_giving_up_while_it_opens_leaves_nothing_behind():
    before = asyncio.all_tasks()
    async with faked() as fake:
        fake.faults.stalls = {Service.TTS}
        opening = asyncio.create_task(new_voice(fake).open(BRIEF))
        await until(lambda: fake.faults.happened["stalls TTS"] == 1)
        opening.cancel()
        await asyncio.wait({opening})
    assert asyncio.all_tasks() == before


async def test_a_service_without_a_key_is_sent_none():
    async with faked() as fake:
        fake.api_key = ""
        keyless = {service.name.lower(): Endpoint(fake.url_of(service)) for service in Service}
        async with opened(fake, **keyless):
            pass
    assert not any("authorization" in request.headers for request in fake.requests)
