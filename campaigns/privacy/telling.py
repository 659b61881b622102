"""An erasure in words, for the console and the command line.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

SURE = (
    "This cannot be undone: there is no way back but a backup. What stays names nobody: a digest of the number with the attempts that the caps "
    "count, the proofs of consent that must be kept, and the flight record. Recordings that the phone platform keeps are not reached from here."
)
_ONE_AND_MANY = {
    "leads": ("the lead", ""),
    "calls": ("1 call", "%d calls"),
    "queued": ("1 queued call, which is taken back", "%d queued calls, which are taken back"),
    "recordings": ("1 recording", "%d recordings"),
    "turns": ("1 turn of a transcript", "%d turns of transcripts"),
    "answers": ("1 answer", "%d answers"),
}


def counted(counts: Mapping[str, int]) -> str:
    """“the lead, 2 calls, 1 recording”."""
    told = [one if counts[name] == 1 else many % counts[name] for name, (one, many) in _ONE_AND_MANY.items() if counts.get(name)]
    return ", ".join(told) or "no lead has this number"


def kept_off(is_kept_off: bool) -> str:
    if is_kept_off:
        return "The number stands on the do-not-call list, as a digest."
    return "The number may be called again, as far as the do-not-call list goes; earlier attempts still count."
