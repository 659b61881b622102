"""Has a voice say the sentences of a script, checks what came, and keeps it for somebody to listen to. Rings nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from asgiref.sync import async_to_sync, sync_to_async
from django_tasks import task

from bridge.brief import CallBrief, LineTraits
from bridge.ports import VoiceUnavailable
from campaigns.briefs import script_lines
from campaigns.clips import sound
from campaigns.clips.standing import LineStanding, sha256_of_text, standing_of
from campaigns.clips.storing import BadSound, attach, read_upload
from campaigns.clips.studio import Said, in_studio
from campaigns.models import Campaign, PreparedClip, Script
from campaigns.voice_setup import missing as not_set_up
from campaigns.voice_setup import speaks_as
from leads import clock
from leads.said import sentence

logger = logging.getLogger(__name__)

IS_LOST_AFTER = timedelta(minutes=10)  # a worker that has not come to it by then has died
BROKE_OFF = sentence("Something went wrong that should not have; the log of the worker has it.")

Status = PreparedClip.Status
Progress = Callable[[PreparedClip], object]


def begin(script: Script, voice: str, *, by: str, anew: bool = False) -> list[PreparedClip]:
    """Rows for all sentences that have no clip in this voice yet, to be carried out. `anew`: for those that have one, too."""
    wanted: dict[tuple[str, str], LineStanding] = {}
    for line in standing_of(script, voice):
        if anew or _is_wanted(line.newest):
            wanted.setdefault((line.language, line.text), line)
    rows = [_row(script, voice, line, by=by) for line in wanted.values()]
    return PreparedClip.objects.bulk_create(rows)


def ask(campaign: Campaign, *, by: str) -> list[PreparedClip]:
    """The same, for the worker."""
    rows = begin(campaign.script, campaign.voice, by=by)
    if rows:
        make_clips.enqueue([row.pk for row in rows])
    return rows


@task()
def make_clips(clip_ids: list[int]) -> None:
    carry_out(list(PreparedClip.objects.filter(pk__in=clip_ids, status=Status.WAITING).select_related("script")))


def carry_out(clips: Sequence[PreparedClip], *, progress: Progress = lambda clip: None) -> None:
    """All of one script and voice, one after the other in one session a language. What cannot be made says why on its row."""
    script = clips[0].script if clips else None
    if script is None:
        return
    try:
        if problems := not_set_up(clips[0].voice):
            raise VoiceUnavailable(" ".join(problems))
        for language in dict.fromkeys(clip.language for clip in clips):
            _say_all([clip for clip in clips if clip.language == language], _brief(script, clips[0].voice, language), progress)
    except VoiceUnavailable as unavailable:
        _fail_waiting(clips, sentence("The voice cannot be used: %(why)s", why=unavailable))
    except Exception:
        _fail_waiting(clips, BROKE_OFF)
        raise


@async_to_sync
async def _say_all(clips: Sequence[PreparedClip], brief: CallBrief, progress: Progress) -> None:
    by_text = {clip.text: clip for clip in clips}
    async with in_studio(brief) as studio:
        for text, clip in by_text.items():
            said = await studio.say(text)
            await sync_to_async(_keep)(clip, said)
            progress(clip)


def upload(script: Script, voice: str, key: str, content: bytes, *, by: str) -> PreparedClip:
    """A person's recording of the line with this key, to be listened to. Raises BadSound, with all that is wrong."""
    line = next((line for line in standing_of(script, voice) if line.key == key), None)
    if line is None:
        raise BadSound(sentence("The script has no line “%(key)s”.", key=key))
    pcm = read_upload(content)
    if problems := sound.faults(pcm, line.text):
        raise BadSound(" ".join(problems))
    clip = _row(script, voice, line, by=by)
    clip.origin, clip.status = PreparedClip.Origin.UPLOAD, Status.TO_LISTEN
    attach(clip, sound.prepared(pcm))
    clip.save(force_insert=True)
    return clip


def _keep(clip: PreparedClip, said: Said) -> None:
    problems = [said.failure] if said.failure else sound.faults(said.pcm, clip.text)
    if problems:
        _fail_waiting([clip], " ".join(problems))
        clip.refresh_from_db()
        return
    attach(clip, sound.prepared(said.pcm))
    clip.transcript, clip.status = said.words, Status.TO_LISTEN
    kept = PreparedClip.objects.filter(pk=clip.pk, status=Status.WAITING)
    kept.update(file=clip.file.name, sha256=clip.sha256, duration_ms=clip.duration_ms, transcript=clip.transcript, status=clip.status)


def _fail_waiting(clips: Sequence[PreparedClip], why: str) -> None:
    waiting = PreparedClip.objects.filter(pk__in=[clip.pk for clip in clips], status=Status.WAITING)
    waiting.update(status=Status.FAILED, failure=why[:300])


def _row(script: Script, voice: str, line: LineStanding, *, by: str) -> PreparedClip:
    return PreparedClip(
        script=script,
        line_name=line.name,
        text=line.text,
        text_sha256=sha256_of_text(line.text),
        language=line.language,
        voice=voice,
        voice_settings=speaks_as(voice),
        origin=PreparedClip.Origin.VOICE,
        status=Status.WAITING,
        made_by=by[:150],
        made_at=clock.now(),
    )


def _is_wanted(newest: PreparedClip | None) -> bool:
    if newest is None or newest.status in {Status.FAILED, Status.REJECTED}:
        return True
    return newest.status == Status.WAITING and clock.now() - newest.made_at > IS_LOST_AFTER


def _brief(script: Script, voice: str, language: str) -> CallBrief:
    """Of no call: nobody is on the line, and nothing is asked."""
    return CallBrief(
        call_id=f"clips-{script.pk}",
        voice=voice,
        language=language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=(),
        lines=script_lines(script, language),
        line=LineTraits(is_simulated=True),
        is_recorded=False,
    )
