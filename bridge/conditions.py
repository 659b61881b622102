"""Conditions on an answer: what a row of points or a skip rule asks of it before it counts.

Pure. `{"equals": true}`, `{"is_in": ["a", "b"]}`, `{"contains": "a"}`, `{"at_least": 50}`, `{"at_most": 30}`; of several, all must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from bridge.brief import AnswerValue

Conditions: TypeAlias = tuple[tuple[str, Any], ...]


class BadCondition(ValueError):
    """It says nothing we understand; the message tells the manager what to mend."""


def read_conditions(when: object, *, of: str) -> Conditions:
    """`of`: what holds them, at the head of the message. Raises BadCondition."""
    if not isinstance(when, Mapping) or not when:
        raise BadCondition(f'{of} needs a "when", for example {{"equals": true}}.')
    unknown = sorted(str(name) for name in set(when) - set(_TESTS))
    if unknown:
        raise BadCondition(f"{of}: “{unknown[0]}” is not one of {', '.join(_TESTS)}.")
    for name in ("at_least", "at_most"):
        if name in when and not is_number(when[name]):
            raise BadCondition(f"{of}: “{name}” needs a number.")
    if "is_in" in when and not isinstance(when["is_in"], list):
        raise BadCondition(f"{of}: “is_in” needs a list.")
    if "contains" in when and not isinstance(when["contains"], str):
        raise BadCondition(f"{of}: “contains” needs one of the choices.")
    return tuple(when.items())


def hold(conditions: Conditions, value: AnswerValue) -> bool:
    """All of them, of this answer."""
    return all(_TESTS[name](value, wanted) for name, wanted in conditions)


def conditions_in_words(conditions: Conditions) -> str:
    return "the answer " + " and ".join(f"{_WORDS[name]} {value_in_words(wanted)}" for name, wanted in conditions)


def value_in_words(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "yes" if wanted else "no"
    if isinstance(wanted, list):
        return ", ".join(value_in_words(one) for one in wanted)
    return f"{wanted:g}" if isinstance(wanted, float) else str(wanted)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equals(value: AnswerValue, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted  # in Python 1 == True, but "one seat" is not "yes"
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return bool(value == wanted)


def _is_in(value: AnswerValue, wanted: list[Any]) -> bool:
    return any(_equals(one, candidate) for one in _each(value) for candidate in wanted)


def _contains(value: AnswerValue, wanted: str) -> bool:
    return any(_equals(one, wanted) for one in _each(value))


def _each(value: AnswerValue) -> list[Any]:
    return value if isinstance(value, list) else [value]


_TESTS: Mapping[str, Callable[[AnswerValue, Any], bool]] = MappingProxyType(
    {
        "equals": _equals,
        "is_in": _is_in,
        "contains": _contains,
        "at_least": lambda value, wanted: isinstance(value, int | float) and not isinstance(value, bool) and value >= wanted,
        "at_most": lambda value, wanted: isinstance(value, int | float) and not isinstance(value, bool) and value <= wanted,
    }
)

_WORDS = {"equals": "is", "is_in": "is one of", "contains": "includes", "at_least": "is at least", "at_most": "is at most"}
