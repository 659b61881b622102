"""How often the latest calls of a run turned hot, counted as they go: what `campaigns.pace.hot_rates` reads from the rows.

Pure.
"""

from __future__ import annotations

from campaigns.pacing import RATES_OF, HotRates


class LatestCalls:
    """A ring of the latest calls. Starts with the campaign's own."""

    def __init__(self, own: HotRates) -> None:
        self._ring = [(n < own.n_answered, n < own.n_hot) for n in range(min(own.n_dialled, RATES_OF))]
        self._n_dialled = len(self._ring)
        self._n_answered = sum(answered for answered, _hot in self._ring)
        self._n_hot = sum(hot for _answered, hot in self._ring)

    @property
    def rates(self) -> HotRates:
        return HotRates(len(self._ring), self._n_answered, self._n_hot)

    def dial(self) -> int:
        """The new call's place, to be named when it is answered."""
        place = self._n_dialled
        self._n_dialled += 1
        if len(self._ring) < RATES_OF:
            self._ring.append((False, False))
        else:
            self._set(place, is_answered=False, is_hot=False)
        return place

    def answer(self, place: int, *, is_hot: bool) -> None:
        """Of a call that is no longer among the latest nothing is kept."""
        if place >= self._n_dialled - RATES_OF:
            self._set(place, is_answered=True, is_hot=is_hot)

    def _set(self, place: int, *, is_answered: bool, is_hot: bool) -> None:
        was_answered, was_hot = self._ring[place % RATES_OF]
        self._n_answered += is_answered - was_answered
        self._n_hot += is_hot - was_hot
        self._ring[place % RATES_OF] = (is_answered, is_hot)
