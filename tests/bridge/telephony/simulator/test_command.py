"""`manage.py simulator`: a server of its own, started and stopped as an operator would."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from bridge.brief import ChannelLayout
from bridge.management.commands.simulator import Command, simulator_settings
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.settings import AfterStream

MANAGE = Path(__file__).parents[4] / "manage.py"
DEADLINE_S = 120.0  # on a machine on which much else runs


def parsed(*arguments: str):
    parser = Command().create_parser("manage.py", "simulator")
    return simulator_settings(vars(parser.parse_args(arguments)))


def test_every_switch_reaches_the_settings() -> None:
    settings = parsed(
        "--port", "0", "--seed", "7", "--dialect", "pages", "--layout", "mixed", "--phone-line", "--jitter", "0.2", "--signing-secret", "s"
    )  # fmt: skip
    assert (settings.port, settings.seed, settings.dialect, settings.has_phone_line) == (0, 7, Dialect.PAGES, True)
    assert (settings.media.both_tracks, settings.media.jitter) == (ChannelLayout.MIXED, 0.2)
    assert settings.callbacks.signing_secret == "s"


def test_the_answer_base_routes_every_number() -> None:
    settings = parsed("--answer-base", "http://127.0.0.1:8000/")
    assert {number.voice_callback_url for number in settings.numbers} == {"http://127.0.0.1:8000/voice/answer"}
    assert {number.events_url for number in settings.numbers} == {"http://127.0.0.1:8000/voice/events"}


def test_both_kinds_of_line_are_there() -> None:
    assert {number.after_stream for number in parsed().numbers} == set(AfterStream)


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with pytest.raises(CommandError, match="cannot start"):
        call_command("simulator", "--host", "192.0.2.1", "--port", "1")


async def test_it_serves_until_it_is_told_to_stop() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, str(MANAGE), "simulator", "--port", "0", stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        line = (await process.stdout.readline()).decode()
        url = re.findall(r"http://[\d.]+:\d+", line)[0]
        async with httpx.AsyncClient(trust_env=False) as client:
            shown = (await client.get(f"{url}/simulator/calls")).json()
        process.terminate()
        await process.communicate()
    assert shown == {"forbidden_dials": 0, "dialled": [], "calls": []}
    assert process.returncode == 0
