"""What may become of a virtual call, and how likely it is, in three readings. KES low and high rest on the outer two.

Pure: the chances come in as text or counts, and each draw takes its luck (numbers from 0 to 1) as an argument.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from campaigns.states import MACHINES, CallStatus, Disposition

LEARN_FROM = 200  # dialled calls; fewer say more about chance than about the list
MOST_LIKELY = 0.98  # no reading is certain


class Reading(StrEnum):
    LOW = "low"
    MID = "mid"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares of 1 and mean seconds. `learned_from`: how many of the organisation's own calls; 0: the shipped assumptions."""

    answered: Mapping[Reading, float]  # of dialled
    talk_s: Mapping[Reading, float]
    busy: float  # of those not answered, as `failed`
    failed: float
    voicemail: float  # of those answered, as all below
    hot: float
    refused: float
    broken_off: float
    call_back: float
    opted_out: float
    until_answer_s: float
    rings_out_s: float
    voicemail_s: float
    with_rep_s: float
    learned_from: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "answered": dict(self.answered), "talk_s": dict(self.talk_s)}


@dataclass(frozen=True, slots=True)
class Luck:
    """Independent numbers from 0 (included) to 1 (not included), drawn once a call and the same for every reading."""

    pick_up: float
    outcome: float
    length: float


@dataclass(frozen=True, slots=True)
class Ending:
    """How a virtual call ends. `ring_s`: until the answer or the end. `talk_s`: after the answer; 0 if nobody did."""

    status: CallStatus
    disposition: Disposition | None
    ring_s: float
    talk_s: float
    is_hot: bool = False

    @property
    def is_answered(self) -> bool:
        return self.status is CallStatus.COMPLETED

    @property
    def is_to_be_continued(self) -> bool:
        """Answered, and yet without a result."""
        return self.disposition in {Disposition.VOICEMAIL, Disposition.INCOMPLETE, Disposition.CALLBACK_REQUESTED}


def parse_chances(text: str) -> Chances:
    """The shipped assumptions."""
    tables = tomllib.loads(text)
    seconds = tables["seconds"]
    return Chances(
        answered={reading: tables["answered"][reading] for reading in Reading},
        talk_s={reading: tables["talk_s"][reading] for reading in Reading},
        **tables["unanswered"],
        **tables["picked_up"],
        until_answer_s=seconds["until_answer"],
        rings_out_s=seconds["rings_out"],
        voicemail_s=seconds["voicemail"],
        with_rep_s=seconds["with_rep"],
    )


@dataclass(frozen=True, slots=True)
class Experience:
    """The organisation's own latest calls, counted. `talk_s`: mean of the bot's talks with people; None: there were none."""

    n_dialled: int
    n_answered: int
    n_busy: int
    n_failed: int
    n_hot: int
    by_disposition: Mapping[Disposition, int]
    talk_s: float | None


def learned(shipped: Chances, own: Experience) -> Chances:
    """The shipped assumptions until there is enough to learn from. Low and high keep their distance from mid as a proportion."""
    if own.n_dialled < LEARN_FROM:
        return shipped
    n_unanswered = max(1, own.n_dialled - own.n_answered)
    n_answered = max(1, own.n_answered)
    share = {word: own.by_disposition.get(word, 0) / n_answered for word in Disposition}
    D = Disposition
    return replace(
        shipped,
        answered=_around(shipped.answered, own.n_answered / own.n_dialled, at_most=MOST_LIKELY),
        talk_s=shipped.talk_s if own.talk_s is None else _around(shipped.talk_s, own.talk_s),
        busy=own.n_busy / n_unanswered,
        failed=own.n_failed / n_unanswered,
        voicemail=sum(share[machine] for machine in MACHINES),
        hot=own.n_hot / n_answered,
        refused=share[D.REFUSED] + share[D.NOT_INTERESTED] + share[D.WRONG_NUMBER],
        broken_off=share[D.INCOMPLETE],
        call_back=share[D.CALLBACK_REQUESTED],
        opted_out=share[D.OPTED_OUT],
        learned_from=own.n_dialled,
    )


def _around(shipped: Mapping[Reading, float], mid: float, *, at_most: float = float("inf")) -> dict[Reading, float]:
    return {reading: min(at_most, mid * value / shipped[Reading.MID]) for reading, value in shipped.items()}


def ending(chances: Chances, luck: Luck, *, is_survey: bool, max_call_s: float) -> Ending:
    """What becomes of one call in the middle reading."""
    return answered_ending(chances, luck, is_survey=is_survey, max_call_s=max_call_s) if is_answered(chances, luck) else _unanswered(chances, luck)


def is_answered(chances: Chances, luck: Luck, reading: Reading = Reading.MID) -> bool:
    """Whoever picks up in a lower reading does so in a higher one."""
    return luck.pick_up < chances.answered[reading]


def answered_ending(chances: Chances, luck: Luck, *, is_survey: bool, max_call_s: float, reading: Reading = Reading.MID) -> Ending:
    """What becomes of one call if it is picked up."""
    talk_s = min(max_call_s, chances.talk_s[reading] * (0.5 + luck.length))
    steps = (
        (chances.voicemail, Disposition.VOICEMAIL, chances.voicemail_s),
        (0.0 if is_survey else chances.hot, Disposition.QUALIFIED, talk_s),
        (chances.refused, Disposition.REFUSED, talk_s / 3),
        (chances.broken_off, Disposition.INCOMPLETE, talk_s / 2),
        (chances.call_back, Disposition.CALLBACK_REQUESTED, talk_s / 3),
        (chances.opted_out, Disposition.OPTED_OUT, talk_s / 3),
    )
    left = luck.outcome
    for share, disposition, seconds in steps:
        if left < share:
            is_hot = disposition is Disposition.QUALIFIED
            return Ending(CallStatus.COMPLETED, disposition, chances.until_answer_s, seconds, is_hot)
        left -= share
    done = Disposition.INTERVIEWED if is_survey else Disposition.NOT_QUALIFIED
    return Ending(CallStatus.COMPLETED, done, chances.until_answer_s, talk_s)


def _unanswered(chances: Chances, luck: Luck) -> Ending:
    if luck.outcome < chances.busy:
        return Ending(CallStatus.BUSY, None, 3.0, 0.0)
    if luck.outcome < chances.busy + chances.failed:
        return Ending(CallStatus.FAILED, None, 3.0, 0.0)
    return Ending(CallStatus.NO_ANSWER, None, chances.rings_out_s, 0.0)
