"""One Swahili term for each term of ours, in the whole catalog. A score is never told as its points are."""

from __future__ import annotations

import re

import pytest

from tests.sautiqual.test_catalog import ENTRIES, Entry

# English word → its Swahili stem, and stems that were once used for it beside that.
TERMS = {
    "worker": ("kitenda kazi", ("mfanyakazi", "mchakato wa nyuma")),
    "console": ("konsoli", ("dashibodi",)),
    'points(?!"| at| elsewhere)': ("pointi", ()),  # no name in JSON, and no verb
    "score": ("alama", ()),
    "replay": ("reje", ("kokotoa",)),
    "enrolled": ("andikish", ("sajili",)),
    "preflight": ("jaribio la awali|majaribio ya awali|majaribio makubwa ya awali|jaribio hilo la awali", ()),
    "do-not-call": ("wasiopigiwa|asiyepigiwa", ()),
}


def said_with(term: str) -> list[Entry]:
    return [entry for entry in ENTRIES if re.search(rf"\b{term}\b", entry.msgid.lower().replace("%(points)s", "").replace("{points}", ""))]


@pytest.mark.parametrize("term", TERMS, ids=[stem.split("|")[0] for stem, _others in TERMS.values()])
def test_a_term_is_said_in_one_way(term: str):
    stem, others = TERMS[term]
    entries = said_with(term)
    assert entries

    def is_wrong(told: str) -> bool:
        return not re.search(stem, told.lower()) or any(other in told.lower() for other in others)

    assert [(entry.msgid, entry.told[-1]) for entry in entries if is_wrong(entry.told[-1])] == []


# ---- a number follows its noun: "kampeni 4", not "4 kampeni" -----------------------------------------------------------------------------

COUNT = re.compile(r"(?:%\((\w+)\)[sd]|%d|\{(\w+)\})\s+(\w+)")
# Said of a number that stands alone: one of so many, and a span.
MAY_FOLLOW = {"kati", "hadi", "na", "au", "kwa"}
# Blanks of a name, a time or a sentence; all others may be a number.
NO_NUMBERS = {
    "all", "at", "bot_name", "budget", "by", "cost", "day", "each", "failure", "field_label", "first", "holiday", "hours", "kind",
    "last", "lead", "line", "low", "market", "missing", "name", "number", "one", "other", "organisation", "phone", "price",
    "problem", "rep", "rule", "said", "script", "second", "since", "status", "told", "until", "voice", "what", "when", "who",
    "words",
}  # fmt: skip


def before_a_noun(told: str) -> list[str]:
    """Each number with the word after it that begins a clause: nothing before it that it could belong to."""
    found = []
    for match in COUNT.finditer(told):
        starts = not told[: match.start()].rstrip()[-1:].isalnum()
        if starts and not NO_NUMBERS & {match[1], match[2]} and match[3] not in MAY_FOLLOW:
            found.append(match[0])
    return found


def test_no_number_stands_before_its_noun():
    assert {entry.msgid: wrong for entry in ENTRIES for told in entry.told if (wrong := before_a_noun(told))} == {}


@pytest.mark.parametrize("told", ["%(n)s kampeni", "Kampeni: %(n)s simu.", "%d simu", "imeisha, {n} simu"])
def test_the_english_order_would_be_seen(told: str):
    assert before_a_noun(told)


@pytest.mark.parametrize("told", ["kampeni %(n)s", "Simu %(n)s zinasubiri", "%(n)s kati ya %(of)s", "%(name)s anasubiri"])
def test_the_swahili_order_passes(told: str):
    assert before_a_noun(told) == []
