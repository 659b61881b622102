"""Puts the numbers of a file on the do-not-call list. What cannot be read as a number is reported by row, the rest is taken.

Repeating it changes nothing, so a file that was taken in part is corrected and sent again as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser

from leads.do_not_call import add_many_to_do_not_call, entries_of
from leads.do_not_call_rows import Listing, listings_of
from leads.models import DoNotCallEntry
from leads.spreadsheet import RowProblem, read_rows

BATCH = 5000  # numbers in one transaction: half a second at most, so that opt-outs need not wait


@dataclass(frozen=True, slots=True)
class Imported:
    n_rows: int  # below the heading
    n_new: int
    n_known: int  # on the list already, or more than once in the file
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the numbers of one file are entered."""

    origin: DoNotCallEntry.Origin
    at: datetime
    by: AbstractBaseUser | None = None
    keep_numbers: bool = True
    market: str = ""  # of numbers written without their country


def import_do_not_call(content: bytes, manner: Manner, *, is_dry_run: bool = False) -> Imported:
    """Raises Unreadable for a file that is none; nothing is entered then."""
    found = list(listings_of(read_rows(content), market=manner.market))
    problems = tuple(each for each in found if isinstance(each, RowProblem))
    listings = [each for each in found if isinstance(each, Listing)]
    n_new = _n_new(listings) if is_dry_run else _enter(listings, manner)
    return Imported(len(found), n_new, len(listings) - n_new, problems)


def _n_new(listings: list[Listing]) -> int:
    phones = {listing.phone for listing in listings}
    return len(phones) - len(entries_of(phones))


def _enter(listings: list[Listing], manner: Manner) -> int:
    rest, n_new = iter(listings), 0
    while some := list(islice(rest, BATCH)):
        n_new += len(add_many_to_do_not_call(some, origin=manner.origin, at=manner.at, by=manner.by, keep_number=manner.keep_numbers))
    return n_new
