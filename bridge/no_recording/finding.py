"""Does the callee refuse to be recorded: yes, or not at all. Nothing is doubtful here, for a recording too few harms nobody.

Pure. All languages are tried on every text, the call's own first, as for an opt-out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.no_recording.rules import LANGUAGES, Rules
from bridge.opt_out.spelling import MASKED, Spoken, joined, spoken


@dataclass(frozen=True, slots=True)
class Refusal:
    quote: str  # the words that refuse, as written
    rest: str  # what was said besides, which may mean something else
    language: str  # whose rules heard it, not necessarily the call's


def find_refusal(text: str, language: str) -> Refusal | None:
    """`language` is the call's, BCP-47."""
    said = spoken(text)
    own = language.split("-")[0].lower()
    for rules in sorted(LANGUAGES.values(), key=lambda rules: rules.language != own):
        if match := rules.refuses.search(_without_harmless(said, rules)):
            return _refusal(said, match, rules.language)
    return None


def _without_harmless(said: Spoken, rules: Rules) -> str:
    """The same number of words, so that the quote is found by counting."""
    return joined(rules.harmless.sub(lambda match: f"{MASKED} " * match.group().count(" "), sentence) for sentence in said.sentences)


def _refusal(said: Spoken, match: re.Match[str], language: str) -> Refusal:
    first, after = (match.string.count(" ", 0, at) - 1 for at in match.span())
    begin, end = said.spans[first][0], said.spans[after - 1][1]
    return Refusal(said.written[begin:end], f"{said.written[:begin]}{said.written[end:]}".strip(), language)
