"""What the sessions of a call used is kept and priced here, by session and however often it is told; its money is `campaigns.money`'s."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bridge.reports import SessionUse
from campaigns import money
from campaigns.models import Call, VoiceSession
from campaigns.voice_cost.reckoning import Cost, cost_of_session, minor_of
from campaigns.voice_cost.table import voice_prices


def save(call_id: UUID, uses: Sequence[SessionUse], *, is_over: bool, at: datetime) -> None:
    """Idempotent, in any order. `is_over`: no session of this call is open any more, so its cost is settled."""
    with transaction.atomic():
        call = _locked(call_id)
        for use in uses:
            _keep(call, use, call.money_on or timezone.localdate(at))
        count(call, is_over=is_over, at=at)


def settle(call_id: UUID, *, at: datetime) -> None:
    """No session of this call is open any more, and nobody will tell more of them: what was told counts."""
    with transaction.atomic():
        count(_locked(call_id), is_over=True, at=at)


def count(call: Call, *, is_over: bool, at: datetime) -> None:
    """Bring the call's money in line with its sessions. Within the transaction that holds the call's row."""
    sessions = list(call.voice_sessions.all())
    on = call.money_on or timezone.localdate(at)
    known_minor = minor_of(sum((session.known_usd for session in sessions), Decimal(0)), voice_prices(), on=on)
    is_known = all(session.cost_usd is not None for session in sessions)
    money.count_voice(call, known_minor if is_known else None, so_far_minor=known_minor, is_over=is_over, at=at)


def price_again(*, at: datetime) -> tuple[int, list[str]]:
    """After the table was mended: how many sessions have a price now, and what stands in the way of the others."""
    n_priced, in_the_way = 0, dict[str, None]()
    for session in VoiceSession.objects.filter(cost_usd=None).iterator():
        cost = cost_of(session)
        if cost.usd is None:
            in_the_way.update(dict.fromkeys(cost.unknown))
            continue
        with transaction.atomic():
            call = _locked(session.call_id)
            VoiceSession.objects.filter(pk=session.pk).update(**_priced(cost))
            count(call, is_over=call.session_ended_at is not None or call.ended_at is not None, at=at)
        n_priced += 1
    return n_priced, list(in_the_way)


def cost_of(session: VoiceSession) -> Cost:
    """By the table in force, at the prices of its day."""
    return _cost(session.voice, session.used, session.open_s, session.is_discarded, session.used_on)


def _locked(call_id: UUID) -> Call:
    return Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call_id)


def _keep(call: Call, use: SessionUse, on: date) -> None:
    """Sums only grow, so that the larger figure is the later one."""
    session, is_new = VoiceSession.objects.get_or_create(key=use.session, defaults={"call": call, "voice": use.voice[:40], "used_on": on})
    if session.call_id != call.pk:
        raise AssertionError("a session belongs to one call")
    usage = _larger(session.usage, {model: {unit.value: amount for unit, amount in amounts.items()} for model, amounts in use.usage.items()})
    open_s, is_discarded = max(session.open_s, use.open_s), session.is_discarded or use.is_discarded
    if not is_new and (usage, open_s, is_discarded) == (session.usage, session.open_s, session.is_discarded):
        return
    session.usage, session.open_s, session.is_discarded = usage, open_s, is_discarded
    VoiceSession.objects.filter(pk=session.pk).update(usage=usage, open_s=open_s, is_discarded=is_discarded, **_priced(cost_of(session)))


def _larger(kept: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    names = {**kept, **told}
    return {model: {**kept.get(model, {}), **_larger_amounts(kept.get(model, {}), told.get(model, {}))} for model in names}


def _larger_amounts(kept: dict[str, float], told: dict[str, float]) -> dict[str, float]:
    return {unit: max(kept.get(unit, 0.0), amount) for unit, amount in told.items()}


def _cost(voice: str, usage: Any, open_s: float, is_discarded: bool, on: date) -> Cost:
    return cost_of_session(voice, usage, open_s=open_s, is_discarded=is_discarded, prices=voice_prices(), on=on)


def _priced(cost: Cost) -> dict[str, Decimal | None]:
    return {"cost_usd": cost.usd, "known_usd": cost.known_usd}
