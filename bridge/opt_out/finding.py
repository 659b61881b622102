"""Is this an opt-out: clearly, perhaps (then it is asked about), or not at all.

Pure. All languages are tried on every text, the call's own first: people switch, and an opt-out in another language is one, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bridge.opt_out.patterns import Wanted
from bridge.opt_out.rules import FILLERS, LANGUAGES, Rules
from bridge.opt_out.spelling import MASKED, Spoken, joined, spoken


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
    left = _masked(said.sentences, rules.harmless)
    text = joined(left)
    if match := rules.for_good.search(text):
        return _opt_out(said, match, rules, is_doubtful=False)
    unpostponed = _masked(left, rules.postponed)
    if match := rules.clear.search(text if unpostponed == left else joined(unpostponed)):
        return _opt_out(said, match, rules, is_doubtful=False)
    if unpostponed != left:
        return OptOut(True, said.quote(*_changed(left, unpostponed)), rules.language)
    if match := rules.doubtful.search(text):
        return _opt_out(said, match, rules, is_doubtful=True)
    return OptOut(True, said.written.strip(), rules.language) if bare in rules.alone_doubtful else None


def _opt_out(said: Spoken, match: re.Match[str], rules: Rules, *, is_doubtful: bool) -> OptOut:
    first, after = (match.string.count(" ", 0, at) - 1 for at in match.span())
    return OptOut(is_doubtful, said.quote(first, after), rules.language)


def _masked(sentences: Iterable[str], pattern: Wanted) -> list[str]:
    """Sentence by sentence, because "No, stop calling" is no "don't stop calling". The same number of words, so that quotes are found by counting."""
    return [pattern.sub(lambda match: f"{MASKED} " * match.group().count(" "), sentence) for sentence in sentences]


def _changed(before: list[str], after: list[str]) -> tuple[int, int]:
    """The first word that was masked, and the one behind the last."""
    words = zip(joined(before).split(), joined(after).split(), strict=True)
    changed = [index for index, (word, masked) in enumerate(words) if word != masked]
    return changed[0], changed[-1] + 1


def _bare(said: Spoken) -> str:
    return " ".join(word for word in said.plain.split() if word not in FILLERS)
