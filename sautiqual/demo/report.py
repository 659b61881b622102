"""What became of each simulated person, told from the database and from the simulator's own log of whom it rang.

Reads only. `Person.got` uses the words of a persona's `expected`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.telephony.simulator.persona import Persona
from campaigns.models import Call, Handoff
from campaigns.percentiles import percentiles
from campaigns.states import CallStatus, Disposition, HandoffStatus

NOT_CALLED = "not_called"
# A lead who is called right back rings once for the bot and once for the rep; everybody else once.
RINGS_ALLOWED = {"bridged_by_callback": 2}


@dataclass(frozen=True, slots=True)
class Person:
    persona: str
    name: str
    expected: str
    got: str
    dialled: int
    reasons: tuple[str, ...]
    answers: Mapping[str, Any]
    score: int | None
    hot: bool
    why: tuple[str, ...]
    seconds: int
    cost_minor: int
    first_word_ms: int | None
    voice_to_voice_ms: Mapping[str, int | None]

    @property
    def is_as_expected(self) -> bool:
        return self.got == self.expected and self.dialled <= rings_allowed(self.expected)

    def as_json(self) -> dict[str, Any]:
        fields = ("persona", "expected", "got", "dialled", "score", "hot", "seconds", "cost_minor", "first_word_ms")
        return {
            **{name: getattr(self, name) for name in fields},
            "reasons": list(self.reasons),
            "answers": dict(self.answers),
            "voice_to_voice_ms": dict(self.voice_to_voice_ms),
        }


def rings_allowed(expected: str) -> int:
    return 0 if expected.startswith(("blocked:", "waits:")) else RINGS_ALLOWED.get(expected, 1)


def person(persona: Persona, rings: Mapping[str, int]) -> Person:
    """`rings`: by number, how often the simulator rang it."""
    calls = list(
        Call.objects.filter(lead__phone=persona.number)
        .select_related("score", "handoff", "lead")
        .prefetch_related("answers__question", "dial_decisions")
        .order_by("attempt_number")
    )
    first = calls[0] if calls else None  # their own call comes before our attempts
    score = getattr(first, "score", None)
    waited_ms = [ms for call in calls for ms in call.voice_to_voice_ms]
    return Person(
        persona=persona.name,
        name=first.lead.name if first else persona.name,
        expected=persona.expected,
        got=outcome(first) if first else NOT_CALLED,
        dialled=rings.get(persona.number, 0),
        reasons=tuple(refusals(first)) if first else (),
        answers={a.question.key: a.value for call in calls for a in call.answers.all()},
        score=score.points if score else None,
        hot=bool(score and score.is_hot),
        why=tuple(reason["why"] for reason in score.reasons) if score else (),
        seconds=sum(call.talk_s or 0 for call in calls),
        cost_minor=sum(call.cost_minor or 0 for call in calls),
        first_word_ms=first.first_word_ms if first else None,
        voice_to_voice_ms=asdict(percentiles(waited_ms)),
    )


def outcome(call: Call) -> str:
    """What happened to this call, in one word; of a call to us, what came of it."""
    return f"called_back:{_outcome(call)}" if call.is_theirs else _outcome(call)


def _outcome(call: Call) -> str:
    if call.status == CallStatus.BLOCKED:
        return "blocked:" + "+".join(refusals(call))
    if call.status == CallStatus.QUEUED and refusals(call):
        return "waits:" + "+".join(dict.fromkeys(refusals(call)))
    handoff: Handoff | None = getattr(call, "handoff", None)
    if handoff is not None and handoff.status == HandoffStatus.BRIDGED:
        is_by_callback = handoff.is_fallback or handoff.strategy == "callback"
        return "bridged_by_callback" if is_by_callback else "bridged"
    if handoff is not None and call.disposition == Disposition.QUALIFIED:
        return handoff.status
    return call.disposition or call.status


def refusals(call: Call) -> list[str]:
    return [reason["reason"] for decision in call.dial_decisions.all() if not decision.is_allowed for reason in decision.reasons]


def table(people: Sequence[Person]) -> str:
    """One line a person, and below it the reasons."""
    rows: list[tuple[str, ...]] = [("Lead", "What happened", "Answers", "Score", "Seconds", "KES")]
    rows += [_row(one) for one in people]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def _row(one: Person) -> tuple[str, ...]:
    happened = one.got if one.is_as_expected else f"{one.got} (expected {one.expected}, rung {one.dialled}×)"
    answers = ", ".join(f"{key}={_short(value)}" for key, value in one.answers.items()) or "–"
    score = "–" if one.score is None else f"{one.score}{' hot' if one.hot else ''}: {'; '.join(one.why)}"
    return (one.name, happened, answers, score, str(one.seconds), f"{one.cost_minor / 100:.2f}")


def _short(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
