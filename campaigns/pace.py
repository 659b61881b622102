"""Reads what pacing decides on: calls in flight, our numbers, the servers' room, the reps and the hot leads on their way to them.

Run inside the claim's transaction, under the organisation's lock, the answer holds until its commit; on a console it is what a claim would see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from campaigns import dead_voices, servers
from campaigns.handoff.presence import available_reps
from campaigns.handoff.states import WITH_REP
from campaigns.models import Call, Campaign, Line, Organisation
from campaigns.pacing import RATES_OF, DayCount, HotRates, InFlight, Limit, Load, Reps, Room, TokenBucket, calls_for_reps, tightest
from campaigns.priority import Priority
from campaigns.states import LIVE, CallStatus
from leads.said import sentence


@dataclass(frozen=True, slots=True)
class CallsInFlight:
    """How many calls are live, by what holds them."""

    by_campaign: Mapping[int, int]
    by_line: Mapping[int | None, int]
    by_server: Mapping[UUID | None, int]

    @property
    def n_all(self) -> int:
        return sum(self.by_campaign.values())

    def of_campaign(self, campaign_id: int) -> int:
        return self.by_campaign.get(campaign_id, 0)

    def of_line(self, line_id: int) -> int:
        return self.by_line.get(line_id, 0)


def calls_in_flight() -> CallsInFlight:
    """One query over the live rows alone, status by status: asked for all three at once, SQLite with statistics walks the whole list."""
    first, *others = (Call.objects.filter(status=status).order_by().values_list("campaign_id", "line_id", "server_id") for status in sorted(LIVE))
    rows = list(first.union(*others, all=True))
    return CallsInFlight(
        Counter(campaign_id for campaign_id, _line, _server in rows),
        Counter(line_id for _campaign, line_id, _server in rows),
        Counter(server_id for _campaign, _line, server_id in rows),
    )


def room_of(
    campaign: Campaign,
    organisation: Organisation,
    lines: Sequence[Line],
    flying: CallsInFlight,
    reps: Reps | None,
    *,
    server_room: int,
    now: datetime,
) -> Room:
    """How many calls of this campaign may start now, money aside. `lines`: those that may be dialled on."""
    return tightest(
        {
            Limit.ORGANISATION: Load(flying.n_all, organisation.max_calls_in_flight).room,
            Limit.CAMPAIGN: Load(flying.of_campaign(campaign.pk), campaign.max_calls_in_flight).room,
            Limit.LINE: sum(Load(flying.of_line(line.pk), line.max_calls_in_flight).room or 0 for line in lines),
            Limit.DAY_OF_NUMBER: _room_of_numbers(lines, now),
            Limit.RATE: sum(int(bucket_of(line).at(now).tokens + 1e-9) for line in lines),
            Limit.SERVER: server_room,
            Limit.REPS: room_for_reps(reps),
        }
    )


def _room_of_numbers(lines: Iterable[Line], now: datetime) -> int | None:
    rooms = [day_count_of(line).room(timezone.localdate(now)) for line in lines]
    return None if None in rooms else sum(room or 0 for room in rooms)


def is_open(line: Line, flying: CallsInFlight, *, now: datetime) -> bool:
    """A call may start from this number at this instant."""
    has_room = bool(Load(flying.of_line(line.pk), line.max_calls_in_flight).room)
    has_day_room = day_count_of(line).room(timezone.localdate(now)) != 0
    return has_room and has_day_room and bucket_of(line).take(now) is not None


def count_dialled(line: Line, *, now: datetime) -> None:
    """One call starts on it: a token and one of the day's calls are gone. The caller holds the row, and asked `is_open`."""
    bucket = bucket_of(line).take(now)
    if bucket is None:
        raise AssertionError("a line is dialled on only while it is open")
    today = timezone.localdate(now)
    line.tokens, line.tokens_at = bucket.tokens, bucket.filled_at
    line.n_dialled_on, line.counted_on = day_count_of(line).on(today) + 1, today
    line.save(update_fields=["tokens", "tokens_at", "n_dialled_on", "counted_on"])


