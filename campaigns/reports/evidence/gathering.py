"""Reads what a pack is made of, for whoever may see it: each table once, however many calls there are. Writes nothing.

A call's recording is read through once, for its hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, cast

from django.contrib.auth.models import User
from django.db.models import Model, Q

from bridge.sealing import SealingProblem
from campaigns import recordings
from campaigns.access.viewer import Viewer
from campaigns.models import (
    Call,
    Campaign,
    FlightEntry,
    Judgement,
    Line,
    PreparedClip,
    PrivacyAct,
    Question,
    Recording,
    Rep,
    RuleSheet,
    Script,
)
from campaigns.privacy.collecting import CHUNK, Held, with_all_below
from campaigns.reports.evidence.document import Row
from campaigns.reports.evidence.facts import Facts, Sound, Tables
from campaigns.reports.evidence.judged import judged_of
from campaigns.reports.evidence.rows import digest_key, rows_of
from leads import clock
from leads.models import (
    AuditEntry,
    ConsentRecord,
    DoNotCallEntry,
    DoNotCallRemoval,
    ErasedAttempt,
    KeptConsent,
    Lead,
    LeadImport,
    ListedLead,
    PackAcknowledgement,
)
from leads.phone_digest import digests_of

# What consoles and integrators were told, and what is made from a recording: copies of what the pack has itself.
COPIES = frozenset({"liveevent", "waveform"})
MAX_JUDGEMENTS = 200
BLOCK = 1 << 20


def gather_call(call: Call, viewer: Viewer) -> Facts:
    lead = call.lead
    return _facts([call], lead, lead.phone, viewer, is_person=False)


def gather_person(phone: str, viewer: Viewer) -> Facts:
    """`phone` in E.164, whether a lead has it or not."""
    lead = viewer.within(Lead.objects.filter(phone=phone)).first()
    calls = list(viewer.within(Call.objects.filter(lead=lead)).order_by("created_at", "attempt_number")) if lead else []
    return _facts(calls, lead, phone, viewer, is_person=True)


def _facts(calls: Sequence[Call], lead: Lead | None, phone: str, viewer: Viewer, *, is_person: bool) -> Facts:
    key, number = digest_key(), digests_of([phone]).get(phone, "")
    below = list(_flat(with_all_below(calls, leave=COPIES)))
    flight = list(_flight(calls, number if is_person else "", viewer))
    is_all_flight = is_person and viewer.limit is None
    found: list[Model] = [
        *_person(lead, viewer, is_person=is_person),
        *below,
        *_named_by(calls, below, flight),
        *_list(number),
        *flight,
        *_acts(calls, lead, number, viewer, is_person=is_person),
    ]
    rows = _once(rows_of(found, key))
    kept = [row for row in below if isinstance(row, Recording)]
    return Facts(
        tables=Tables(rows),
        lead_id=str(lead.pk) if lead else "",
        phone=phone,
        sounds={str(row.call_id): sound_of(row) for row in kept},
        why_unrecorded=_why_unrecorded(calls, {row.call_id for row in kept}),
        judged=judged_of(flight if is_all_flight else flight_of_number(number, calls), {str(call.pk) for call in calls}),
        is_whole=viewer.limit is None,
        users=_users(rows),
        shift=clock.offset(),
    )


def _once(rows: Sequence[Row]) -> list[Row]:
    return list({row.ref: row for row in rows}.values())


def _flat(held: Iterable[Held]) -> Iterator[Model]:
    for each in held:
        yield each.row
        for rows in each.below.values():
            yield from _flat(rows)


def chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    return (listed[at : at + CHUNK] for at in range(0, len(listed), CHUNK))


# ---- the person -------------------------------------------------------------------------------------------------------------


def _person(lead: Lead | None, viewer: Viewer, *, is_person: bool) -> Iterator[Model]:
    if lead is None:
        return
    yield lead
    yield from viewer.within(ConsentRecord.objects.filter(lead=lead)).order_by("given_at", "recorded_at")
    if is_person:
        listed = ListedLead.objects.filter(lead=lead)
        yield from viewer.within(LeadImport.objects.filter(Q(pk=lead.created_by_import_id) | Q(pk__in=listed.values("lead_import")))).order_by("pk")


def _list(number: str) -> Iterator[Model]:
    if number:
        yield from DoNotCallEntry.objects.filter(phone_digest=number)
        yield from DoNotCallRemoval.objects.filter(phone_digest=number).order_by("removed_at")


def _acts(calls: Sequence[Call], lead: Lead | None, number: str, viewer: Viewer, *, is_person: bool) -> Iterator[Model]:
    ids = [str(call.pk) for call in calls]
    for some in chunks(ids):
        yield from viewer.within(AuditEntry.objects.filter(subject="call", subject_id__in=some)).order_by("pk")
    dialled = [call.dialled_at for call in calls if call.dialled_at]
    if dialled and viewer.limit is None:
        yield from Judgement.objects.filter(since__lte=max(dialled), until__gt=min(dialled)).order_by("-pk")[:MAX_JUDGEMENTS]
    if not is_person:
        return
    if lead is not None:
        yield from viewer.within(AuditEntry.objects.filter(subject__in=["lead", "person"], subject_id=str(lead.pk))).order_by("pk")
    if number and viewer.limit is None:
        yield from PrivacyAct.objects.filter(number=number).order_by("pk")
        yield from ErasedAttempt.objects.filter(phone_digest=number).order_by("pk")
        yield from KeptConsent.objects.filter(phone_digest=number).order_by("pk")


# ---- what the calls name ----------------------------------------------------------------------------------------------------


def _named_by(calls: Sequence[Call], below: Sequence[Model], flight: Sequence[FlightEntry]) -> Iterator[Model]:
    scripts = {call.script_id for call in calls if call.script_id}
    yield from Campaign.objects.filter(pk__in={call.campaign_id for call in calls})
    yield from Line.objects.filter(pk__in={call.line_id for call in calls if call.line_id})
    yield from Script.objects.filter(pk__in=scripts)
    # Of an answer that was corrected under another version, the question of that version, too.
    asked = {row.question_id for row in below if hasattr(row, "question_id") and row.question_id}
    yield from Question.objects.filter(Q(script__in=scripts) | Q(pk__in=asked)).order_by("script", "position")
    yield from PreparedClip.objects.filter(sha256__in={call.disclosure_sha256 for call in calls} - {""}).exclude(judged_by="").order_by("id")
    yield from Rep.objects.filter(pk__in={row.rep_id for row in below if hasattr(row, "rep_id") and row.rep_id})
    yield from PackAcknowledgement.objects.filter(pk__in=_acknowledged(below))
    yield from RuleSheet.objects.filter(pk__in={str(entry.details.get("rules") or "") for entry in flight} - {""})


def _acknowledged(below: Sequence[Model]) -> set[int]:
    named = {(row.facts.get("rules") or {}).get("acknowledgement_id") for row in below if hasattr(row, "facts")}
    return {each for each in named if each is not None}


def _flight(calls: Sequence[Call], number: str, viewer: Viewer) -> Iterator[FlightEntry]:
    """Of these calls, and of a person also what their number alone tells; in the order in which it was written."""
    found = {entry.pk: entry for some in chunks([call.pk for call in calls]) for entry in FlightEntry.objects.filter(call_id__in=some)}
    if number:
        found |= {entry.pk: entry for entry in viewer.within(FlightEntry.objects.filter(number=number))}
    if number and viewer.limit is None:  # of calls that were erased, by the calls that the number's own entries name
        gone = {entry.call_id for entry in found.values() if entry.call_id} - {call.pk for call in calls}
        found |= {entry.pk: entry for some in chunks(gone) for entry in FlightEntry.objects.filter(call_id__in=some)}
    return iter([found[pk] for pk in sorted(found)])


def flight_of_number(number: str, calls: Sequence[Call]) -> list[FlightEntry]:
    """All that the judge needs about one person: every entry of every call to their number, in whichever campaigns."""
    ids = {call.pk for call in calls}
    if number:
        ids |= {pk for pk in FlightEntry.objects.filter(number=number).values_list("call_id", flat=True) if pk}
    found = {entry.pk: entry for some in chunks(ids) for entry in FlightEntry.objects.filter(call_id__in=some)}
    if number:
        found |= {entry.pk: entry for entry in FlightEntry.objects.filter(number=number)}
    return [found[pk] for pk in sorted(found)]


def _users(rows: Sequence[Row]) -> dict[str, str]:
    names = ("recorded_by", "entered_by", "removed_by", "imported_by", "acknowledged_by")
    ids = {row.values[name] for row in rows for name in names if row.values.get(name) is not None}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "username")}


# ---- recordings -------------------------------------------------------------------------------------------------------------


def sound_of(recording: Recording) -> Sound:
    try:
        with recording.file.open("rb") as file:
            stored, _n_bytes = _hashed(cast(BinaryIO, file))
        with recordings.opened(recording) as (sound, size_bytes):
            audio, _n_bytes = _hashed(sound, size_bytes)
    except FileNotFoundError:
        return Sound(why_none="The file is gone.")
    except SealingProblem as problem:
        return Sound(why_none=str(problem))
    return Sound(stored, audio, size_bytes)


def _hashed(file: BinaryIO, n_bytes: int | None = None) -> tuple[str, int]:
    digest, n_read = hashlib.sha256(), 0
    while piece := file.read(BLOCK if n_bytes is None else min(BLOCK, n_bytes - n_read)):
        digest.update(piece)
        n_read += len(piece)
    return digest.hexdigest(), n_read


def _why_unrecorded(calls: Sequence[Call], recorded: Collection[Any]) -> dict[str, str]:
    return {str(call.pk): _why(call) for call in calls if call.pk not in recorded}


def _why(call: Call) -> str:
    if call.words_gone_at:
        return f"Recording and transcript were deleted at {call.words_gone_at:%Y-%m-%d %H:%M} UTC: their period was over."
    if call.not_recorded == "callee" and call.recording_refusal:
        return f"Not recorded: the callee said “{call.recording_refusal}”."
    return f"Not recorded: {_NOT_RECORDED.get(call.not_recorded, 'nobody spoke, or none was kept')}."


_NOT_RECORDED = {
    "callee": "the callee refused it on an earlier call",
    "market": "the rules of this market forbid it",
    "campaign": "this campaign records no calls",
    "notice": "nothing was asked on this call",
}
