"""One spelling for a time that was said: plain words, digits for number words, "16h30" and "4.30 p.m." as "16:30" and "4:30 pm". Pure."""

from __future__ import annotations

import re
import unicodedata

from bridge.named_time.rules import Rules
from bridge.opt_out.spelling import spelled_plainly

_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}) ?[:.h] ?(\d\d)(?![\d:]|\.\d)")
_HALF_DAY = re.compile(r"(?<=[\d ])([ap])(?:\. ?| )m\b\.?")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])")
_TOKEN = re.compile(r"\d+(?::\d\d)?|[^\W\d_]+(?:['’‘ʼ`´][^\W\d_]+)*")


def plain(text: str, rules: Rules) -> str:
    """With one space before, between and behind the words."""
    written = unicodedata.normalize("NFC", text).casefold()
    written = _GLUED.sub(" ", _HALF_DAY.sub(r"\1m", _CLOCK.sub(r" \1:\2 ", written)))
    tokens = [part for token in _TOKEN.findall(written) for part in ([token] if token[0].isdigit() else spelled_plainly(token))]
    return f" {' '.join(_with_digits(tokens, rules))} "


def _with_digits(tokens: list[str], rules: Rules) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(tokens):
        value, n_tokens = _number_at(tokens, at, rules)
        found.append(tokens[at] if value is None else str(value))
        at += n_tokens
    return found


def _number_at(tokens: list[str], at: int, rules: Rules) -> tuple[int | None, int]:
    """The number that begins here, and how many tokens it takes; None and 1 for any other word."""
    if tokens[at] in rules.tens:
        tens = rules.tens[tokens[at]]
        for joiner in rules.joiners:
            unit_at = at + 1 + (1 if joiner else 0)
            is_joined = not joiner or tokens[at + 1 : at + 2] == [joiner]
            unit = rules.numbers.get(tuple(tokens[unit_at : unit_at + 1]))
            if is_joined and unit is not None and 1 <= unit <= 9:
                return tens + unit, unit_at + 1 - at
        return (tens, 1) if tens else (None, 1)  # "oh" alone is no number
    for n_tokens in (2, 1):
        if (value := rules.numbers.get(tuple(tokens[at : at + n_tokens]))) is not None:
            return value, n_tokens
    return None, 1
