"""A script in a voice that paraphrases, and its clips."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns.clips import storing, studio
from campaigns.clips.judging import approve
from campaigns.clips.making import upload
from campaigns.clips.standing import prepared_lines
from campaigns.clips.storing import wav_of
from campaigns.models import Campaign, PreparedClip, Script
from tests.campaigns.clips import voices
from tests.leads.facts import ACME


@pytest.fixture(autouse=True)
def kept_elsewhere(settings, tmp_path, monkeypatch) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.OPENAI_API_KEY = settings.GEMINI_API_KEY = "key"
    settings.CLIP_VOICES = voices.OPENAI
    monkeypatch.setattr(studio, "WORDS_S", 0.05)
    storing.read_clip.cache_clear()
    yield


@pytest.fixture
def real_line(settings, line):
    """Everything about it is in order."""
    settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = "https://api.sautikit.com", "key", "https://calls.example.com"
    line.is_simulated = False
    line.save(update_fields=["is_simulated"])
    return line


@pytest.fixture
def draft(real_line, script: Script) -> Campaign:
    return Campaign.objects.create(name="Acme by OpenAI", line=real_line, script=script, controller=ACME, voice="openai")


def recorded(script: Script, name: str, voice: str = "openai") -> PreparedClip:
    sound = wav_of(voices.speech_like(prepared_lines(script)[name]))
    return upload(script, voice, name, sound, by="neema")


def all_approved(script: Script, voice: str = "openai") -> list[PreparedClip]:
    clips = [recorded(script, name, voice) for name in prepared_lines(script)]
    assert all(approve(clip, by="mosi") for clip in clips)
    return clips
