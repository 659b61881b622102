"""What google-genai costs for a call's audio, and what our way past its models costs: `manage.py bench_voice_sdk --json`.

CPU of the client's thread alone; the faked service runs in a thread of its own on 127.0.0.1, over TLS. Nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand
from google import genai
from google.genai import types
from google.genai.live import AsyncSession

from bridge.audio import to_bytes
from bridge.brief import CallBrief, Lines
from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Expectation, Line, Samples
from bridge.voice.fakes.gemini import FakeGemini
from bridge.voice.fakes.gemini.mouth import PIECE_MS, Pace
from bridge.voice.gemini.connection import Connection, connected
from bridge.voice.gemini.incoming import Incoming, Sound, TurnOver
from bridge.voice.gemini.outgoing import Audio, Told
from bridge.voice.gemini.settings import GeminiSettings, gemini_settings
from bridge.voice.gemini.setup import connect_config
from bridge.voice.gemini.uplink import BATCH_MS
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.prompting import directive
from bridge.voice.scripted import MS_PER_LETTER, ScriptedVoice

BRIEF = CallBrief("bench", "gemini", "en", "Bench", "Nobody", (), Lines(**{field.name: "Hello." for field in fields(Lines)}))
FRAMES_PER_MESSAGE = BATCH_MS // FRAME_MS
US = 1e6


class Command(BaseCommand):
    help = "Measures the CPU that google-genai takes for a call's audio, and what is left of it with our own way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--frames", type=int, default=2000, help="of 20 ms, in each measurement")
        parser.add_argument("--json", action="store_true", help="figures for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        with serving() as (settings, fake):
            figures = asyncio.run(measure(settings, fake, options["frames"]))
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name:48} {value:10.1f}")


@contextmanager
def serving() -> Iterator[tuple[GeminiSettings, FakeGemini]]:
    """The faked service in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    fake = FakeGemini(ScriptedVoice, pace=Pace(first_audio_s=0.0, speed=float("inf")))
    stop = asyncio.Event()
    is_up = threading.Event()

    async def serve() -> None:
        async with fake:
            is_up.set()
            await stop.wait()

    served = asyncio.run_coroutine_threadsafe(serve(), loop)
    try:
        is_up.wait(10)
        yield gemini_settings("bench", base_url=fake.base_url), fake
    finally:
        loop.call_soon_threadsafe(stop.set)
        served.result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def measure(settings: GeminiSettings, fake: FakeGemini, n_frames: int) -> dict[str, float]:
    """Microseconds of CPU, unless the name says otherwise."""
    text = "x" * (n_frames * FRAME_MS // MS_PER_LETTER)
    async with sdk_session(settings, fake) as session:
        sdk_frame_us = await sdk_sends(session, n_frames, FRAME_SAMPLES)
        sdk_message_us = await sdk_sends(session, n_frames // FRAMES_PER_MESSAGE, FRAME_SAMPLES * FRAMES_PER_MESSAGE)
        sdk_received_us = await sdk_receives(session, text)
    async with connected(settings, connect_config(BRIEF, settings, None), fake.tls) as connection:
        our_message_us = await we_send(connection, n_frames // FRAMES_PER_MESSAGE)
        our_received_us = await we_receive(connection, text)
    hear_us, whole_us = await whole_voice(settings, fake, n_frames)
    received_per_s = 1000 / PIECE_MS
    return {
        "sdk: send 20 ms": sdk_frame_us,
        f"sdk: send {BATCH_MS} ms": sdk_message_us,
        f"ours: send {BATCH_MS} ms": our_message_us,
        f"sdk: receive {PIECE_MS} ms": sdk_received_us,
        f"ours: receive {PIECE_MS} ms": our_received_us,
        "hear() per 20 ms": hear_us,
        "hear() and sending, per 20 ms": whole_us,
        "sdk: percent of a core, 20 ms up and down": (sdk_frame_us * 1000 / FRAME_MS + sdk_received_us * received_per_s) / US * 100,
        "ours: percent of a core, up and down": (our_message_us * 1000 / BATCH_MS + our_received_us * received_per_s) / US * 100,
        "reconnecting, ms": await reconnecting_ms(settings, fake),
    }


@asynccontextmanager
async def sdk_session(settings: GeminiSettings, fake: FakeGemini) -> AsyncIterator[AsyncSession]:
    """As the library's documentation has it."""
    http = types.HttpOptions(base_url=settings.base_url, api_version=settings.api_version, async_client_args={"ssl": fake.tls, "max_size": 2**24})
    client = genai.Client(api_key=settings.api_key, http_options=http)
    config = types.LiveConnectConfig(**connect_config(BRIEF, settings, None))
    async with client.aio.live.connect(model=settings.model, config=config) as session:
        yield session
    await client.aio.aclose()
    client.close()


async def sdk_sends(session: AsyncSession, n: int, n_samples: int) -> float:
    pcm = to_bytes(noise(n_samples))
    began_s = time.thread_time()
    for _ in range(n):
        await session.send_realtime_input(audio=types.Blob(data=pcm, mime_type=f"audio/pcm;rate={RATE_HZ}"))
    return (time.thread_time() - began_s) / n * US


async def sdk_receives(session: AsyncSession, text: str) -> float:
    await session.send_client_content(turns=types.Content(role="user", parts=[types.Part(text=line_of(text))]))
    n, began_s = 0, time.thread_time()
    async for message in session.receive():
        n += message.server_content is not None and message.server_content.model_turn is not None
    return (time.thread_time() - began_s) / n * US


async def we_send(connection: Connection, n: int) -> float:
    pcm = noise(FRAME_SAMPLES * FRAMES_PER_MESSAGE)
    began_s = time.thread_time()
    for _ in range(n):
        await connection.send(Audio(pcm))
    return (time.thread_time() - began_s) / n * US


async def we_receive(connection: Connection, text: str) -> float:
    await connection.send(Told(line_of(text)))
    received: list[Incoming] = []
    began_s = time.thread_time()
    async for incoming in connection.messages(received.append):
        if isinstance(incoming, TurnOver):
            break
    return (time.thread_time() - began_s) / sum(isinstance(incoming, Sound) for incoming in received) * US


async def whole_voice(settings: GeminiSettings, fake: FakeGemini, n_frames: int) -> tuple[float, float]:
    """Quiet noise with a second of speech in every four, as a callee on the line; `hear` alone, and with all that follows from it."""
    voice = GeminiVoice(settings, fake.tls)
    await voice.open(BRIEF)
    second = RATE_HZ // FRAME_SAMPLES
    frames = [noise(FRAME_SAMPLES, 6000 if n // second % 4 == 1 else 20) for n in range(n_frames)]
    hear_s, began_s = 0.0, time.thread_time()
    for frame in frames:
        before_s = time.thread_time()
        voice.hear(frame)
        hear_s += time.thread_time() - before_s
        await asyncio.sleep(0)
    whole_s = time.thread_time() - began_s
    await voice.close()
    return hear_s / n_frames * US, whole_s / n_frames * US


async def reconnecting_ms(settings: GeminiSettings, fake: FakeGemini) -> float:
    """CPU of opening one more session: what a change of sessions costs the others on this loop."""
    began_s = time.thread_time()
    async with connected(settings, connect_config(BRIEF, settings, None), fake.tls):
        return (time.thread_time() - began_s) * 1000


def noise(n_samples: int, amplitude: int = 3000) -> Samples:
    return np.random.default_rng(1).integers(-amplitude, amplitude, n_samples).astype(np.int16)


def line_of(text: str) -> str:
    return directive(Line(1, text), Expectation(None))
