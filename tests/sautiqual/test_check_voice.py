"""A voice is checked in one session: over real sockets against its faked service, and in words for whoever has to mend it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from bridge.events import Line, Tool, UsageUnit
from bridge.reports import SessionUse
from bridge.voice.cascade.settings import CascadeSettings, Endpoint, Service
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.fakes.openai_http import FakeOpenAIHttp
from bridge.voice.scripted import Reply, ScriptedVoice
from campaigns.voice_cost.table import voice_prices
from sautiqual.voice_check.findings import ANSWER, SENTENCE, Heard, as_json, in_words, price_of, troubles
from sautiqual.voice_check.trial import check
from sautiqual.voice_faults.stage import staged
from sautiqual.voice_faults.table import FAULTS

TODAY = date(2026, 11, 26)
WELL = Heard(connect_ms=400, first_audio_ms=600, spoken_s=0.9, level_dbfs=-20.0, understood="twenty", answer=ANSWER, answer_ms=1500)
VOICES = (GEMINI.name, OPENAI.name, OPENAI_LIVE.name, CASCADE.name)


class SlowSpeaker(ScriptedVoice):
    """Takes its time for a word, as people do: what is shorter is no speech to a transcription."""

    def speak(self, line: Line) -> None:
        super().speak(Line(line.line_id, line.text * 8))


def mind() -> ScriptedVoice:
    """Takes whatever it hears for the sentence, as a model would that understands itself."""
    answer = (Tool.RECORD_ANSWER, {"question_id": "seats", "value": ANSWER, "confidence": 0.9})
    return SlowSpeaker([Reply("twenty", [answer]) for _ in range(3)])


@pytest.mark.parametrize("voice", VOICES)
async def test_a_voice_that_is_well_says_the_sentence_and_understands_itself(voice):
    async with staged(voice, mind) as (new, _told):
        heard, uses = await check(voice, new())
    assert troubles(heard) == ()
    assert heard.first_audio_ms is not None and heard.first_audio_ms >= 0
    assert heard.spoken_s > 0.1
    assert -60.0 < heard.level_dbfs < 0.0
    assert (heard.understood or "").split()[0] == "twenty"
    price = price_of(uses, voice_prices(), on=TODAY)
    assert price.unknown == ()
    assert price.usd is not None and 0 < price.usd < 1


async def test_the_sentence_is_not_what_a_voice_has_ready_before_it_is_asked():
    """Or its first sound would cost no time, and say nothing of its speaker."""
    async with FakeOpenAIHttp(mind) as fake:
        endpoint = Endpoint(fake.base_url, fake.api_key)
        await check(CASCADE.name, CascadeVoice(CascadeSettings(endpoint, endpoint, endpoint)))
        assert [asked["input"] for asked in fake.asked(Service.TTS)][-1] == SENTENCE
        assert len(fake.asked(Service.TTS)) == 2


@pytest.mark.parametrize("voice", [OPENAI.name, GEMINI.name])
async def test_a_voice_that_speaks_zeros_is_too_quiet(voice):
    async with staged(voice, mind) as (new, told):
        FAULTS[voice]["audio of zeros"](told)
        heard, _uses = await check(voice, new())
    assert any("too quiet" in trouble or "did not say" in trouble for trouble in troubles(heard))


async def test_a_session_that_is_cut_says_so_and_what_it_used_is_told_all_the_same():
    async with staged(OPENAI_LIVE.name, mind) as (new, told):
        FAULTS[OPENAI_LIVE.name]["cut in a line"](told)
        heard, uses = await check(OPENAI_LIVE.name, new())
    assert any("The session was lost" in trouble for trouble in troubles(heard))
    assert sum(use.usage["gpt-live-1"][UsageUnit.SESSION_S] for use in uses) > 0


class TestFindings:
    def test_a_voice_that_is_well_has_no_troubles(self):
        assert troubles(WELL) == ()

    @pytest.mark.parametrize(
        ("heard", "trouble"),
        [
            (replace(WELL, first_audio_ms=None), "It did not say the sentence."),
            (replace(WELL, level_dbfs=-80.0), "too quiet to be heard (-80 dBFS)"),
            (replace(WELL, understood="plenty", answer=None, answer_ms=None), f"it said “{SENTENCE}” and heard “plenty”"),
            (replace(WELL, understood=None, answer=None, answer_ms=None), "and heard nothing"),
            (replace(WELL, answer=12), "did not understand itself"),
            (replace(WELL, failure="its events ended"), "The session was lost: its events ended."),
        ],
        ids=["silent", "quiet", "other words", "no words", "another value", "lost"],
    )
    def test_what_would_spoil_a_call_is_named(self, heard, trouble):
        assert any(trouble in each for each in troubles(heard))
        assert not as_json("openai", heard, price_of((), voice_prices(), on=TODAY))["is_well"]

    def test_a_session_that_was_lost_is_no_fault_of_the_model(self):
        assert troubles(replace(WELL, answer=None, failure="closed with 1006")) == ("The session was lost: closed with 1006.",)

    def test_it_tells_figures_with_their_units(self):
        use = SessionUse("s1", "openai", {"gpt-realtime-2.1": {UsageUnit.AUDIO_OUT: 1000.0}}, 5.0)
        text = "\n".join(in_words("openai", WELL, price_of((use,), voice_prices(), on=TODAY)))
        assert "Connected:    400 ms" in text
        assert "First audio:  600 ms" in text
        assert "0.9 s at -20.0 dBFS" in text
        assert "“twenty”, understood as 20 after 1500 ms" in text
        assert "gpt-realtime-2.1: 1,000 audio tokens out" in text
        assert "USD 0.0640, KES 8.45" in text

    def test_what_is_slow_is_marked(self):
        text = "\n".join(in_words("openai", replace(WELL, connect_ms=5000), price_of((), voice_prices(), on=TODAY)))
        assert "5000 ms (slow: a callee waits" in text

    def test_a_model_without_a_price_is_said_and_costs_no_0(self):
        use = SessionUse("s1", "openai", {"my-model": {UsageUnit.AUDIO_OUT: 1000.0}}, 5.0)
        price = price_of((use,), voice_prices(), on=TODAY)
        assert (price.usd, price.minor) == (None, None)
        assert "not known: “my-model” has no price. Add a [[model]] of that name" in "\n".join(in_words("openai", WELL, price))

    def test_two_sessions_are_added_up(self):
        uses = tuple(SessionUse(key, "openai", {"gpt-live-1": {UsageUnit.SESSION_S: 60.0}}, 60.0) for key in ("a", "b"))
        assert price_of(uses, voice_prices(), on=TODAY).usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("voice", "words"),
    [("gemini", "needs GEMINI_API_KEY"), ("openai", "needs OPENAI_API_KEY"), ("cascade", "needs CASCADE_STT_URL, CASCADE_LLM_URL, CASCADE_TTS_URL")],
)
def test_without_a_key_it_says_what_to_set(settings, voice, words):
    settings.GEMINI_API_KEY = settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = ""
    settings.CASCADE_STT_URL = settings.CASCADE_LLM_URL = settings.CASCADE_TTS_URL = ""
    with pytest.raises(CommandError, match=words):
        call_command("check_voice", voice)


def test_a_service_that_cannot_be_reached_is_said_in_words(settings):
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "key", "http://127.0.0.1:9/v1"
    with pytest.raises(CommandError, match="“openai” cannot be opened") as refused:
        call_command("check_voice", "openai")
    assert "key" not in str(refused.value).replace("keys", "")


def test_the_command_checks_a_faked_voice_as_one_json_object(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    out = io.StringIO()
    try:
        call_command("check_voice", "openai", "--fake", "--json", stdout=out)
    except SystemExit as unwell:  # this machine's own recogniser is the mind: under load it may hear something else
        assert unwell.code == 1
    told = json.loads(out.getvalue())
    assert (told["voice"], told["is_fake"], told["said"]) == ("openai", True, SENTENCE)
    assert told["connect_ms"] > 0
    assert told["is_well"] is (told["troubles"] == [])
