"""The simulated Sautikit as a server of its own: `manage.py simulator --port 8100 --answer-base http://127.0.0.1:8000`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.persona import PersonaInvalid
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import CallbackSettings, MediaSettings, SimulatorSettings
from bridge.telephony.simulator.utterance import UtteranceMissing


class Command(BaseCommand):
    help = "Runs a simulated Sautikit with people who answer. It never reaches a real phone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; keep it on this machine")
        parser.add_argument("--port", type=int, default=8100, help="0 takes any free one")
        parser.add_argument("--answer-base", default="", help="our server's address: its numbers are routed to <base>/voice/answer and /voice/events")
        parser.add_argument("--api-key", default="", help="what callers must show as Bearer; empty: anybody may call")
        parser.add_argument("--signing-secret", default="", help="signs every delivery; empty: none is signed")
        parser.add_argument("--seed", type=int, default=1, help="varies the people's words, pauses and noise")
        parser.add_argument("--dialect", choices=[one.value for one in Dialect], default=Dialect.SDK.value, help="how the platform spells things")
        parser.add_argument(
            "--layout", choices=[one.value for one in ChannelLayout], default=ChannelLayout.STEREO.value, help='what track="both_tracks" yields'
        )
        parser.add_argument("--phone-line", action="store_true", help="8 kHz mu-law and noise on what the people say")
        parser.add_argument("--jitter", type=float, default=0.0, help="share of audio frames that come late and merged, 0 to 1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._serve(simulator_settings(options)))
        except (PersonaInvalid, UtteranceMissing, OSError) as error:
            raise CommandError(f"the simulator cannot start: {error}") from error

    async def _serve(self, settings: SimulatorSettings) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # no signal handlers on Windows' loop
                loop.add_signal_handler(number, stop.set)
        async with Simulator(settings) as simulator:
            self.stdout.write(f"simulated Sautikit at {simulator.url} · what happened: {simulator.url}/simulator/calls")
            self.stdout.flush()
            await stop.wait()


def simulator_settings(options: dict[str, Any]) -> SimulatorSettings:
    media = MediaSettings(both_tracks=ChannelLayout(options["layout"]), jitter=options["jitter"])
    settings = SimulatorSettings(
        host=options["host"],
        port=options["port"],
        api_key=options["api_key"],
        seed=options["seed"],
        dialect=Dialect(options["dialect"]),
        has_phone_line=options["phone_line"],
        media=media,
        callbacks=CallbackSettings(signing_secret=options["signing_secret"]),
    )
    base = str(options["answer_base"]).rstrip("/")
    return settings.answering_at(f"{base}/voice/answer", f"{base}/voice/events") if base else settings
