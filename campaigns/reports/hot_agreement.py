"""Were hot leads really hot? What the reps who talked to them say, against the score, by campaign.

Pure. Talks about which the rep has answered that question, after calls whose score is hot; they count on the day of that call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns.funnel import Figures


@dataclass(frozen=True, slots=True)
class HotAgreement:
    n_confirmed: int = 0
    n: int = 0  # hot calls about which a rep has answered

    @property
    def confirmed_percent(self) -> int | None:
        """Never rounded up. None: nobody has answered."""
        return 100 * self.n_confirmed // self.n if self.n else None


def agreement_of(figures: Mapping[int, Figures]) -> Mapping[int, HotAgreement]:
    """By campaign, the least confirmed first; without those about which nobody has answered."""
    found = {campaign_id: HotAgreement(each.n_confirmed, each.n_judged) for campaign_id, each in sorted(figures.items()) if each.n_judged}
    return dict(sorted(found.items(), key=lambda row: row[1].n_confirmed / row[1].n))


def together(figures: Iterable[HotAgreement]) -> HotAgreement:
    every = list(figures)
    return HotAgreement(sum(each.n_confirmed for each in every), sum(each.n for each in every))
