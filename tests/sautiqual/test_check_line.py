"""manage.py check_line: what it asks for, what it refuses, and the platform that its switches make."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.signatures import SignatureForm
from bridge.telephony.simulator.settings import AfterStream, EventShape, FirstFrame
from campaigns.models import Line, LineCheck
from sautiqual.line_check.stage import SECRET, platform
from sautiqual.management.commands.check_line import Command
from tests.campaigns.handoff.conftest import make_rep


def switched(*arguments: str) -> Any:
    command: BaseCommand = Command()
    return platform(vars(command.create_parser("manage.py", "check_line").parse_args(["--simulator", *arguments])))


@pytest.fixture
def stage(settings) -> None:
    settings.SAUTIKIT_API_URL, settings.SERVER_URL, settings.SAUTIKIT_API_KEY = "http://127.0.0.1:8120", "http://127.0.0.1:8020", "key"


@pytest.mark.usefixtures("stage")
class TestSwitches:
    def test_without_any_it_is_the_platform_as_documented(self):
        made = switched()
        assert (made.dialect, made.numbers[0].after_stream, made.media.both_tracks) == (Dialect.SDK, AfterStream.CONTINUES, ChannelLayout.STEREO)
        assert (made.callbacks.signing_secret, made.numbers[0].voice_callback_url) == (SECRET, "http://127.0.0.1:8020/voice/answer")
        assert made.port == 8120

    def test_each_of_them_is_heeded(self):
        made = switched(
            "--after-stream", "dead_air", "--layout", "mixed", "--callee-right", "--dialect", "pages", "--ignores-kill", "--first-frame", "flat",
            "--prebuffer", "80", "--rate", "8000", "--body", "json", "--signature", "bare", "--events", "raw", "--jitter", "0.2", "--odd-sizes",
            "--phone-line",
        )  # fmt: skip
        media, callbacks = made.media, made.callbacks
        assert (made.numbers[0].after_stream, made.dialect, made.has_phone_line) == (AfterStream.DEAD_AIR, Dialect.PAGES, True)
        assert (media.both_tracks, media.is_callee_right, media.rate_hz) == (ChannelLayout.MIXED, True, 8000)
        assert (media.honours_kill, media.first_frame, media.prebuffer_ms) == (False, FirstFrame.FLAT, 80)
        assert (media.jitter, media.has_odd_sizes) == (0.2, True)
        assert (callbacks.is_json, callbacks.signature, callbacks.events) == (True, SignatureForm.BARE, EventShape.RAW)

    def test_what_is_no_setting_of_its_own_is_made_of_several(self):
        assert switched("--after-stream", "hangs_up").media.hangs_up_on_close
        assert switched("--events", "silent").callbacks.are_events_silent
        assert switched("--signature", "none").callbacks.signing_secret == ""
        assert switched("--signature", "wrong").callbacks.signing_secret not in ("", SECRET)


@pytest.mark.django_db
class TestRealLine:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            pytest.param([], "Give --line NUMBER and --rep NAME, or --simulator", id="nothing"),
            pytest.param(["--line", "+254711000009", "--rep", "Mosi"], "no phone line", id="an unknown line"),
            pytest.param(["--line", "+254711000001", "--rep", "Juma"], "no rep “Juma”", id="an unknown rep"),
            pytest.param(["--line", "+254711000001", "--rep", "Mosi"], "SAUTIKIT_API_KEY is not set", id="a real line that is not set up"),
        ],
    )
    def test_what_is_missing_is_said_and_nobody_is_rung(self, arguments, words, settings):
        settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = "https://api.sautikit.com", "", ""
        Line.objects.create(number="+254711000001")
        make_rep("Mosi", "+254722000021")
        with pytest.raises(CommandError, match=words):
            call_command("check_line", *arguments)
        assert not LineCheck.objects.exists()
