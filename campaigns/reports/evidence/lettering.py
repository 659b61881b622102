"""Text cut for paper: which font has each letter, where a line breaks, and what stands for a letter that no font has.

Pure: widths are handed in. Nothing is left out: what cannot be drawn is written as [U+1F600].
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from unicodedata import bidirectional, category, normalize

Widths = Mapping[int, float]  # by code point, in thousandths of the font's size


@dataclass(frozen=True, slots=True)
class Run:
    font: str
    text: str


SANS = "sans"
_BLANKS = re.compile(r"\s+")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def is_right_to_left(text: str) -> bool:
    if text.isascii():
        return False
    return any(bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def drawable(text: str, fonts: Mapping[str, Widths]) -> str:
    """One line of text whose every letter some font has. Control characters and line ends become visible, or a blank."""
    if _is_plain(text):
        return text
    composed = normalize("NFC", text)
    return "".join(_drawable(char, fonts) for char in composed)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _drawable(char: str, fonts: Mapping[str, Widths]) -> str:
    if char in "\n\r\t":
        return " "
    has_glyph = any(ord(char) in widths for widths in fonts.values())
    return char if has_glyph and category(char) not in {"Cc", "Cs"} else f"[U+{ord(char):04X}]"


def runs(text: str, fonts: Mapping[str, Widths]) -> list[Run]:
    """`text` is drawable. Blanks and signs stay in the font of what is before them, where it has them."""
    if _is_plain(text):
        return [Run(SANS, text)]
    named: list[tuple[str, str]] = []
    for char in text:
        before = named[-1][0] if named else ""
        is_neutral = not char.isalnum() and before and ord(char) in fonts[before]
        named.append((before if is_neutral else _font_of(char, fonts), char))
    return [Run(font, "".join(char for _, char in group)) for font, group in groupby(named, key=lambda one: one[0])]


def _font_of(char: str, fonts: Mapping[str, Widths]) -> str:
    code = ord(char)
    return SANS if code in fonts[SANS] else next((name for name, widths in fonts.items() if code in widths), SANS)


def width_of(text: str, fonts: Mapping[str, Widths]) -> float:
    if _is_plain(text) and (width := _plain_width(text, fonts[SANS])) is not None:
        return width
    return sum(fonts[run.font].get(ord(char), 0.0) for run in runs(text, fonts) for char in run.text)


def _plain_width(text: str, sans: Widths) -> float | None:
    """None: it has a letter that the font has not."""
    try:
        return sum(map(sans.__getitem__, text.encode()))  # of ASCII each byte is its own code point
    except KeyError:
        return None


def lines(text: str, fonts: Mapping[str, Widths], room: float) -> list[str]:
    """`text` is drawable; `room` in the same units as the widths. A word that is longer than a line is cut."""
    if width_of(text, fonts) <= room and (_is_plain(text) or not _BLANKS.search(text.strip().replace(" ", ""))):
        return [text.rstrip()]
    found: list[str] = []
    line, used = "", 0.0
    for word in _words(text, fonts, room):
        width = width_of(word, fonts)
        if line and used + width > room:
            found.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + word, used + width
    return [*found, line.rstrip()]


def _words(text: str, fonts: Mapping[str, Widths], room: float) -> Iterator[str]:
    """With the blank behind them."""
    for word in re.findall(r"\s*\S+\s?|\s+", _BLANKS.sub(" ", text)):
        if width_of(word, fonts) <= room:
            yield word
        else:
            yield from _cut(word, fonts, room)


def _cut(word: str, fonts: Mapping[str, Widths], room: float) -> Iterator[str]:
    begun, used = 0, 0.0
    for at, char in enumerate(word):
        width = fonts[_font_of(char, fonts)].get(ord(char), 0.0)
        if at > begun and used + width > room:
            yield word[begun:at]
            begun, used = at, 0.0
        used += width
    yield word[begun:]
