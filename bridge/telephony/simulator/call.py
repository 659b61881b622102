"""One call of the workspace as the exchange keeps it: its leg, its stamps and its price. Decides nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.telephony.dialect import SPELLINGS, Dialect, Field, ProviderStatus
from bridge.telephony.simulator.billing import CALL_MINOR_PER_MIN, CURRENCY, INBOUND_CALL_MINOR_PER_MIN, cost_minor
from bridge.telephony.simulator.leg import Cause, EndedBy, Leg
from bridge.telephony.simulator.media import MediaStream
from bridge.telephony.simulator.number import OwnNumber
from bridge.telephony.simulator.playout import HeardLine

STATUS_OF_CAUSE = {Cause.BUSY: ProviderStatus.BUSY, Cause.NO_ANSWER: ProviderStatus.NO_ANSWER, Cause.CANCELED: ProviderStatus.CANCELED}


@dataclass(frozen=True, slots=True)
class Bridged:
    """Another person who was put through."""

    leg: Leg

    @property
    def persona(self) -> str:
        return self.leg.person.persona.name if self.leg.person else ""

    @property
    def seconds(self) -> float:
        return self.leg.talked_s


@dataclass(slots=True, eq=False)
class Call:
    call_id: str
    session_id: str
    number: OwnNumber
    leg: Leg
    label: str  # client_request_id
    voice_url: str
    created_at: datetime
    is_inbound: bool = False  # they call the number; else the workspace rings them
    is_withheld: bool = False  # their number is not shown
    is_silent: bool = False  # nothing that only informs is posted
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status: ProviderStatus = ProviderStatus.RINGING
    streams: list[MediaStream] = field(default_factory=list)
    bridged: list[Bridged] = field(default_factory=list)
    platform_words: list[str] = field(default_factory=list)  # of Say
    digits: str = ""
    problems: list[str] = field(default_factory=list)  # what the server did that no call survives or no platform obeys

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def direction(self) -> str:
        return "inbound" if self.is_inbound else "outbound"

    @property
    def remote(self) -> str:
        """The person's number, as far as it is shown."""
        return "" if self.is_withheld else self.leg.number

    @property
    def ends(self) -> tuple[str, str]:
        """Who calls, and who is called."""
        return (self.remote, self.number.e164) if self.is_inbound else (self.number.e164, self.remote)

    @property
    def minor_per_min(self) -> int:
        return INBOUND_CALL_MINOR_PER_MIN if self.is_inbound else CALL_MINOR_PER_MIN

    @property
    def lines(self) -> tuple[HeardLine, ...]:
        """What the callee really heard over media streams."""
        return tuple(line for stream in self.streams for line in stream.playout.lines)

    @property
    def cost_minor(self) -> int:
        """So far. Legs put through by Dial bill their own seconds on the call's account."""
        if self.answered_at is None:
            return 0
        streamed_s = sum(stream.streamed_s for stream in self.streams)
        own_minor = cost_minor(self.leg.talked_s, streamed_s, call_minor_per_min=self.minor_per_min)
        return own_minor + sum(cost_minor(one.seconds, 0.0) for one in self.bridged)

    def end(self, at: datetime) -> None:
        """Whoever was put through is cut off, so that the price is final."""
        for one in self.bridged:
            one.leg.hang_up(Cause.CLEARED, EndedBy.PLATFORM)
        self.ended_at = at
        if self.answered_at is not None:
            self.status = ProviderStatus.COMPLETED
        else:
            self.status = STATUS_OF_CAUSE.get(self.leg.cause, ProviderStatus.FAILED)

    def callback_fields(self) -> dict[Field, object]:
        """What every voice callback says, whatever the edge."""
        caller, called = self.ends
        return {
            Field.SESSION_ID: self.session_id,
            Field.CLIENT_REQUEST_ID: self.label,
            Field.CALLER: caller,
            Field.DESTINATION: called,
            Field.DIRECTION: self.direction,
            Field.IS_ACTIVE: 1 if self.is_live else 0,
            Field.DURATION_S: math.ceil(self.leg.talked_s),
        }

    def dial_fields(self, dialect: Dialect) -> dict[Field, object]:
        """What the last callback says of a Dial that put somebody through, and which the end of this leg cut off."""
        if not self.bridged:
            return {}
        word = SPELLINGS[dialect].status[ProviderStatus.COMPLETED]
        return {Field.DIAL_STATUS: word, Field.DIAL_DURATION_S: math.ceil(self.bridged[-1].seconds)}

    def identity(self) -> dict[str, str]:
        """For the first text frame of a media stream."""
        caller, called = self.ends
        return {"sessionId": self.session_id, "callerNumber": caller, "destinationNumber": called, "callSid": self.session_id}

    def event_record(self, dialect: Dialect) -> dict[str, object]:
        """`data` of a call event (event pages, read 2026-11-22)."""
        caller, called = self.ends
        return {
            "call_id": self.call_id,
            "pbx_call_id": self.session_id,
            "direction": self.direction,
            "from": caller,
            "to": called,
            "number_id": self.number.number_id,
            "status": SPELLINGS[dialect].status[self.status],
            "duration_seconds": math.ceil(self.leg.talked_s),
            "answered_at": _stamp(self.answered_at),
            "ended_at": _stamp(self.ended_at),
            "hangup_cause": self.leg.cause.value,
            "clientRequestId": self.label,
        }

    def cdr(self, dialect: Dialect) -> dict[str, object]:
        """The call detail record of `GET /v1/calls/{id}`. Durations in call seconds; nothing is charged before the end."""
        spelled = SPELLINGS[dialect]
        is_failed = not self.is_live and self.status is not ProviderStatus.COMPLETED
        return {
            "id": self.call_id,
            spelled.answer[Field.CALL_ID]: self.call_id,
            "workspace_id": "ws_simulator",
            "session_id": self.session_id,
            "direction": self.direction,
            "local_e164": self.number.e164,
            "remote_e164": self.remote,
            "country": "KE",
            "started_at": _stamp(self.created_at),
            "answered_at": _stamp(self.answered_at),
            "ended_at": _stamp(self.ended_at),
            "duration_seconds": math.ceil(self.leg.talked_s),
            "status": spelled.status[self.status],
            "cost_minor": 0 if self.is_live else self.cost_minor,
            "cost_currency": CURRENCY,
            "rate_per_minute_minor": self.minor_per_min,
            "failure_code": self.leg.cause.value.lower() if is_failed else None,
            "hangup_cause": self.leg.cause.value or None,
            spelled.answer[Field.CLIENT_REQUEST_ID]: self.label or None,
            "metadata": _metadata(self.label),
            "created_at": _stamp(self.created_at),
            "updated_at": _stamp(self.ended_at or self.answered_at or self.created_at),
        }


def _metadata(label: str) -> Mapping[str, str]:
    return {"clientRequestId": label} if label else {}


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
