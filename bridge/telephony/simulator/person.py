"""A simulated person on a call: a mind, a mouth with recorded utterances, and the noise around them.

What they said and when is kept in call time, for tests and for the demo's table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.ear import EarFrame, SpokenLine, padded
from bridge.telephony.simulator.mind import HangUp, Mind, Press, SayGroups
from bridge.telephony.simulator.persona import Persona, Tones
from bridge.telephony.simulator.sound import mix, narrowband, noise, silence, tone
from bridge.telephony.simulator.utterance import UtteranceLibrary

_PAUSE = RATE_HZ * 3 // 10  # between two utterances of one turn
_BEEP_HZ, _BEEP_S = 1000.0, 0.5
_TONES: Mapping[Tones, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        Tones.NONE: (),
        Tones.SIT: ((950.0, 0.33), (1400.0, 0.33), (1800.0, 0.33)),  # hertz, seconds: ITU-T E.180
        Tones.FAX: ((2100.0, 3.0),),  # ITU-T T.30
    }
)
_TONE_DBFS = -18.0
_NOISE_LOOP = RATE_HZ * 2
_PHONE_NOISE_DBFS = -50.0


@dataclass(frozen=True, slots=True)
class Said:
    utterance_id: str
    group: str
    text: str
    value: str
    started_s: float  # since the callee picked up
    ended_s: float


@dataclass(frozen=True, slots=True)
class MouthFrame:
    pcm: Samples
    line: SpokenLine | None  # what is being said
    digits: str = ""
    hangs_up: bool = False


class Person:
    def __init__(self, persona: Persona, library: UtteranceLibrary, random: Random, *, has_phone_line: bool) -> None:
        self.persona = persona
        self.said: list[Said] = []
        self._library = library
        self._random = random
        self._mind = Mind(persona, random)
        self._speech: deque[tuple[SpokenLine | None, Samples]] = deque()
        self._noise = noise(_NOISE_LOOP, dbfs=_noise_dbfs(persona, has_phone_line), seed=random.getrandbits(32))
        if has_phone_line:
            self._noise = narrowband(self._noise)
        self._noise_at = 0

    def answered(self, at_s: float) -> None:
        self._mind.answered(at_s)

    def bridged(self, at_s: float) -> None:
        self._mind.bridged(at_s)

    def tick(self, at_s: float, heard: EarFrame) -> MouthFrame:
        """Hears one frame and gives one of the same length."""
        n = heard.pcm.size
        act = self._mind.tick(at_s, heard, is_talking=bool(self._speech))
        if isinstance(act, SayGroups):
            self._say(act, at_s)
        line, speech = self._next_speech(n)
        return MouthFrame(
            mix(speech, self._next_noise(n)), line, digits=act.digits if isinstance(act, Press) else "", hangs_up=isinstance(act, HangUp)
        )

    def _say(self, act: SayGroups, at_s: float) -> None:
        for hz, seconds in _TONES[act.begins_with]:
            self._speech.append((None, tone(hz, int(seconds * RATE_HZ), dbfs=_TONE_DBFS)))
        for group in act.groups:
            if self._speech:
                self._speech.append((None, silence(_PAUSE)))
            utterance = self._library.pick(group, self.persona.voice, self._random)
            started_s = at_s + sum(pcm.size for _, pcm in self._speech) / RATE_HZ
            self.said.append(Said(utterance.utterance_id, group, utterance.text, utterance.value, started_s, started_s + utterance.duration_s))
            self._mind.said(group, utterance.value)
            self._speech.append((SpokenLine(0, utterance.text), utterance.pcm))
        if act.ends_with_beep:
            self._speech.append((None, tone(_BEEP_HZ, int(_BEEP_S * RATE_HZ), dbfs=_TONE_DBFS)))

    def _next_speech(self, n: int) -> tuple[SpokenLine | None, Samples]:
        if not self._speech:
            return None, silence(n)
        line, pcm = self._speech.popleft()
        if pcm.size > n:
            self._speech.appendleft((line, pcm[n:]))
        return line, padded(pcm, n)

    def _next_noise(self, n: int) -> Samples:
        if self._noise_at + n > self._noise.size:
            self._noise_at = 0
        piece = self._noise[self._noise_at : self._noise_at + n]
        self._noise_at += n
        return piece


def _noise_dbfs(persona: Persona, has_phone_line: bool) -> float:
    return max(persona.noise_dbfs, _PHONE_NOISE_DBFS) if has_phone_line else persona.noise_dbfs
