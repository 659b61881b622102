"""A line cut into pieces that are spoken one after the other, so that the first is heard while the others are still made.

Pure. Cuts stand where a voice pauses anyhow: after a full stop, a question mark or an exclamation mark, and at a comma once a piece is long.
"""

from __future__ import annotations

import re

LONG_ENOUGH = 40  # letters, for a comma to be a cut

_BREAK = re.compile(r"(?:[.?!…]+[\"'”’)\]]*|,)(?=\s)")


def sentences(text: str) -> list[str]:
    """All the words in their order, blanks between pieces left out. No piece is without a letter or a digit; empty for a text without any."""
    pieces: list[str] = []
    began = 0
    for found in _BREAK.finditer(text):
        if found.group() == "," and found.end() - began < LONG_ENOUGH:
            continue
        _add(pieces, text[began : found.end()])
        began = found.end()
    _add(pieces, text[began:])
    if pieces and not _has_words(pieces[0]):
        pieces[:2] = [" ".join(pieces[:2])]
    return [piece for piece in pieces if _has_words(piece)]


def _add(pieces: list[str], piece: str) -> None:
    """What holds no words belongs to the piece before."""
    piece = piece.strip()
    if pieces and piece and not _has_words(piece):
        pieces[-1] += f" {piece}"
    elif piece:
        pieces.append(piece)


def _has_words(piece: str) -> bool:
    return any(letter.isalnum() for letter in piece)
