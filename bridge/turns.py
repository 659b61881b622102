"""Whose turn it is: who is speaking, what is an interruption and what is a nod, what was heard of a line that was cut.

Pure. Timestamps and words in, decisions out. The conversation keeps the timers; the limits stand here.
"""

from __future__ import annotations

import re

from bridge.events import CalleeSaid

BARGE_IN_S = 0.25  # of speech, before the bot stops: a cough is shorter
FALSE_STOP_S = 1.2  # the bot stopped, the speech ended, no words came: it was noise
MEANING_S = 4.0  # speech was heard and nobody says what it meant: ask again
GRACE_S = 1.2  # after the callee's speech its meaning may still arrive; the bot does not begin before
HOLD_S = 6.0  # a line is held back no longer for a callee who speaks on
LONG_SPEECH_S = 30.0  # no end of speech after this: the detector hangs on noise
MAX_FALSE_STOPS = 3  # then the line is too noisy to be interrupted

# Nods, not answers, while the bot is speaking; English and Swahili (Sheng "eeh", "sawa").
BACK_CHANNELS = frozenset(
    {"mm", "hm", "hmm", "mmm", "mmhmm", "mhm", "mm-hmm", "uh-huh", "uh", "huh", "aha", "ah", "oh", "okay", "ok", "right", "sure", "alright"}
    | {"yes", "yeah", "yep", "i", "see", "sawa", "eeh", "ee", "ndiyo", "ndio", "haya", "poa"}
)
MAX_BACK_CHANNEL_WORDS = 3

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def is_back_channel(text: str) -> bool:
    """Nothing but nods. Text without any word is no back-channel: it says nothing at all."""
    words = words_of(text)
    return 0 < len(words) <= MAX_BACK_CHANNEL_WORDS and all(word in BACK_CHANNELS for word in words)


class SpeakingRate:
    """How fast this voice speaks, learned from the lines that were heard to their end."""

    def __init__(self) -> None:
        self._ms_per_character = 65.0  # about 160 English words a minute, until measured

    def learn(self, text: str, heard_ms: int) -> None:
        if len(text) < 10 or heard_ms <= 0:
            return
        self._ms_per_character = min(150.0, max(25.0, heard_ms / len(text)))

    def duration_ms(self, text: str) -> int:
        return int(len(text) * self._ms_per_character)

    def heard_text(self, text: str, heard_ms: int) -> str:
        """The words that were over by then; a word that was cut was not heard."""
        n_characters = int(heard_ms / self._ms_per_character)
        if n_characters >= len(text):
            return text
        end = text.rfind(" ", 0, n_characters + 1)
        return text[:end] if end > 0 else ""


class Floor:
    """What the callee is doing with the floor."""

    def __init__(self) -> None:
        self.speaking_since_s: float | None = None
        self.ended_s: float | None = None  # end of speech that no reply has followed yet: where a latency begins
        self.started_s = 0.0  # of the last speech, for evidence
        self.said: CalleeSaid | None = None  # the last words with a text
        self.has_words = False  # since the speech began
        self.was_interrupted = False  # the bot stopped for this speech
        self.share_heard = 1.0  # of the line it stopped
        self.is_understood = False  # the speech has got its meaning, perhaps before its end
        self.n_false_stops = 0
        self._quiet_from_s = 0.0

    def speech_started(self, at_s: float) -> None:
        self.speaking_since_s = self.started_s = at_s
        self.ended_s = None
        self.has_words = False
        self.is_understood = False

    def speech_ended(self, at_s: float, now_s: float) -> None:
        self.speaking_since_s = None
        self.ended_s = at_s
        self._quiet_from_s = now_s if self.is_understood else now_s + GRACE_S

    def heard_words(self, said: CalleeSaid) -> None:
        self.said = said
        self.has_words = True

    def understood(self) -> None:
        self.is_understood = True
        self.was_interrupted = False
        self._quiet_from_s = 0.0

    def interrupted(self, share_heard: float) -> None:
        """The bot has stopped for the callee, after that share of its line (0..1)."""
        self.was_interrupted = True
        self.share_heard = share_heard

    def false_stop(self) -> None:
        """The bot stopped for noise or a nod: what follows is no reply."""
        self.n_false_stops += 1
        self.was_interrupted = False
        self.ended_s = None

    def is_speaking(self) -> bool:
        return self.speaking_since_s is not None

    def is_nod(self) -> bool:
        """What was said last are back-channels, or the speech has no words at all."""
        return not self.has_words or (self.said is not None and is_back_channel(self.said.text))

    def may_interrupt(self) -> bool:
        return self.n_false_stops < MAX_FALSE_STOPS

    def is_free(self, now_s: float) -> bool:
        """The bot may begin without talking over anybody."""
        return self.speaking_since_s is None and now_s >= self._quiet_from_s

    def free_at(self) -> float | None:
        """When the bot may begin if nothing happens; None while the callee speaks."""
        return None if self.speaking_since_s is not None else self._quiet_from_s
