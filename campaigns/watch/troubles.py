"""What became of a voice in a call, in words for the board: kept as the bridge tells it, the voice's name and its step. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.watchdog import Step
from leads.said import N_, sentence

WORDS: Mapping[str, str] = {
    Step.FILL: N_("The voice “%(voice)s” was slow to answer, and bridged the wait with a short sentence."),
    Step.NUDGE: N_("The voice “%(voice)s” said nothing, and was asked for its line again."),
    Step.FRESH: N_("The voice “%(voice)s” said nothing, and was connected anew."),
    Step.NEXT: N_("The voice “%(voice)s” failed in this call, and the next one took over."),
    Step.GIVE_UP: N_("The voice “%(voice)s” failed in this call, and no other is left: the call ends."),
}
OTHER = N_("The voice “%(voice)s” does not speak in this call (%(why)s).")


def in_words(kept: str) -> str:
    """`kept`: as "embedded: fill", or with the reason why a voice was passed over."""
    voice, _, step = kept.partition(": ")
    return sentence(WORDS[step], voice=voice) if step in WORDS else sentence(OTHER, voice=voice, why=step)
