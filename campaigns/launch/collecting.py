"""Collects what the launch checklist decides on. Reads only; the number of queries does not grow with the leads.

Who lives where, speaks what and agreed how is grouped by the database; of many leads some thousands are looked at, and the page says so. What stops a
launch is asked of all of them (campaigns.campaign_life). Single leads are judged here only while they are few; else the preflight has counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bridge.voice.catalogue import VOICES
from campaigns import campaign_life, dialing_stop, line_guard, money, recordings, servers
from campaigns.approval import preflight_to_approve_by
from campaigns.clips.standing import Status as ClipStatus
from campaigns.clips.standing import standing_of
from campaigns.dead_voices import passed_over, why_nobody_speaks
from campaigns.inbound_sentences import primary
from campaigns.judge.record import EntryKind
from campaigns.launch.facts import ClipFacts, Facts, Judged, LineFacts, PlatformFacts, PreflightFacts, ProcessFacts, RehearsalFacts, VoiceFacts
from campaigns.launch.people_facts import LOOKED_AT, Home, consent_of, judged_now, living, n_enrolled_in, packs_of, places_of, reps_of
from campaigns.models import Call, Campaign, FlightEntry, Line, LineCheck, Organisation, Preflight, ServerProcess, WebhookEndpoint
from campaigns.rehearsals import rehearsal_of
from campaigns.states import CallStatus
from leads import clock
from leads.models import DoNotCallEntry

JUDGED_AT_ONCE = 500  # leads; more would keep the page waiting
WAITS_TOO_LONG = timedelta(minutes=1)
LOOKS_BACK = timedelta(minutes=10)
A_DAY = timedelta(days=1)


def facts_of(campaign: Campaign) -> Facts:
    """`campaign` with script and line."""
    now, homes = clock.now(), living(campaign)
    lines, alive = campaign.lines(), list(servers.alive())
    n_looked_at = sum(home.n_leads for home in homes)
    listed = DoNotCallEntry.objects.order_by("-entered_at").values_list("entered_at", flat=True).first()
    is_simulated = all(line.is_simulated for line in lines)
    return Facts(
        **_settings_of(campaign),
        **_foreseen(campaign, now=now),
        **_webhooks(),
        now=now,
        now_real=timezone.now(),
        obstacles=tuple(campaign_life.obstacles_on_the_way(campaign)),
        n_enrolled=n_enrolled_in(campaign) if n_looked_at >= LOOKED_AT else n_looked_at,
        n_looked_at=n_looked_at,
        by_language=_by_language(homes),
        places=places_of(campaign, homes, now=now),
        packs=packs_of(homes, now=now),
        consent=consent_of(campaign, n_looked_at),
        n_do_not_call=DoNotCallEntry.objects.count() if listed else 0,
        do_not_call_at=listed,
        lines=_lines(campaign, lines),
        voice=_voice(campaign, alive),
        platform=PlatformFacts(not is_simulated, bool(settings.SAUTIKIT_API_KEY), len(settings.SAUTIKIT_SIGNING_SECRETS), settings.PUBLIC_URL),
        clips=_clips(campaign, is_simulated=is_simulated),
        caps=money.caps_of(campaign, Organisation.current(), now=now),
        next_minor=money.worst_case(campaign, now=now).minor,
        old_prices=tuple(money.old_prices(on=now.date())),
        reps=reps_of(campaign),
        n_keys=len(recordings.keys().by_id),
        stopped=dialing_stop.why_stopped(),
        processes=_processes(alive, now=now),
        rehearsal=_rehearsal(campaign),
    )


class _Settings(TypedDict):
    """What stands on the campaign and its script themselves."""

    status: str
    kind: str
    pause_reason: str
    script_id: int
    n_questions: int
    script_languages: tuple[str, ...]
    is_language_matched: bool
    waits_for_reps: bool
    approved_by: str
    approved_at: datetime | None
    is_recorded: bool
    max_calls_in_flight: int


def _settings_of(campaign: Campaign) -> _Settings:
    return {
        "status": campaign.status,
        "kind": campaign.kind,
        "pause_reason": campaign.pause_reason,
        "script_id": campaign.script.pk,
        "n_questions": campaign.script.questions.count(),
        "script_languages": tuple(campaign.script.languages),
        "is_language_matched": campaign.is_language_matched,
        "waits_for_reps": campaign.hot_leads_a_rep is not None,
        "approved_by": campaign.approved_by,
        "approved_at": campaign.approved_at,
        "is_recorded": campaign.is_recorded,
        "max_calls_in_flight": campaign.max_calls_in_flight,
    }


class _Foreseen(TypedDict):
    """What is queued, and what became of it beforehand."""

    n_queued: int
    judged: Judged | None
    preflight: PreflightFacts | None
    is_preflight_at_work: bool


def _foreseen(campaign: Campaign, *, now: datetime) -> _Foreseen:
    n_queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).count()
    newest = Preflight.objects.filter(campaign=campaign).order_by("-id").first()
    done = newest if newest is None or newest.is_done else _last_done(campaign)
    return {
        "n_queued": n_queued,
        "judged": _judged(campaign, n_queued, done, now=now),
        "preflight": _preflight(done),
        "is_preflight_at_work": newest is not None and newest.finished_at is None,
    }


class _Webhooks(TypedDict):
    n_webhooks: int
    n_webhooks_off: int
    n_webhooks_failing: int


def _webhooks() -> _Webhooks:
    endpoints = list(WebhookEndpoint.objects.all())
    return {
        "n_webhooks": sum(endpoint.is_active for endpoint in endpoints),
        "n_webhooks_off": sum(not endpoint.is_active for endpoint in endpoints),
        "n_webhooks_failing": sum(endpoint.is_active and endpoint.failing_since is not None for endpoint in endpoints),
    }


def _rehearsal(campaign: Campaign) -> RehearsalFacts | None:
    standing = rehearsal_of(campaign.script)
    if standing.passed is None:
        return None
    return RehearsalFacts(standing.passed.started_by, standing.passed.started_at, standing.passed.why if standing.is_waived else "")


def _by_language(homes: Iterable[Home]) -> dict[str, int]:
    found: dict[str, int] = {}
    for home in homes:
        language = primary(home.language)
        found[language] = found.get(language, 0) + home.n_leads
    return found


def _lines(campaign: Campaign, lines: Sequence[Line]) -> tuple[LineFacts, ...]:
    checks: dict[int, LineCheck] = {}
    for check in LineCheck.objects.filter(line__in=lines, ended_at__isnull=False).order_by("started_at"):
        checks[check.line_id] = check
    return tuple(_line(campaign, line, checks.get(line.pk)) for line in lines)


def _line(campaign: Campaign, line: Line, check: LineCheck | None) -> LineFacts:
    is_main = line.pk == campaign.line_id
    return LineFacts(
        line_id=line.pk,
        name=str(line),
        number=line.number,
        is_simulated=line.is_simulated,
        strategy=line.strategy,
        max_calls_in_flight=line.max_calls_in_flight,
        calls_per_second=line.calls_per_second,
        checked_at=check.ended_at if check and not check.failure else None,
        check_failed=check.failure if check else "",
        # What stands in the way of the main one is among the obstacles.
        in_the_way=() if is_main else tuple(line_guard.campaign_obstacles(campaign, line)),
    )


def _voice(campaign: Campaign, alive: Sequence[ServerProcess]) -> VoiceFacts:
    traits = VOICES.get(campaign.voice)
    return VoiceFacts(
        names=campaign.voices,
        dead=why_nobody_speaks(alive, campaign.voices),
        passed_over=passed_over(alive, campaign.voices),
        is_for_rehearsal=traits is not None and not traits.may_call_real_people,
        unspoken=tuple(language for language in campaign.script.languages if traits and not traits.speaks(primary(language))),
    )


def _clips(campaign: Campaign, *, is_simulated: bool) -> ClipFacts:
    standing = standing_of(campaign.script, campaign.voice)
    is_required = not is_simulated and any(voice in VOICES and not VOICES[voice].speaks_verbatim for voice in campaign.voices)
    required = [line for line in standing if line.is_required]
    return ClipFacts(
        n_needed=len(required),
        n_ready=sum(line.is_ready for line in required),
        n_to_listen=sum(line.newest is not None and line.newest.status == ClipStatus.TO_LISTEN for line in standing),
        is_required=is_required,
        mute=() if is_simulated else tuple(line.key for line in standing if not line.is_required and not line.is_ready),
    )


def _last_done(campaign: Campaign) -> Preflight | None:
    return Preflight.objects.filter(campaign=campaign, finished_at__isnull=False, failure="").order_by("-id").first()


def _preflight(run: Preflight | None) -> PreflightFacts | None:
    if run is None or run.result is None:
        return None
    result = run.result
    has_course = "days" in result
    return PreflightFacts(
        preflight_id=run.pk,
        at=run.asked_at,
        by=run.asked_by,
        n_queued=result.get("n_queued", 0),
        n_excluded=result.get("n_excluded", 0),
        mid_minor=result["money"]["mid_minor"] if has_course else None,
        high_minor=result["money"]["high_minor"] if has_course else None,
        n_hot=result["n_hot"] if has_course else None,
        n_reps_needed=result["reps"]["n_needed"] if has_course else None,
        warnings=tuple(result.get("warnings", ())),
    )


def _judged(campaign: Campaign, n_queued: int, run: Preflight | None, *, now: datetime) -> Judged | None:
    if n_queued <= JUDGED_AT_ONCE:
        return judged_now(campaign, now=now) if n_queued else None
    if run is None or run.result is None:
        return None
    result = run.result
    reasons = tuple((row["reason"], row["n"], row["mend"]) for row in result.get("excluded", ()))
    is_current = preflight_to_approve_by(campaign)
    return Judged(
        at=run.asked_at,
        n=result.get("n_queued", 0),
        n_refused=result.get("n_excluded", 0),
        reasons=reasons,
        is_by_preflight=True,
        is_out_of_date=is_current is None or is_current.pk != run.pk,
    )


def _processes(alive: Sequence[ServerProcess], *, now: datetime) -> ProcessFacts:
    real = timezone.now()
    ticks = FlightEntry.objects.filter(kind=EntryKind.TICK, at__gte=now - LOOKS_BACK).order_by("-at")
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=real - WAITS_TOO_LONG)
    taken_up = DBTaskResult.objects.filter(started_at__gt=real - A_DAY).order_by("-started_at").values_list("started_at", flat=True)
    return ProcessFacts(
        n_servers=len(alive),
        room=sum(server.room for server in alive),
        dialer_at=ticks.values_list("recorded_at", flat=True).first(),
        worker_at=taken_up.first(),
        n_jobs_waiting=waiting.count(),
    )
