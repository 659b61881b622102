"""Which words of a page are English: those that our English sentences use and our Swahili ones never do."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.sautiqual.test_catalog import BLANKS, ENTRIES

WORD = re.compile(r"(?<![0-9a-z])[a-z]{2,}(?![0-9a-z])", re.IGNORECASE)
ID = re.compile(r"\b[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b")
TOLD = ("aria-label", "title", "placeholder", "alt", "aria-description", "data-confirm")
SILENT = {"script", "style", "template", "code", "pre", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def words_of(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(ID.sub(" ", BLANKS.sub(" ", text)))]


SWAHILI_WORDS = {word for entry in ENTRIES for told in entry.told for word in words_of(told)}
ENGLISH = (
    {word for entry in ENTRIES for said in (entry.msgid, entry.plural) for word in words_of(said)} - SWAHILI_WORDS - {"ago"}
)  # Agosti, for short


class Told(HTMLParser):
    """What a reader sees or hears of a page, piece by piece: not what stands in another language by its own word, and no icons."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent: list[str] = []  # the elements within one that says nothing here

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        is_silent = tag in SILENT or known.get("lang") not in (None, "sw") or "material-symbols" in (known.get("class") or "")
        if not self.silent and known.get("lang") in (None, "sw"):
            self.pieces += [value for name, value in attrs if value and name in TOLD]
            if tag == "input" and known.get("type") in ("submit", "button"):
                self.pieces.append(known.get("value") or "")
        if (self.silent or is_silent) and tag not in VOID:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.pieces.append(" ".join(data.split()))


def english_in(html: str) -> dict[str, list[str]]:
    reader = Told()
    reader.feed(html)
    found = {}
    for piece in reader.pieces:
        if english := [word for word in words_of(piece) if word in ENGLISH]:
            found[piece] = english
    return found
