"""“Are you a robot?” gets the truth, in whatever words, on every voice: also on one that reports nothing, or something else."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.brief import TurnControl
from bridge.events import CalleeSaid, Outcome, SpeechEnded, SpeechStarted, Tool, Topic
from bridge.ports import VoiceTraits
from bridge.reports import Proof
from bridge.voice.catalogue import VOICES
from bridge.voice.clips import ClipFile
from tests.bridge.conversing import LINES, SEATS, START, Rehearsal, brief
from tests.bridge.moments import asked, disclosing, said_back, waiting_for_rep
from tests.bridge.robot_question.test_finding import PHRASES

TRUTH = f"{LINES.robot} {SEATS.wording}"
ALL_VOICES = [*VOICES.values(), VoiceTraits("leads", speaks_verbatim=False, may_call_real_people=True, turns=frozenset(TurnControl))]


def answered(rehearsal: Rehearsal) -> int:
    """How often the truth was begun."""
    return sum(text.startswith(LINES.robot) for text in rehearsal.spoken)


def open_on(traits: VoiceTraits, **fields: Any) -> Rehearsal:
    rehearsal = Rehearsal(brief(SEATS, START, **fields), traits=traits).open()
    rehearsal.waits(len(LINES.disclosure + SEATS.wording) * 0.06 + 1)
    assert rehearsal.spoken[-1] == SEATS.wording
    return rehearsal


@pytest.mark.parametrize("traits", ALL_VOICES, ids=lambda traits: traits.name)
class TestEveryVoice:
    def test_a_report_leads_to_the_truth(self, traits):
        rehearsal = open_on(traits)
        rehearsal.says("Is there somebody?", Tool.EXPLAIN, topic="robot")
        rehearsal.waits(5)
        assert rehearsal.spoken[-1] == TRUTH

    def test_the_words_alone_lead_to_the_truth(self, traits):
        rehearsal = open_on(traits)
        rehearsal.says("Are you a robot?")
        rehearsal.waits(5)
        assert rehearsal.spoken[-1] == TRUTH

    def test_words_and_report_are_one_question(self, traits):
        rehearsal = open_on(traits)
        rehearsal.says("Are you a robot?", Tool.EXPLAIN, topic="robot")
        rehearsal.waits(6)
        assert answered(rehearsal) == 1

    def test_provider_led_turns_change_nothing(self, traits):
        rehearsal = open_on(traits, turns=TurnControl.PROVIDER)
        rehearsal.says("Are you a robot?")
        rehearsal.waits(5)
        assert rehearsal.spoken[-1] == TRUTH


@pytest.mark.parametrize("language", PHRASES)
def test_in_every_language_we_take_turns_in(language):
    rehearsal = asked(language=language)
    rehearsal.says(PHRASES[language]["asks"][0])
    rehearsal.until_asked(TRUTH)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (Tool.NOT_UNDERSTOOD, {}),
        (Tool.RECORD_ANSWER, {"question_id": "seats", "value": "no"}),
        (Tool.SKIP_QUESTION, {"question_id": "elsewhere"}),
        (Tool.EXPLAIN, {"topic": Topic.WHO}),
        (Tool.EXPLAIN, {"topic": "weather"}),
    ],
    ids=["not understood", "an answer that is none", "a refusal", "who", "no topic"],
)
def test_whatever_a_voice_reports_instead(tool, arguments):
    rehearsal = asked()
    rehearsal.says("Are you a robot?", tool, **arguments)
    rehearsal.waits(8)
    assert answered(rehearsal) >= 1
    assert any(text.startswith(LINES.robot) for text in rehearsal.heard)


def test_an_answer_in_the_same_breath_counts_and_the_truth_comes_with_the_next_question():
    rehearsal = asked()
    rehearsal.answers("seats", 40, "Forty. Are you a robot?")
    rehearsal.waits(8)
    assert rehearsal.saved == {"seats": 40}
    assert any(text.startswith(LINES.robot) and START.wording in text for text in rehearsal.heard)


def test_the_last_answer_in_the_same_breath_is_followed_by_the_truth_and_the_goodbye():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 4, "Four. Are you a robot?")
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.heard[-1] == f"{LINES.robot} {LINES.cold_close}"


def test_words_that_come_late_ask_nothing_new():
    rehearsal = asked()
    started_s = rehearsal.now_s
    rehearsal.happens(SpeechStarted(started_s))
    rehearsal.waits(1.0)
    rehearsal.happens(SpeechEnded(started_s + 0.6))
    rehearsal.reports(Tool.EXPLAIN, topic="robot")
    rehearsal.until_asked(TRUTH)
    rehearsal.happens(CalleeSaid("Are you a robot?", started_s, started_s + 0.6, 0.9))
    rehearsal.waits(5)
    assert answered(rehearsal) == 1


def test_who_asks_twice_is_told_twice():
    rehearsal = asked()
    for n_told in (1, 2):
        rehearsal.says("Are you a robot?")
        rehearsal.waits(6)
        assert answered(rehearsal) == n_told


def test_it_is_told_however_often_it_was_explained():
    rehearsal = asked()
    for _ in range(5):
        rehearsal.says("What?", Tool.EXPLAIN, topic="who")
        rehearsal.waits(7)
    told = answered(rehearsal)
    rehearsal.says("Am I talking to a machine?")
    rehearsal.waits(1)
    assert answered(rehearsal) == told + 1


def test_in_two_pieces():
    rehearsal = asked()
    rehearsal.says("Wait, are you")
    rehearsal.says("a robot?")
    rehearsal.until_asked(TRUTH)


def test_in_the_disclosure_the_truth_comes_behind_it():
    rehearsal = disclosing()
    rehearsal.says("Are you a robot?")
    rehearsal.waits(12)
    assert rehearsal.spoken[1].startswith(LINES.robot)


def test_in_a_read_back_it_is_asked_again_with_the_truth():
    rehearsal = said_back()
    rehearsal.says("Are you a robot?")
    rehearsal.until_asked(f"{LINES.robot} 50 seats, is that right?")


def test_while_a_rep_is_looked_for():
    rehearsal = waiting_for_rep()
    rehearsal.says("Is this a real person?")
    rehearsal.until_asked(LINES.robot)


def test_while_an_opt_out_is_asked_about():
    rehearsal = asked()
    rehearsal.says("Where did you get my number?")
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("Are you a machine?")
    rehearsal.until_asked(f"{LINES.robot} {LINES.confirm_opt_out}")


def test_an_opt_out_comes_first():
    rehearsal = asked()
    rehearsal.says("Are you a robot? Stop calling me.")
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


def test_cut_short_it_is_said_again_with_whatever_comes_next():
    rehearsal = asked()
    rehearsal.says("Are you a robot?")
    rehearsal.waits(0.5)
    rehearsal.answers("seats", 40, "Forty seats, forty.", speech_s=1.2)
    rehearsal.waits(10)
    assert any(text.startswith(LINES.robot) for text in rehearsal.heard)


def test_as_a_clip_it_is_known_to_be_heard_word_for_word():
    clips = {LINES.robot: ClipFile("ab", 1900), LINES.disclosure: ClipFile("cd", 1000)}
    traits = VoiceTraits("native", speaks_verbatim=False, may_call_real_people=True, clips=clips)
    assert traits.proof_of(LINES.robot) is Proof.CLIP
    assert traits.proof_of(TRUTH) is None
