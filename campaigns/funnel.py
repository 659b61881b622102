"""What each figure of the console's first page counts: the steps from a call that may be made to a sale, and what is worked out of them.

Pure. `campaigns.tallies.counting` says the same in the database's words, and the tests compare the two.

Up to the right person calls are counted, each retry anew; from the complete interview on leads are, each once a campaign, on the day of the first
call that completed the interview or turned hot. Each step counts whoever got that far or further, so no step is larger than the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from campaigns.percentiles import Percentiles
from campaigns.states import MACHINES, Disposition


def gettext_noop(words: str) -> str:
    """Marks words for the catalogue of translations; who shows them translates them."""
    return words


class Step(StrEnum):
    DIALABLE = "dialable"
    ATTEMPTED = "attempted"
    CONNECTED = "connected"
    RIGHT_PARTY = "right_party"
    COMPLETE = "complete"
    HOT = "hot"
    ACCEPTED = "accepted"
    WON = "won"


COUNTED = tuple(Step)[1:]  # the steps that a call can have reached, the first one first
LEVEL: Mapping[Step, int] = MappingProxyType({step: level for level, step in enumerate(COUNTED, start=1)})

TITLES: Mapping[Step, str] = MappingProxyType(
    {
        Step.DIALABLE: gettext_noop("Dialable"),
        Step.ATTEMPTED: gettext_noop("Attempted"),
        Step.CONNECTED: gettext_noop("Connected"),
        Step.RIGHT_PARTY: gettext_noop("Right person"),
        Step.COMPLETE: gettext_noop("Complete"),
        Step.HOT: gettext_noop("Hot"),
        Step.ACCEPTED: gettext_noop("Accepted"),
        Step.WON: gettext_noop("Won"),
    }
)
MEANINGS: Mapping[Step, str] = MappingProxyType(
    {
        Step.DIALABLE: gettext_noop(
            "Calls attempted, and leads of running campaigns whose call is due by now. The rules are asked once more when each is dialled."
        ),
        Step.ATTEMPTED: gettext_noop("Calls that were dialled, each retry anew, and calls that leads made to us."),
        Step.CONNECTED: gettext_noop("Calls that somebody or something picked up."),
        Step.RIGHT_PARTY: gettext_noop("Calls on which the person answered: no machine, no wrong number, not gone before the first answer."),
        Step.COMPLETE: gettext_noop("Leads asked to the end, or hot before the end; each once, on the day of that call."),
        Step.HOT: gettext_noop("Of these, leads whose score reached the threshold on a call of the campaign."),
        Step.ACCEPTED: gettext_noop("Hot leads that a rep accepted, talked to or called back."),
        Step.WON: gettext_noop("Hot leads of whom the rep's write-up says that they were won."),
    }
)

COMPLETE = frozenset({Disposition.INTERVIEWED, Disposition.QUALIFIED, Disposition.NOT_QUALIFIED})
# Nothing was asked, or nobody said who they are; INCOMPLETE counts once an answer was given.
NOT_TELLING = frozenset({Disposition.WRONG_NUMBER, Disposition.INCOMPLETE, Disposition.INFORMED})
RIGHT_PARTY = frozenset(Disposition) - MACHINES - NOT_TELLING


# ---- how far a call got ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call of one lead in one campaign. `at`: when it was dialled, answered where they called us, or ended undialled."""

    at: datetime
    key: str  # decides between two of the same instant
    is_attempt: bool
    is_answered: bool = False
    disposition: Disposition | None = None
    has_answers: bool = False
    is_promised: bool = False  # the rep's call back, whose interview is long over
    is_hot: bool = False
    is_accepted: bool = False
    is_won: bool = False

    @property
    def is_result(self) -> bool:
        return self.is_hot or (self.disposition in COMPLETE and not self.is_promised)

    @property
    def is_right_party(self) -> bool:
        return self.disposition in RIGHT_PARTY or (self.disposition is Disposition.INCOMPLETE and self.has_answers)


