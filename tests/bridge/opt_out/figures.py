"""Recall and false alarms by language and set: `python -m tests.bridge.opt_out.figures`; and what one look costs."""

from __future__ import annotations

from time import perf_counter

from bridge.opt_out import find_opt_out
from tests.bridge.opt_out.phrasebook import LANGUAGES, phrases

ANSWER = "I think we would need around forty seats, maybe a few more next year if it goes well"


def verdict(text: str, language: str) -> str:
    found = find_opt_out(text, language)
    if found is None:
        return "none"
    return "doubtful" if found.is_doubtful else "clear"


def figures() -> list[str]:
    lines = ["language  set        opt-outs: clear  asked  missed    harmless: left alone  asked  taken"]
    for language in LANGUAGES:
        for name in ("open", "held_back"):
            book = phrases(language, name)
            clear, harmless = [verdict(text, language) for text in book.clear], [verdict(text, language) for text in book.harmless]
            counts = [clear.count(word) for word in ("clear", "doubtful", "none")] + [harmless.count(word) for word in ("none", "doubtful", "clear")]
            lines.append("{:9} {:10} {:15} {:6} {:7} {:24} {:6} {:6}".format(language, name, *counts))
    return lines


def look_us(text: str, n: int = 200) -> float:
    began = perf_counter()
    for _ in range(n):
        find_opt_out(text, "en-KE")
    return (perf_counter() - began) / n * 1e6


if __name__ == "__main__":
    print("\n".join(figures()))
    for text in ("yes", "Don't call me again", ANSWER):
        print(f"{look_us(text):6.0f} µs for {text!r}")
