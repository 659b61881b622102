"""manage.py route_number: over a real socket to the simulated platform, in both dialects."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import SimulatorSettings
from campaigns.management.commands.route_number import route
from campaigns.models import Line

PUBLIC = "https://calls.example.com"


@pytest.mark.parametrize("dialect", list(Dialect))
async def test_the_number_is_answered_by_us_from_then_on(dialect: Dialect, settings):
    async with Simulator(SimulatorSettings(dialect=dialect)) as simulator:
        settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = simulator.url, "simulator-key", PUBLIC
        await route(Line(number="+254711000001", dialect=dialect))
        number = next(one for one in simulator.exchange.numbers if one.e164 == "+254711000001")
        assert number.voice_callback_url == f"{PUBLIC}/voice/answer"


async def test_a_number_that_is_not_ours_is_said_so(settings):
    async with Simulator(SimulatorSettings()) as simulator:
        settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = simulator.url, "simulator-key", PUBLIC
        with pytest.raises(CommandError, match="Claim it"):
            await route(Line(number="+254711999999"))


@pytest.mark.django_db
def test_it_needs_the_line_first():
    with pytest.raises(CommandError, match="Phone lines"):
        call_command("route_number", "+254711000001")


@pytest.mark.django_db
def test_it_needs_a_public_address(settings):
    settings.PUBLIC_URL = ""
    Line.objects.create(number="+254711000001")
    with pytest.raises(CommandError, match="PUBLIC_URL"):
        call_command("route_number", "+254711000001")


@pytest.mark.django_db
def test_a_platform_that_cannot_be_reached_is_said_in_words(settings):
    Line.objects.create(number="+254711000001")
    settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = "http://127.0.0.1:9", "key", PUBLIC
    with pytest.raises(CommandError, match="did not take it"):
        call_command("route_number", "+254711000001")
