"""What a check found about a line, in words, and which of its settings should be others.

Pure. A finding that rests on nothing is `unknown`, never a guess; only what was found changes a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.brief import ChannelLayout, HandoffStrategy
from bridge.telephony.answer_xml import Track
from bridge.telephony.dialect import Dialect
from campaigns.line_check.finding import AfterStream, Finding, Name, Outcome
from campaigns.line_check.guide import answered_key
from campaigns.line_check.hearing import from_json
from campaigns.line_check.requests import of_the_requests
from campaigns.line_check.seen import Seen, StreamClosed
from campaigns.line_check.sound import of_the_sound
from campaigns.line_check.way import of_the_way
from leads.said import N_

ESSENTIAL = (Name.REACH, Name.STREAM, Name.AFTER_STREAM)


@dataclass(frozen=True, slots=True)
class LineSettings:
    dialect: str
    strategy: str
    track: str
    layout: str
    prebuffer_ms: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One setting that should be another. `setting`: a field of `LineSettings`."""

    setting: str
    old: Any
    new: Any
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What a line cannot be used without knowing."""
        return tuple(each for each in self.findings if each.name in ESSENTIAL and each.outcome is not Outcome.FOUND)

    def as_json(self) -> dict[str, Any]:
        return {"findings": [asdict(each) for each in self.findings], "proposals": [asdict(each) for each in self.proposals]}


def conclude(seen: Sequence[Seen], line: LineSettings) -> Result:
    findings = tuple(_findings(seen))
    return Result(findings, tuple(_proposals({each.name: each for each in findings}, line)))


def _findings(seen: Sequence[Seen]) -> Iterator[Finding]:
    heard = {each.number: from_json(each.heard) for each in seen if isinstance(each, StreamClosed)}
    yield from of_the_way(seen)
    yield from of_the_sound(heard, answered_key(seen))
    yield from of_the_requests(seen)


def _proposals(found: Mapping[Name, Finding], line: LineSettings) -> Iterator[Proposal]:
    dialect = found[Name.DIALECT]
    if dialect.value is not None and dialect.value != line.dialect:
        yield Proposal("dialect", line.dialect, dialect.value, dialect.words)
    yield from _strategy(found, line, dialect.value or line.dialect)
    yield from _tracks(found, line)
    prebuffer = found[Name.PREBUFFER]
    if prebuffer.value is not None and prebuffer.value != line.prebuffer_ms:
        yield Proposal("prebuffer_ms", line.prebuffer_ms, prebuffer.value, prebuffer.words)


def _strategy(found: Mapping[Name, Finding], line: LineSettings, dialect: str) -> Iterator[Proposal]:
    """In the dialect `pages` calls have nothing behind their Stream. Another strategy than these two does not rest on what follows a stream."""
    decisive = found[Name.AFTER_STREAM if dialect == Dialect.SDK else Name.AFTER_STREAM_ALONE]
    if decisive.value is None and found[Name.AFTER_STREAM].value is not None:
        decisive = found[Name.AFTER_STREAM]
    if decisive.value is None or line.strategy not in (HandoffStrategy.DIAL, HandoffStrategy.CALLBACK):
        return
    wanted = HandoffStrategy.DIAL if decisive.value == AfterStream.CONTINUES else HandoffStrategy.CALLBACK
    if wanted != line.strategy:
        yield Proposal("strategy", line.strategy, wanted.value, decisive.words)


def _tracks(found: Mapping[Name, Finding], line: LineSettings) -> Iterator[Proposal]:
    both, inbound = found[Name.BOTH_TRACKS], found[Name.INBOUND_TRACK]
    wanted = _track_and_layout(found, line)
    if wanted is None:
        return
    track, layout = wanted
    if track != line.track:
        yield Proposal("track", line.track, track, inbound.words if track == Track.BOTH or inbound.value is not None else both.words)
    if layout != line.layout:
        yield Proposal("layout", line.layout, layout, both.words if track == Track.BOTH else N_("The callee alone is one channel."))


def _track_and_layout(found: Mapping[Name, Finding], line: LineSettings) -> tuple[str, str] | None:
    """The callee's track wherever it holds the callee alone; both tracks stay where they were chosen and can be told apart."""
    both, inbound = found[Name.BOTH_TRACKS].value, found[Name.INBOUND_TRACK].value
    alone = (Track.INBOUND.value, ChannelLayout.MONO.value)
    if both is None:
        return None
    is_usable = both == ChannelLayout.MIXED or (both == ChannelLayout.STEREO and found[Name.CALLEE_SIDE].value == "left")
    with_both = (Track.BOTH.value, str(both)) if is_usable else None
    if inbound == "both":
        return with_both
    if line.track == Track.INBOUND:
        return alone
    if both == ChannelLayout.STEREO and is_usable:
        return with_both
    return alone if inbound == "callee_alone" or both == ChannelLayout.MONO else with_both


def health_note(result: Result, *, on: str) -> str:
    """For the list of lines: at most 300 characters."""
    found = {each.name: each for each in result.findings}
    kill = {True: "killAudio obeyed", False: "killAudio ignored", None: "killAudio not known"}[found[Name.KILL_AUDIO].value]
    after = str(found[Name.AFTER_STREAM].value or "not known").replace("_", " ")
    parts = [
        f"Checked {on}",
        f"after a stream: {after}",
        kill,
        f"both tracks: {found[Name.BOTH_TRACKS].value or 'not known'}",
        f"signature: {found[Name.SIGNATURE].value or 'not known'}",
        f"events: {found[Name.EVENTS].value}",
    ]
    return "; ".join(parts)[:300]
