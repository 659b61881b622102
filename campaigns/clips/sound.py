"""The sound of a clip: what may be wrong with it, and how it is cut and levelled. Pure; int16, shape (n,), 16000 Hz."""

from __future__ import annotations

import numpy as np

from bridge.audio import level_dbfs
from bridge.events import RATE_HZ, Samples
from bridge.voice.levelling import levelled
from leads.said import sentence

FRAME = RATE_HZ // 100
QUIETEST_DBFS = -50.0  # of a whole recording: below it nobody has spoken
SILENCE_BELOW_LOUD_DB = 35.0  # so much quieter than its loud parts, a piece is background
SILENCE_DBFS = -60.0
LEAD_FRAMES, TAIL_FRAMES = 4, 10  # of 10 ms, kept before the first sound and behind the last
LOUD_SHARE = 95  # per cent of the pieces are quieter than its loud parts
CLIPPED_LEVEL = 32_700
CLIPPED_RUN = 3  # samples in a row at full scale: cut off, not merely loud
MOST_CLIPPED_RUNS = 5
FASTEST_MS_A_LETTER = 25  # nobody speaks faster, in any language
SLOWEST_MS_A_LETTER = 200
SYLLABLES_FROM, SYLLABLES_TO = "\u1200", "\u139f"  # Ethiopic: a letter is a syllable
SYLLABLE_FACTOR = 3.0
PAUSES_MS = 3000
LONGEST_MS = 60_000


def prepared(pcm: Samples) -> Samples:
    """Without the silence around it, as loud as every other clip, with a short silent tail. Nothing but silence becomes an empty array."""
    trimmed = trim(pcm)
    return np.concatenate((levelled(trimmed), np.zeros(FRAME * TAIL_FRAMES, np.int16))) if trimmed.size else trimmed


def trim(pcm: Samples) -> Samples:
    """From shortly before the first sound to shortly behind the last."""
    levels = _levels(pcm)
    if not levels.size:
        return pcm[:0]
    border_dbfs = max(SILENCE_DBFS, float(np.percentile(levels, LOUD_SHARE)) - SILENCE_BELOW_LOUD_DB)
    loud = np.flatnonzero(levels > border_dbfs)
    if not loud.size:
        return pcm[:0]
    first, last = max(0, int(loud[0]) - LEAD_FRAMES), int(loud[-1]) + 1 + LEAD_FRAMES
    return pcm[first * FRAME : last * FRAME]


def faults(pcm: Samples, text: str) -> list[str]:
    """Why this cannot be a clip of this text, in words; []: nothing is wrong that can be measured. `pcm` as it was made or recorded."""
    if not pcm.size:
        return [sentence("There is no sound in it.")]
    if level_dbfs(pcm) < QUIETEST_DBFS:
        return [sentence("It is silent, or nearly so: %(level)s dBFS. Record it louder.", level=f"{level_dbfs(pcm):.0f}")]
    speech_ms = trim(pcm).size * 1000 // RATE_HZ
    shortest_ms, longest_ms = expected_ms(text)
    found: list[str] = []
    if speech_ms < shortest_ms:
        found.append(
            sentence(
                "It is too short for its text: %(is_s)s s, expected at least %(wanted_s)s s.",
                is_s=f"{speech_ms / 1000:.1f}",
                wanted_s=f"{shortest_ms / 1000:.1f}",
            )
        )
    if speech_ms > longest_ms:
        found.append(
            sentence(
                "It is too long for its text: %(is_s)s s, expected at most %(wanted_s)s s.",
                is_s=f"{speech_ms / 1000:.1f}",
                wanted_s=f"{longest_ms / 1000:.1f}",
            )
        )
    if clipped_runs(pcm) > MOST_CLIPPED_RUNS:
        found.append(sentence("It is overdriven: the loudest parts are cut off. Record it at a lower level."))
    return found


def expected_ms(text: str) -> tuple[int, int]:
    """Of speech that says this text: at least, at most."""
    letters = [letter for letter in text if letter.isalnum()]
    n_letters = sum(SYLLABLE_FACTOR if SYLLABLES_FROM <= letter <= SYLLABLES_TO else 1.0 for letter in letters)
    return int(n_letters * FASTEST_MS_A_LETTER), min(LONGEST_MS, int(n_letters * SLOWEST_MS_A_LETTER) + PAUSES_MS)


def clipped_runs(pcm: Samples) -> int:
    """How often it stays at full scale."""
    full = np.abs(pcm.astype(np.int32)) >= CLIPPED_LEVEL
    if full.size < CLIPPED_RUN:
        return 0
    runs = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(full, CLIPPED_RUN).all(axis=1))
    return int(np.count_nonzero(np.diff(runs) > 1)) + 1 if runs.size else 0


def _levels(pcm: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """dBFS of each whole piece of 10 ms; a rest that is shorter counts as one."""
    n_frames = -(-pcm.size // FRAME)
    padded = np.zeros(n_frames * FRAME)
    padded[: pcm.size] = pcm
    mean_square = np.mean(np.square(padded.reshape(n_frames, FRAME)), axis=1) if n_frames else np.zeros(0)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = 10 * np.log10(np.maximum(mean_square, 1e-3) / 32768.0**2)
    return levels
