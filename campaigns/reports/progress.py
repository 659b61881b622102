"""How far a campaign is: calls waiting, on the phone, and ended, by what came of them, and the money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.funnel import COMPLETE
from campaigns.models import Campaign, Score, VoiceSession
from campaigns.money import spending_of
from campaigns.states import ENDED, LIVE, CallStatus, Disposition
from leads.said import Sentence, spaced

Row = tuple[str, int]
# Where a disposition can be (call_disposition_at_the_end). Said, the index is entered there; without it, a campaign's every call is looked at.
TOLD = sorted(ENDED | {CallStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Each:
    """What one of them cost, KES cents, rounded up; the two parts add up to it."""

    minor: int
    phone_minor: int
    voice_minor: int


@dataclass(frozen=True, slots=True)
class Progress:
    n_queued: int
    n_live: int
    n_ended: int
    n_hot: int
    ended: tuple[Row, ...]  # by disposition; where nobody was reached, by status; most frequent first
    spent_minor: int
    reserved_minor: int  # of calls whose final price is not known yet
    voice_minor: int  # of what is spent: the AI voices; the rest is the telephone
    n_unpriced: int  # calls whose AI voice has no price, which is in none of the figures

    n_complete: int  # interviewed, or asked to the end whether hot or not
    n_qualified: int

    @property
    def a_complete(self) -> Each | None:
        """Spent so far on each completed interview; None while there is none."""
        return self._each(self.n_complete)

    @property
    def a_hot_lead(self) -> Each | None:
        return self._each(self.n_hot)

    @property
    def a_qualified_lead(self) -> Each | None:
        return self._each(self.n_qualified)

    def _each(self, n: int) -> Each | None:
        if not n:
            return None
        minor = -(-self.spent_minor // n)
        voice_minor = min(minor, -(-self.voice_minor // n))
        return Each(minor, minor - voice_minor, voice_minor)

    @property
    def n_calls(self) -> int:
        return self.n_queued + self.n_live + self.n_ended

    @property
    def ended_percent(self) -> int:
        return round(100 * self.n_ended / self.n_calls) if self.n_calls else 0


def progress_of(campaign: Campaign) -> Progress:
    """Three queries, however many calls there are; those over all calls are answered by an index (call_results) without opening a row."""
    counted = {"n": Count("*"), "voice": Sum("voice_cost_minor", filter=Q(money_on__isnull=False))}
    found = list(campaign.calls.order_by().values_list("status", "disposition").annotate(**counted))
    rows = [(status, disposition, n) for status, disposition, n, _voice in found]
    ended: dict[str, int] = {}
    for status, disposition, n in rows:
        if status not in {*LIVE, CallStatus.QUEUED}:
            name = in_words(status, disposition)
            ended[name] = ended.get(name, 0) + n
    # By lead: who was hot or finished on one call may be so again on the next, as when they call us to get their rep.
    leads = Campaign.objects.values(
        hot=_distinct("call__lead", Score.objects.filter(is_hot=True, call__campaign=campaign), "call__campaign"),
        complete=_distinct("lead", campaign.calls.filter(status__in=TOLD, disposition__in=sorted(COMPLETE)), "campaign"),
        qualified=_distinct("lead", campaign.calls.filter(status__in=TOLD, disposition=Disposition.QUALIFIED), "campaign"),
        unpriced=_distinct("call", VoiceSession.objects.filter(cost_usd=None, call__campaign=campaign), "call__campaign"),
    ).get(pk=campaign.pk)
    spending = spending_of(campaign)
    return Progress(
        n_queued=sum(n for status, _disposition, n in rows if status == CallStatus.QUEUED),
        n_live=sum(n for status, _disposition, n in rows if status in LIVE),
        n_ended=sum(ended.values()),
        n_hot=leads["hot"],
        ended=tuple(sorted(ended.items(), key=lambda row: (-row[1], row[0]))),
        n_complete=leads["complete"],
        n_qualified=leads["qualified"],
        voice_minor=sum(voice or 0 for _status, _disposition, _n, voice in found),
        n_unpriced=leads["unpriced"],
        spent_minor=spending.spent_minor,
        reserved_minor=spending.reserved_minor,
    )


def _distinct(what: str, rows: QuerySet[Any], campaign: str) -> Coalesce:
    """How many different ones, all of one campaign, which is at `campaign` from them."""
    return Coalesce(Subquery(rows.order_by().values(campaign).annotate(n=Count(what, distinct=True)).values("n")), 0)


def in_words(status: str, disposition: str | None) -> Sentence:
    """What came of a call: its disposition, or why there is none."""
    return spaced(Disposition(disposition) if disposition else CallStatus(status))


def kes(minor: int | None, currency: str = "KES") -> str:
    return "" if minor is None else f"{currency}\u00a0{minor / 100:,.2f}"
