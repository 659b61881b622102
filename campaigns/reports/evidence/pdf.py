"""A pack on paper: the same content as its JSON, the JSON's hash on every page, and the JSON itself attached.

The fonts are Noto Sans cut down (`fonts/`, SIL Open Font License): Latin with Swahili and Hausa, Ethiopic, Arabic. Lines are cut by `lettering`
and drawn by `_Sheet.draw`, many times as fast as the library's own; only text from right to left goes through its shaping.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from campaigns.reports.evidence.canonical import HASH
from campaigns.reports.evidence.document import in_words
from campaigns.reports.evidence.lettering import SANS, Widths, drawable, is_right_to_left, lines, runs

FONTS = Path(__file__).parent / "fonts"
FILES = {SANS: "NotoSans-Regular.ttf", "ethiopic": "NotoSansEthiopic-Regular.ttf", "arabic": "NotoSansArabic-Regular.ttf"}
BOLD = "NotoSans-Bold.ttf"
MARGIN_MM, LABEL_MM, BOTTOM_MM = 15.0, 52.0, 24.0
Colour: TypeAlias = tuple[int, int, int]
BLACK, SOFT, UNHEARD = (20, 20, 20), (95, 95, 95), (130, 130, 130)
MM_PER_POINT = 25.4 / 72
ATTACHED = "evidence.json"

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each table of a font it cuts down


def pdf_of(content: bytes) -> bytes:
    """`content`: the JSON of a pack. Writes everything that is in it but the digests of the rows, which are in the JSON attached."""
    return _Paper(content).written()


@cache
def widths() -> Mapping[str, Widths]:
    return {name: _widths(FONTS / file) for name, file in FILES.items()}


def _widths(path: Path) -> Widths:
    with TTFont(path) as font:
        per_em, metrics = font["head"].unitsPerEm, font["hmtx"]
        return {code: metrics[glyph][0] * 1000 / per_em for code, glyph in font.getBestCmap().items()}


class _Glyphs(dict[int, str]):
    """What stands in a page for each letter of a font: its place among the letters that are used, as the library escapes it."""

    def __init__(self, font: Any) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: int) -> str:
        place = self._font.subset.pick(code)
        self[code] = "" if place is None else self._font.escape_text(chr(place))
        return self[code]


class _Sheet(FPDF):
    """Draws lines that are cut already."""

    def __init__(self) -> None:
        super().__init__()
        for name, file in FILES.items():
            self.add_font(name, "", FONTS / file)
        self.add_font(SANS, "B", FONTS / BOLD)
        self.set_fallback_fonts([name for name in FILES if name != SANS])
        self.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(False)
        self._glyphs = {key: _Glyphs(font) for key, font in self.fonts.items()}
        self._styles: dict[tuple[int, str, float, Colour], str] = {}

    def draw(self, text: str, left_mm: float, base_mm: float, *, face: str, size: float, colour: Colour) -> None:
        """What `set_font`, `set_text_color` and `text` do together, without asking each time what has not changed since the line before: a pack has
        a hundred thousand lines. `face`: a key of `fonts`, whose every letter it has."""
        place = f"{left_mm * self.k:.2f} {(self.h - base_mm) * self.k:.2f}"
        self._out(f"{self._style(face, size, colour)} {place} Td ({text.translate(self._glyphs[face])}) Tj ET Q")

    def _style(self, face: str, size: float, colour: Colour) -> str:
        key = self.page, face, size, colour
        if key not in self._styles:
            use = self._set_font_for_page(self.fonts[face], size, wrap_in_text_object=False)  # which notes that the page uses this font
            self.current_font_is_set_on_page = False
            self._styles[key] = f"q {' '.join(f'{part / 255:.3f}' for part in colour)} rg BT {use}"
        return self._styles[key]


class _Paper:
    def __init__(self, content: bytes) -> None:
        pack = json.loads(content)
        head = {fact["key"]: in_words(fact["value"]) for fact in pack["head"]}
        made = f"Generated at {head['generated_at']} by {head['generated_by']}, {head['product']}"
        foot = [f"SHA-256 of the JSON: {pack[HASH]}", made, head["numbers"]]
        self._content, self._pack = content, pack
        self._foot = [drawable(line, widths()) for line in foot]
        self._sheet = _Sheet()
        self._labels: dict[str, list[str]] = {}
        self._y = MARGIN_MM

    def written(self) -> bytes:
        sheet = self._sheet
        self._new_page()
        sheet.set_title("Evidence pack")
        sheet.set_creator("SautiQual")
        self._write("Evidence pack", size=18, is_bold=True)
        self._y += 3
        self._facts(self._pack["head"])
        self._row("SHA-256 of the JSON", self._pack[HASH])
        for part in self._pack["parts"]:
            self._part(part)
        self._number_pages()
        sheet.embed_file(basename=ATTACHED, bytes=self._content, desc="The same pack as JSON", compress=True)
        return bytes(sheet.output())

    def _part(self, part: Mapping[str, Any]) -> None:
        self._room_for(40)
        self._y += 6
        self._write(part["title"], size=14, is_bold=True)
        for section in part["sections"]:
            self._room_for(20)
            self._y += 3
            self._write(section["title"], size=11, is_bold=True)
            if section["note"]:
                self._write(section["note"], size=8.5, colour=SOFT)
            for item in section["items"]:
                self._room_for(14)
                self._y += 1
                self._write(item["title"], size=9, is_bold=True)
                self._facts(item["facts"])

    def _facts(self, facts: Sequence[Mapping[str, Any]]) -> None:
        for fact in facts:
            self._row(fact["label"], in_words(fact["value"]), colour=UNHEARD if fact.get("tone") == "unheard" else BLACK)

    def _row(self, label: str, value: str, colour: Colour = BLACK) -> None:
        """The label at the left, the value beside it, both as long as they are."""
        self._room_for(10)
        top, page = self._y, self._sheet.page_no()
        if label not in self._labels:
            self._labels[label] = self._cut(label, 8, LABEL_MM - 3)
        self._set(self._labels[label], 8, colour=SOFT, left_mm=MARGIN_MM, room_mm=LABEL_MM - 3)
        below = self._y if self._sheet.page_no() == page else MARGIN_MM
        if self._sheet.page_no() == page:
            self._y = top
        self._write(value, size=8.5, colour=colour, left_mm=MARGIN_MM + LABEL_MM)
        self._y = max(self._y, below) if self._sheet.page_no() == page else self._y

    def _write(
        self,
        text: str,
        *,
        size: float,
        is_bold: bool = False,
        colour: Colour = BLACK,
        left_mm: float = MARGIN_MM,
    ) -> None:
        room_mm = self._sheet.w - MARGIN_MM - left_mm
        self._set(self._cut(text, size, room_mm, is_bold=is_bold), size, is_bold=is_bold, colour=colour, left_mm=left_mm, room_mm=room_mm)

    def _cut(self, text: str, size: float, room_mm: float, *, is_bold: bool = False) -> list[str]:
        room = room_mm / (size * MM_PER_POINT) * 1000 * (0.93 if is_bold else 1)  # bold letters are wider than those that are measured
        return lines(drawable(text, widths()), widths(), room)

    def _set(self, cut: Sequence[str], size: float, *, colour: Colour, left_mm: float, room_mm: float, is_bold: bool = False) -> None:
        height_mm = size * MM_PER_POINT * 1.45
        for line in cut:
            self._room_for(height_mm)
            self._y += height_mm
            self._line(line, size, is_bold=is_bold, colour=colour, left_mm=left_mm, room_mm=room_mm)

    def _line(self, line: str, size: float, *, colour: Colour, left_mm: float, room_mm: float, is_bold: bool = False) -> None:
        if is_right_to_left(line):
            self._shaped(line, size, colour, left_mm, room_mm)
            return
        at_mm, cut = left_mm, runs(line, widths())
        for run in cut:
            has_bold = is_bold and run.font == SANS and _has_bold(run.text)
            self._sheet.draw(run.text, at_mm, self._y, face=run.font + "B" * has_bold, size=size, colour=colour)
            if len(cut) > 1:
                self._sheet.set_font(run.font, "B" * has_bold, size)
                at_mm += self._sheet.get_string_width(run.text)

    def _number_pages(self) -> None:
        """Under every page, which one it is, and of what; once it is known how many there are."""
        n_pages = self._sheet.page_no()
        for page in range(1, n_pages + 1):
            self._sheet.page = page
            for place, line in enumerate([*self._foot, f"Page {page} of {n_pages}"]):
                self._y = self._sheet.h - BOTTOM_MM + 7.7 + place * 3.6
                self._line(line, 7, colour=SOFT, left_mm=MARGIN_MM, room_mm=self._sheet.epw)

    def _shaped(self, line: str, size: float, colour: Colour, left_mm: float, room_mm: float) -> None:
        sheet, height_mm = self._sheet, size * MM_PER_POINT * 1.45
        sheet.set_text_color(*colour)
        sheet.set_font(SANS, "", size)
        sheet.set_text_shaping(True)
        sheet.set_xy(left_mm - sheet.c_margin, self._y - height_mm * 0.75)
        sheet.cell(room_mm, height_mm, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        sheet.set_text_shaping(False)

    def _room_for(self, mm: float) -> None:
        if self._y + mm > self._sheet.h - BOTTOM_MM:
            self._new_page()

    def _new_page(self) -> None:
        self._sheet.add_page()
        self._y = MARGIN_MM


@cache
def _bold() -> frozenset[int]:
    return frozenset(_widths(FONTS / BOLD))


def _has_bold(text: str) -> bool:
    return all(ord(char) in _bold() for char in text)


def pieces(content: bytes, n_bytes: int = 1 << 16) -> Iterator[bytes]:
    return (content[at : at + n_bytes] for at in range(0, len(content), n_bytes))
