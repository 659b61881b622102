"""A set of openings of calls to try supervision on: recorded and made sounds of people and machines, each through a phone line.

Pure but for the recordings, which are handed in; the same set at every run. Synthetic speech: what it says of real lines is no more than a
regression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import numpy as np

from bridge.events import RATE_HZ, Samples
from bridge.supervision import Answerer
from bridge.telephony.simulator.sound import mix, narrowband, noise, silence, tone
from bridge.telephony.simulator.utterance import Utterance

CLIP_S = 22.0
NOISES_DBFS = (-60.0, -45.0, -38.0)
_STARTS_S = (0.2, 0.9, 1.6)
_BEEPS = ((1000.0, 0.5), (1400.0, 0.3), (800.0, 0.8))
_SITS = (((950.0, 0.33), (1400.0, 0.33), (1800.0, 0.33)), ((914.0, 0.274), (1371.0, 0.274), (1777.0, 0.38)))
_TONE_DBFS = -18.0


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """What a perfect recogniser would report of a clip."""

    text: str
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    name: str
    answerer: Answerer
    pcm: Samples  # a callee's audio from the opening of the stream
    words: tuple[SpokenWords, ...]
    began_s: float  # when the first sound of the answerer began; 0 for silence


class _Tape:
    """A clip being put together."""

    def __init__(self, start_s: float) -> None:
        self.pieces: list[Samples] = [silence(int(start_s * RATE_HZ))]
        self.words: list[SpokenWords] = []

    @property
    def now_s(self) -> float:
        return sum(piece.size for piece in self.pieces) / RATE_HZ

    def says(self, utterance: Utterance) -> _Tape:
        self.words.append(SpokenWords(utterance.text, self.now_s, self.now_s + utterance.duration_s))
        self.pieces.append(utterance.pcm)
        return self

    def waits(self, seconds: float) -> _Tape:
        self.pieces.append(silence(int(seconds * RATE_HZ)))
        return self

    def sounds(self, *tones: tuple[float, float]) -> _Tape:
        self.pieces += [tone(hz, int(seconds * RATE_HZ), dbfs=_TONE_DBFS) for hz, seconds in tones]
        return self

    def clip(self, name: str, answerer: Answerer, start_s: float, noise_dbfs: float, seed: int) -> Clip:
        whole = silence(int(CLIP_S * RATE_HZ))
        pcm = np.concatenate(self.pieces)[: whole.size]
        whole[: pcm.size] = pcm
        line = narrowband(mix(whole, noise(whole.size, dbfs=noise_dbfs, seed=seed)))
        return Clip(name, answerer, line, tuple(self.words), start_s)


Recordings = Callable[[str], list[Utterance]]
"""All utterances of a group, in a fixed order."""


def clips(recordings: Recordings) -> list[Clip]:
    makers = (
        *_people(recordings),
        *_voicemails(recordings),
        *_speaking_machines(recordings),
        *_sounding_machines(),
    )
    return [
        make(_Tape(start_s)).clip(name, answerer, start_s, noise_dbfs, seed)
        for seed, ((name, answerer, make), start_s, noise_dbfs) in enumerate(zip(makers, cycle(_STARTS_S), cycle(NOISES_DBFS), strict=False))
    ]


_Maker = tuple[str, Answerer, Callable[[_Tape], _Tape]]


def _said(*parts: Utterance | float) -> Callable[[_Tape], _Tape]:
    """Utterances, and pauses in seconds between them."""

    def make(tape: _Tape) -> _Tape:
        for part in parts:
            tape = tape.waits(part) if isinstance(part, float) else tape.says(part)
        return tape

    return make


def _beeping(greeting: Utterance, pause_s: float, beep: tuple[float, float]) -> Callable[[_Tape], _Tape]:
    return lambda tape: tape.says(greeting).waits(pause_s).sounds(beep)


def _announcing(sit: tuple[tuple[float, float], ...], announcement: Utterance) -> Callable[[_Tape], _Tape]:
    return lambda tape: tape.sounds(*sit).waits(0.2).says(announcement)


def _people(recordings: Recordings) -> Iterator[_Maker]:
    """Who says a word or two and waits, says hello again, answers, and who says much at once."""
    asides = [*recordings("who_is_this"), *recordings("are_you_robot"), *recordings("good_time_no"), *recordings("repeat_please")]
    long = [*recordings("seats_with_decider"), *recordings("not_interested"), *recordings("rep_hello")]
    for hello in recordings("hello"):
        for n in range(3):
            yield f"hello {hello.utterance_id} {n}", Answerer.PERSON, _said(hello)
        yield f"hello twice {hello.utterance_id}", Answerer.PERSON, _said(hello, 2.5, hello)
    for hello, aside in zip(cycle(recordings("hello")), asides, strict=False):
        yield f"hello, {aside.utterance_id}", Answerer.PERSON, _said(hello, 0.4, aside)
    for hello, much in zip(cycle(recordings("hello")), long, strict=False):
        yield f"long {much.utterance_id}", Answerer.PERSON, _said(hello, 0.3, much)


def _voicemails(recordings: Recordings) -> Iterator[_Maker]:
    for greeting in recordings("voicemail_greeting"):
        for beep in _BEEPS:
            yield f"voicemail with a beep of {beep[0]:.0f} Hz {greeting.utterance_id}", Answerer.VOICEMAIL, _beeping(greeting, 0.4, beep)
        for n in range(3):
            yield f"voicemail without a beep {greeting.utterance_id} {n}", Answerer.VOICEMAIL, _said(greeting)
    for hello in recordings("hello"):
        yield f"short voicemail {hello.utterance_id}", Answerer.VOICEMAIL, _beeping(hello, 0.6, _BEEPS[0])


def _speaking_machines(recordings: Recordings) -> Iterator[_Maker]:
    for n in range(3):
        for prompt in recordings("screening_prompt"):
            yield f"screening {prompt.utterance_id} {n}", Answerer.SCREENING, _said(prompt)
        for menu in recordings("phone_menu"):
            yield f"phone menu {menu.utterance_id} {n}", Answerer.IVR, _said(menu)
    for announcement in recordings("announcement"):
        for sit in _SITS:
            name = f"announcement after three tones of {sit[0][0]:.0f} Hz {announcement.utterance_id}"
            yield name, Answerer.ANNOUNCEMENT, _announcing(sit, announcement)
        yield f"announcement {announcement.utterance_id}", Answerer.ANNOUNCEMENT, _said(announcement)


def _sounding_machines() -> Iterator[_Maker]:
    for n in range(3):
        for hz in (2094.0, 2100.0, 2106.0):
            yield f"fax that answers at {hz:.0f} Hz {n}", Answerer.FAX, partial(_answering_fax, hz=hz)
        yield f"fax that calls {n}", Answerer.FAX, _calling_fax
        for hz in (400.0, 425.0):
            yield f"busy tone of {hz:.0f} Hz {n}", Answerer.ANNOUNCEMENT, partial(_busy, hz=hz)
        yield f"music {n}", Answerer.IVR, _music
        yield f"ringing {n}", Answerer.SILENCE, _ringing
    for n in range(9):
        yield f"silence {n}", Answerer.SILENCE, _said()


def _answering_fax(tape: _Tape, hz: float) -> _Tape:
    return tape.sounds((hz, 3.0))


def _calling_fax(tape: _Tape) -> _Tape:
    return tape.sounds((1100.0, 0.5)).waits(3.0).sounds((1100.0, 0.5))


def _busy(tape: _Tape, hz: float) -> _Tape:
    for _ in range(6):
        tape.sounds((hz, 0.5)).waits(0.5)
    return tape


def _ringing(tape: _Tape) -> _Tape:
    for _ in range(4):
        tape.sounds((425.0, 1.0)).waits(4.0)
    return tape


def _music(tape: _Tape) -> _Tape:
    for _ in range(9):
        for chord in ((262.0, 330.0, 392.0), (294.0, 370.0, 440.0), (330.0, 415.0, 494.0), (349.0, 440.0, 523.0)):
            tape.pieces.append(mix(*(tone(hz, int(0.6 * RATE_HZ), dbfs=-26.0) for hz in chord)))
    return tape
