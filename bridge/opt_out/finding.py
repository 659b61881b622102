"""Is this an opt-out: clearly, perhaps (then it is asked about), or not at all.

Pure. All languages are tried on every text, the call's own first: people switch, and an opt-out in another language is one, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bridge.opt_out.rules import FILLERS, LANGUAGES, Rules
from bridge.opt_out.spelling import MASKED, Spoken, spoken


@dataclass(frozen=True, slots=True)
class OptOut:
    is_doubtful: bool
    quote: str  # the words that ask for it, as written
    language: str  # whose rules heard it, not necessarily the call's


def find_opt_out(text: str, language: str) -> OptOut | None:
    """`language` is the call's, BCP-47. A clear one in any language comes before a doubtful one in the call's own."""
    said = spoken(text)
    if not said.spans:
        return None
    doubt: OptOut | None = None
    bare = _bare(said)
    for rules in _own_first(language):
        found = _found(said, bare, rules)
        if found is not None and not found.is_doubtful:
            return found
        doubt = doubt or found
    return doubt


def _own_first(language: str) -> Iterator[Rules]:
    own = LANGUAGES.get(language.split("-")[0].lower())
    if own is not None:
        yield own
    yield from (rules for rules in LANGUAGES.values() if rules is not own)


def _found(said: Spoken, bare: str, rules: Rules) -> OptOut | None:
    if bare in rules.alone:
        return OptOut(False, said.written.strip(), rules.language)
    left = _masked(said.plain, rules.harmless)
    if match := rules.for_good.search(left):
        return _opt_out(said, match, rules, is_doubtful=False)
    postponed = rules.postponed.search(left)
    if match := rules.clear.search(_masked(left, rules.postponed) if postponed else left):
        return _opt_out(said, match, rules, is_doubtful=False)
    if match := postponed or rules.doubtful.search(left):
        return _opt_out(said, match, rules, is_doubtful=True)
    return OptOut(True, said.written.strip(), rules.language) if bare in rules.alone_doubtful else None


def _opt_out(said: Spoken, match: re.Match[str], rules: Rules, *, is_doubtful: bool) -> OptOut:
    first, after = (match.string.count(" ", 0, at) - 1 for at in match.span())
    return OptOut(is_doubtful, said.quote(first, after), rules.language)


def _masked(plain: str, pattern: re.Pattern[str]) -> str:
    """The same number of words, so that quotes are found by counting."""
    return pattern.sub(lambda match: f"{MASKED} " * match.group().count(" "), plain)


def _bare(said: Spoken) -> str:
    return " ".join(word for word in said.plain.split() if word not in FILLERS)
