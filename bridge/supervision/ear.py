"""What the first seconds of the callee's audio sound like, whatever voice is on the call: speech and its pauses, tones, music.

Pure, streaming, 25 µs a frame; deaf after `LISTENS_S`. Errs towards silence: what is as steady as noise or much quieter than the loudest
speech so far (a television behind a person) is no speech here.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.audio import FULL_SCALE, SILENCE_DBFS, Framer
from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, LineHeard, Samples, Sound
from bridge.supervision.tones import Tones

LISTENS_S = 20.0
FRAME_S = FRAME_MS / 1000

AUDIBLE_DBFS = -45.0
ABOVE_FLOOR_DB = 9.0
BELOW_LOUDEST_DB = 22.0
FLOOR_FRAMES = 75  # speech pauses for breath or a consonant within 1.5 s, noise does not
ONSET_FRAMES, ONSET_OF = 4, 6
PAUSE_FRAMES = 15

BIN_HZ = RATE_HZ / FRAME_SAMPLES
TOP_BIN = 80  # a phone carries nothing above 4 kHz
LOBE_BINS = 2  # of the window, to each side
PURE_SHARE = 0.9  # of a frame's energy in one peak

MUSIC_FRAMES = 500  # 10 s without a pause: people who have said nothing by then do not sing
ATTACK_FRAMES = FLOOR_FRAMES  # the first notes sound like speech, as long as the silence before them is the floor
STEADY_STEPS = 3  # a spectrum is compared with the one 60 ms before: syllables change, notes stay
MUSIC_LIKENESS, MUSIC_SHARE = 0.7, 0.8  # measured: sustained chords 0.9, speech at most 0.65

Spectrum: TypeAlias = NDArray[np.float32]
"""Power of 81 bins from 0 to 4000 Hz, as a vector of length 1."""


def _analysis() -> NDArray[np.float32]:
    """A frame times this matrix is its windowed spectrum, real parts first: for 81 bins that is twice as fast as numpy's FFT."""
    angle = -2.0 * np.pi * np.outer(np.arange(FRAME_SAMPLES), np.arange(TOP_BIN + 1)) / FRAME_SAMPLES
    waves = np.hstack((np.cos(angle), np.sin(angle))) * np.hanning(FRAME_SAMPLES)[:, None]
    return np.ascontiguousarray(waves, dtype=np.float32)


_ANALYSIS = _analysis()


