"""Supervision tried on clips: who it says has answered, and how long after the first sound.

Pure. A person is who was never taken for a machine and gave way to us; nothing waits for that verdict, a person is spoken to at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bridge.brief import Limits
from bridge.events import FRAME_SAMPLES, RATE_HZ, LineHeard
from bridge.supervision import Answerer, OpeningEar, Supervision
from bridge.telephony.simulator.clips import Clip, SpokenWords

RECOGNISER_S = 0.6  # words come so long after they were spoken


@dataclass(frozen=True, slots=True)
class Trial:
    clip: Clip
    verdict: Answerer
    after_s: float | None  # since the first sound; None: silence is known by nothing that happens

    @property
    def is_right(self) -> bool:
        return self.verdict is self.clip.answerer


@dataclass(frozen=True, slots=True)
class Row:
    """All clips of one answerer. Seconds are of the right verdicts; None: there were none, or silence."""

    verdicts: Mapping[str, int]
    n_clips: int
    median_s: float | None
    p95_s: float | None


def trial(clip: Clip, *, has_words: bool) -> Trial:
    """`has_words`: as a perfect recogniser reports them; without, only sounds and timing count."""
    ear, supervision = OpeningEar(), Supervision(Limits().voicemail_after_s)
    words = list(clip.words) if has_words else []
    person_s: float | None = None
    for at in range(0, clip.pcm.size, FRAME_SAMPLES):
        now_s = (at + FRAME_SAMPLES) / RATE_HZ
        machine = _machine(supervision, ear.hear(clip.pcm[at : at + FRAME_SAMPLES]), words, now_s)
        if machine is not None:
            return Trial(clip, machine, now_s - clip.began_s)
        if person_s is None and supervision.seems_person(now_s):
            person_s = now_s
    if person_s is None:
        return Trial(clip, Answerer.SILENCE, None)
    return Trial(clip, Answerer.PERSON, person_s - clip.began_s)


def _machine(supervision: Supervision, sounds: Iterable[LineHeard], words: list[SpokenWords], now_s: float) -> Answerer | None:
    verdicts = [supervision.heard(each.sound, each.at_s) for each in sounds]
    while words and words[0].ended_s + RECOGNISER_S <= now_s:
        said = words.pop(0)
        verdicts.append(supervision.said(said.text, said.started_s))
    if supervision.is_voicemail(now_s):
        verdicts.append(Answerer.VOICEMAIL)
    return next((verdict for verdict in verdicts if verdict is not None), None)


def confusion(trials: Sequence[Trial]) -> dict[str, Row]:
    """By who really answered, in the order of `Answerer`."""
    return {answerer.value: _row([each for each in trials if each.clip.answerer is answerer]) for answerer in Answerer}


def _row(trials: Sequence[Trial]) -> Row:
    seconds = sorted(each.after_s for each in trials if each.is_right and each.after_s is not None)
    verdicts = {answerer.value: sum(each.verdict is answerer for each in trials) for answerer in Answerer}
    return Row(verdicts, len(trials), _at(seconds, 0.5), _at(seconds, 0.95))


def _at(seconds: Sequence[float], share: float) -> float | None:
    return round(seconds[min(len(seconds) - 1, int(share * len(seconds)))], 2) if seconds else None
