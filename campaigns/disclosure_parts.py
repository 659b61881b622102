"""Whether what a script says at the start of a call holds every part that the callee must be told.

Pure: texts in, parts out. Seen in any language: the organisation's name, a question that asks for permission, and a number or address by its
shape; everything else by the words of the script's language (disclosure_words). Words show that a part is spoken of, not that it is true: that
stays with whoever approves the campaign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.disclosure_words import WORDINGS
from leads.market_rules import DisclosurePart
from leads.said import sentence

NAMES = {
    DisclosurePart.ORGANISATION: sentence("for whom we call"),
    DisclosurePart.AUTOMATED_VOICE: sentence("that a machine speaks"),
    DisclosurePart.PURPOSE: sentence("what the call is for"),
    DisclosurePart.RECORDING_AND_RECIPIENTS: sentence("that it is recorded, and who receives the recording"),
    DisclosurePart.PERMISSION_TO_CONTINUE: sentence("a question whether we may go on"),
    DisclosurePart.HOW_TO_STOP: sentence("how to stop the calls"),
    DisclosurePart.CONTACT_DETAILS: sentence("how to reach us"),
    DisclosurePart.SOURCE_OF_DATA: sentence("where we have the number from"),
}
_TELEPHONE = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
_NAME = "{organisation}"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a script says before its first question, as written: {bot_name} and {organisation} may stand in it."""

    language: str  # BCP-47
    organisation: str
    disclosure: str
    asks_permission: bool
    is_vouched_for: bool  # a person says that this very text says every part


def missing_parts(opening: Opening, demanded: Iterable[DisclosurePart]) -> tuple[DisclosurePart, ...]:
    """Those of `demanded` that this opening does not say, or cannot be seen to say, in the order of DisclosurePart."""
    wanted, text = set(demanded), _plain(opening)
    return tuple(part for part in DisclosurePart if part in wanted and not _is_said(part, opening, text))


def knows_language(language: str) -> bool:
    """Whether there are words to look for; if not, only a person's word counts."""
    return _primary(language) in WORDINGS


def example_of(part: DisclosurePart, language: str) -> str:
    """A sentence that says this part; "" for those that are no sentence: the name, and the question. English where the language has none."""
    wording = WORDINGS.get(_primary(language), WORDINGS["en"]).get(part)
    return wording.example if wording else ""


def _is_said(part: DisclosurePart, opening: Opening, text: str) -> bool:
    if part is DisclosurePart.PERMISSION_TO_CONTINUE:
        return opening.asks_permission
    if part is DisclosurePart.ORGANISATION:
        return _NAME in text
    if opening.is_vouched_for:
        return True
    if part is DisclosurePart.CONTACT_DETAILS and (_TELEPHONE.search(text) or _MAIL.search(text)):
        return True
    wording = WORDINGS.get(_primary(opening.language), {}).get(part)
    return wording is not None and all(re.search(rf"(?<!\w)(?:{_bare(mark)})", text) for mark in wording.marks)


def _plain(opening: Opening) -> str:
    """Ready for the marks. The names are taken out first: a firm called AI Research has not said that a machine calls, or why."""
    text = opening.disclosure.replace("{bot_name}", "")
    if opening.organisation.strip():
        text = text.replace(opening.organisation.strip(), _NAME)
    return _bare(text)


def _bare(text: str) -> str:
    """In small letters and without accents. Arabic loses its vowel signs and the hamza on its letters with them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
