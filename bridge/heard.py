"""The words of one line that were heard: what the voice says that it said, laid along the line's own audio.

Pure. A word was heard once all of it was; where its end is not known it is put rather late. The best alignment there is decides: times of words, then
transcripts that came beside the sound, then the length of the line, then the rate of the voice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.events import LineSaid, WordSource
from bridge.reports import Proof
from bridge.same_words import are_same_words, begins_with

_WORD = re.compile(r"\S+")

Mark: TypeAlias = tuple[int, float]
"""The first so many letters of a text are over at this millisecond."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far into a line's audio the callee has come."""

    heard_ms: int
    voice_ms: int | None  # of all of the line; None: it was not said to its end
    is_complete: bool
    ms_per_letter: float  # of this voice, as far as it is known

    @property
    def is_whole(self) -> bool:
        return self.is_complete or (self.voice_ms is not None and self.heard_ms >= self.voice_ms)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a line."""

    text: str  # the words that were said, as far as anybody knows
    intended: str  # those of the script, where others were said; else empty
    heard_text: str | None  # where `text` was heard to; None: nobody knows which words were said
    proof: Proof | None  # None: not heard whole, or not known to be the script's words


def account_of(script: str, said: Sequence[LineSaid], hearing: Hearing, proof: Proof | None) -> Account:
    """`proof`: what is known of this line whatever the voice reports of it; None for a voice that may put it in words of its own."""
    text = _joined(said)
    is_read = proof is not None or (bool(said) and all(piece.source is WordSource.READ_OUT for piece in said))
    if is_read and begins_with(script, text):
        heard = heard_words(script, _marks(said, script, hearing), hearing)
        return Account(script, "", heard, (proof or Proof.READ_OUT) if hearing.is_whole else None)
    if not text:
        return Account(script, "", None, None)
    is_as_written = are_same_words(script, text)
    if is_as_written and not any(piece.is_broken_off for piece in said):
        proof = proof or Proof.TRANSCRIBED
    is_other = not is_as_written and (hearing.is_whole or not begins_with(script, text))
    heard = heard_words(text, _marks(said, text, hearing), hearing)
    return Account(text, script if is_other else "", heard, proof if hearing.is_whole else None)


def heard_words(text: str, marks: Sequence[Mark], hearing: Hearing) -> str:
    """The words of `text` from its beginning that were over when the hearing ended; a word that was cut is not among them."""
    if hearing.is_whole:
        return text
    n_heard = 0
    for word in _WORD.finditer(text):
        if _over_at(word.end(), marks, hearing.ms_per_letter) > hearing.heard_ms:
            break
        n_heard = word.end()
    return text[:n_heard]


def _joined(said: Sequence[LineSaid]) -> str:
    return "".join(piece.text for piece in said).strip()


def _marks(said: Sequence[LineSaid], text: str, hearing: Hearing) -> list[Mark]:
    """Rising in both, from (0, 0); the last one is the end of the text where the audio is complete."""
    ms_per_letter = hearing.ms_per_letter
    if hearing.voice_ms is not None:
        ms_per_letter = hearing.voice_ms / max(1, len(text))
    marks: list[Mark] = [(0, 0.0)]
    for n_letters, piece in _ends(said, text):
        over_ms = float(piece.until_ms)
        if piece.source is WordSource.UNTIMED:
            over_ms = max(over_ms, n_letters * ms_per_letter)
        marks.append((n_letters, max(marks[-1][1], over_ms)))
    if hearing.voice_ms is None:
        return marks
    limited = [(n_letters, min(over_ms, hearing.voice_ms)) for n_letters, over_ms in marks]
    return [*limited, (len(text), float(hearing.voice_ms))] if limited[-1][0] < len(text) else limited


def _ends(said: Sequence[LineSaid], text: str) -> Iterator[tuple[int, LineSaid]]:
    """Where in `text` each piece ends, by the letters that are no blanks: what is read out and what is written differ in blanks at most."""
    ends = [place + 1 for place, letter in enumerate(text) if not letter.isspace()]
    n_letters = 0
    for piece in said:
        n_letters += sum(not letter.isspace() for letter in piece.text)
        if n_letters and ends:
            yield ends[min(n_letters, len(ends)) - 1], piece


def _over_at(n_letters: int, marks: Sequence[Mark], ms_per_letter: float) -> float:
    """When the first so many letters are over: between two marks in step with the letters, behind the last one at the voice's rate."""
    at = bisect_left(marks, n_letters, key=lambda mark: mark[0])
    if at == len(marks):
        last_letters, last_ms = marks[-1]
        return last_ms + (n_letters - last_letters) * ms_per_letter
    (letters, over_ms), (before_letters, before_ms) = marks[at], marks[max(0, at - 1)]
    if letters in (n_letters, before_letters):
        return over_ms
    return before_ms + (over_ms - before_ms) * (n_letters - before_letters) / (letters - before_letters)
