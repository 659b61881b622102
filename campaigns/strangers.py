"""Calls to us from people whom we have not called lately: whose number this is, and a way never to be called. The only writer of StrangerCall.

Nothing is kept of them but a do-not-call entry, if they ask for it: no words, no recording, and their number only while they are on the phone.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from bridge.brief import CallBrief
from bridge.events import Outcome
from bridge.telephony.answer_xml import EMPTY_DOCUMENT, Stream, Track, stream_document
from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import budget, circuit, line_guard, money, servers
from campaigns.inbound_words import NOTICE_S, STOP_KEY, no_room_document, opted_out_document, stranger_brief, tongue_to_stranger
from campaigns.integrations.webhooks import facts
from campaigns.models import Campaign, Line, Organisation, StrangerCall
from campaigns.states import ENDED, LIVE, CallStatus
from campaigns.voice_cost.reckoning import worst_case_minor
from campaigns.voice_cost.table import voice_prices
from leads.do_not_call import add_to_do_not_call, is_on_do_not_call
from leads.models import DoNotCallEntry, Lead
from leads.phone import known_phone

logger = logging.getLogger(__name__)

PREFIX = "stranger-"  # tells their ids from those of calls, wherever the bridge knows a call by one string
STREAM_NAME = "stranger"
STREAM_TOKEN_LIVES = timedelta(seconds=60)
AT_ONCE = 2  # with the bot; the others hear the platform's voice, so that nobody can take the room of the leads away
OVER_AFTER = timedelta(seconds=NOTICE_S) + timedelta(minutes=2)  # real time: nobody reported the end
KEPT_FOR = timedelta(days=1)  # so long the platform may repeat what it posted


def call_id_of(stranger: StrangerCall) -> str:
    return f"{PREFIX}{stranger.pk}"


def id_of(call_id: str) -> UUID | None:
    """None: the call is not a stranger's."""
    return UUID(call_id.removeprefix(PREFIX)) if call_id.startswith(PREFIX) else None


def market_of(line: Line) -> str:
    """ "": a number that no country has."""
    own = known_phone(line.number)
    return own.region if own else ""


# ---- what the platform gets -----------------------------------------------------------------------------------------------------


