"""What can be relied on when any of several voices may have to speak. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.ports import VoiceTraits
from bridge.voice.clips import ClipFile


def weakest(each: Sequence[VoiceTraits], *, name: str, clips: Mapping[str, ClipFile]) -> VoiceTraits:
    """`name`: of the one that speaks; `clips`: what is prepared, whoever speaks."""
    return VoiceTraits(
        name=name,
        speaks_verbatim=all(traits.speaks_verbatim for traits in each),
        may_call_real_people=all(traits.may_call_real_people for traits in each),
        languages=_common([traits.languages for traits in each]),
        clips=clips,
    )


def _common(each: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """What all of them speak; a voice without a list speaks whatever it is told to."""
    listed = [languages for languages in each if languages]
    common = (language for language in listed[0] if all(language in languages for languages in listed)) if listed else ()
    return tuple(common) or (listed[0] if listed else ())