def bucket_of(line: Line) -> TokenBucket:
    return TokenBucket(line.calls_per_second, line.tokens, line.tokens_at)


def day_count_of(line: Line) -> DayCount:
    return DayCount(line.max_calls_a_day, line.counted_on, line.n_dialled_on)


# ---- reps -----------------------------------------------------------------------------------------------------------------


def room_for_reps(reps: Reps | None) -> int | None:
    """None: reps do not hold the campaign back."""
    if reps is None:
        return None
    return calls_for_reps(n_free_reps=reps.n_free, target=reps.target, in_flight=reps.in_flight, rates=reps.rates)


def reps_of(campaign: Campaign, *, now: datetime) -> Reps | None:
    """None: they do not hold this campaign back, because it has none, hands over nobody, or says so."""
    if campaign.hot_leads_a_rep is None or campaign.kind == Campaign.Kind.SURVEY or not campaign.reps.exists():
        return None
    n_free = available_reps(campaign, now=now).count()
    return Reps(n_free, campaign.hot_leads_a_rep, tuple(on_their_way(campaign)), hot_rates(campaign.pk))


def on_their_way(campaign: Campaign) -> list[InFlight]:
    """Live calls of every campaign whose hot leads go to some of the same reps."""
    rivals = Campaign.objects.filter(reps__in=campaign.reps.all()).values("pk")
    rows = (
        Call.objects.filter(campaign__in=rivals, status__in=LIVE).order_by().values_list("campaign_id", "status", "score__is_hot", "handoff__status")
    )
    stages: dict[int, Counter[str]] = {}
    for campaign_id, status, is_hot, handoff_status in rows:
        if handoff_status in WITH_REP:
            continue  # the rep who has them is not free any more
        stage = "waiting" if is_hot else "talking" if status == CallStatus.IN_PROGRESS else "ringing"
        stages.setdefault(campaign_id, Counter())[stage] += 1
    return [InFlight(hot_rates(campaign_id), n["ringing"], n["talking"], n["waiting"]) for campaign_id, n in stages.items()]


def hot_rates(campaign_id: int) -> HotRates:
    latest = Call.objects.filter(campaign=campaign_id, dialled_at__isnull=False).order_by("-dialled_at")
    rows = list(latest.values_list("answered_at", "score__is_hot")[:RATES_OF])
    return HotRates(len(rows), sum(answered_at is not None for answered_at, _hot in rows), sum(bool(hot) for _answered_at, hot in rows))


# ---- for people -----------------------------------------------------------------------------------------------------------

WORDS = {
    Limit.ORGANISATION: sentence("as many calls are in flight as the organisation allows"),
    Limit.CAMPAIGN: sentence("as many calls are in flight as the campaign allows"),
    Limit.LINE: sentence("the phone lines are full"),
    Limit.RATE: sentence("the phone line's calls a second are used up for the moment"),
    Limit.DAY_OF_NUMBER: sentence("the calls a day of its numbers are used up; it goes on tomorrow, or with another phone line"),
    Limit.SERVER: sentence("no server of ours has room for another call"),
    Limit.REPS: sentence("the reps are the bottleneck: no free rep could take more hot leads than are already expected"),
}


def why_slow(campaign: Campaign, *, now: datetime) -> str:
    """What keeps a call that is due from starting at this moment, in words; "": nothing but money, or nobody is due."""
    due = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED, due_at__lte=now)
    if not any(due.filter(priority=priority).exists() for priority in Priority):
        return ""
    lines, flying = campaign.lines(), calls_in_flight()
    if dead := dead_voices.why_nobody_speaks(servers.alive(), campaign.voices):
        return dead
    server_room = servers.total_room(flying.by_server, campaign.voices)
    room = room_of(campaign, Organisation.current(), lines, flying, reps_of(campaign, now=now), server_room=server_room, now=now)
    return sentence("No more calls start right now: %(why)s.", why=WORDS[room.limit]) if room.n_calls == 0 and room.limit else ""
