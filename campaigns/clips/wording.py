"""Whether a transcript says the very words of a text, whatever its spelling. Pure.

Case, accents, signs and letters that sound alike do not matter (`bridge.opt_out.spelling`); a word more or less, or another one, does.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from bridge.opt_out.spelling import plain_words


@dataclass(frozen=True, slots=True)
class Difference:
    written: str  # "": words were added
    said: str  # "": words were left out


def differences(text: str, said: str) -> list[Difference]:
    """In order; []: word for word."""
    written_words, said_words = plain_words(text), plain_words(said)
    matcher = SequenceMatcher(None, written_words, said_words, autojunk=False)
    return [
        Difference(" ".join(written_words[a:b]), " ".join(said_words[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal" and "".join(written_words[a:b]) != "".join(said_words[c:d])  # "good bye" is "goodbye"
    ]
