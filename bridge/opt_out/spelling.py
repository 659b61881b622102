"""One spelling for what is said in many: case, accents, apostrophes, Arabic and Ethiopic letters that sound alike. Pure.

What was really written is kept beside it, for the quote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MASKED = "…"  # in the place of a word that counts no more, so that its neighbours stay apart

# A word goes on over apostrophes, vowel points, the Arabic stretch and marks of direction; a hyphen or any other sign ends it.
_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ`´\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e]+[^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?؟።…\n]")
_COMMA = re.compile(r"[,،፣]")
_NO = frozenset({"no", "hapana", "non", "aa", "አይ", "لا", "nao"})
_APOSTROPHES = re.compile("[’‘ʼ`´]")
_ELISION = re.compile(r"^(m|n|l|d|j|s|t|c|qu)'(?=.)")  # French: "m'appelez" is two words; "don't" stays one

# Hausa's hooked letters; Arabic letters that are written one for the other, the lone hamza and the stretch.
_ALIKE = {ord(a): b for a, b in zip("ɗɓƙƴıٱةىیکگ", "dbkyiاهييكك", strict=True)} | {0x0621: None, 0x0640: None}


def _ethiopic() -> dict[int, int]:
    """Letters of the syllabary that Amharic speaks alike: ሐ and ኀ as ሀ, ሠ as ሰ, ዐ as አ, ፀ as ጸ; then ሃ as ሀ, ኣ as አ, ው as ዉ."""
    rows = ((0x1210, 0x1200, 8), (0x1280, 0x1200, 7), (0x1220, 0x1230, 8), (0x12D0, 0x12A0, 7), (0x1340, 0x1338, 7))
    orders = {0x1203: 0x1200, 0x12A3: 0x12A0, 0x12CD: 0x12C9}
    same_row = {start + order: plain + order for start, plain, n in rows for order in range(n)}
    return orders | {letter: orders.get(plain, plain) for letter, plain in same_row.items()}


_ETHIOPIC = _ethiopic()


def spelled_plainly(word: str) -> list[str]:
    """The word, or the words it is made of, in the one spelling; empty when nothing of it is left."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(letter for letter in decomposed if unicodedata.category(letter) not in ("Mn", "Cf"))
    plain = _APOSTROPHES.sub("'", letters.translate(_ALIKE).translate(_ETHIOPIC))
    return [part for part in _ELISION.sub(r"\1 ", plain).replace("'", "").split(" ") if part]


def plain_words(text: str) -> tuple[str, ...]:
    """The words in plain spelling, in their order; none for a text without letters or digits."""
    return tuple(word for match in _WORD.finditer(unicodedata.normalize("NFC", text)) for word in spelled_plainly(match.group()))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in plain spelling: words with one space before, between and behind them, and where each stood in what was written."""

    sentences: tuple[str, ...]  # as far as they are marked; "No, …" begins with one of its own
    written: str
    spans: tuple[tuple[int, int], ...]

    @property
    def plain(self) -> str:
        return joined(self.sentences)

    def quote(self, first: int, after: int) -> str:
        """As written: from this word of the plain text up to the other, which is not in it any more."""
        return self.written[self.spans[first][0] : self.spans[after - 1][1]]


def joined(sentences: Iterable[str]) -> str:
    return f" {' '.join(sentence.strip() for sentence in sentences)} "


def spoken(text: str) -> Spoken:
    """A word said twice in a row counts once."""
    written = unicodedata.normalize("NFC", text)
    sentences: list[list[str]] = [[]]
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(written):
        if sentences[-1] and _is_over(sentences[-1], written[spans[-1][1] : match.start()]):
            sentences.append([])
        for word in spelled_plainly(match.group()):
            if sentences[-1] and sentences[-1][-1] == word:
                spans[-1] = (spans[-1][0], match.end())
                continue
            sentences[-1].append(word)
            spans.append(match.span())
    return Spoken(tuple(f" {' '.join(sentence)} " for sentence in sentences), written, tuple(spans))


def _is_over(sentence: list[str], between: str) -> bool:
    return bool(_SENTENCE_END.search(between)) or (sentence[0] in _NO and len(sentence) == 1 and bool(_COMMA.search(between)))
