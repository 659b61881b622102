"""Asking to hear a live call, and the life of each listening: its token, its beginning and end, both in the audit log.

The database's side; the sound never comes here. Whether one may is decided by `rules` from what is collected here, asked anew every few seconds.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone

from campaigns.access.roles import LISTEN_IN
from campaigns.access.viewer import viewer_of
from campaigns.disclosures import leaves_out
from campaigns.handoff.signed_in import signed_in
from campaigns.listening.rules import Facts, NotHeard, why_not_listen
from campaigns.models import Call, Listening
from campaigns.recording_rules import NotRecorded
from campaigns.states import CallStatus
from leads import audit
from leads.market_packs import market_packs, may_record
from leads.market_rules import DisclosurePart

TOKEN_LIVES = timedelta(seconds=30)
RELAY_LIVES_S = 15
_RELAY = "campaigns.listening.relay"


@dataclass(frozen=True, slots=True)
class Opened:
    """A listening whose token was spent. `server_url`: the sockets of the process that holds the call, ws:// or wss://; "": not known."""

    listening_id: UUID
    call_id: UUID
    server_id: UUID | None
    server_url: str


def why_not(call: Call) -> NotHeard | None:
    """`call` with lead, campaign and script."""
    market = call.lead.market
    return why_not_listen(
        Facts(
            is_talking=call.status == CallStatus.IN_PROGRESS and call.stream_opened_at is not None and call.session_ended_at is None,
            is_market_known=market in market_packs(),
            may_record=may_record(market),
            has_refused=Call.objects.filter(lead=call.lead_id, not_recorded=NotRecorded.CALLEE).exists(),
            must_be_told=_is_untold(call),
        )
    )


def _is_untold(call: Call) -> bool:
    """Fail closed: a call without a script has told nobody anything."""
    if call.script is None:
        return True
    part, language = DisclosurePart.RECORDING_AND_RECIPIENTS, call.language or call.script.language
    return leaves_out(call.script, part, market=call.lead.market, purpose=call.campaign.purpose, language=language)


def ask(call: Call, user: User) -> str | NotHeard:
    """The token of one socket. The caller has checked who asks."""
    if why := why_not(call):
        return why
    token = secrets.token_urlsafe(32)
    Listening.objects.create(call=call, user=user, by=user.get_username()[:150], token_sha256=_digest(token), asked_at=timezone.now())
    return token


def begin(token: str, user: User, session_key: str) -> Opened | None:
    """Spends the token: it works once, soon, for who asked for it, while they still may. None: refused."""
    now = timezone.now()
    row = Listening.objects.filter(token_sha256=_digest(token), user=user.pk, opened_at=None, asked_at__gt=now - TOKEN_LIVES).first()
    if row is None or Listening.objects.filter(pk=row.pk, opened_at=None).update(opened_at=now) != 1:
        return None
    call = _call(row.call_id)
    if not may_hear(row.call_id, user.pk, session_key):
        return None
    audit.record(row.by, audit.Act.LISTEN, "call", call.pk, campaign_id=call.campaign_id, what="began")
    server = call.server
    return Opened(row.pk, call.pk, server.pk if server else None, server.stream_url if server else "")


def end(listening_id: UUID) -> None:
    """Idempotent: it stands in the log once."""
    now = timezone.now()
    with transaction.atomic():
        row = Listening.objects.select_related("call").filter(pk=listening_id).first()
        if row is None or row.opened_at is None or not Listening.objects.filter(pk=listening_id, ended_at=None).update(ended_at=now):
            return
        seconds = round((now - row.opened_at).total_seconds())
        audit.record(row.by, audit.Act.LISTEN, "call", row.call_id, campaign_id=row.call.campaign_id, what="ended", seconds=seconds)


def may_hear(call_id: UUID, user_id: int, session_key: str) -> bool:
    """Signed in still, with the right, for a call they see, to which one may listen."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or signed_in([session_key]).get(session_key) != user_id:
        return False
    viewer = viewer_of(user)
    if not (viewer.may(LISTEN_IN) and viewer.sees_people and viewer.may("campaigns.view_call")):
        return False
    return viewer.within(Call.objects.filter(pk=call_id)).exists() and why_not(_call(call_id)) is None


# ---- from one process of ours to another ----------------------------------------------------------------------------------------


def relay_token(opened: Opened) -> str:
    return signing.dumps(str(opened.listening_id), salt=_RELAY)


def relayed_call(token: str) -> UUID | None:
    """The call that another process of ours asks for. None: not signed by us, too old, or over."""
    try:
        listening_id = UUID(signing.loads(token, salt=_RELAY, max_age=RELAY_LIVES_S))
    except (signing.BadSignature, ValueError):
        return None
    waiting = Listening.objects.filter(pk=listening_id, opened_at__isnull=False, relayed_at=None, ended_at=None)
    return waiting.values_list("call_id", flat=True).first()


def spend_relay(token: str) -> bool:
    """True once."""
    listening_id = UUID(signing.loads(token, salt=_RELAY, max_age=RELAY_LIVES_S))
    return Listening.objects.filter(pk=listening_id, relayed_at=None, ended_at=None).update(relayed_at=timezone.now()) == 1


def _call(call_id: UUID) -> Call:
    return Call.objects.select_related("lead", "campaign", "script", "server").get(pk=call_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
