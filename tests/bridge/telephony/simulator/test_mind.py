"""How simulated people decide, without sockets or clock: frames in, acts out."""

from __future__ import annotations

from random import Random

import pytest

from bridge.events import FRAME_SAMPLES
from bridge.telephony.simulator.ear import EarFrame, Sound, SpokenLine
from bridge.telephony.simulator.mind import FRAME_S, Act, HangUp, Mind, Press, SayGroups
from bridge.telephony.simulator.persona import Answering, Persona, Pickup, Rule, Tones
from bridge.telephony.simulator.sound import silence

QUIET = EarFrame(silence(FRAME_SAMPLES))
RINGING = EarFrame(silence(FRAME_SAMPLES), Sound.TONE)


class Listening:
    """A mind on a call of its own; time passes only here."""

    def __init__(self, *rules: Rule, **traits: object) -> None:
        self.mind = Mind(Persona("asha", "+254711000101", reaction_s=(0.4, 0.4), rules=rules, **traits), Random(1))  # type: ignore[arg-type]
        self.mind.answered(0.0)
        self.at_s = 0.0
        self.talks_until_s = 0.0

    def hear(self, frame: EarFrame, seconds: float) -> list[tuple[float, Act]]:
        acts = []
        for _ in range(round(seconds / FRAME_S)):
            act = self.mind.tick(self.at_s, frame, is_talking=self.at_s < self.talks_until_s)
            if act is not None:
                acts.append((round(self.at_s, 2), act))
            self.at_s += FRAME_S
        return acts

    def bot(self, text: str, seconds: float | None = None, quiet_s: float = 2.0) -> list[Act]:
        """The bot says a line as slowly as voices do, then is quiet."""
        frame = EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, SpokenLine(1, text))
        acts = self.hear(frame, seconds if seconds is not None else len(text) / 15) + self.hear(QUIET, quiet_s)
        return [act for _, act in acts]


def say(*groups: str) -> SayGroups:
    return SayGroups(groups)


def test_it_answers_the_question_it_heard() -> None:
    person = Listening(Rule("good time", ("good_time_yes",)), Rule("seats", ("seats_some",)))
    assert person.bot("Roughly how many seats would you need?") == [say("seats_some")]


def test_it_waits_for_its_reaction_time_after_the_bots_last_sound() -> None:
    person = Listening(Rule("time", ("yes",)))
    frame = EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, SpokenLine(1, "Is now a good time?"))
    person.hear(frame, 1.0)
    ((at_s, _),) = person.hear(QUIET, 1.0)
    assert at_s == pytest.approx(1.0 - FRAME_S + 0.4, abs=FRAME_S)


def test_it_does_not_answer_while_more_of_the_line_waits_to_be_played() -> None:
    person = Listening(Rule("time", ("yes",)))
    line = SpokenLine(1, "Is now a good time?")
    person.hear(EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, line), 1.0)
    assert not person.hear(EarFrame(silence(FRAME_SAMPLES), Sound.SILENCE, line, is_pending=True), 0.8)


def test_it_answers_even_if_the_bot_sends_silence_for_ever() -> None:
    person = Listening(Rule("time", ("yes",)))
    line = SpokenLine(1, "Is now a good time?")
    person.hear(EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, line), 1.5)
    assert len(person.hear(EarFrame(silence(FRAME_SAMPLES), Sound.SILENCE, line, is_pending=True), 3.0)) == 1


def test_it_says_nothing_to_a_statement() -> None:
    assert not Listening(Rule("seats", ("seats_some",)), Rule(r"\?", ("repeat",), is_fallback=True)).bot("This call is recorded.")


def test_the_last_question_counts_before_what_was_said_earlier() -> None:
    person = Listening(Rule("stop calling", ("no",)), Rule("good time", ("yes",)))
    assert person.bot("You can ask us to stop calling. Is now a good time?") == [say("yes")]


def test_words_of_several_lines_are_heard_together() -> None:
    person = Listening(Rule("Fifty.*right", ("yes",)))
    assert not person.bot("Fifty seats,", quiet_s=0.2)
    assert person.bot("is that right?") == [say("yes")]


