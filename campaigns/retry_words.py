"""A retry rule as a sentence.

Pure.
"""

from __future__ import annotations

from campaigns.retries import OutcomeRule
from leads.said import Sentence, listed, sentence


def rule_in_words(rule: OutcomeRule) -> Sentence:
    if rule.is_final:
        return sentence("nobody is called again")
    if rule.max_attempts == 1:
        return sentence("no other attempt")
    times = sentence("twice") if rule.max_attempts == 2 else sentence("%(n)s times", n=rule.max_attempts)
    again = sentence("again after %(delay)s, %(times)s at most", delay=delay_in_words(rule.delay_minutes), times=times)
    if rule.n_day_parts <= 1:
        return again
    return sentence("%(again)s, over %(n)s parts of the day or more", again=again, n=rule.n_day_parts)


def delay_in_words(minutes: int) -> Sentence:
    """90 → 1 h 30 min."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [
        sentence("1 day") if days == 1 else sentence("%(n)s days", n=days) if days else None,
        sentence("%(n)s h", n=hours) if hours else None,
        sentence("%(n)s min", n=left) if left or not minutes else None,
    ]
    return listed([part for part in parts if part is not None], " ")
