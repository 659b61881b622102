"""The Swahili catalog: it has all that the code and the templates say, with the same blanks to fill in, and its compiled form is in step."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation.template import block_re, constant_re, endblock_re, inline_re, plural_re

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "sautiqual" / "locale" / "sw" / "LC_MESSAGES"
PARTS = ("leads", "campaigns", "bridge", "sautiqual")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "N_", "sentence"}
BLANKS = re.compile(r"%\(\w+\)[-#0 +\d.]*[sdrifeg]|%%|%[sdr]|\{\w*(?::[^}]*)?\}|</?[a-zA-Z][^>]*>|&\w+;")


@dataclass
class Entry:
    flags: str = ""
    msgid: str = ""
    plural: str = ""
    told: tuple[str, ...] = ()


def entries() -> list[Entry]:
    """The file's own format: each block holds one entry, each of its lines a keyword and a quoted string, or more of the one before."""
    found = []
    for block in (FOLDER / "django.po").read_text().split("\n\n"):
        values: dict[str, str] = {}
        flags, keyword = "", ""
        for line in block.splitlines():
            if line.startswith("#"):
                flags += line
                continue
            if not line.startswith('"'):
                keyword, _, line = line.partition(" ")
            values[keyword] = values.get(keyword, "") + ast.literal_eval(line)
        told = tuple(value for name, value in values.items() if name.startswith("msgstr"))
        found.append(Entry(flags, values.get("msgid", ""), values.get("msgid_plural", ""), told))
    return found[1:]  # the first is the head of the file


ENTRIES = entries()
KNOWN = {(entry.msgid, entry.plural) for entry in ENTRIES}


def said_in_python(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "sentence" and not isinstance(node.func, ast.Name):  # somebody's method
            continue
        words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name in CALLS and words:
            yield words[0], words[1] if name.startswith("ngettext") else ""


def said_in_template(path: Path) -> Iterator[tuple[str, str]]:
    """As Django's own reader takes templates apart, without the tool that it calls afterwards."""
    inside, is_trimmed, parts = False, False, [""]
    for token in Lexer(path.read_text()).tokenize():
        if inside:
            if token.token_type == TokenType.BLOCK and endblock_re.match(token.contents):
                inside = False
                told = [" ".join(part.split()) if is_trimmed else part for part in parts]
                yield told[0], told[1] if len(told) > 1 else ""
            elif token.token_type == TokenType.BLOCK and plural_re.match(token.contents):
                parts.append("")
            elif token.token_type == TokenType.VAR:
                parts[-1] += f"%({token.contents})s"
            elif token.token_type == TokenType.TEXT:
                parts[-1] += token.contents.replace("%", "%%")
            continue
        if token.token_type == TokenType.BLOCK and block_re.match(token.contents):
            inside, is_trimmed, parts = True, "trimmed" in token.split_contents(), [""]
        elif token.token_type == TokenType.BLOCK and (one := inline_re.match(token.contents)):
            yield one[1].strip("\"'").replace("%", "%%"), ""
        if token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from ((words.strip("\"'"), "") for words in constant_re.findall(token.contents))


def test_all_that_the_code_says_is_in_the_catalog():
    said = {each: path for part in PARTS for path in (ROOT / part).rglob("*.py") for each in said_in_python(path)}

    assert len(said) > 1000, "the reader found too little"
    assert {each: str(path) for each, path in said.items() if each not in KNOWN} == {}


def test_all_that_the_templates_say_is_in_the_catalog():
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    said = {each: path for path in files for each in said_in_template(path)}

    assert len(said) > 500, "the reader found too little"
    assert {each: str(path) for each, path in said.items() if each not in KNOWN} == {}


def test_everything_is_translated_and_nothing_is_guessed():
    assert len(ENTRIES) > 2000
    assert [entry.msgid for entry in ENTRIES if "fuzzy" in entry.flags or not entry.told or not all(told.strip() for told in entry.told)] == []
    assert [entry.msgid for entry in ENTRIES if len(entry.told) != (2 if entry.plural else 1)] == []
    assert "#~" not in (FOLDER / "django.po").read_text()


def test_nothing_is_in_it_twice():
    assert [pair for pair, n in Counter((entry.msgid, entry.plural) for entry in ENTRIES).items() if n > 1] == []


def blanks(words: str) -> Counter[str]:
    return Counter(BLANKS.findall(words))


def test_blanks_and_tags_are_those_of_the_english():
    """A name that is missing raises when the page is drawn; one too many, too."""
    wrong = []
    for entry in ENTRIES:
        singular_may_say_one = blanks(entry.told[0]) in (blanks(entry.msgid), blanks(entry.plural)) if entry.plural else False
        if not entry.plural and blanks(entry.told[0]) != blanks(entry.msgid):
            wrong.append(entry.msgid)
        if entry.plural and not (singular_may_say_one and blanks(entry.told[1]) == blanks(entry.plural)):
            wrong.append(entry.msgid)

    assert wrong == []


@pytest.mark.parametrize("entry", [Entry("", "%(n)s of %(m)s", "", ("%(n)s",)), Entry("", "<b>x</b>", "", ("x",))], ids=["a blank", "a tag"])
def test_a_lost_blank_would_be_seen(entry: Entry):
    assert blanks(entry.msgid) != blanks(entry.told[0])


def test_blanks_without_names_keep_their_order():
    plain = re.compile(r"%[sdr]")
    assert [entry.msgid for entry in ENTRIES if not entry.plural and plain.findall(entry.msgid) != plain.findall(entry.told[0])] == []


def test_spaces_at_the_ends_are_kept():
    """Words that stand before or after others."""

    def ends(words: str) -> tuple[bool, bool]:
        return words[:1].isspace(), words[-1:].isspace()

    assert [entry.msgid for entry in ENTRIES if ends(entry.msgid) != ends(entry.told[0])] == []


def test_the_compiled_catalog_says_the_same():
    """After a change of the .po: `msgfmt -o django.mo django.po` in its folder."""
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    told = {(entry.msgid, number): words for entry in ENTRIES for number, words in enumerate(entry.told)}

    kept: dict[tuple[str, int], str] = {}
    for entry in ENTRIES:
        if entry.plural:
            kept |= {(entry.msgid, number): compiled.ngettext(entry.msgid, entry.plural, number + 1) for number in (0, 1)}
        else:
            kept[entry.msgid, 0] = compiled.gettext(entry.msgid)
    assert kept == told
    assert len([key for key in vars(compiled)["_catalog"] if key != ""]) == len(told)
