"""Nobody is left in silence, whatever a voice does, and no voice is given up for being a little slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import VoiceFault
from bridge.watchdog import Patience, Step, Watchdog

PATIENCE = Patience()
LOUD, SILENT = -20.0, -90.0
FILLER_S = 1.2


def steps_until(dog: Watchdog, end_s: float) -> list[tuple[float, Step]]:
    """What is due until then when nothing happens; fillers last 1.2 s, a session opens at once and is as silent as the last one."""
    taken = []
    while (due_s := dog.next_due()) is not None and due_s <= end_s:
        for step in list(dog.due(due_s)):
            taken.append((due_s, step))
            if step is Step.FILL:
                dog.filled(FILLER_S, due_s)
            if step in (Step.FRESH, Step.NEXT):
                dog.opened(due_s)
    return taken


def only(taken: list[tuple[float, Step]], *kinds: Step) -> list[float]:
    return [at_s for at_s, step in taken if step in kinds]


def asked(n_voices: int = 1) -> Watchdog:
    dog = Watchdog(n_voices)
    dog.line_asked(0.0)
    return dog


class TestWhenNothingIsOwed:
    def test_nothing_is_due_before_anything_happened(self):
        assert Watchdog(1).next_due() is None

    def test_the_callee_may_think_as_long_as_they_like(self):
        dog = asked()
        dog.sounded(2.0, LOUD, 0.5)
        dog.line_over(0.6)
        assert steps_until(dog, 600) == []

    def test_the_callee_may_speak_as_long_as_they_like(self):
        dog = Watchdog(1)
        dog.speech_ended(1.0)
        dog.speech_started(2.0)
        assert steps_until(dog, 600) == []

    def test_a_voice_that_speaks_in_time_is_left_alone(self):
        dog = asked()
        dog.sounded(3.0, LOUD, 2.4)
        dog.line_over(2.5)
        assert steps_until(dog, 600) == []

    def test_a_line_that_was_cut_is_owed_no_more(self):
        dog = asked()
        dog.sounded(9.0, LOUD, 0.5)
        dog.cut(1.0)
        assert steps_until(dog, 600) == []


class TestFilling:
    def test_a_filler_is_due_after_two_and_a_half_seconds_of_silence(self):
        assert only(steps_until(asked(), 3.0), Step.FILL) == [2.5]

    def test_silence_counts_from_the_end_of_the_callees_speech(self):
        dog = Watchdog(1)
        dog.speech_ended(10.0)
        dog.words_heard()
        dog.line_asked(11.5)
        assert dog.next_due() == 12.5

    def test_a_sound_without_words_gets_more_time(self):
        dog = Watchdog(1)
        dog.speech_ended(10.0)
        assert dog.next_due() == pytest.approx(12.8)

    def test_audio_of_zeros_is_silence(self):
        dog = asked()
        for tenths in range(20):
            dog.sounded(0.1, SILENT, tenths / 10)
        assert only(steps_until(dog, 3.0), Step.FILL) == [2.5]

    def test_a_voice_that_stops_in_the_middle_of_a_line_leaves_silence_behind_what_was_heard(self):
        dog = asked()
        dog.sounded(4.0, LOUD, 0.5)
        assert only(steps_until(dog, 8.0), Step.FILL) == [7.0]


class TestTheLadder:
    def test_a_silent_line_is_nudged_then_tried_in_a_fresh_session_then_given_up(self):
        taken = [step for _at_s, step in steps_until(asked(), 60) if step is not Step.FILL]
        assert taken == [Step.NUDGE, Step.FRESH, Step.GIVE_UP]

    def test_other_voices_come_before_giving_up(self):
        taken = [step for _at_s, step in steps_until(asked(n_voices=2), 60) if step is not Step.FILL]
        assert taken == [Step.NUDGE, Step.FRESH, Step.NEXT, Step.FRESH, Step.GIVE_UP]

    def test_after_fifteen_seconds_of_trying_nobody_waits_any_longer(self):
        (given_up_at_s,) = only(steps_until(asked(n_voices=9), 60), Step.GIVE_UP)
        assert given_up_at_s <= PATIENCE.all_s + PATIENCE.stuck_s

    def test_nothing_is_due_after_giving_up(self):
        dog = asked()
        steps_until(dog, 60)
        assert dog.next_due() is None

    def test_a_lost_session_is_replaced_at_once(self):
        dog = asked()
        assert dog.voice_failed(VoiceFault.CUT, 0.5) is Step.FRESH

    def test_a_session_is_replaced_even_when_the_bot_has_nothing_to_say(self):
        assert Watchdog(1).voice_failed(VoiceFault.CUT, 0.5) is Step.FRESH

    @pytest.mark.parametrize("fault", [VoiceFault.KEY, VoiceFault.QUOTA, VoiceFault.MISSING])
    def test_a_voice_that_would_fail_again_is_not_tried_again(self, fault):
        assert Watchdog(2).voice_failed(fault, 0.5) is Step.NEXT
        assert Watchdog(1).voice_failed(fault, 0.5) is Step.GIVE_UP

    def test_an_empty_turn_is_nudged_at_once_and_then_replaced(self):
        dog = asked()
        assert (dog.line_failed(0.4), dog.line_failed(0.8)) == (Step.NUDGE, Step.FRESH)

    def test_while_a_session_is_opened_nothing_else_is_tried(self):
        dog = asked()
        dog.voice_failed(VoiceFault.CUT, 0.5)
        assert dog.line_failed(0.6) is None
        assert list(dog.due(100.0)) == [Step.FILL]

    def test_the_next_line_begins_at_the_foot_of_the_ladder(self):
        dog = asked()
        dog.line_failed(0.1)
        dog.sounded(1.0, LOUD, 0.5)
        dog.line_over(0.6)
        dog.line_asked(5.0)
        assert dog.line_failed(5.1) is Step.NUDGE


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["speech", "words", "line", "loud", "silent", "over", "cut", "failed", "lost", "opened"]),
        st.floats(0.0, 6.0),
    ),
    max_size=40,
)


def happen(dog: Watchdog, what: str, now_s: float) -> None:
    match what:
        case "speech":
            dog.speech_started(now_s)
            dog.speech_ended(now_s)
        case "words":
            dog.words_heard()
        case "line":
            dog.line_asked(now_s)
        case "loud":
            dog.sounded(0.5, LOUD, now_s)
        case "silent":
            dog.sounded(0.5, SILENT, now_s)
        case "over":
            dog.line_over(now_s)
        case "cut":
            dog.cut(now_s)
        case "failed":
            dog.line_failed(now_s)
        case "lost":
            dog.voice_failed(VoiceFault.CUT, now_s)
        case _:
            dog.opened(now_s)


@given(EVENTS)
def test_whatever_happens_nobody_waits_in_silence_for_four_seconds(events):
    dog, now_s, has_given_up = Watchdog(3), 0.0, False
    for what, gap_s in events:
        for _at_s, step in steps_until(dog, now_s + gap_s):
            has_given_up = has_given_up or step is Step.GIVE_UP
        now_s += gap_s
        since_s = dog.silent_since()
        # After giving up the apology is said, and the call ends.
        assert has_given_up or since_s is None or now_s - since_s <= 4.0 or dog.next_due() is None
        happen(dog, what, now_s)


class TestAVoiceThatIsLostAgainAndAgain:
    """Each session works for a moment: a new one is as good as the last, until it is clear that it is not."""

    def test_it_is_replaced_once_and_then_passed_over(self):
        dog = Watchdog(2)
        assert dog.voice_failed(VoiceFault.CUT, 1.0) is Step.FRESH
        dog.opened(1.2)
        assert dog.voice_failed(VoiceFault.CUT, 9.0) is Step.NEXT

    def test_one_that_understands_the_callee_in_between_is_not(self):
        dog = Watchdog(2)
        for at_s in range(10):
            assert dog.voice_failed(VoiceFault.CUT, float(at_s)) is Step.FRESH
            dog.opened(at_s + 0.1)
            dog.reported(is_understood=True)
            dog.line_asked(at_s + 0.2)
            dog.sounded(0.1, LOUD, at_s + 0.3)

    def test_one_that_only_says_that_it_understood_nothing_is(self):
        dog = Watchdog(2)
        assert dog.voice_failed(VoiceFault.CUT, 1.0) is Step.FRESH
        dog.opened(1.2)
        dog.reported(is_understood=False)
        assert dog.voice_failed(VoiceFault.CUT, 9.0) is Step.NEXT

    def test_the_last_one_gets_more_sessions_before_it_is_given_up(self):
        dog = Watchdog(1)
        steps = []
        for at_s in (1.0, 9.0, 19.0, 29.0):
            dog.line_asked(at_s)
            dog.sounded(0.1, LOUD, at_s + 0.3)
            dog.line_over(at_s + 0.4)
            steps.append(dog.voice_failed(VoiceFault.CUT, at_s + 1))
            dog.opened(at_s + 1.2)
        assert steps == [Step.FRESH] * 3 + [Step.GIVE_UP]


class TestAVoiceThatGivesNoMeaning:
    def says(self, dog: Watchdog, at_s: float) -> Step | None:
        step = dog.speech_started(at_s)
        dog.words_heard()
        dog.speech_ended(at_s + 0.5)
        return step

    def test_two_replies_without_one_cost_it_its_place(self):
        dog = Watchdog(2)
        assert [self.says(dog, at_s) for at_s in (1.0, 11.0, 21.0)] == [None, None, Step.NEXT]

    def test_the_last_one_gets_another_session_before_it_is_given_up(self):
        dog = Watchdog(1)
        assert [self.says(dog, at_s) for at_s in (1.0, 11.0, 21.0)] == [None, None, Step.FRESH]
        dog.opened(21.2)
        assert [self.says(dog, at_s) for at_s in (31.0, 41.0)] == [None, Step.GIVE_UP]

    def test_nods_while_the_bot_speaks_need_none(self):
        dog = asked()
        dog.sounded(60.0, LOUD, 0.1)
        dog.line_over(0.2)
        assert [self.says(dog, at_s) for at_s in (1.0, 11.0, 21.0, 31.0)] == [None] * 4

    def test_what_got_its_meaning_is_no_fault(self):
        dog = Watchdog(2)
        for at_s in (1.0, 11.0, 21.0, 31.0):
            assert self.says(dog, at_s) is None
            dog.reported(is_understood=True)


class TestALineThatTakesTheSilentOnesPlace:
    """Who hears a filler says something, and is asked again: that must not give a silent voice new time for ever."""

    def test_the_wait_goes_on(self):
        dog = asked()
        dog.cut(2.0)
        dog.line_asked(5.0)
        assert only(steps_until(dog, 6.5), Step.NUDGE, Step.FRESH) == [6.0]

    def test_and_the_other_line_counts_as_a_nudge(self):
        dog = asked(n_voices=2)
        dog.cut(2.0)
        dog.line_asked(5.0)
        assert [step for _at_s, step in steps_until(dog, 9.5) if step is not Step.FILL] == [Step.FRESH, Step.NEXT]

    def test_but_a_callee_who_only_speaks_for_long_is_no_silence_of_the_voice(self):
        dog = asked()
        dog.cut(0.5)
        dog.speech_started(0.5)
        dog.line_asked(60.0)
        assert only(steps_until(dog, 62.0), Step.NUDGE) == []

    def test_a_sound_begins_it_anew(self):
        dog = asked()
        dog.sounded(1.0, LOUD, 2.0)
        dog.cut(2.5)
        dog.line_asked(5.0)
        assert only(steps_until(dog, 8.5), Step.NUDGE) == [8.0]
