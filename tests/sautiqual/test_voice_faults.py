"""The faults of providers, played in whole calls: nobody is left in silence, and whoever can be helped by another voice is."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from bridge.voice.catalogue import EMBEDDED, VOICES
from sautiqual.voice_faults.stage import staged
from sautiqual.voice_faults.table import FAULTS
from sautiqual.voice_faults.trial import DEAD_AIR_S, Result, mind


def played(voice: str, fault: str) -> dict[bool, dict[str, Any]]:
    """By whether another voice stood behind it."""
    out = io.StringIO()
    call_command("voice_faults", "--voice", voice, "--fault", fault, "--json", stdout=out)
    return {call["spare"]: call for call in json.loads(out.getvalue())["calls"]}


def result(**given: Any) -> Result:
    return Result(**{"fault": "stalls", "spare": True, "outcome": "finished", "n_answers": 2, "silence_s": 1.0, "steps": (), **given})


def test_every_voice_of_a_provider_has_faults():
    assert FAULTS.keys() == VOICES.keys() - {EMBEDDED.name}


@pytest.mark.parametrize("voice", FAULTS)
async def test_every_fault_is_one_that_the_fake_knows(voice):
    for break_it in FAULTS[voice].values():
        async with staged(voice, mind) as (_new, told):
            as_it_was = repr(told)
            break_it(told)
            assert repr(told) != as_it_was
            assert vars(told).keys() <= set(type(told).__dataclass_fields__)


@pytest.mark.parametrize(("voice", "fault"), [("openai", "no audio"), ("cascade", "429 of the speaker"), ("gemini", "429 at the handshake")])
def test_the_next_voice_goes_on_and_without_one_an_apology_is_said(voice, fault):
    calls = played(voice, fault)
    assert (calls[True]["outcome"], calls[True]["n_answers"]) == ("finished", 2)
    assert calls[False]["outcome"] == "voice_failed"
    assert max(call["silence_s"] for call in calls.values()) < DEAD_AIR_S


class TestWhatIsSurvived:
    def test_an_interview_that_is_finished(self):
        assert result().is_survived

    def test_an_apology_only_where_no_voice_is_left(self):
        assert result(spare=False, outcome="voice_failed").is_survived
        assert not result(spare=True, outcome="voice_failed").is_survived

    def test_not_four_seconds_of_silence(self):
        assert not result(silence_s=DEAD_AIR_S).is_survived

    def test_not_a_call_that_broke_off(self):
        assert not result(spare=False, outcome="media_lost").is_survived
