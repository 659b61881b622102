"""A retry rule as a sentence.

Pure.
"""

from __future__ import annotations

from campaigns.retries import OutcomeRule


def rule_in_words(rule: OutcomeRule) -> str:
    if rule.is_final:
        return "nobody is called again"
    if rule.max_attempts == 1:
        return "no other attempt"
    times = "twice" if rule.max_attempts == 2 else f"{rule.max_attempts} times"
    spread = f", over {rule.n_day_parts} parts of the day or more" if rule.n_day_parts > 1 else ""
    return f"again after {delay_in_words(rule.delay_minutes)}, {times} at most{spread}"


def delay_in_words(minutes: int) -> str:
    """90 → 1 h 30 min."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = ((days, "day" if days == 1 else "days"), (hours, "h"), (left, "min"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min"
