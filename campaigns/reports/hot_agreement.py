"""Were hot leads really hot? What the reps who talked to them say, against the score, by campaign.

Counts only talks about which the rep has answered that question, and only calls whose score is hot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from campaigns.models import WrapUp
from campaigns.reports.promises import LATELY


@dataclass(frozen=True, slots=True)
class HotAgreement:
    n_confirmed: int = 0
    n: int = 0  # hot calls about which a rep has answered

    @property
    def confirmed_percent(self) -> int | None:
        """Never rounded up. None: nobody has answered."""
        return 100 * self.n_confirmed // self.n if self.n else None


def agreement_of(answers: Iterable[tuple[int, bool]] | Mapping[tuple[int, bool], int]) -> Mapping[int, HotAgreement]:
    """By campaign, the least confirmed first. `answers`: the campaign, and whether the rep found the lead hot; or how many of each. Pure."""
    told = Counter(answers)
    campaign_ids = sorted({campaign_id for campaign_id, _was_hot in told})
    found = {each: HotAgreement(told[each, True], told[each, True] + told[each, False]) for each in campaign_ids}
    return dict(sorted(found.items(), key=lambda row: row[1].n_confirmed / row[1].n))


def together(figures: Iterable[HotAgreement]) -> HotAgreement:
    every = list(figures)
    return HotAgreement(sum(each.n_confirmed for each in every), sum(each.n for each in every))


def hot_agreement_lately(*, now: datetime, within: timedelta = LATELY) -> Mapping[int, HotAgreement]:
    """Of what was written from `now - within` on. One query."""
    talks = WrapUp.objects.filter(was_hot__isnull=False, saved_at__gte=now - within, reservation__handoff__call__score__is_hot=True)
    rows = talks.order_by().values_list("reservation__handoff__call__campaign_id", "was_hot").annotate(n=Count("pk"))
    return agreement_of({(campaign_id, bool(was_hot)): n for campaign_id, was_hot, n in rows})
