"""What a number looks like to whoever may not see it: +254 7•• ••• 678. The one place for it.

Pure. The last three digits stay, so that two people can tell one another which lead they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import phonenumbers

DOT = "•"
N_SHOWN = 3
MIN_DIGITS = 7  # the shortest E.164 number that is stored
# Digits with a plus before them, however it is written: as it is, in an address, as HTML's or JSON's escape.
_PLUS = r"(?:\+|%2B|&#43;|&plus;|&#x2B;|\\u002B)"
_NUMBER = re.compile(rf"({_PLUS})?(?<!\d)(\d{{{MIN_DIGITS},}})(?!\d)", re.IGNORECASE | re.ASCII)


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
    return {match[2] for match in _NUMBER.finditer(text)}


def has_digit_run(text: str) -> bool:
    return _NUMBER.search(text) is not None


def mask_numbers_in(text: str, *, known: Callable[[Iterable[str]], Iterable[str]], ours: Callable[[], Iterable[str]]) -> str:
    """`text` without people's numbers. What has a plus before it is a number unless it is one of `ours`; digits alone are one where `known`
    says so, which gets all such runs at once and gives back those that are somebody's. Both are asked only where there are digits."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    kept = {number.lstrip("+") for number in ours()}
    bare = {match[2] for match in found if not match[1]}
    hidden = {match[2] for match in found if match[1]} | ({number.lstrip("+") for number in known(bare)} if bare else set())
    hidden -= kept
    return _NUMBER.sub(lambda match: mask_number(match[2]) if match[2] in hidden else match[0], text)
