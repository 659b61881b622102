"""A text as it was spoken: its sound, and when each of its words is over.

Pure. The words go on from each other, blanks and all, and together they are the text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.events import RATE_HZ, Samples

Beginning: TypeAlias = tuple[int, int]
"""A word begins at this letter of the text (from 0), and at this millisecond of the sound."""


@dataclass(frozen=True, slots=True)
class WordEnd:
    text: str
    until_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class SpokenText:
    """`pcm`: int16, 16000 Hz. `words` is empty where the engine tells no times."""

    pcm: Samples
    words: tuple[WordEnd, ...] = ()

    def trimmed(self, pcm: Samples, *, n_cut: int, n_voice: int) -> SpokenText:
        """With this sound instead: `n_cut` samples are gone from its beginning, and the voice ends after `n_voice`."""
        cut_ms, voice_ms = n_cut * 1000 // RATE_HZ, n_voice * 1000 // RATE_HZ
        ends = [WordEnd(word.text, min(voice_ms, max(0, word.until_ms - cut_ms))) for word in self.words]
        if ends:
            ends[-1] = WordEnd(ends[-1].text, voice_ms)
        return SpokenText(pcm, tuple(ends))


def word_ends(text: str, beginnings: Sequence[Beginning], until_ms: int) -> tuple[WordEnd, ...]:
    """A word is over when the next one begins, the last one at `until_ms`. A number is told in several parts, some of them at the same letter."""
    kept: list[Beginning] = []
    for letter, at_ms in beginnings:
        if (not kept or letter > kept[-1][0]) and letter < len(text):
            kept.append((letter, at_ms))
    if not kept:
        return ()
    kept[0] = (0, kept[0][1])
    after = [*kept[1:], (len(text), until_ms)]
    return tuple(WordEnd(text[letter:next_letter], next_ms) for (letter, _), (next_letter, next_ms) in zip(kept, after, strict=True))


def words_to_json(words: Sequence[WordEnd]) -> str:
    return json.dumps([[word.text, word.until_ms] for word in words], ensure_ascii=False)


def words_from_json(text: str) -> tuple[WordEnd, ...]:
    return tuple(WordEnd(word, until_ms) for word, until_ms in json.loads(text))
