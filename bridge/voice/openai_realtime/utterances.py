"""What the callee said, utterance by utterance: its times, its transcript, and the tool calls that wait for it.

Pure. A transcript comes when it likes, often after the tool call; the conversation wants it before, but no answer waits longer than 0.4 s for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bridge.events import CalleeSaid, ToolCall, VoiceEvent

TRANSCRIPT_LIMIT_S = 0.4
CONFIDENCE = 0.8  # the servers give none
_KEPT = 16


@dataclass(slots=True, eq=False)
class Utterance:
    started_s: float
    ended_s: float | None = None
    item_id: str = ""
    is_transcribed: bool = False  # or will not be
    said: str = ""  # what was reported of it
    held: list[ToolCall] = field(default_factory=list)
    held_until_s: float = 0.0


class Utterances:
    def __init__(self, *, has_transcripts: bool) -> None:
        self._has_transcripts = has_transcripts
        self._kept: deque[Utterance] = deque(maxlen=_KEPT)

    def started(self, at_s: float, item_id: str = "") -> None:
        self._kept.append(Utterance(at_s, item_id=item_id, is_transcribed=not self._has_transcripts))

    def ended(self, at_s: float) -> Utterance | None:
        """The one that has begun last; None when none has, or it is over already."""
        utterance = self._kept[-1] if self._kept else None
        if utterance is None or utterance.ended_s is not None:
            return None
        utterance.ended_s = max(at_s, utterance.started_s)
        return utterance

    def committed(self, item_id: str) -> None:
        """The server's name for the oldest one that has none."""
        if any(each.item_id == item_id for each in self._kept):
            return
        utterance = next((each for each in self._kept if not each.item_id and each.ended_s is not None), None)
        if utterance is not None:
            utterance.item_id = item_id

    def transcribed(self, item_id: str, text: str) -> tuple[Utterance | None, list[VoiceEvent]]:
        utterance = self._by_item(item_id)
        if utterance is None:
            return None, []
        utterance.is_transcribed = True
        words = text.strip()
        # A transcript that comes after its quote is told as well when it differs: what it holds might be an opt-out.
        events = self._say(utterance, words) if words and words != utterance.said else []
        return utterance, events + self._release(utterance)

    def called(self, utterance: Utterance, call: ToolCall, now_s: float) -> list[VoiceEvent]:
        """A tool was called for it: told now, or held for its transcript."""
        if not utterance.held:
            utterance.held_until_s = now_s + TRANSCRIPT_LIMIT_S
        utterance.held.append(call)
        return self._release(utterance) if utterance.is_transcribed else []

    def due_s(self) -> float | None:
        return min((each.held_until_s for each in self._kept if each.held), default=None)

    def on_time(self, now_s: float) -> list[VoiceEvent]:
        return [event for each in self._kept if each.held and each.held_until_s <= now_s for event in self._release(each)]

    def _release(self, utterance: Utterance) -> list[VoiceEvent]:
        events: list[VoiceEvent] = []
        for call in utterance.held:
            quote = call.arguments.get("quote")
            if not utterance.said and isinstance(quote, str) and quote.strip():
                events += self._say(utterance, quote.strip())
            events.append(call)
        utterance.held.clear()
        return events

    def _say(self, utterance: Utterance, words: str) -> list[VoiceEvent]:
        utterance.said = words
        ended_s = utterance.started_s if utterance.ended_s is None else utterance.ended_s
        return [CalleeSaid(words, utterance.started_s, ended_s, CONFIDENCE)]

    def _by_item(self, item_id: str) -> Utterance | None:
        named = next((each for each in self._kept if item_id and each.item_id == item_id), None)
        if named is not None:
            return named
        return next((each for each in self._kept if not each.item_id and not each.is_transcribed and each.ended_s is not None), None)