def known(call_id: str | None, session_id: str | None) -> StrangerCall | None:
    same = Q(provider_call_id=call_id) if call_id else Q(pk=None)
    same |= Q(provider_session_id=session_id) if session_id else Q(pk=None)
    return StrangerCall.objects.select_related("line", "campaign__script", "server").filter(same).first()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the platform puts through. One of the two ids at least."""

    phone: str  # "": withheld
    call_id: str | None
    session_id: str | None


def greet(line: Line, campaign: Campaign, caller: Caller, *, now: datetime) -> StrangerCall | None:
    """Opened once, however often the platform asks. None: a budget of the organisation has no room for it."""
    try:
        with transaction.atomic():
            organisation = Organisation.locked()  # so that no two calls spend the same shilling
            return _opened(line, campaign, caller, money.organisation_caps(organisation, now=now), now=now)
    except IntegrityError:
        stranger = known(caller.call_id, caller.session_id)
        if stranger is None:
            raise
        return stranger


def _opened(line: Line, campaign: Campaign, caller: Caller, caps: Iterable[budget.Cap], *, now: datetime) -> StrangerCall | None:
    n_live = StrangerCall.objects.filter(status__in=sorted(LIVE), stream_token__isnull=False).count()
    has_room = n_live < AT_ONCE and line_guard.may_speak(line, *campaign.voices)
    worst_minor = _minor(campaign, NOTICE_S + budget.HANG_UP_GRACE_S, timezone.localdate(now), has_stream=has_room)
    if short := budget.cap_in_the_way(caps, worst_minor):
        logger.warning("a stranger's call is not answered: the budget %s has no room", short.name)
        return None
    stranger = StrangerCall.objects.create(
        line=line,
        campaign=campaign,
        phone=caller.phone,
        stream_token=secrets.token_urlsafe(32) if has_room else None,
        server=servers.roomiest(beyond=servers.KEPT_FOR_CALLERS) if has_room else None,
        provider_call_id=(caller.call_id or "")[:80],
        provider_session_id=(caller.session_id or "")[:80],
        reserved_minor=worst_minor,
        money_on=timezone.localdate(now),
    )
    money.count_stranger(stranger)
    return stranger


def answer(stranger: StrangerCall, event: ProviderEvent, *, at: datetime) -> bytes:
    """The document for this edge of their call. `event` is proven."""
    if stranger.status in ENDED:
        return EMPTY_DOCUMENT
    if stranger.stream_opened_at is not None:  # the session ends it, an opt-out in its last breath included
        return EMPTY_DOCUMENT
    if event.state in PROVIDER_ENDED - {ProviderStatus.COMPLETED}:  # a leg that is being set up says Completed at times
        end(stranger.pk)
        return EMPTY_DOCUMENT
    tongue = tongue_to_stranger(stranger.campaign.script, market=market_of(stranger.line), voice=None)
    if event.digits == STOP_KEY and stranger.phone:
        save_opt_out(stranger.pk, at=at)
        return opted_out_document(tongue)
    return _stream(stranger) or no_room_document(tongue, may_opt_out=bool(stranger.phone))


def _stream(stranger: StrangerCall) -> bytes | None:
    """None: nobody can hold the call."""
    if stranger.stream_token is None:
        return None
    server = stranger.server if servers.is_alive(stranger.server) else servers.roomiest(beyond=servers.KEPT_FOR_CALLERS)
    if server is None:
        return None
    StrangerCall.objects.filter(pk=stranger.pk).update(server=server, stream_expires_at=timezone.now() + STREAM_TOKEN_LIVES)
    return stream_document(Stream(url=f"{server.stream_url}/audio/{stranger.stream_token}", name=STREAM_NAME, track=Track(stranger.line.track)))


# ---- the session ----------------------------------------------------------------------------------------------------------------


def open_stream(token: str, *, server_id: UUID | None = None) -> CallBrief | None:
    """Spend the socket's token, as for any call. None: refused, or not a stranger's."""
    now = timezone.now()
    waiting = StrangerCall.objects.filter(stream_token=token, stream_opened_at=None, stream_expires_at__gt=now, status__in=sorted(LIVE))
    holder = {"server": server_id} if server_id else {}
    if not token or waiting.update(stream_opened_at=now, status=CallStatus.IN_PROGRESS, **holder) != 1:
        return None
    stranger = StrangerCall.objects.select_related("line", "campaign__script").get(stream_token=token)
    is_on_dnc = bool(stranger.phone) and is_on_do_not_call(stranger.phone)
    return stranger_brief(stranger, call_id=call_id_of(stranger), market=market_of(stranger.line), is_on_dnc=is_on_dnc)


def save_opt_out(stranger_id: UUID, *, at: datetime) -> None:
    """The number is on the list when this returns; a withheld one cannot be, and the bot says so."""
    phone = StrangerCall.objects.values_list("phone", flat=True).get(pk=stranger_id)
    if not phone:
        return
    lead = Lead.objects.filter(phone=phone).first()
    with transaction.atomic():
        reason = "asked when calling our number"
        add_to_do_not_call(phone, origin=DoNotCallEntry.Origin.CALLEE, reason=reason, at=at, keep_number=lead is not None)
        if lead is not None:
            facts.caller_opted_out(stranger_id, lead)


def end(stranger_id: UUID) -> bool:
    """Their number goes now, and what the call has cost is counted. False: it had ended already."""
    with transaction.atomic():
        live = StrangerCall.objects.filter(pk=stranger_id, status__in=sorted(LIVE))  # only these have a number
        if live.update(status=CallStatus.COMPLETED, phone="") != 1:
            return False
        _settle(StrangerCall.objects.select_related("campaign").get(pk=stranger_id))
        return True


def _settle(stranger: StrangerCall) -> None:
    """By how long it lasted on our clock, at the dearest reading, never more than was reserved: nobody asks the platform about a stranger."""
    if stranger.money_on is None:  # it began before their money was counted
        return
    now = timezone.now()
    seconds = (now - stranger.created_at).total_seconds()
    has_stream = stranger.stream_opened_at is not None
    cost_minor = _minor(stranger.campaign, seconds, stranger.money_on, has_stream=has_stream)
    money.settle_stranger(stranger, min(cost_minor, stranger.reserved_minor), at=now)


def _minor(campaign: Campaign, seconds: float, on: date, *, has_stream: bool) -> int:
    """The call and the voice that speaks on it."""
    phone_minor = budget.inbound_minor(seconds, budget.price_on(on, money.price_list()), has_stream=has_stream)
    return phone_minor + (worst_case_minor(campaign.voices, seconds, voice_prices(), on=on) if has_stream else 0)


def finish(stranger_id: UUID, outcome: Outcome, *, at: datetime) -> None:
    """The session is over. A fault of the voice is one, whoever heard it."""
    if not end(stranger_id):
        return
    stranger = StrangerCall.objects.select_related("line").get(pk=stranger_id)
    circuit.note_their_fault(stranger.campaign_id, stranger.line, outcome, at=at)


def tidy() -> None:
    """Ends what nobody ended, and forgets what is a day old."""
    now = timezone.now()
    for stranger_id in StrangerCall.objects.filter(status__in=sorted(LIVE), created_at__lt=now - OVER_AFTER).values_list("pk", flat=True):
        end(stranger_id)
    StrangerCall.objects.filter(created_at__lt=now - KEPT_FOR).delete()


def provider_id(stranger_id: UUID) -> tuple[str, str] | None:
    """The platform's id of the call and its line's dialect, for the hang-up; None: it has not been named yet."""
    stranger = StrangerCall.objects.select_related("line").get(pk=stranger_id)
    named = stranger.provider_call_id or stranger.provider_session_id
    return (named, stranger.line.dialect) if named else None
