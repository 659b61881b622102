"""Which clips a script needs in a voice, and which it has. Reads only.

A clip counts for the very text, language, voice and settings that it was made for, and once somebody has approved it: any change of these, and it
counts no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.db.models import QuerySet

from bridge.brief import WITHOUT_A_VOICE, WORD_FOR_WORD
from campaigns.briefs import script_lines
from campaigns.models import PreparedClip, Script
from campaigns.voice_setup import speaks_as

PREPARED_LINES = (*WORD_FOR_WORD, *WITHOUT_A_VOICE)
"""In the order in which people listen to them."""

Status = PreparedClip.Status


@dataclass(frozen=True, slots=True)
class LineStanding:
    name: str  # of bridge.brief.Lines
    text: str
    is_required: bool  # a voice that paraphrases may not talk with real people without it
    approved: PreparedClip | None  # the one that is played
    newest: PreparedClip | None  # whatever became of it

    @property
    def is_ready(self) -> bool:
        return self.approved is not None


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def prepared_lines(script: Script) -> dict[str, str]:
    """The texts that can be prepared, by their line's name; two lines may say the same."""
    texts = asdict(script_lines(script))
    return {name: texts[name] for name in PREPARED_LINES if texts[name]}


def standing_of(script: Script, voice: str) -> list[LineStanding]:
    texts = prepared_lines(script)
    found: dict[str, list[PreparedClip]] = {}
    for clip in _clips(texts.values(), voice=voice, language=script.language):  # newest first
        found.setdefault(clip.text, []).append(clip)
    return [_standing(name, text, found.get(text, [])) for name, text in texts.items()]


def missing(script: Script, voice: str) -> list[str]:
    """Names of the required lines without an approved clip."""
    return [line.name for line in standing_of(script, voice) if line.is_required and not line.is_ready]


def mute_lines(script: Script, voice: str) -> list[str]:
    """Names of the lines that nobody could say to a real person when the voice fails."""
    return [line.name for line in standing_of(script, voice) if not line.is_required and not line.is_ready]


def approved_clips(texts: Iterable[str], *, voice: str, language: str) -> Mapping[str, PreparedClip]:
    """By text, the newest of each."""
    clips = _clips(texts, voice=voice, language=language).filter(status=Status.APPROVED)
    return {clip.text: clip for clip in reversed(clips)}


def _clips(texts: Iterable[str], *, voice: str, language: str) -> QuerySet[PreparedClip]:
    digests = {sha256_of_text(text) for text in texts}
    made_for = PreparedClip.objects.filter(text_sha256__in=digests, voice=voice, voice_settings=speaks_as(voice), language=language)
    return made_for.order_by("-id")


def _standing(name: str, text: str, clips: list[PreparedClip]) -> LineStanding:
    approved = next((clip for clip in clips if clip.status == Status.APPROVED), None)
    return LineStanding(name, text, name in WORD_FOR_WORD, approved, clips[0] if clips else None)