def test_words_are_forgotten_once_they_were_answered() -> None:
    person = Listening(Rule("seats", ("seats_some",)))
    person.bot("How many seats?")
    assert not person.bot("Thank you very much.")


@pytest.mark.parametrize(
    ("seconds", "answers"), [pytest.param(0.1, [], id="cut off at once"), pytest.param(4.0, [say("seats_some")], id="played to its end")]
)
def test_it_understands_only_what_was_played(seconds: float, answers: list[Act]) -> None:
    person = Listening(Rule("seats would you need", ("seats_some",)))
    assert person.bot("Thank you for that, it helps us a lot. Roughly how many seats would you need?", seconds) == answers


def test_a_rule_is_used_at_most_so_often() -> None:
    person = Listening(Rule("seats", ("seats_vague",), times=1), Rule("seats", ("seats_some",)))
    assert person.bot("How many seats?") == [say("seats_vague")]
    assert person.bot("How many seats, roughly?") == [say("seats_some")]
    assert person.bot("How many seats?") == [say("seats_some")]


def test_a_rule_may_wait_for_a_later_line() -> None:
    person = Listening(Rule(r"\?", ("stop_calling",), after_line=2), Rule(r"\?", ("yes",)))
    assert person.bot("Is now a good time?") == [say("yes")]
    assert person.bot("Do you decide?") == [say("stop_calling")]


def test_a_fallback_fires_only_if_nothing_else_fits() -> None:
    person = Listening(Rule(r"\?", ("repeat_please",), is_fallback=True, times=1), Rule("seats", ("seats_some",)))
    assert person.bot("How many seats?") == [say("seats_some")]
    assert person.bot("What is your budget?") == [say("repeat_please")]
    assert not person.bot("What is your budget?")


def test_it_interrupts_in_the_middle_of_the_line() -> None:
    person = Listening(Rule("seats", ("interruption_seats",), interrupt_after_ms=600, times=1))
    frame = EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, SpokenLine(1, "Roughly how many seats would you need?"))
    ((at_s, act),) = person.hear(frame, 2.5)
    assert act == say("interruption_seats")
    assert at_s == pytest.approx(0.6, abs=2 * FRAME_S)


def test_it_does_not_interrupt_other_lines() -> None:
    person = Listening(Rule("seats", ("interruption_seats",), interrupt_after_ms=600))
    assert not person.bot("Are you the person who handles buying decisions?")


@pytest.mark.parametrize(
    ("read_back", "answer"),
    [
        pytest.param("Fifty seats, is that right?", "confirm_yes", id="the same number"),
        pytest.param("Fifteen seats, is that right?", "confirm_no", id="another number"),
        pytest.param("50 Kenyan shillings, is that right?", "confirm_yes", id="the same amount"),
        pytest.param("15 Kenyan shillings, is that right?", "confirm_no", id="another amount"),
        pytest.param("Next year, is that right?", "confirm_yes", id="nothing about seats"),
    ],
)
def test_it_corrects_a_number_that_was_misheard(read_back: str, answer: str) -> None:
    person = Listening(Rule("is that right", confirms=True))
    person.mind.said("seats_some", "50")
    assert person.bot(read_back) == [say(answer)]


def test_it_presses_a_key_when_asked() -> None:
    assert Listening(Rule("press 1", press="1")).bot("Press 1 to take the call.") == [Press("1")]


def test_it_hangs_up_after_its_last_word() -> None:
    person = Listening(Rule("seats", ("not_interested",), hang_up=True))
    assert person.bot("How many seats?")[:2] == [say("not_interested"), HangUp()]


def test_it_says_hello_into_silence_and_hangs_up_in_the_end() -> None:
    person = Listening(patience_s=3.0, max_hellos=2)
    acts = person.hear(QUIET, 9.5)
    assert [act for _, act in acts] == [say("hello"), say("hello"), HangUp()]
    assert acts[0][0] == pytest.approx(3.0, abs=FRAME_S)


