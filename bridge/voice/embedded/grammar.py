"""What callees may say to each kind of question, as a trigram language model in ARPA text for the small decoder.

Pure but for reading this package's own data file. A grammar is built in memory when a worker starts (some tenths of a
second for all kinds), so that a question's own choices become part of one as easily as what is known beforehand.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from bridge.brief import CHOOSING, QuestionBrief, QuestionKind, QuestionRole
from bridge.events import Expectation
from bridge.voice.embedded.numbers import number_words

NGram: TypeAlias = tuple[str, ...]
Counts: TypeAlias = dict[NGram, float]

_DISCOUNT = 0.5  # taken from every n-gram seen, for those not seen
_ANYTIME_SHARE = 0.25  # of the sentences: what may be said whatever was asked
_LOG_ZERO = -99.0
_BARE, _COMMON = ("{number}", "{number} seats", "about {number} seats"), 1.0
CONFIRMATION, ANYTIME = "confirmation", "anytime"
_QUANTITY = MappingProxyType(
    {
        QuestionKind.NUMBER: "number",
        QuestionKind.SCALE: "number",
        QuestionKind.MONEY: "money",
        QuestionKind.TIMELINE: "timeline",
    }
)


def grammar_name(expectation: Expectation) -> str:
    """Which grammar listens: one a kind; a confirmation of a number also hears another number in its place."""
    question = expectation.question
    if expectation.is_time:
        return "offered_time" if expectation.offered else "time"
    if expectation.is_confirmation:
        return _QUANTITY.get(question.kind, CONFIRMATION) if question else CONFIRMATION
    if question is None or question.kind is QuestionKind.OPEN:
        return ANYTIME
    if question.kind in CHOOSING:
        return choices_name(question)
    return "permission" if question.role is QuestionRole.PERMISSION else _QUANTITY.get(question.kind, question.kind.value)


def choices_name(question: QuestionBrief) -> str:
    head = "several" if question.kind is QuestionKind.MANY_OF else "choices"
    return f"{head}:" + "|".join(question.choices).lower()


def fixed_grammars() -> dict[str, str]:
    """ARPA text of every grammar that is the same in all scripts, by name."""
    kinds = _read()["kinds"]
    grammars = {name: arpa(_weighted(_expand(kind["sentences"]), name)) for name, kind in kinds.items()}
    return {**grammars, CONFIRMATION: arpa(_weighted((), CONFIRMATION)), ANYTIME: arpa(_weighted((), ANYTIME))}


def choices_grammar(choices: Iterable[str], known: Iterable[str], *, are_several: bool = False) -> str:
    """The grammar of one multiple-choice question; choices with words the dictionary does not know are left to the other decoder."""
    words = set(known)
    usable = [" ".join(choice.lower().split()) for choice in choices if words.issuperset(choice.lower().split())]
    framed = [(frame + choice, 1.0) for choice in usable for frame in ("", "the ", "i think ", "probably ")]
    if are_several and usable:
        framed += [(f"{first}{joined}{second}", 1.0) for first, second in permutations(usable, 2) for joined in (" and ", " and the ", " ")]
        framed += [(said, 2.0) for said in _read()["choosing"]["sentences"]]
    return arpa(_weighted(framed, ANYTIME))


def vocabulary() -> set[str]:
    """Every word of the fixed grammars."""
    lists = [*(kind["sentences"] for kind in _read()["kinds"].values()), _read()["anytime"]]
    sentences = [text for each in lists for text, _ in _expand(each)]
    choosing = [*_read()["choosing"]["sentences"], "the probably i think"]
    return {word for text in [*sentences, *_read()["yes"], *_read()["no"], *choosing] for word in text.split()}


def arpa(weighted: Iterable[tuple[str, float]]) -> str:
    """A trigram model with absolute discounting and back-off, of sentences with their weights."""
    counts = _count(weighted)
    logs, backoffs = _estimate(counts)
    orders = [sorted(ngram for ngram in logs if len(ngram) == order) for order in (1, 2, 3)]
    lines = ["\\data\\", *(f"ngram {order}={len(ngrams)}" for order, ngrams in enumerate(orders, 1))]
    for order, ngrams in enumerate(orders, 1):
        lines += ["", f"\\{order}-grams:"]
        lines += [f"{logs[ngram]:.4f} {' '.join(ngram)}" + (f" {backoffs.get(ngram, 0.0):.4f}" if order < 3 else "") for ngram in ngrams]
    return "\n".join([*lines, "", "\\end\\", ""])


@cache
def _read() -> dict[str, Any]:
    with (Path(__file__).parent / "grammar_en.toml").open("rb") as file:
        return tomllib.load(file)


def _weighted(sentences: Iterable[tuple[str, float]], name: str) -> list[tuple[str, float]]:
    """Shares: what is said at any time a fixed one, yes and no as much as the question makes likely."""
    own = list(sentences)
    # A number may be refused too, but an answer of yes or no is what a yes/no question is for.
    sure_shares = {"permission": 0.4, "yes_no": 0.4, CONFIRMATION: 0.75, "offered_time": 0.2, **dict.fromkeys(_QUANTITY.values(), 0.1)}
    sure_share = sure_shares.get(name, 0.0)
    groups = [
        (own, 1 - _ANYTIME_SHARE - sure_share if own else 0.0),
        (list(_expand(_read()["anytime"])), _ANYTIME_SHARE if own or sure_share else 1.0),
        ([(text, 1.0) for text in (*_read()["yes"], *_read()["no"])], sure_share),
    ]
    totals = [sum(weight for _, weight in group) or 1.0 for group, _ in groups]
    # Scaled so that the rarest sentences still count more than what the discount takes from them.
    return [(text, 3000 * share * weight / total) for (group, share), total in zip(groups, totals, strict=True) for text, weight in group if share]


def _expand(sentences: Iterable[str]) -> Iterator[tuple[str, float]]:
    values_of = {"{number}": _numbers(), "{amount}": _amounts(), "{timeline}": _timelines(), "{hour}": _hours(), "{day}": _days()}
    for sentence in sentences:
        slot = next((slot for slot in values_of if slot in sentence), "")
        if not slot:
            yield sentence, 1.0
            continue
        values = values_of[slot]
        if slot == "{number}" and sentence not in _BARE:
            values = [value for value in values if value[1] >= _COMMON]  # trigrams see two words back: enough to carry the rare ones
        total = sum(weight for _, weight in values)
        for words, weight in values:
            yield sentence.replace(slot, words), 2 * weight / total


@cache
def _numbers() -> list[tuple[str, float]]:
    """1..1000 as people say them; round and small ones are said more often."""
    spoken: list[tuple[str, float]] = [("a dozen", 4.0), ("two dozen", 6.0), ("three dozen", 2.0), ("half a dozen", 2.0), ("a thousand", 4.0)]
    for number in range(1, 1001):
        weight = _likelihood(number)
        words = number_words(number)
        spoken.append((words, weight))
        if " and " in words:
            spoken.append((words.replace(" and ", " "), weight / 4))
        if words.startswith("one hundred"):
            spoken.append(("a" + words.removeprefix("one"), weight * 2))
    return spoken


@cache
def _amounts() -> list[tuple[str, float]]:
    """Of money, as people say it: round."""
    counts = [*range(1, 21), *range(25, 100, 5), *range(100, 1000, 50)]
    spoken = [(f"{number_words(count)} {scale}", 12.0 if count % 10 == 0 else 4.0) for count in counts for scale in ("thousand", "million")]
    spoken += [(number_words(count), 4.0) for count in range(50, 1000, 50)]
    spoken += [(f"{number_words(count)} thousand {number_words(500)}", 1.0) for count in range(1, 21)]
    return [*spoken, ("a thousand", 4.0), ("a hundred thousand", 8.0), ("a million", 8.0), ("nothing", 1.0), ("zero", 1.0)]


def _likelihood(number: int) -> float:
    if number <= 20 or (number <= 100 and number % 10 == 0):
        return 12.0
    if number % 50 == 0:
        return 8.0
    if number < 100:
        return 4.0
    return 2.0 if number % 10 == 0 else 0.2


@cache
def _timelines() -> list[tuple[str, float]]:
    lists = _read()["timelines"]
    counted = [(frame.format(n=count, unit=unit), 0.5) for frame in lists["counted"] for count in lists["counts"] for unit in lists["units"]]
    return [*((phrase, 4.0) for phrase in lists["fixed"]), *counted]


@cache
def _hours() -> list[tuple[str, float]]:
    """As people name one to be called at."""
    lists = _read()["times"]
    return [(frame.format(hour=number_words(hour)), weight) for frame, weight in lists["hours"].items() for hour in range(1, 13)]


@cache
def _days() -> list[tuple[str, float]]:
    return [(day, 1.0) for day in _read()["times"]["days"]]


def _count(weighted: Iterable[tuple[str, float]]) -> Counts:
    counts: Counts = defaultdict(float)
    for text, weight in weighted:
        words = ("<s>", *text.split(), "</s>")
        for order in (1, 2, 3):
            for at in range(len(words) - order + 1):
                counts[words[at : at + order]] += weight
    return counts


def _estimate(counts: Counts) -> tuple[dict[NGram, float], dict[NGram, float]]:
    """log10 probabilities and back-off weights; each history's followers and what is left over sum to one."""
    followers: dict[NGram, dict[str, float]] = defaultdict(dict)
    for ngram, count in counts.items():
        if ngram != ("<s>",):
            followers[ngram[:-1]][ngram[-1]] = count
    total = sum(followers[()].values())
    probabilities: dict[NGram, float] = {(word,): count / total for word, count in followers[()].items()}
    backoffs: dict[NGram, float] = {}
    for history in sorted((history for history in followers if history), key=len):
        words = followers[history]
        seen = sum(words.values())
        unseen = 1 - sum(probabilities[(*history[1:], word)] for word in words)
        discount = _DISCOUNT if unseen > 1e-6 else 0.0  # where every word was seen there is nobody to save for
        taken = {word: min(discount, count / 2) for word, count in words.items()}
        backoffs[history] = math.log10(sum(taken.values()) / seen / unseen) if discount else 0.0
        for word, count in words.items():
            probabilities[*history, word] = (count - taken[word]) / seen
    logs = {ngram: math.log10(probability) for ngram, probability in probabilities.items()}
    return {**logs, ("<s>",): _LOG_ZERO}, backoffs
