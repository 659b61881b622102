"""What a rep writes down after a talk, and what of it a campaign insists on. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leads.said import N_, listed, sentence


class Field(StrEnum):
    """What a campaign may ask for besides what came of it, which is always asked for."""

    WAS_HOT = "was_hot"
    NEXT_STEP = "next_step"
    NOTES = N_("notes")
    FOLLOW_UP_ON = "follow_up_on"


@dataclass(frozen=True, slots=True)
class WrapUpEntry:
    disposition: str  # of WrapUp.Disposition
    was_hot: bool | None = None
    next_step: str = ""
    notes: str = ""
    follow_up_on: date | None = None


_IN_WORDS = {
    Field.WAS_HOT: N_("whether the lead was really hot"),
    Field.NEXT_STEP: N_("the next step"),
    Field.NOTES: N_("notes"),
    Field.FOLLOW_UP_ON: N_("the day to follow up on"),
}


def what_is_missing(entry: WrapUpEntry, *, required: Collection[str], dispositions: Collection[str]) -> str:
    """A sentence for the rep; "": nothing."""
    missing = [] if entry.disposition in dispositions else [sentence("what came of it")]
    given = {
        Field.WAS_HOT: entry.was_hot is not None,
        Field.NEXT_STEP: bool(entry.next_step.strip()),
        Field.NOTES: bool(entry.notes.strip()),
        Field.FOLLOW_UP_ON: entry.follow_up_on is not None,
    }
    missing += [sentence(_IN_WORDS[field]) for field in Field if field in required and not given[field]]
    return sentence("Still missing: %(what)s.", what=listed(missing)) if missing else ""