def test_a_tone_shows_that_the_line_lives() -> None:
    assert not Listening(patience_s=3.0).hear(RINGING, 10.0)


def test_silent_audio_counts_as_silence() -> None:
    """Words beside audio that nobody can hear were not heard."""
    person = Listening(Rule("time", ("yes",)), patience_s=3.0)
    frame = EarFrame(silence(FRAME_SAMPLES), Sound.SILENCE, SpokenLine(1, "Is now a good time?"), is_pending=True)
    assert [act for _, act in person.hear(frame, 4.0)] == [say("hello")]


def test_its_patience_does_not_run_while_it_talks() -> None:
    person = Listening(patience_s=3.0)
    person.talks_until_s = 5.0
    assert not person.hear(QUIET, 7.5)


def test_it_greets_when_it_picks_up() -> None:
    person = Listening(answer=Answering(greeting="hello", greeting_delay_s=(0.2, 0.2)))
    ((at_s, act),) = person.hear(QUIET, 1.0)
    assert act == say("hello") and at_s == pytest.approx(0.2, abs=FRAME_S)


def test_a_mailbox_greets_beeps_and_never_reacts() -> None:
    person = Listening(Rule("time", ("yes",)), answer=Answering(Pickup.VOICEMAIL, greeting="voicemail_greeting", greeting_delay_s=(0.1, 0.1)))
    assert [act for _, act in person.hear(QUIET, 1.0)] == [SayGroups(("voicemail_greeting",), ends_with_beep=True)]
    assert not person.bot("Is now a good time?")


def test_a_mailbox_rings_off_after_half_a_minute() -> None:
    person = Listening(answer=Answering(Pickup.VOICEMAIL, greeting="voicemail_greeting", greeting_delay_s=(0.1, 0.1)))
    acts = [act for _, act in person.hear(QUIET, 31.0)]
    assert acts[1] == HangUp()


@pytest.mark.parametrize(
    ("answer", "act"),
    [
        (Answering(Pickup.MACHINE, tones=Tones.SIT, greeting="announcement"), SayGroups(("announcement",), begins_with=Tones.SIT)),
        (Answering(Pickup.MACHINE, tones=Tones.FAX), SayGroups((), begins_with=Tones.FAX)),
    ],
    ids=["announcement", "fax"],
)
def test_a_machine_sounds_speaks_and_never_reacts(answer: Answering, act: SayGroups) -> None:
    person = Listening(Rule("time", ("yes",)), answer=answer)
    assert [each for _, each in person.hear(QUIET, 1.0)] == [act]
    assert not person.bot("Is now a good time?")


def test_a_machine_without_a_word_says_nothing() -> None:
    person = Listening(Rule("time", ("yes",)), answer=Answering(Pickup.MACHINE))
    assert not person.hear(QUIET, 20.0)


def test_a_rep_talks_once_bridged_and_hangs_up_after_their_time() -> None:
    person = Listening(talk_s=10.0, patience_s=20.0)
    assert not person.hear(QUIET, 2.0)
    person.mind.bridged(person.at_s)
    person.talks_until_s = person.at_s + 6.0
    acts = person.hear(QUIET, 10.1)
    assert [act for _, act in acts][:1] == [say("rep_talk")]
    assert acts[-1][1] == HangUp()
    assert acts[-1][0] >= 12.0


def test_the_same_seed_gives_the_same_person() -> None:
    def reaction(seed: int) -> float:
        person = Listening(Rule("time", ("yes",)))
        person.mind = Mind(Persona("asha", "+254711000101", reaction_s=(0.2, 2.0), rules=(Rule("time", ("yes",)),)), Random(seed))
        person.hear(EarFrame(silence(FRAME_SAMPLES), Sound.SPEECH, SpokenLine(1, "Is now a good time?")), 1.0)
        return person.hear(QUIET, 3.0)[0][0]

    assert reaction(4) == reaction(4)
    assert reaction(4) != reaction(5)
