"""Answers that stand for all: at least one of every class that some conditions can tell apart.

Pure. Whether an answer of a question's kind can be among them is the caller's affair; an answer that meets no condition may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, pairwise

from bridge.brief import AnswerValue
from bridge.conditions import Conditions, is_number

MOST_CHOICES = 8  # of more, only single ones and all of them together stand for the others


def telling_answers(conditions: Iterable[Conditions]) -> list[AnswerValue]:
    """Yes and no, numbers on, beside and between the borders, words, and lists of words, as far as the conditions speak of such."""
    tests = [test for each in conditions for test in each]
    mentioned = [value for _, wanted in tests for value in (wanted if isinstance(wanted, list) else [wanted])]
    words = list(dict.fromkeys(value for value in mentioned if isinstance(value, str)))
    answers: list[AnswerValue] = [True, False] if any(isinstance(value, bool) for value in mentioned) else []
    answers += numbers_about([value for value in mentioned if is_number(value)])
    answers += words
    return [*answers, *(several(words) if any(name == "contains" for name, _ in tests) else [])]


def numbers_about(borders: Iterable[float]) -> Iterator[int | float]:
    """On each border, one below and above it, and half way between two."""
    known = sorted(set(borders))
    between = ((low + high) / 2 for low, high in pairwise(known))
    for number in sorted({*known, *(n - 1 for n in known), *(n + 1 for n in known), *between}):
        yield int(number) if number == int(number) else number


def several(choices: Sequence[str]) -> list[list[str]]:
    """Every way to choose at least one, in the order of the choices."""
    if len(choices) > MOST_CHOICES:
        return [*([choice] for choice in choices), list(choices)]
    return [list(chosen) for chosen in chain.from_iterable(combinations(choices, n) for n in range(1, len(choices) + 1))]