def steps_of_case(calls: Iterable[CallFacts]) -> dict[str, Step | None]:
    """How far each call of one lead in one campaign got, by its key; None: it was no attempt."""
    case = sorted(calls, key=lambda call: (call.at, call.key))
    result = next((call.key for call in case if call.is_result), None)
    return {call.key: _result_step(case) if call.key == result else _call_step(call) for call in case}


def _result_step(case: Sequence[CallFacts]) -> Step:
    if not any(call.is_hot for call in case):
        return Step.COMPLETE
    if any(call.is_won for call in case):
        return Step.WON
    return Step.ACCEPTED if any(call.is_accepted for call in case) else Step.HOT


def _call_step(call: CallFacts) -> Step | None:
    if call.is_result or call.is_right_party:
        return Step.RIGHT_PARTY
    if call.is_answered:
        return Step.CONNECTED
    return Step.ATTEMPTED if call.is_attempt else None


# ---- figures of many calls ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some days and campaigns. KES cents; each step with all that got further."""

    attempted: int = 0
    connected: int = 0
    right_party: int = 0
    complete: int = 0
    hot: int = 0
    accepted: int = 0
    won: int = 0
    n_ended: int = 0  # calls that are over, dialled or not
    n_blocked: int = 0  # calls that the rules forbade
    n_unpriced: int = 0  # calls whose final price is not known: their money is in none of the figures
    spent_minor: int = 0  # telephone, AI voice and the legs of reps
    voice_minor: int = 0  # of that, the AI voice
    n_judged: int = 0  # talks after a hot call about which the rep said whether the lead was really hot
    n_confirmed: int = 0  # … and was

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    def reached(self, step: Step) -> int:
        return int(getattr(self, step.value))

    @property
    def minor_a_complete(self) -> int | None:
        return _each(self.spent_minor, self.complete)

    @property
    def minor_a_hot_lead(self) -> int | None:
        return _each(self.spent_minor, self.hot)


FIGURES = tuple(field.name for field in fields(Figures))


def reached_by_level(n_by_level: Mapping[int, int]) -> dict[str, int]:
    """From how many got exactly so far to how many got at least so far."""
    return {step.value: sum(n for level, n in n_by_level.items() if level >= LEVEL[step]) for step in COUNTED}


def _each(minor: int, n: int) -> int | None:
    """Rounded up; None: there is nothing to divide by."""
    return -(-minor // n) if n else None


@dataclass(frozen=True, slots=True)
class FunnelRow:
    step: Step
    n: int
    of_first: int  # percent of the first step, rounded down; 0 where that is nobody
    of_before: int | None  # percent of the step before; None: there is none, or nobody got there


def funnel(figures: Figures, *, n_due: int) -> tuple[FunnelRow, ...]:
    """`n_due`: leads whose call is due and not made."""
    counts = {Step.DIALABLE: figures.attempted + n_due, **{step: figures.reached(step) for step in COUNTED}}
    rows, before = [], 0
    for step, n in counts.items():
        rows.append(FunnelRow(step, n, 100 * n // max(1, counts[Step.DIALABLE]), 100 * n // before if before else None))
        before = n
    return tuple(rows)


# ---- times ----------------------------------------------------------------------------------------------------------------

BUCKET_MS = 50  # as exact as the tally of times is


def bucket(ms: int) -> int:
    """To the nearest; halves go up."""
    return (ms + BUCKET_MS // 2) // BUCKET_MS * BUCKET_MS


def percentiles_of(n_by_ms: Mapping[int, int]) -> Percentiles:
    """The smallest figure that half of them, or 95 of 100, do not exceed."""
    return Percentiles(_at_share(n_by_ms, 50), _at_share(n_by_ms, 95))


def _at_share(n_by_ms: Mapping[int, int], percent: int) -> int | None:
    wanted, seen = -(-sum(n_by_ms.values()) * percent // 100), 0
    for ms, n in sorted(n_by_ms.items()):
        seen += n
        if n and seen >= wanted:
            return ms
    return None
