"""What the columns of a list seem to hold, with the reason for each guess, and what is still wrong with what somebody chose.

Pure. It looks at the first rows only, and decides nothing: a person sees each guess beside the values of its column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from leads.headings import key_of, phone_names
from leads.import_columns import CONSENT_FIELDS, CUSTOM, IGNORED, LEAD_FIELDS, Layout, fields_by_name
from leads.phone import Phone, PhoneFault, PhoneProblem, to_e164
from leads.said import N_, as_it_is, both, sentence, spaced
from leads.spreadsheet import Row

N_HEAD = 200  # rows that are looked at
N_SAMPLES = 3
_HEADINGS_WITHIN = 10
_MIN_DIGITS = 7
_MOSTLY = 0.6  # of the values of a column


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """`samples`: the first values of the column that are not empty."""

    place: int  # from 0
    heading: str
    samples: tuple[str, ...]
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class CountryGuess:
    """`example`: a number written without its country, "" if there is none. `market` (ISO 3166): "" if nothing tells."""

    example: str
    market: str
    reason: str


def heading_row_of(rows: Sequence[Row]) -> int:
    """The number of the row that holds the headings, 0 if the list seems to begin with people."""
    if not rows:
        return 0
    names = phone_names()
    for row in rows[:_HEADINGS_WITHIN]:
        if any(key_of(cell) in names for cell in row.cells):
            return row.number
    return 0 if any(map(_looks_like_a_number, rows[0].cells)) else rows[0].number


def guesses_of(rows: Sequence[Row], heading_row: int) -> tuple[ColumnGuess, ...]:
    """One for each column of the rows from the headings on."""
    below = [row for row in rows if row.number > heading_row]
    heading = next((row.cells for row in rows if row.number == heading_row), ())
    width = max([len(heading), *(len(row.cells) for row in below)], default=0)
    headings = [*heading, *[""] * (width - len(heading))]
    fields = list(fields_by_name(headings))
    values = [_values(below, place) for place in range(width)]
    reasons = [_reason(field, heading, headings) for field, heading in zip(fields, headings, strict=True)]
    if "phone" not in fields and (place := _column_of_numbers(values, fields)) is not None:
        fields[place], reasons[place] = "phone", N_("Most of its values look like phone numbers.")
    return tuple(ColumnGuess(place, headings[place], tuple(values[place][:N_SAMPLES]), fields[place], reasons[place]) for place in range(width))


def faults_of_layout(layout: Layout) -> list[str]:
    """What must be mended before the list can be read; empty if nothing."""
    faults = []
    if "phone" not in layout.fields:
        faults.append(N_("No column holds the phone number. Choose “Phone number” beside the column that does: without it nobody can be called."))
    often = Counter(field for field in layout.fields if field not in (CUSTOM, IGNORED))
    for field, n_columns in often.items():
        if n_columns > 1:
            places = both([as_it_is(str(place + 1)) for place, each in enumerate(layout.fields) if each == field])
            faults.append(sentence("Columns %(places)s are both to be “%(field)s”. Keep one of them.", places=places, field=spaced(field)))
    if unknown := set(layout.fields) - {*LEAD_FIELDS, *CONSENT_FIELDS, CUSTOM, IGNORED}:
        faults.append(sentence("There is no field “%(field)s”. Choose one of the list.", field=min(unknown)))
    return faults


def country_guess(rows: Sequence[Row], layout: Layout) -> CountryGuess:
    """Which country numbers such as 0712… mean, by the others that name theirs."""
    place = layout.fields.index("phone")
    values = _values([row for row in rows if row.number > layout.heading_row], place)
    numbers = [to_e164(value, region="") for value in values]
    example = next((value for value, read in zip(values, numbers, strict=True) if _lacks_country(value, read)), "")
    regions = Counter(read.region for read in numbers if isinstance(read, Phone)).most_common(2)
    if not regions or (len(regions) > 1 and regions[0][1] == regions[1][1]):  # as many of one country as of another tell nothing
        return CountryGuess(example, "", "")
    market, n_numbers = regions[0]
    return CountryGuess(
        example,
        market,
        sentence(
            "Most of the numbers that name their country are of %(market)s (%(n)s of the first %(of)s).", market=market, n=n_numbers, of=len(numbers)
        ),
    )


def _lacks_country(value: str, read: Phone | PhoneProblem) -> bool:
    """It would be a number if its country were known; a few digits alone are none anywhere."""
    return isinstance(read, PhoneProblem) and read.fault == PhoneFault.NO_COUNTRY and sum(map(str.isdigit, value)) >= _MIN_DIGITS


def _values(rows: Sequence[Row], place: int) -> list[str]:
    return [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]


def _column_of_numbers(values: Sequence[Sequence[str]], fields: Sequence[str]) -> int | None:
    for place, column in enumerate(values):
        if fields[place] == CUSTOM and column and sum(map(_looks_like_a_number, column)) >= _MOSTLY * len(column):
            return place
    return None


def _looks_like_a_number(value: str) -> bool:
    read = to_e164(value, region="")
    return isinstance(read, Phone) or (read.fault in (PhoneFault.NO_COUNTRY, PhoneFault.SPREADSHEET) and sum(map(str.isdigit, value)) >= 3)


def _reason(field: str, heading: str, headings: Sequence[str]) -> str:
    if field == IGNORED:
        return N_("We wrote this column ourselves, into a file with rows to mend.")
    if field != CUSTOM:
        is_very_name = key_of(heading) == key_of(field)
        return N_("Its heading says so.") if is_very_name else sentence("Columns called “%(heading)s” usually hold this.", heading=heading)
    if heading and sum(key_of(each) == key_of(heading) for each in headings) > 1:
        return N_("Several columns have this heading. It is kept with its place beside the name.")
    return N_("Nothing of ours has this name, so it is kept beside the lead as it is.") if heading else N_("It has no heading.")
