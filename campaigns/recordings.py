"""The recordings of calls: which are made at all, taken over into our store, opened whether encrypted or not, given up when a callee says no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction

from bridge.sealing import Keys, SealedReader, SealingProblem, sealed_with
from campaigns import live
from campaigns.models import Call, Recording
from campaigns.privacy.words import delete_files
from campaigns.recording_rules import NotRecorded, why_not
from leads.market_packs import may_record


def keys() -> Keys:
    """Of the setting RECORDING_KEY. Raises BadKeys; the system check sautiqual.E006 says so at the start."""
    return Keys.parse(settings.RECORDING_KEY)


def why_not_recorded(call: Call) -> NotRecorded | None:
    """`call` with campaign and lead. Whoever has refused once is not recorded again."""
    return why_not(
        has_refused=Call.objects.filter(lead=call.lead_id, not_recorded=NotRecorded.CALLEE).exists(),
        market_allows=may_record(call.lead.market),
        campaign_records=call.campaign.is_recorded,
    )


def attach(call_id: UUID, path: Path, *, duration_ms: int) -> None:
    """Take a finished recording over into our store. A second one for the same call, one that was refused, or of an erased call, is not kept."""
    if Recording.objects.filter(call_id=call_id).exists():
        return
    recording = Recording(call_id=call_id, duration_ms=duration_ms, key_id=sealed_with(path))
    with path.open("rb") as recorded:
        recording.file.save(f"{call_id}{path.suffix}", File(recorded), save=False)
    with transaction.atomic():
        # Held until the row is there: who erases this person meanwhile waits, and finds the file.
        call = Call.objects.select_for_update(of=("self",), no_key=True).filter(pk=call_id).first()
        is_wanted = call is not None and call.not_recorded != NotRecorded.CALLEE
        if is_wanted:
            recording.save(force_insert=True)
    if not is_wanted:
        recording.file.delete(save=False)


def refuse(call_id: UUID, quote: str) -> None:
    """The callee wants none: what an earlier stream of this call left is deleted, and the next one records nothing. Idempotent."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call_id)
        if call.not_recorded != NotRecorded.CALLEE:
            call.not_recorded, call.recording_refusal = NotRecorded.CALLEE.value, quote[:200]
            call.save(update_fields=["not_recorded", "recording_refusal"])
            live.publish(call_id, live.Kind.NOT_RECORDED)
        if not delete_files([call_id]):
            Recording.objects.filter(call=call_id).delete()


def unreadable(recording: Recording) -> str:
    """Why it cannot be opened with the keys that are set, and what to do; "": it can."""
    if not recording.key_id:
        return ""
    try:
        keys().of(recording.key_id)
    except SealingProblem as problem:
        return str(problem)
    return ""


@contextmanager
def opened(recording: Recording) -> Iterator[tuple[BinaryIO, int]]:
    """The sound, FLAC, to be read from anywhere, and its size in bytes. Raises FileNotFoundError, and SealingProblem with what to do."""
    with recording.file.open("rb") as file:
        if not recording.key_id:
            yield cast(BinaryIO, file), file.size
            return
        reader = SealedReader(cast(BinaryIO, file), keys())
        yield cast(BinaryIO, reader), reader.size
