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
