"""What would come of a list, as it is shown to whoever is about to import it: counts, every kind of problem once, and the first rows.

Pure. It holds numbers and names, so it is kept in the import's private folder and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leads.headings import MEND, OURS, ROW, key_of
from leads.import_rows import EnteredConsent, LeadRow, Rejected
from leads.market_rules import ConsentDemand
from leads.said import N_, code, either, listed, sentence, spaced
from leads.spreadsheet import RowProblem
from leads.words import ConsentGrade, LawfulBasis

N_SHOWN = 20
N_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One mend that is asked for in one column, and by how many rows."""

    column: str
    mend: str
    n_rows: int
    rows: tuple[int, ...]  # the first ones
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`result` is new, updated, unchanged, repeated or rejected."""

    number: int
    phone: str  # E.164; where it was rejected, the cell that was, whatever its column
    name: str
    market: str
    zone: str
    language: str
    consent: str
    result: str
    is_on_do_not_call: bool
    mends: tuple[tuple[str, str], ...] = ()  # column and mend


@dataclass(frozen=True, slots=True)
class Preview:
    n_rows: int
    n_new: int
    n_updated: int
    n_unchanged: int
    n_repeated: int
    n_rejected: int
    n_consents: int
    n_on_do_not_call: int  # of the people taken
    n_without_consent: int  # of the people taken: the list names none
    markets: Mapping[str, int]  # people by market
    problems: tuple[ProblemKind, ...]
    rows: tuple[ShownRow, ...]

    @property
    def n_good(self) -> int:
        return self.n_rows - self.n_rejected


def as_json(preview: Preview) -> dict[str, Any]:
    return asdict(preview)


def from_json(kept: Mapping[str, Any]) -> Preview:
    problems = tuple(ProblemKind(**{**each, "rows": tuple(each["rows"]), "values": tuple(each["values"])}) for each in kept["problems"])
    rows = tuple(ShownRow(**{**each, "mends": tuple(map(tuple, each["mends"]))}) for each in kept["rows"])
    return Preview(**{**kept, "problems": problems, "rows": rows})


def kinds_of(rejected: Iterable[Rejected]) -> tuple[ProblemKind, ...]:
    """Most frequent first. A row with two problems is in two kinds."""
    by_kind: defaultdict[tuple[str, str], list[RowProblem]] = defaultdict(list)
    for each in sorted(rejected, key=lambda each: each.row):
        for problem in each.problems:
            by_kind[problem.column, problem.mend].append(problem)
    kinds = (
        ProblemKind(column, mend, len(some), tuple(p.row for p in some[:N_EXAMPLES]), tuple(p.value for p in some[:N_EXAMPLES]))
        for (column, mend), some in by_kind.items()
    )
    return tuple(sorted(kinds, key=lambda kind: (-kind.n_rows, kind.rows)))


def shown(row: LeadRow, result: str, *, is_on_do_not_call: bool) -> ShownRow:
    entry = row.entry
    zone = row.zone if entry.time_zone is None else entry.time_zone
    where = (row.phone.region, zone, entry.language or "")
    return ShownRow(row.row.number, row.phone.e164, entry.name or "", *where, consent_words(row.consent), result, is_on_do_not_call)


def shown_rejected(rejected: Rejected) -> ShownRow:
    written = next((problem.value for problem in rejected.problems), "")
    mends = tuple((problem.column, problem.mend) for problem in rejected.problems)
    return ShownRow(rejected.row, written, "", "", "", "", "", "rejected", False, mends)


def consent_words(consent: EnteredConsent | None) -> str:
    if consent is None:
        return ""
    words = [code(consent.purpose), code(consent.grade), *([sentence("names the machine voice")] if consent.covers_automated_voice else [])]
    return listed(words)


def why_attested_is_too_little(demand: ConsentDemand, *, covers_automated_voice: bool) -> Sequence[str]:
    """What a market demands of consent beyond the weakest grade; empty if an attestation is enough for a call."""
    lacking: list[str] = []
    if demand.minimum_grade != ConsentGrade.ATTESTED:
        grades = list(ConsentGrade)
        accepted = either([code(grade) for grade in grades[grades.index(demand.minimum_grade) :]])
        lacking.append(
            sentence("It asks for %(accepted)s evidence of each person’s consent; somebody’s word for a list is weaker.", accepted=accepted)
        )
    if demand.must_name_automated_voice and not covers_automated_voice:
        lacking.append(N_("The words that people agreed to must name automated or AI voice calls."))
    if LawfulBasis.CONSENT not in demand.lawful_bases:
        accepted = either([spaced(basis) for basis in demand.lawful_bases])
        lacking.append(sentence("It accepts only %(accepted)s as the lawful basis.", accepted=accepted))
    return lacking


def rows_to_mend(
    headings: Sequence[str], rejected: Iterable[tuple[int, Sequence[str], Sequence[RowProblem]]], say: Callable[[str], str] = str
) -> tuple[list[str], list[list[str]]]:
    """The rows that were not taken as they were, with what to mend and where they stood: mended they can be sent again as they are.

    `say`: in the reader's language.
    """
    ours = [place for place, heading in enumerate(headings) if key_of(heading) in OURS]
    rows = list(rejected)
    width = max([len(headings), *(len(cells) for _number, cells, _problems in rows)])
    kept = [place for place in range(width) if place not in ours]
    heading = [headings[place] if place < len(headings) else "" for place in kept]
    written = []
    for number, cells, problems in rows:
        mends = " ".join(f"{problem.column}: {say(problem.mend)}" for problem in problems)
        written.append([*(cells[place] if place < len(cells) else "" for place in kept), mends, str(number)])
    return [*heading, say(MEND), say(ROW)], written
