"""A sentence that a person of ours lets the bot say, made fit to be said: no control characters, no links, one line, not too long.

Pure. Says what is wrong instead of cutting: the bot says all of it or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from leads.said import N_

MAX_CHARACTERS = 200
_LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why it is not said, in words for who wrote it."""

    why: str


def sentence_of(text: str) -> str | Unfit:
    """What the bot would say."""
    plain = "".join(" " if character.isspace() else character for character in text)
    plain = "".join(character for character in plain if not unicodedata.category(character).startswith("C"))
    sentence = " ".join(_LINK.sub(" ", plain).split())
    if not any(character.isalnum() for character in sentence):
        return Unfit(N_(N_("Write what the bot is to say. Links are left out: nobody can hear them.")))
    if len(sentence) > MAX_CHARACTERS:
        too_long = N_("That is too long: %(n)s characters, and %(most)s can be said at once.")
        return Unfit(too_long % {"n": len(sentence), "most": MAX_CHARACTERS})
    return sentence
