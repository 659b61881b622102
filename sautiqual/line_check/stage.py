"""The simulated platform that `manage.py check_line --simulator` checks, with every switch it can be given, and what stands around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.signatures import SignatureForm
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import (
    CONTINUING_NUMBER,
    AfterStream,
    CallbackSettings,
    EventShape,
    FirstFrame,
    MediaSettings,
    SimulatorSettings,
)
from campaigns.models import Line, Rep
from sautiqual.processes import Processes, server, until_ready

DATABASE = Path(settings.VAR_DIR) / "line_check.sqlite3"
OPERATOR_NUMBER = "+254711000299"  # bridge/telephony/simulator/personas/operator.toml
SECRET = "line-check-secret"
READY_WITHIN_S = 60.0
HANGS_UP, SILENT, UNSIGNED, WRONG = "hangs_up", "silent", "none", "wrong"


def platform(options: Mapping[str, Any]) -> SimulatorSettings:
    """By the command's options, on the address that the settings name."""
    hangs_up = options["after_stream"] == HANGS_UP
    number = replace(CONTINUING_NUMBER, after_stream=AfterStream.CONTINUES if hangs_up else AfterStream(options["after_stream"]))
    is_unsigned, is_silent = options["signature"] == UNSIGNED, options["events"] == SILENT
    callbacks = CallbackSettings(
        is_json=options["body"] == "json",
        signing_secret="" if is_unsigned else ("another-secret" if options["signature"] == WRONG else SECRET),
        signature=SignatureForm.BARE if options["signature"] == SignatureForm.BARE else SignatureForm.TIMESTAMPED,
        events=EventShape.ENVELOPE if is_silent else EventShape(options["events"]),
        are_events_silent=is_silent,
    )
    media = MediaSettings(
        both_tracks=ChannelLayout(options["layout"]),
        is_callee_right=options["callee_right"],
        rate_hz=options["rate"],
        first_frame=FirstFrame(options["first_frame"]),
        prebuffer_ms=options["prebuffer"],
        honours_kill=not options["ignores_kill"],
        jitter=options["jitter"],
        has_odd_sizes=options["odd_sizes"],
        hangs_up_on_close=hangs_up,
    )
    host, port = settings.SAUTIKIT_API_URL.removeprefix("http://").split(":")
    made = SimulatorSettings(
        host=host,
        port=int(port),
        api_key=settings.SAUTIKIT_API_KEY,
        dialect=Dialect(options["dialect"]),
        numbers=(number,),
        has_phone_line=options["phone_line"],
        media=media,
        callbacks=callbacks,
    )
    return made.answering_at(f"{settings.SERVER_URL}/voice/answer", f"{settings.SERVER_URL}/voice/events")


def make_rows() -> tuple[Line, Rep]:
    """A fresh database with a line as one is added, and the operator."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{DATABASE}{suffix}").unlink(missing_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    line = Line.objects.create(number=CONTINUING_NUMBER.e164, label="simulated", is_simulated=True)
    user = User.objects.create(username="operator")
    return line, Rep.objects.create(user=user, name="Operator", number=OPERATOR_NUMBER, is_verified=True)


@asynccontextmanager
async def running(platform_settings: SimulatorSettings) -> AsyncIterator[None]:
    """The platform in this process, a server of ours beside it."""
    async with Simulator(platform_settings), Processes({"LOG_LEVEL": "WARNING"}) as processes:
        host, port = settings.SERVER_URL.removeprefix("http://").split(":")
        await processes.start(server(host, int(port)))
        await until_ready(f"{settings.SERVER_URL}/readyz", processes, within_s=READY_WITHIN_S)
        yield
