"""What the callee said, utterance by utterance: its times, its words, and the tool calls that belong to it.

Pure. Our ear finds the utterances, the service tells words and calls on a timeline of its own and says of neither where one ends. Words that have
settled are told; a call is told after the words of its utterance, and waits for them 0.4 s at the most.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bridge.events import CalleeSaid, ToolCall, VoiceEvent
from bridge.turns import words_of

TRANSCRIPT_LIMIT_S = 0.4
END_LIMIT_S = 1.5  # a call comes before our ear has found the end: it is told after it, but not much later
SETTLED_S = 0.3  # without another word
CONFIDENCE = 0.8  # the service gives none
TOLERANCE_S = 0.3  # between its timeline and ours; less than the shortest pause between two utterances
_KEPT = 16


@dataclass(slots=True, eq=False)
class Utterance:
    started_s: float
    session_s: float  # the same on the service's timeline
    ended_s: float | None = None
    text: str = ""
    last_word_s: float | None = None  # when it came, by the clock; None when all was told
    said: str = ""  # what was told of it
    held: list[ToolCall] = field(default_factory=list)
    held_since_s: float = 0.0
    n_refused: int = 0
    is_answered: bool = False  # by a call, or it needs none any more
    was_asked_again: bool = False
    ask_at_s: float | None = None

    @property
    def told_at_s(self) -> float | None:
        """When something of it is due."""
        moments = []
        if self.held:
            moments.append(self.held_since_s + (END_LIMIT_S if self.ended_s is None else TRANSCRIPT_LIMIT_S))
        if self.last_word_s is not None and self.ended_s is not None:
            moments.append(self.last_word_s + SETTLED_S)
        return min(moments, default=None)


class Utterances:
    def __init__(self) -> None:
        self._kept: deque[Utterance] = deque(maxlen=_KEPT)

    def started(self, at_s: float, session_s: float) -> Utterance:
        self._kept.append(Utterance(at_s, session_s))
        return self._kept[-1]

    def ended(self, at_s: float) -> Utterance | None:
        """The one that has begun last; None when none has, or it is over already."""
        utterance = self._kept[-1] if self._kept else None
        if utterance is None or utterance.ended_s is not None:
            return None
        utterance.ended_s = max(at_s, utterance.started_s)
        return utterance

    def at(self, session_s: float | None, heard_s: float) -> Utterance:
        """To which something at this time of the session belongs, the last one if the time is not known; one that our ear did not find is now."""
        begun = [each for each in self._kept if session_s is None or each.session_s <= session_s + TOLERANCE_S]
        if begun:
            return begun[-1]
        utterance = self.started(heard_s, session_s or 0.0)
        utterance.ended_s = heard_s
        utterance.is_answered = True
        return utterance

    def meant_at(self, session_s: float | None, heard_s: float) -> Utterance:
        """What work that was delegated then is about: what is over and has no call yet, before what the callee has just begun to say."""
        begun = [each for each in self._kept if session_s is None or each.session_s <= session_s + TOLERANCE_S]
        waiting = [each for each in begun if each.ended_s is not None and not each.is_answered]
        return waiting[-1] if waiting else self.at(session_s, heard_s)

    def heard(self, utterance: Utterance, text: str, now_s: float) -> None:
        utterance.text += text
        utterance.last_word_s = now_s

    def called(self, utterance: Utterance, call: ToolCall, now_s: float) -> list[VoiceEvent]:
        """Told now, or held for the words."""
        if not utterance.held:
            utterance.held_since_s = now_s
        utterance.held.append(call)
        utterance.is_answered = True
        has_words = bool(utterance.said or utterance.text.strip())
        return _release(utterance) if has_words and utterance.ended_s is not None else []

    def answered(self) -> None:
        """The interview has gone on: nothing is asked again about what was said before."""
        for each in self._kept:
            each.is_answered = each.is_answered or each.ended_s is not None

    def to_ask(self) -> Utterance | None:
        """The oldest that no tool was called for."""
        return next((each for each in self._kept if not each.is_answered and not each.was_asked_again and each.ended_s is not None), None)

    def due_s(self) -> float | None:
        moments = [each.told_at_s for each in self._kept]
        return min((moment for moment in moments if moment is not None), default=None)

    def on_time(self, now_s: float) -> list[VoiceEvent]:
        events: list[VoiceEvent] = []
        for each in self._kept:
            if each.told_at_s is not None and each.told_at_s <= now_s:
                events += _release(each)
        return events


def _release(utterance: Utterance) -> list[VoiceEvent]:
    """What is known of its words by now (without any: the quote of a call), then its calls."""
    events: list[VoiceEvent] = []
    text = utterance.text.strip()
    utterance.last_word_s = None
    # A transcript that comes after a quote is told as well when it differs: what it holds might be an opt-out.
    if text and words_of(text) != words_of(utterance.said):
        events.append(_said(utterance, text))
    for call in utterance.held:
        quote = call.arguments.get("quote")
        if not utterance.said and isinstance(quote, str) and quote.strip():
            events.append(_said(utterance, quote.strip()))
        events.append(call)
    utterance.held.clear()
    return events


def _said(utterance: Utterance, words: str) -> CalleeSaid:
    utterance.said = words
    ended_s = utterance.started_s if utterance.ended_s is None else utterance.ended_s
    return CalleeSaid(words, utterance.started_s, ended_s, CONFIDENCE)
