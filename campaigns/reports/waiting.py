"""What keeps a queued call from being dialled at this instant: the rules, its own time, its campaign, a stop, money, reps or room.

Reads only, and decides nothing: the dialer decides when the turn comes. Some twenty small queries, for one lead's call that somebody asks about;
so calls that were moved to the next opening all at once need no row of their own to say why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from campaigns import budget, line_guard, money, pace
from campaigns.decisions import eligibility_of
from campaigns.dialing_stop import is_stopped
from campaigns.models import Call, Campaign, Line, Organisation
from campaigns.reports.waiting_words import Standing, waits_for
from campaigns.states import LIVE
from leads.compliance import Refusal
from leads.said import code, listed, sentence


@dataclass(frozen=True, slots=True)
class Waiting:
    sentence: str
    refusals: tuple[Refusal, ...]  # as the rules would say now; (): they allow it
    pack_version: str


def waiting_of(call: Call, *, now: datetime) -> Waiting:
    """`call` is queued, with lead, campaign and line at hand."""
    found = eligibility_of(call, at=now)
    standing = Standing(
        now=now,
        due_at=call.due_at,
        time_zone=call.lead.time_zone,
        refusals=found.refusals,
        opens_at=found.opens_at,
        pack_version=found.pack_version,
        is_promise=call.promise_due_at is not None,
        attempt_number=call.attempt_number,
        holds=tuple(_holds(call, now)),
    )
    return Waiting(waits_for(standing), found.refusals, found.pack_version)


def _holds(call: Call, now: datetime) -> Iterator[str]:
    """The stop and the campaign hold a call at any time; what passes by itself is named only of one that is due."""
    if is_stopped():
        yield sentence("Nothing is dialled until somebody resumes all dialing.")
    if call.campaign.status != Campaign.Status.RUNNING:
        words = sentence("Its campaign is %(status)s, so nothing happens until it runs.", status=code(call.campaign.status))
        yield listed([words, call.campaign.pause_reason], " ") if call.campaign.pause_reason else words
    elif call.due_at <= now:
        yield from _passing(call, now)


def _passing(call: Call, now: datetime) -> Iterator[str]:
    if Call.objects.filter(lead=call.lead_id, status__in=LIVE).exists():
        yield sentence("They are on the phone with us at the moment.")
    lines = call.campaign.lines()
    usable = [line for line in lines if not line_guard.campaign_obstacles(call.campaign, line)]
    if not usable:
        yield listed(line_guard.campaign_obstacles(call.campaign, lines[0]), " ")
        return
    yield from _of_own_line(call.line, usable, now)
    yield from _of_money(call.campaign, now)
    if slow := pace.why_slow(call.campaign, now=now):
        yield slow


def _of_own_line(line: Line | None, usable: list[Line], now: datetime) -> Iterator[str]:
    if line in usable and line is not None and not pace.is_open(line, pace.calls_in_flight(), now=now):
        yield sentence("It waits for %(number)s, the number they know us by, which takes no other call at the moment.", number=line.number)


def _of_money(campaign: Campaign, now: datetime) -> Iterator[str]:
    next_minor = money.worst_case(campaign, now=now).minor
    short = budget.cap_in_the_way(money.caps_of(campaign, Organisation.current(), now=now), next_minor)
    if short is not None and short.cap_minor is not None:
        yield (
            sentence(
                "The budget %(budget)s, KES %(cap)s, has no room: KES %(spent)s is spent, KES %(reserved)s set aside, and one more call "
                "may cost KES %(next)s.",
                budget=sentence(short.name),
                cap=f"{short.cap_minor / 100:.2f}",
                spent=f"{short.spent_minor / 100:.2f}",
                reserved=f"{short.reserved_minor / 100:.2f}",
                next=f"{next_minor / 100:.2f}",
            )
        )
