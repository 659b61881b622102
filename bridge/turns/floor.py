"""What the callee is doing with the floor, and how fast the bot speaks.

Pure. Timestamps and words in, decisions out. The conversation keeps the timers; the limits stand here, the rules in `policy`.
"""

from __future__ import annotations

from bridge.brief import TurnControl
from bridge.events import CalleeSaid, Expectation
from bridge.turns.policy import NOD_SHARE, TurnPolicy, Verdict

MIN_SPEECH_S = 0.12  # shorter, and without words, it was a click
FALSE_STOP_S = 1.2  # the bot stopped, the speech ended, no words came: it was noise
MEANING_S = 4.0  # speech was heard and nobody says what it meant: ask again
GRACE_S = 1.2  # after the callee's speech its meaning may still arrive; the bot does not begin before
HOLD_S = 6.0  # a line is held back no longer for a callee who speaks on
LONG_SPEECH_S = 30.0  # no end of speech after this: the detector hangs on noise
MAX_FALSE_STOPS = 3  # then the line is too noisy to be interrupted, but by words that say so


class SpeakingRate:
    """How fast this voice speaks, learned from the lines that were heard to their end."""

    def __init__(self) -> None:
        self.ms_per_letter = 65.0  # about 160 English words a minute, until measured

    def learn(self, text: str, heard_ms: int) -> None:
        if len(text) < 10 or heard_ms <= 0:
            return
        self.ms_per_letter = min(150.0, max(25.0, heard_ms / len(text)))

    def duration_ms(self, text: str) -> int:
        return int(len(text) * self.ms_per_letter)


class Floor:
    """What the callee is doing with the floor."""

    def __init__(self, policy: TurnPolicy) -> None:
        self._policy = policy
        self.speaking_since_s: float | None = None
        self.started_s = 0.0  # of the last speech, for evidence
        self.said: CalleeSaid | None = None  # the last words with a text
        self.words = ""  # of the last speech, put together
        self.was_interrupted = False  # the bot stopped for this speech
        self.share_heard = 1.0  # of the line it stopped
        self.is_understood = False  # the speech has got its meaning, perhaps before its end
        self.n_false_stops = 0
        self.n_heard = 0  # times that the callee began to speak, or words of theirs came
        self._heard_until_s = -1.0
        self._words_until_s = 0.0
        self._length_s = 0.0  # of the last speech that is over
        self._understood_s = -1.0
        self._quiet_from_s = 0.0
        self._share_into: float | None = None  # of the line that is being said, when the last speech began; None: not into it

    def speech_started(self, at_s: float, *, share_into: float | None = None) -> None:
        """`share_into`: how much of a line that may be cut had been said; None when there is none."""
        self.n_heard += 1
        self.speaking_since_s = self.started_s = self._words_until_s = at_s
        self.words = ""
        self.is_understood = False
        self._share_into = share_into

    def speech_ended(self, at_s: float, now_s: float) -> None:
        self.speaking_since_s = None
        self._heard_until_s = max(self._heard_until_s, now_s)  # not `at_s`: the stream's clock may lag behind ours
        self._length_s = at_s - self.started_s
        self._quiet_from_s = now_s if self.is_understood else now_s + GRACE_S

    def is_heard_no_more(self, now_s: float) -> None:
        """No voice is left that would say when the callee's speech ends: nobody waits for that."""
        if self.is_speaking():
            self.speech_ended(now_s, now_s)
        self._quiet_from_s = 0.0

    def heard_words(self, said: CalleeSaid) -> None:
        """Words of an earlier speech may come late: they are kept, and decide nothing about this one."""
        self.n_heard += 1
        self._heard_until_s = max(self._heard_until_s, said.ended_s)
        self.said = said
        if said.ended_s > self.started_s or not self.is_speaking():
            self.words = f"{self.words} {said.text}".strip()
            self._words_until_s = max(self._words_until_s, said.ended_s)

    def understood(self, now_s: float) -> None:
        self.is_understood = True
        self.was_interrupted = False
        self._understood_s = now_s
        self._quiet_from_s = 0.0

    def interrupted(self, share_heard: float) -> None:
        """The bot has stopped for the callee, after that share of its line (0..1)."""
        self.was_interrupted = True
        self.share_heard = share_heard

    def false_stop(self) -> None:
        """The bot stopped for noise or a nod: what follows is no reply."""
        self.n_false_stops += 1
        self.was_interrupted = False

    def line_begins(self) -> None:
        """Whatever was said so far was not said into this line."""
        self._share_into = None

    def verdict(self, now_s: float, expectation: Expectation, share_said: float) -> Verdict:
        """Whether the bot, in the middle of a line that may be cut, stops for what is being said."""
        if self._share_into is None or self.is_understood:
            return Verdict.GO_ON
        beyond_s = max(0.0, now_s - self._words_until_s) if self.is_speaking() else 0.0
        by_words = self._policy.may_stop_bot(self.words, beyond_s, expectation, share_said)
        if by_words is Verdict.STOP:
            return by_words if self._may_interrupt() else Verdict.GO_ON
        goes_on = self._policy.may_stop_bot(None, beyond_s, expectation, share_said) is Verdict.STOP
        return Verdict.STOP if goes_on and self._may_interrupt() else by_words

    def decides_at(self) -> float:
        """When speech that goes on is long enough to stop the bot."""
        return self._words_until_s + self._policy.wordless_s

    def may_have_answered(self, expectation: Expectation) -> bool:
        """It was said into the line that has just ended, and nobody has told us what it meant: words, a yes, or speech whose words were lost."""
        if self._share_into is None or self.is_understood or self.is_click():
            return False
        if not self.words:
            return self._share_into >= NOD_SHARE
        return self._policy.may_stop_bot(self.words, 0.0, expectation, self._share_into) is not Verdict.GO_ON

    def has_spoken_since(self, at_s: float) -> bool:
        """The callee has said something, or is just saying it."""
        return self.is_speaking() or self._heard_until_s > at_s

    def is_speaking(self) -> bool:
        return self.speaking_since_s is not None

    def is_click(self) -> bool:
        """Too short for a word, and over."""
        return not self.is_speaking() and self._length_s < MIN_SPEECH_S and not self.words

    def is_nod(self) -> bool:
        """What was said last are back-channels, or the speech has no words at all."""
        return not self.words or self._policy.is_nod(self.words)

    def is_back_channel(self, text: str) -> bool:
        return self._policy.is_nod(text)

    def is_told_to_stop(self) -> bool:
        return self._policy.tells_to_stop(self.words)

    def is_news(self, said: CalleeSaid) -> bool:
        """Not words of a speech that has got its meaning already."""
        return said.started_s > self._understood_s

    def is_free(self, now_s: float) -> bool:
        """The bot may begin without talking over anybody."""
        return self.speaking_since_s is None and now_s >= self._quiet_from_s

    def free_at(self) -> float | None:
        """When the bot may begin if nothing happens; None while the callee speaks."""
        return None if self.speaking_since_s is not None else self._quiet_from_s

    def _may_interrupt(self) -> bool:
        is_told = self._policy.control is TurnControl.PROVIDER or self.is_told_to_stop()  # a provider has stopped already
        return is_told or self.n_false_stops < MAX_FALSE_STOPS
