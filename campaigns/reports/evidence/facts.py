"""What a pack is composed of: rows of the database as plain values, and what was worked out from files and the flight record beside them.

Pure; `gathering` makes it from the database, tests by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from campaigns.reports.evidence.document import Fact, Row, instant


class Tables:
    """Rows by the name of their table, found by one of their fields."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._found: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._of: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self._of[row.ref.table].append(row)

    def all(self, table: str) -> Sequence[Row]:
        return self._of.get(table, ())

    def of(self, table: str, field_name: str, value: Any) -> Sequence[Row]:
        """Whose field is this value; ids of all kinds are compared as text."""
        if (table, field_name) not in self._found:
            index: dict[str, list[Row]] = defaultdict(list)
            for row in self.all(table):
                index[str(row.values.get(field_name))].append(row)
            self._found[table, field_name] = index
        return self._found[table, field_name].get(str(value), ())

    def one(self, table: str, row_id: Any) -> Row | None:
        return next(iter(self.of(table, "id", row_id)), None)


@dataclass(frozen=True, slots=True)
class Sound:
    """The file of a recording. Hashes are "" where it could not be read, and `why_none` says why."""

    stored_sha256: str = ""
    audio_sha256: str = ""
    n_bytes: int = 0
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    invariant: str
    promise: str
    n_kept: int
    n_unjudged: int
    broken: Mapping[str, Sequence[Mapping[str, Any]]]  # by call: "at", "call", "entry", "sentence"


@dataclass(frozen=True, slots=True)
class Facts:
    tables: Tables
    lead_id: str = ""  # "": no lead has the number, or has it any more
    phone: str = ""
    sounds: Mapping[str, Sound] = field(default_factory=dict)  # by call; a call without a recording is not there
    why_unrecorded: Mapping[str, str] = field(default_factory=dict)  # by call
    judged: Sequence[Judged] = ()
    is_whole: bool = True  # False: only what happened on some campaigns
    users: Mapping[str, str] = field(default_factory=dict)  # names by id
    shift: timedelta = timedelta()  # business time minus real time; 0 but in a demonstration

    def user(self, user_id: Any) -> str | None:
        return None if user_id is None else self.users.get(str(user_id), f"user {user_id}, whose account is gone")


def when(row: Row, name: str, label: str = "") -> Fact:
    return Fact(name, label or _label(name), instant(row.values.get(name)))


def told(row: Row, names: Sequence[str]) -> list[Fact]:
    """Fields as they are, instants in UTC."""
    is_instant = {name: name == "at" or name.endswith(("_at", "_for", "_until")) for name in names}
    return [when(row, name) if is_instant[name] else Fact(name, _label(name), row.values.get(name)) for name in names]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) and text else None


def spoken_at(call: Row, ms: int | None, shift: timedelta) -> str | None:
    """The wall's time of an offset in the recording, which begins when the media stream opens. None: no stream was opened."""
    opened = moment(call.values.get("stream_opened_at"))
    if opened is None or ms is None:
        return None
    return (opened + shift + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")
