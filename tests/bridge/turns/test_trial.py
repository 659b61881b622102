"""The trial simulates what it says it does, and our rules do better than the voices left to themselves."""

from __future__ import annotations

import json
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from bridge.brief import TurnControl
from bridge.turns.lexicon import LANGUAGES
from bridge.turns.trial import VOICES, Kind, Speech, Trial, Voice, drawn, figures, played

OPENAI, _, GEMINI, _, CASCADE, DEAF = VOICES
SMALL = Trial(70)


def measured(voice: Voice, control: TurnControl, trial: Trial = SMALL, seed: int = 1):
    return figures(voice, control, trial, Random(seed).random)


def speech(text: str, length_s: float, kind: Kind = Kind.INTERRUPTION, language: str = "en") -> Speech:
    return Speech(kind, language, tuple(text.split()), length_s, begins_at=0.3)


def stopped(said: Speech, voice: Voice = OPENAI, control: TurnControl = TurnControl.LOCAL, pause_s: float = 0.2) -> float | None:
    return played(said, voice, control, pause_s, lambda: 0.0)


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_voice_left_to_itself_does_what_was_measured_of_it(voice):
    row = measured(voice, TurnControl.PROVIDER, Trial(200))
    assert row.yield_rate == pytest.approx(voice.yields, abs=0.08)
    assert row.selectivity == pytest.approx(voice.ignores, abs=0.08)
    assert row.silence_median_s == pytest.approx(voice.yield_s, abs=0.001)


def test_with_our_rules_it_ignores_nods_that_stopped_it_before():
    assert measured(OPENAI, TurnControl.LOCAL).selectivity > 0.8 > measured(OPENAI, TurnControl.PROVIDER).selectivity


def test_with_our_rules_it_stops_for_interruptions_that_it_did_not_notice():
    assert measured(GEMINI, TurnControl.LOCAL).yield_rate > 0.95 > measured(GEMINI, TurnControl.PROVIDER).yield_rate


def test_words_in_time_decide_every_nod():
    assert measured(CASCADE, TurnControl.LOCAL).selectivity == 1.0


def test_a_later_end_of_speech_makes_it_stop_later():
    assert measured(DEAF, TurnControl.LOCAL).silence_median_s == pytest.approx(0.8)
    assert measured(DEAF, TurnControl.LOCAL, Trial(70, pause_s=0.4)).silence_median_s == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_figures():
    assert measured(GEMINI, TurnControl.LOCAL) == measured(GEMINI, TurnControl.LOCAL) != measured(GEMINI, TurnControl.LOCAL, seed=2)


@pytest.mark.parametrize(
    ("said", "voice", "at_s"),
    [
        pytest.param(speech("wait", 0.4), OPENAI, 0.9, id="short, its words half a second after it"),
        pytest.param(speech("wait", 0.4), DEAF, None, id="short, and never any words"),
        pytest.param(speech("who is it", 0.9), CASCADE, 0.55, id="at the first word that streams in"),
        pytest.param(speech("who is it then", 2.0), DEAF, 0.8, id="long, without words"),
        pytest.param(speech("mm hmm", 0.5, Kind.BACK_CHANNEL), OPENAI, None, id="nod"),
        pytest.param(speech("sawa", 0.5, Kind.BACK_CHANNEL, "sw"), CASCADE, None, id="nod in Swahili"),
    ],
)
def test_the_bot_stops_when_enough_is_known(said, voice, at_s):
    assert stopped(said, voice) == (None if at_s is None else pytest.approx(at_s))


def test_it_stops_when_a_voice_that_owns_the_turns_has_stopped():
    assert stopped(speech("mm hmm", 0.5, Kind.BACK_CHANNEL), control=TurnControl.PROVIDER) == pytest.approx(OPENAI.yield_s)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_nods_and_interruptions_are_words_of_their_language(language):
    luck = Random(3).random
    assert drawn(Kind.BACK_CHANNEL, language, luck).words in LANGUAGES[language]["back_channels"]
    said = drawn(Kind.INTERRUPTION, language, luck).words
    assert any(said[: len(phrase)] == phrase for phrase in LANGUAGES[language]["stop"])


def test_the_command_prints_figures_for_people_and_for_programs():
    table, figures_json = StringIO(), StringIO()
    call_command("bench_turns", events=7, stdout=table)
    call_command("bench_turns", events=7, json=True, stdout=figures_json)
    assert "gpt-realtime-1.5" in table.getvalue() and "No voice was called" in table.getvalue()
    assert len(json.loads(figures_json.getvalue())["rows"]) == 2 * len(VOICES)
