"""How a simulated person decides: what they heard in, what they do out, every 20 ms of their call.

Pure: randomness is handed in. People understand by captions, but only what was really played to them: a line without audible sound was
not heard, and of a line cut short only the beginning. Where nothing is heard they say hello, and hang up in the end.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from bridge.events import FRAME_MS
from bridge.telephony.simulator.ear import EarFrame, Sound, SpokenLine
from bridge.telephony.simulator.persona import Persona, Pickup, Rule, Tones
from bridge.telephony.simulator.spoken_number import numbers_in

FRAME_S = FRAME_MS / 1000
WORDS_PER_AUDIBLE_S = 30.0  # characters; the fastest voice stays below, so nobody understands ahead of what was played
_BREATH_S = 0.8  # silence within audio that is still waiting to be played: the bot takes breath
_SHORTEST_TURN_S = 0.25
_MACHINES = frozenset({Pickup.VOICEMAIL, Pickup.MACHINE})
_MACHINE_PATIENCE_S = 30.0  # a mailbox records so long, then rings off
_REP_PAUSE_S = 1.5


@dataclass(frozen=True, slots=True)
class SayGroups:
    groups: tuple[str, ...]
    ends_with_beep: bool = False
    begins_with: Tones = Tones.NONE


@dataclass(frozen=True, slots=True)
class Press:
    digits: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """After what is being said."""


Act: TypeAlias = SayGroups | Press | HangUp


class Mind:
    def __init__(self, persona: Persona, random: Random) -> None:
        self._persona = persona
        self._random = random
        self._heard: dict[SpokenLine | None, float] = {}  # line → audible seconds, since we last said something
        self._n_lines = 0
        self._uses: Counter[int] = Counter()  # by position of the rule
        self._greets_at_s: float | None = None
        self._last_voice_s = 0.0
        self._last_sound_s = 0.0
        self._is_turn_open = False
        self._reaction_s = self._draw_reaction()
        self._n_hellos = 0
        self._talks_until_s: float | None = None
        self._number_said = ""
        self._tone_s = self._longest_tone_s = 0.0
        self._wants_to_leave = False

    def answered(self, at_s: float) -> None:
        self._last_sound_s = at_s
        if self._persona.answer.greeting or self._persona.answer.tones:
            self._greets_at_s = at_s + self._random.uniform(*self._persona.answer.greeting_delay_s)

    def bridged(self, at_s: float) -> None:
        """Another person is on the line now."""
        self._last_sound_s = at_s
        if self._persona.talk_s:
            self._talks_until_s = at_s + self._persona.talk_s

    def said(self, group: str, value: str) -> None:
        if group.startswith(("seats_", "interruption_seats", "amount_", "scale_")):
            self._number_said = value

    def tick(self, at_s: float, frame: EarFrame, *, is_talking: bool) -> Act | None:
        self._listen(at_s, frame)
        if is_talking:
            self._last_sound_s = at_s
            return None
        if self._wants_to_leave:
            return HangUp()
        if self._greets_at_s is not None and at_s >= self._greets_at_s:
            self._greets_at_s = None
            return _greeting(self._persona)
        if self._persona.answer.pickup in _MACHINES:
            return HangUp() if self._greets_at_s is None and at_s - self._last_sound_s > _MACHINE_PATIENCE_S else None
        return self._interrupt(frame) or self._rep_talk(at_s) or self._answer(at_s, frame) or self._lose_patience(at_s)

    def _listen(self, at_s: float, frame: EarFrame) -> None:
        is_tone = frame.sound is Sound.SPEECH and (frame.line is None or not frame.line.text)
        self._tone_s = self._tone_s + FRAME_S if is_tone else 0.0
        self._longest_tone_s = max(self._longest_tone_s, self._tone_s)
        if frame.sound is Sound.SILENCE:
            return
        if self._persona.answer.pickup not in _MACHINES:
            self._last_sound_s = at_s
        if frame.sound is not Sound.SPEECH:
            return
        if frame.line not in self._heard:
            self._n_lines += 1
        self._heard[frame.line] = self._heard.get(frame.line, 0.0) + FRAME_S
        self._last_voice_s = at_s
        self._is_turn_open = True

    def _interrupt(self, frame: EarFrame) -> Act | None:
        if frame.sound is not Sound.SPEECH or frame.line is None:
            return None
        heard_ms = self._heard[frame.line] * 1000
        for position, rule in enumerate(self._persona.rules):
            if rule.interrupt_after_ms is not None and heard_ms >= rule.interrupt_after_ms and self._may_use(position) and rule.fits(frame.line.text):
                return self._use(position, frame.line.text)
        return None

    def _rep_talk(self, at_s: float) -> Act | None:
        if self._talks_until_s is None:
            return None
        if at_s >= self._talks_until_s:
            return HangUp()
        return SayGroups(("rep_talk",)) if at_s - self._last_sound_s >= _REP_PAUSE_S else None

    def _answer(self, at_s: float, frame: EarFrame) -> Act | None:
        quiet_s = at_s - self._last_voice_s
        if not self._is_turn_open or quiet_s < self._reaction_s or (frame.is_pending and quiet_s < self._reaction_s + _BREATH_S):
            return None
        self._is_turn_open = False
        if sum(self._heard.values()) < _SHORTEST_TURN_S:
            return None
        words = self._words()
        position = self._choose(words)
        return None if position is None else self._use(position, words)

    def _words(self) -> str:
        return " ".join(filter(None, (_understood(line.text, audible_s) for line, audible_s in self._heard.items() if line)))

    def _choose(self, words: str) -> int | None:
        """The last question counts first, then everything heard, then the fallbacks."""
        questions = [sentence for sentence in re.findall(r"[^.?!]*[.?!]|[^.?!]+$", words) if sentence.endswith("?")]
        for candidate, is_fallback in [*((question, False) for question in questions[-1:]), (words, False), (words, True)]:
            for position, rule in enumerate(self._persona.rules):
                if rule.interrupt_after_ms is None and rule.is_fallback is is_fallback and self._may_use(position) and rule.fits(candidate):
                    return position
        return None

    def _may_use(self, position: int) -> bool:
        rule = self._persona.rules[position]
        if rule.tone_s is not None and not rule.tone_s[0] <= self._longest_tone_s < rule.tone_s[1]:
            return False
        return self._n_lines >= rule.after_line and (rule.times is None or self._uses[position] < rule.times)

    def _use(self, position: int, words: str) -> Act:
        self._uses[position] += 1
        self._heard.clear()
        self._is_turn_open = False
        self._reaction_s = self._draw_reaction()
        rule = self._persona.rules[position]
        self._wants_to_leave = rule.hang_up
        if rule.press:
            return Press(rule.press)
        groups = self._groups(rule, words)
        return SayGroups(groups) if groups else HangUp()

    def _groups(self, rule: Rule, words: str) -> tuple[str, ...]:
        if not rule.confirms:
            return rule.say
        numbers = numbers_in(words) if re.search("seat|shilling", words, re.IGNORECASE) else frozenset()
        is_wrong = self._number_said.isdigit() and bool(numbers) and int(self._number_said) not in numbers
        return ("confirm_no",) if is_wrong else ("confirm_yes",)

    def _lose_patience(self, at_s: float) -> Act | None:
        if at_s - self._last_sound_s < self._persona.patience_s:
            return None
        self._last_sound_s = at_s
        self._n_hellos += 1
        return SayGroups(("hello",)) if self._n_hellos <= self._persona.max_hellos else HangUp()

    def _draw_reaction(self) -> float:
        return self._random.uniform(*self._persona.reaction_s)


def _greeting(persona: Persona) -> SayGroups:
    answer = persona.answer
    groups = (answer.greeting,) if answer.greeting else ()
    return SayGroups(groups, ends_with_beep=answer.pickup is Pickup.VOICEMAIL, begins_with=answer.tones)


def _understood(text: str, audible_s: float) -> str:
    """The words of a line of which so much was played."""
    n = int(audible_s * WORDS_PER_AUDIBLE_S)
    return text if n >= len(text) else text[:n].rpartition(" ")[0]
