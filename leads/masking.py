"""What a number looks like to whoever may not see it: +254 7•• ••• 678. The one place for it.

Pure. The last three digits stay, so that two people can tell one another which lead they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import phonenumbers

DOT = "•"
N_SHOWN = 3
MIN_DIGITS = 7  # the shortest E.164 number that is stored
# A plus before digits, however it is written: as it is, in an address, as HTML's or JSON's escape; in small letters.
_PLUSES = ("+", "%2b", "&#43;", "&plus;", "&#x2b;", "\\u002b")
_LONGEST_PLUS = max(map(len, _PLUSES))
_RUN = re.compile(rf"\d{{{MIN_DIGITS},}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits in a row, and the plus before them."""

    digits: str
    plus: str  # "": there is none
    start: int  # of both
    end: int


def mask_number(e164: str) -> str:
    """A number that is too short, or none, keeps nothing but its dots."""
    digits = "".join(char for char in e164 if char in "0123456789")
    if len(digits) < MIN_DIGITS:
        return DOT * len(digits)
    country = _country_code(digits)
    rest = digits[len(country) :]
    masked = rest[0] + DOT * (len(rest) - N_SHOWN - 1) + rest[-N_SHOWN:]
    return f"+{country} {' '.join(masked[at : at + 3] for at in range(0, len(masked), 3))}"


def _country_code(digits: str) -> str:
    """ "" where no country has it; of a short number no more than leaves four digits hidden."""
    codes = (digits[:length] for length in (1, 2, 3))
    found = next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")
    return found if len(digits) - len(found) >= MIN_DIGITS - 1 else ""


def digit_runs(text: str) -> set[str]:
    """What `mask_numbers_in` would look at."""
    return set(_RUN.findall(text))


def has_digit_run(text: str) -> bool:
    return _RUN.search(text) is not None


def mask_numbers_in(text: str, *, known: Callable[[Iterable[str]], Iterable[str]], ours: Callable[[], Iterable[str]]) -> str:
    """`text` without people's numbers. What has a plus before it is a number unless it is one of `ours`; digits alone are one where `known`
    says so, which gets all such runs at once and gives back those that are somebody's. Both are asked only where there are digits."""
    runs = list(_runs(text))
    if not runs:
        return text
    kept = {number.lstrip("+") for number in ours()}
    bare = {run.digits for run in runs if not run.plus}
    hidden = {run.digits for run in runs if run.plus} | ({number.lstrip("+") for number in known(bare)} if bare else set())
    hidden -= kept
    pieces, at = [], 0
    for run in runs:
        if run.digits in hidden:
            pieces += [text[at : run.start], mask_number(run.digits)]
            at = run.end
    return "".join((*pieces, text[at:]))


def _runs(text: str) -> Iterator[_Run]:
    """The plus is looked for from the digits on: a pattern that begins with it is tried at every letter of a page."""
    for match in _RUN.finditer(text):
        before = text[max(0, match.start() - _LONGEST_PLUS) : match.start()].lower()
        plus = next((each for each in _PLUSES if before.endswith(each)), "")
        yield _Run(match[0], plus, match.start() - len(plus), match.end())
