"""What a preflight is about and an approval covers: a campaign's terms as plain values, their digest, and how two of them differ, in words.

Pure. `campaigns.approval` reads them from the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leads.said import sentence


@dataclass(frozen=True, slots=True)
class Terms:
    script: str  # its name and version
    script_digest: str  # of every word that is said and every point that is given
    lines: list[str]  # the numbers, the main one first
    kind: str
    purpose: str
    controller: str
    voice: str
    max_calls_in_flight: int
    max_attempts: int
    max_call_s: int
    budget_minor: int | None  # KES cents; None: no cap
    day_budget_minor: int | None
    hot_leads_a_rep: float | None  # None: reps do not hold it back
    n_leads: int
    newest_lead_at: str  # when the newest enrolment was made, ISO; "": nobody is enrolled
    is_recorded: bool = True

    def as_json(self) -> dict[str, Any]:
        """A campaign that records is written as before it could choose, so that an approval of then still holds."""
        written = asdict(self)
        if self.is_recorded:
            del written["is_recorded"]
        return written

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


EMPTY = sentence("empty")
_WORDS = {
    "kind": sentence("the kind"),
    "purpose": sentence("the purpose"),
    "controller": sentence("the organisation named in the consent"),
    "voice": sentence("the voice"),
}
_LIMITS: Mapping[str, str] = {
    "max_calls_in_flight": sentence("calls in flight"),
    "max_attempts": sentence("attempts a lead"),
    "max_call_s": sentence("seconds of the longest call"),
}


def differences(before: Terms, now: Terms) -> list[str]:
    """Every term that is not as it was, one sentence part each; [] if nothing changed."""
    fewer = before.n_leads - now.n_leads
    told = sentence("1 fewer lead is enrolled") if fewer == 1 else sentence("%(n)s fewer leads are enrolled", n=fewer)
    gone = [told] if fewer > 0 else []
    return [*_told(before, now), *_changed_limits(before, now, any_change=True), *gone, *_later_leads(before, now)]


def beyond(approved: Terms, now: Terms, *, with_leads: bool) -> list[str]:
    """What goes beyond an approval. A limit that was lowered does not. `with_leads`: leads who came later do, as before the first call."""
    later = _later_leads(approved, now) if with_leads else ()
    return [*_told(approved, now), *_changed_limits(approved, now, any_change=False), *later]


def n_leads_since(before: Terms, now: Terms) -> int:
    """How many more leads are enrolled; never negative."""
    return max(0, now.n_leads - before.n_leads)


def _told(before: Terms, now: Terms) -> Iterator[str]:
    if before.script != now.script:
        yield sentence("the script was %(was)s and is %(is_now)s", was=before.script, is_now=now.script)
    elif before.script_digest != now.script_digest:
        yield sentence("the words or points of the script %(script)s changed", script=now.script)
    if before.lines != now.lines:
        yield sentence("the phone lines were %(was)s and are %(are_now)s", was=", ".join(before.lines), are_now=", ".join(now.lines))
    if before.is_recorded != now.is_recorded:
        yield sentence("calls were %(were)s and are %(are_now)s", were=_recording(before.is_recorded), are_now=_recording(now.is_recorded))
    for name, words in _WORDS.items():
        was, is_now = getattr(before, name), getattr(now, name)
        if was != is_now:
            yield sentence("%(words)s was %(was)s and is %(is_now)s", words=words, was=was or EMPTY, is_now=is_now or EMPTY)


def _recording(is_recorded: bool) -> str:
    return sentence("recorded") if is_recorded else sentence("not recorded")


def _changed_limits(before: Terms, now: Terms, *, any_change: bool) -> Iterator[str]:
    for name, words in _LIMITS.items():
        was, is_now = getattr(before, name), getattr(now, name)
        if is_now > was or (any_change and is_now != was):
            yield sentence("%(words)s were %(was)s and are %(is_now)s", words=words, was=was, is_now=is_now)
    for name, words, in_words in _CAPS:
        cap, cap_now = getattr(before, name), getattr(now, name)
        is_raised = cap is not None and (cap_now is None or cap_now > cap)
        if is_raised or (any_change and cap_now != cap):
            yield sentence("%(words)s was %(was)s and is %(is_now)s", words=words, was=in_words(cap), is_now=in_words(cap_now))


def _later_leads(before: Terms, now: Terms) -> Iterator[str]:
    n_more = now.n_leads - before.n_leads
    if n_more > 0:
        yield sentence("1 more lead is enrolled") if n_more == 1 else sentence("%(n)s more leads are enrolled", n=n_more)
    elif now.newest_lead_at > before.newest_lead_at:  # as many as before, after others were erased
        yield sentence("other leads are enrolled")


def _shillings(minor: int | None) -> str:
    return sentence("without a cap") if minor is None else f"KES {minor / 100:,.2f}"


def _hot_leads(a_rep: float | None) -> str:
    return sentence("not asked about") if a_rep is None else f"{a_rep:g}"


# Limits that may be absent, and then allow everything.
_CAPS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("budget_minor", sentence("the budget"), _shillings),
    ("day_budget_minor", sentence("the budget a day"), _shillings),
    ("hot_leads_a_rep", sentence("the number of hot leads a free rep"), _hot_leads),
)
