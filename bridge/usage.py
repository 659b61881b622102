"""What the voices of one call have used so far, by model and unit, as their providers count it.

Pure. Providers send a figure with each message or turn; the sum of them is what is billed (a context that is read again is billed again).
"""

from __future__ import annotations

from collections import defaultdict

from bridge.events import Usage, UsageUnit, VoiceUsage


class UsageAccount:
    def __init__(self) -> None:
        self._used: defaultdict[str, defaultdict[UsageUnit, float]] = defaultdict(lambda: defaultdict(float))

    def add(self, usage: VoiceUsage) -> None:
        for unit, amount in usage.amounts.items():
            self._used[usage.model][unit] += amount

    def total(self) -> Usage:
        """A copy; models and units that were not used are left out."""
        used = {model: {unit: amount for unit, amount in amounts.items() if amount} for model, amounts in self._used.items()}
        return {model: amounts for model, amounts in used.items() if amounts}
