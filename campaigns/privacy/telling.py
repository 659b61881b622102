"""An erasure in words, for the console and the command line.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from leads.said import N_, Sentence, listed, sentence

SURE = sentence(
    "This cannot be undone: there is no way back but a backup. What stays names nobody: a digest of the number with the "
    "attempts that the caps count, the proofs of consent that must be kept, and the flight record. Recordings that the "
    "phone platform keeps are not reached from here."
)
_ONE_AND_MANY = {
    "leads": (N_("the lead"), ""),
    "calls": (N_("1 call"), N_("%(n)s calls")),
    "queued": (N_("1 queued call, which is taken back"), N_("%(n)s queued calls, which are taken back")),
    "recordings": (N_("1 recording"), N_("%(n)s recordings")),
    "turns": (N_("1 turn of a transcript"), N_("%(n)s turns of transcripts")),
    "answers": (N_("1 answer"), N_("%(n)s answers")),
}


def counted(counts: Mapping[str, int]) -> Sentence:
    """“the lead, 2 calls, 1 recording”."""
    words = [(counts.get(name, 0), one, many) for name, (one, many) in _ONE_AND_MANY.items()]
    told = [sentence(one) if n == 1 else sentence(many, n=n) for n, one, many in words if n]
    return listed(told) if told else sentence("no lead has this number")


def kept_off(is_kept_off: bool) -> Sentence:
    if is_kept_off:
        return sentence("The number stands on the do-not-call list, as a digest.")
    return sentence("The number may be called again, as far as the do-not-call list goes; earlier attempts still count.")
