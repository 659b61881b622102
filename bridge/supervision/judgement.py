"""Who answered: sounds, the timing of speech and words together, while the bot already speaks.

Pure. A verdict is given as soon as it is certain and may come to another one later; that somebody has answered a question ends it for good.
"""

from __future__ import annotations

from bridge.events import Sound
from bridge.supervision.answerer import Answerer
from bridge.supervision.monologue import Monologue
from bridge.supervision.words import machine_in

WORDS_UNTIL_S = 30.0  # of the call: later "leave a message" is a person's wish
KEPT_CHARACTERS = 400  # a voice that reports a few words at a time is understood across its reports

_BY_SOUND = {
    Sound.BEEP: Answerer.VOICEMAIL,
    Sound.SIT: Answerer.ANNOUNCEMENT,
    Sound.NETWORK_TONE: Answerer.ANNOUNCEMENT,
    Sound.FAX: Answerer.FAX,
    Sound.MUSIC: Answerer.IVR,
}


class Supervision:
    """Seconds since the media stream opened. Speech is timed twice, by the voice and by our own ear: some voices report none, or late."""

    def __init__(self, voicemail_after_s: float) -> None:
        self._by_voice = Monologue(voicemail_after_s)
        self._by_ear = Monologue(voicemail_after_s)
        self._words = ""
        self._is_person = False
        self._has_spoken = False  # by what the voice reports; our ear knows music from speech itself
        self.has_heard_anybody = False

    def speech_started(self, at_s: float) -> None:
        self._has_spoken = self.has_heard_anybody = True
        self._by_voice.speech_started(at_s)

    def speech_ended(self, at_s: float) -> None:
        self._by_voice.speech_ended(at_s)

    def heard(self, sound: Sound, at_s: float) -> Answerer | None:
        """The verdict that the sound gives; None: none."""
        if sound is Sound.SPEECH:
            self.has_heard_anybody = True
            self._by_ear.speech_started(at_s)
        elif sound is Sound.PAUSE:
            self._by_ear.speech_ended(at_s)
        elif not (self._is_person or (sound is Sound.MUSIC and self._has_spoken)):
            return _BY_SOUND[sound]
        return None

    def said(self, text: str, started_s: float, *, is_screened: bool = False) -> Answerer | None:
        """The verdict that the words give, with those before them; None: none. `is_screened`: we know that somebody asks who is calling."""
        self._has_spoken = self.has_heard_anybody = True
        if not is_screened and (self._is_person or started_s > WORDS_UNTIL_S):
            return None
        self._words = f"{self._words} {text}"[-KEPT_CHARACTERS:]
        return machine_in(self._words, is_screened=is_screened)

    def is_person(self) -> None:
        """Somebody has answered a question: from now on nothing makes a machine of them."""
        self._is_person = True

    def somebody_new(self) -> None:
        """Another one has come to the phone: what was said before is not theirs."""
        self._words = ""

    def is_voicemail(self, now_s: float) -> bool:
        due_s = self.due_s()
        return due_s is not None and now_s >= due_s

    def due_s(self) -> float | None:
        """When the speech of now, should it run on, has become a machine's; None when it cannot."""
        if self._is_person:
            return None
        return min((due_s for due_s in (self._by_voice.due_s(), self._by_ear.due_s()) if due_s is not None), default=None)

    def seems_person(self, now_s: float) -> bool:
        """Somebody said something short and waits for us. Nothing waits for this: the bot has begun long before."""
        return self._by_voice.has_given_way(now_s) or self._by_ear.has_given_way(now_s)
