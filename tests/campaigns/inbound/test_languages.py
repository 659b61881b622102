"""A lead who calls us hears their own language, where the call's voice speaks it; the platform's voice speaks all of them."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.ports import VoiceTraits
from bridge.voice.catalogue import VOICES
from campaigns import inbound_words
from campaigns.models import Script, ServerProcess
from leads.models import Lead
from tests.campaigns.inbound.callers import talk, told, words
from tests.campaigns.inbound.test_what_they_hear import finished

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "loopback", "server", "signed")]

POLYGLOT = VoiceTraits(name="embedded", speaks_verbatim=True, may_call_real_people=False)


@pytest.fixture
def polyglot(monkeypatch) -> None:
    """The call's voice speaks every language."""
    monkeypatch.setattr(inbound_words, "VOICES", MappingProxyType({**VOICES, "embedded": POLYGLOT}))


@pytest.fixture
def nobody_can_hold_it(server) -> None:
    ServerProcess.objects.all().delete()


def speak(language: str) -> None:
    Lead.objects.update(language=language)


@pytest.mark.usefixtures("polyglot")
@pytest.mark.parametrize(
    ("language", "heard", "offer"),
    [("sw-KE", "Habari, mimi ni Zawadi", "acheni kunipigia"), ("fr-FR", "Bonjour, ici Zawadi", "arrêtez"), ("so-KE", "Habari", "acheni")],
    ids=["Swahili", "French", "no words in Somali, so Kenya's"],
)
async def test_what_is_said_in_place_of_questions_is_in_their_language(async_client, missed, language, heard, offer):
    await sync_to_async(finished)(missed)
    await sync_to_async(speak)(language)
    brief = await talk(await told(async_client), outcome=Outcome.INFORMED)
    assert brief.lines.disclosure.startswith(heard) and offer in brief.offer
    assert brief.language.split("-")[0] == ("fr" if language == "fr-FR" else "sw"), "the voice follows"
    assert not any("call" in line for line in (brief.lines.opted_out, brief.lines.robot, brief.lines.cold_close, brief.lines.time_is_up))


async def test_a_voice_that_does_not_speak_it_speaks_english(async_client, missed):
    await sync_to_async(finished)(missed)
    await sync_to_async(speak)("sw-KE")
    brief = await talk(await told(async_client), outcome=Outcome.INFORMED)
    assert brief.language == "en-US" and "We called you earlier" in brief.lines.disclosure


@pytest.mark.usefixtures("polyglot")
async def test_an_interview_is_in_the_language_of_its_questions(async_client, missed):
    await sync_to_async(speak)("sw-KE")
    brief = await talk(await told(async_client))
    assert brief.language == "en-KE" and brief.lines.disclosure.startswith("Thank you for calling back.")


@pytest.mark.usefixtures("nobody_can_hold_it")
async def test_the_platforms_voice_says_in_their_language_that_nobody_is_free(async_client, missed):
    await sync_to_async(speak)("sw-KE")
    document = await told(async_client)
    assert "Hatuwezi kuzungumza nawe sasa" in words(document) and "bonyeza 9" in words(document)
    assert b'language="sw-KE"' in document


@pytest.mark.usefixtures("nobody_can_hold_it")
async def test_who_presses_the_key_hears_in_their_language_that_it_counts(async_client, missed):
    await sync_to_async(speak)("pt-MZ")
    await told(async_client)
    assert words(await told(async_client, dtmfDigits="9")) == "Compreendo. Não voltaremos a ligar-lhe. Adeus."


def test_the_scripts_own_words_are_said_to_who_speaks_its_language_and_to_nobody_else(db):
    lines = {"nothing_more": "Waan ku wacnay."}
    own = Script.objects.create(name="Soomaali", organisation="Acme", language="so-SO", disclosure="AI.", lines=lines)
    said = [inbound_words.Tongue(own, language).sentence("nothing_more") for language in ("so-KE", "sw-KE")]
    assert said[0] == "Waan ku wacnay." and said[1].startswith("Habari")


def test_a_stranger_hears_the_language_that_the_number_calls_in(script):
    script.language = "sw-TZ"
    assert inbound_words.tongue_to_stranger(script, market="KE", voice=None).language == "sw-TZ"
    script.language = "so-SO"
    assert inbound_words.tongue_to_stranger(script, market="KE", voice=None).language == "sw-KE"
    assert inbound_words.tongue_to_stranger(script, market="KE", voice="embedded").language == "en-US"
