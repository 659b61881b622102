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
    key: str  # tells the lines of a script apart: its name, with the language behind it where that is not the script's own
    name: str  # of bridge.brief.Lines
    language: str  # BCP-47, one of the script's
    text: str
    is_required: bool  # a voice that paraphrases may not talk with real people without it
    approved: PreparedClip | None  # the one that is played
    newest: PreparedClip | None  # whatever became of it

    @property
    def is_ready(self) -> bool:
        return self.approved is not None


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def prepared_lines(script: Script, language: str = "") -> dict[str, str]:
    """The texts that can be prepared in one of its languages ("": its own), by their line's name; two lines may say the same."""
    texts = asdict(script_lines(script, language))
    return {name: texts[name] for name in PREPARED_LINES if texts[name]}


def standing_of(script: Script, voice: str) -> list[LineStanding]:
    """In every language of the script, its own first."""
    return [line for language in script.languages for line in _standing_in(script, voice, language)]


def missing(script: Script, voice: str) -> list[str]:
    """Keys of the required lines without an approved clip."""
    return [line.key for line in standing_of(script, voice) if line.is_required and not line.is_ready]


def mute_lines(script: Script, voice: str) -> list[str]:
    """Keys of the lines that nobody could say to a real person when the voice fails."""
    return [line.key for line in standing_of(script, voice) if not line.is_required and not line.is_ready]


def _standing_in(script: Script, voice: str, language: str) -> list[LineStanding]:
    texts = prepared_lines(script, language)
    found: dict[str, list[PreparedClip]] = {}
    for clip in _clips(texts.values(), voice=voice, language=language):  # newest first
        found.setdefault(clip.text, []).append(clip)
    return [_standing(script, name, language, found.get(text, []), text=text) for name, text in texts.items()]


def approved_clips(texts: Iterable[str], *, voice: str, language: str) -> Mapping[str, PreparedClip]:
    """By text, the newest of each."""
    clips = _clips(texts, voice=voice, language=language).filter(status=Status.APPROVED)
    return {clip.text: clip for clip in reversed(clips)}


def _clips(texts: Iterable[str], *, voice: str, language: str) -> QuerySet[PreparedClip]:
    digests = {sha256_of_text(text) for text in texts}
    made_for = PreparedClip.objects.filter(text_sha256__in=digests, voice=voice, voice_settings=speaks_as(voice), language=language)
    return made_for.order_by("-id")


def _standing(script: Script, name: str, language: str, clips: list[PreparedClip], *, text: str) -> LineStanding:
    approved = next((clip for clip in clips if clip.status == Status.APPROVED), None)
    key = name if language == script.language else f"{name}-{language}"
    return LineStanding(key, name, language, text, name in WORD_FOR_WORD, approved, clips[0] if clips else None)