class OpeningEar:
    """int16 mono 16 kHz of any length in, what it sounds like out, in order."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._n_frames = 0
        self._levels: deque[float] = deque(maxlen=FLOOR_FRAMES)
        self._loudest_dbfs = SILENCE_DBFS
        self._active: deque[bool] = deque(maxlen=ONSET_OF)
        self._n_quiet = 0
        self._is_speech = False
        self._has_heard_speech = False
        self._tones = Tones()
        self._spectra: deque[Spectrum | None] = deque(maxlen=STEADY_STEPS)
        self._n_sounding = 0
        self._n_alike = 0
        self._has_attack = False  # what goes on began like speech: somebody speaks, or music plays
        self._has_voice = False  # and this is no music

    @property
    def is_deaf(self) -> bool:
        """The opening is over."""
        return self._n_frames * FRAME_S >= LISTENS_S

    def hear(self, samples: Samples) -> list[LineHeard]:
        if self.is_deaf:
            return []
        return [heard for frame in self._framer.frames(samples) for heard in self._frame(frame)]

    def _frame(self, frame: Samples) -> list[LineHeard]:
        at_s = self._n_frames * FRAME_S
        self._n_frames += 1
        wide = frame.astype(np.float32)
        level_dbfs = _level_dbfs(wide)
        spectrum = _spectrum(wide) if level_dbfs > AUDIBLE_DBFS else None
        peak_hz = None if spectrum is None else _single_tone(spectrum)
        tone = self._tones.hear(peak_hz, at_s, has_heard_speech=self._has_heard_speech)
        sounds = [tone, self._speech(level_dbfs, is_tone=peak_hz is not None), self._music(spectrum)]
        return [LineHeard(sound, self._began_or_ended_s(sound, at_s)) for sound in sounds if sound is not None]

    def _speech(self, level_dbfs: float, *, is_tone: bool) -> Sound | None:
        self._levels.append(level_dbfs)
        is_active = not is_tone and self._is_loud(level_dbfs)
        self._active.append(is_active)
        self._n_quiet = 0 if is_active else self._n_quiet + 1
        if not self._is_speech and sum(self._active) >= ONSET_FRAMES:
            self._is_speech = self._has_heard_speech = True
            is_attack = self._n_sounding <= ATTACK_FRAMES
            self._has_attack, self._has_voice = self._has_attack or is_attack, self._has_voice or not is_attack
            return Sound.SPEECH
        if self._is_speech and self._n_quiet >= PAUSE_FRAMES:
            self._is_speech = False
            return Sound.PAUSE
        return None

    def _is_loud(self, level_dbfs: float) -> bool:
        if level_dbfs < max(AUDIBLE_DBFS, min(self._levels) + ABOVE_FLOOR_DB):
            return False
        self._loudest_dbfs = max(self._loudest_dbfs, level_dbfs)
        return level_dbfs >= self._loudest_dbfs - BELOW_LOUDEST_DB

    def _music(self, spectrum: Spectrum | None) -> Sound | None:
        before = self._spectra[0] if len(self._spectra) == STEADY_STEPS else None
        self._spectra.append(spectrum)
        if spectrum is None:
            self._has_voice = self._has_voice or self._has_attack
            self._n_sounding, self._n_alike, self._has_attack = 0, 0, False
            return None
        self._n_sounding += 1
        if before is not None and float(spectrum @ before) >= MUSIC_LIKENESS:
            self._n_alike += 1
        is_steady = self._n_sounding == MUSIC_FRAMES and self._n_alike >= MUSIC_SHARE * MUSIC_FRAMES
        return Sound.MUSIC if is_steady and not self._has_voice else None

    def _began_or_ended_s(self, sound: Sound, at_s: float) -> float:
        """Speech began before we knew, and ended before the silence that proved it."""
        now_s = at_s + FRAME_S
        if sound is Sound.SPEECH:
            return now_s - len(self._active) * FRAME_S
        return now_s - PAUSE_FRAMES * FRAME_S if sound is Sound.PAUSE else now_s


def _level_dbfs(wide: NDArray[np.float32]) -> float:
    mean_square = float(wide @ wide) / wide.size
    return 10.0 * math.log10(mean_square / FULL_SCALE**2) if mean_square > 0 else SILENCE_DBFS


def _spectrum(wide: NDArray[np.float32]) -> Spectrum:
    parts = wide @ _ANALYSIS
    parts *= parts
    power = parts[: TOP_BIN + 1] + parts[TOP_BIN + 1 :]
    power[0] = 0.0
    power /= max(math.sqrt(float(power @ power)), 1e-9)
    return power


def _single_tone(spectrum: Spectrum) -> float | None:
    """Hertz of the peak that holds nearly all the energy; None when none does (speech, noise, two tones)."""
    peak = int(spectrum.argmax())
    if not LOBE_BINS <= peak <= TOP_BIN - LOBE_BINS:
        return None
    lobe = spectrum[peak - LOBE_BINS : peak + LOBE_BINS + 1]
    if float(lobe.sum()) < PURE_SHARE * float(spectrum.sum()):
        return None
    before, top, after = (math.sqrt(float(power)) for power in lobe[1:4])
    side, sign = (after, 1.0) if after > before else (before, -1.0)
    ratio = side / top
    return (peak + sign * max(0.0, (2 * ratio - 1) / (ratio + 1))) * BIN_HZ  # exact for one sine in a Hann window
