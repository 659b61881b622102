"""Where people who heard the same call say different things. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.brief import AnswerValue

Values: TypeAlias = "Mapping[str, AnswerValue | None]"  # by question id; None or missing: no answer was given


@dataclass(frozen=True, slots=True)
class Difference:
    key: str
    first: AnswerValue | None
    second: AnswerValue | None
    stands: AnswerValue | None  # what counts on the call now

    @property
    def do_both_agree(self) -> bool:
        """With each other, and not with what stands."""
        return comparable(self.first) == comparable(self.second)


def differences(keys: Sequence[str], first: Values, second: Values, stands: Values) -> list[Difference]:
    """In the order of `keys`."""
    rows = [Difference(key, first.get(key), second.get(key), stands.get(key)) for key in keys]
    return [row for row in rows if len({comparable(row.first), comparable(row.second), comparable(row.stands)}) > 1]


def comparable(value: object) -> Hashable:
    """Choices in any order are the same; words are the same in small letters; yes is not 1."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return tuple(sorted(map(str, value)))
    return value.strip().casefold() if isinstance(value, str) else value
