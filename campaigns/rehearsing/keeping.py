"""The rows of rehearsals: begun, kept up with, finished. Each function is one transaction, and writes nothing but the rehearsal itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bridge.reports import SessionUse
from campaigns.approval import script_digest
from campaigns.models import Rehearsal, Script
from campaigns.models.rehearsal import LOST_AFTER
from campaigns.rehearsing.briefs import Cast, new_token, plot_of_rehearsal
from campaigns.rehearsing.plot import Plot
from campaigns.rehearsing.talk import Talk
from campaigns.rehearsing.verdict import BROKEN_OFF, missing_of_talk
from campaigns.voice_cost.reckoning import cost_of_session, minor_of
from campaigns.voice_cost.table import voice_prices
from leads import clock

Kind, Status = Rehearsal.Kind, Rehearsal.Status
TOKEN_LIVES_S = 60  # the page connects at once
MOST_AT_ONCE = 3  # talks, beside the calls that this machine holds


class TooMany(Exception):
    """So many people rehearse already: wait for one to end."""


def begin(script: Script, cast: Cast, *, kind: Rehearsal.Kind, by: str) -> Rehearsal:
    """A talk has a token for its socket. One that the same person still has open in another tab is broken off. Raises TooMany."""
    now, real_now = clock.now(), timezone.now()
    with transaction.atomic():
        break_off_lost()
        if kind == Kind.BROWSER:
            _only_one(by)
        return Rehearsal.objects.create(
            script=script,
            campaign=cast.campaign,
            digest=script_digest(script),
            language=cast.language,
            voice=cast.voice,
            kind=kind,
            started_by=by[:150],
            started_at=now,
            heard_from_at=real_now,
            token=new_token() if kind == Kind.BROWSER else None,
            token_expires_at=real_now + timedelta(seconds=TOKEN_LIVES_S) if kind == Kind.BROWSER else None,
        )


def spend(token: str) -> tuple[Rehearsal, Plot] | None:
    """The token works once. None: it is unknown, used or too old."""
    now = timezone.now()
    with transaction.atomic():
        rehearsal = (
            Rehearsal.objects.select_for_update(of=("self",), no_key=True)
            .select_related("script", "campaign")
            .filter(token=token, token_expires_at__gt=now, status=Status.RUNNING)
            .first()
        )
        if rehearsal is None:
            return None
        Rehearsal.objects.filter(pk=rehearsal.pk).update(token=None, heard_from_at=now)
    return rehearsal, plot_of_rehearsal(rehearsal, at=timezone.localtime(clock.now()))


def keep(rehearsal_id: UUID, results: dict[str, Any]) -> None:
    """While it runs."""
    _write(rehearsal_id, results, heard_from_at=timezone.now())


def finish(rehearsal_id: UUID, results: dict[str, Any], status: Rehearsal.Status, *, why: str = "") -> None:
    """Idempotent: what was finished stays as it is."""
    _write(rehearsal_id, results, status=status, why=why[:1000], finished_at=clock.now(), token=None)


def _write(rehearsal_id: UUID, results: dict[str, Any], **fields: Any) -> None:
    """What the voice cost comes by a way of its own, and stays."""
    with transaction.atomic():
        running = Rehearsal.objects.select_for_update(no_key=True).filter(pk=rehearsal_id, status=Status.RUNNING).first()
        if running is None:
            return
        cost = {"cost": running.results["cost"]} if "cost" in running.results else {}
        Rehearsal.objects.filter(pk=rehearsal_id).update(results={**cost, **results}, **fields)


def finish_talk(rehearsal_id: UUID, talk: Talk) -> None:
    missing = missing_of_talk(talk)
    status = Status.PASSED if not missing else Status.ABANDONED if talk.outcome in BROKEN_OFF else Status.FAILED
    finish(rehearsal_id, {"talk": talk.as_json(), "missing": missing}, status)


def keep_cost(rehearsal_id: UUID, uses: Sequence[SessionUse]) -> None:
    """What the voice used, in KES cents: shown, and booked to nothing. None where no price is known."""
    on, prices = timezone.localdate(clock.now()), voice_prices()
    costs = [cost_of_session(use.voice, use.usage, open_s=use.open_s, is_discarded=use.is_discarded, prices=prices, on=on) for use in uses]
    usd = None if any(cost.usd is None for cost in costs) else sum((cost.usd or Decimal(0) for cost in costs), Decimal(0))
    minor = None if usd is None else minor_of(usd, prices, on=on)
    with transaction.atomic():
        rehearsal = Rehearsal.objects.select_for_update(no_key=True).get(pk=rehearsal_id)
        Rehearsal.objects.filter(pk=rehearsal_id).update(results={**rehearsal.results, "cost": {"minor": minor}})


def break_off_lost() -> int:
    """What nobody has kept up with for minutes was of a process that died, or of a page that never called."""
    lost = Rehearsal.objects.filter(status=Status.RUNNING, heard_from_at__lt=timezone.now() - LOST_AFTER)
    return lost.update(status=Status.ABANDONED, finished_at=clock.now(), token=None)


def _only_one(by: str) -> None:
    running = Rehearsal.objects.filter(kind=Kind.BROWSER, status=Status.RUNNING)
    running.filter(started_by=by[:150]).update(status=Status.ABANDONED, finished_at=clock.now(), token=None)
    if running.count() >= MOST_AT_ONCE:
        raise TooMany
