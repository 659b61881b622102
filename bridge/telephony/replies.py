"""What Sautikit's REST endpoints answer, as values: calls, recordings, wallet, numbers, errors.

Pure. Unknown fields are tolerated, unknown words become UNKNOWN; a reply without what we need from it is `UnreadableReply`.
Source: sautikit-node 0.5.0 and notes of live calls, read 2026-11-22.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from bridge.telephony.dialect import Field, ProviderStatus, read_fields, read_ids, read_outcome, read_status, squeeze

Json: TypeAlias = "dict[str, object]"

RECORDING_RETRY_S = 30.0  # the SDK's wait when the provider names none


class UnreadableReply(Exception):
    """The provider answered something we cannot use."""


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """The provider took the call. At least one of the two ids, or a status, was given."""

    call_id: str | None
    session_id: str | None
    status: ProviderStatus
    client_request_id: str | None
    is_replay: bool = False  # the reply to an earlier request with the same key: no second phone rang


@dataclass(frozen=True, slots=True)
class Cdr:
    """The provider's account of a call. None: not said (yet). Times are aware, money is in minor units (KES cents)."""

    call_id: str | None
    session_id: str | None
    client_request_id: str | None
    status: ProviderStatus
    direction: Direction
    local_e164: str
    remote_e164: str
    created_at: datetime | None
    started_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    cost_minor: int | None
    currency: str
    rate_per_minute_minor: int | None
    hangup_cause: str  # as given
    raw: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordingReady:
    url: str = field(repr=False)  # presigned: whoever has it can listen, for about 15 minutes


@dataclass(frozen=True, slots=True)
class RecordingPending:
    retry_after_s: float


@dataclass(frozen=True, slots=True)
class RecordingGone:
    """`is_final` False: a 404, which the platform also answers while the file is still on its way (seen up to 90 s)."""

    code: str
    reason: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Wallet:
    balance_minor: int
    currency: str  # empty if not said
    low_balance_threshold_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OwnNumber:
    number_id: str
    e164: str
    status: str  # active, suspended, released; as given
    voice_callback_url: str | None
    events_url: str | None


def read_json(body: bytes) -> Json:
    """Raises UnreadableReply unless the body is a JSON object."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableReply("not JSON") from error
    if not isinstance(decoded, dict):
        raise UnreadableReply("not a JSON object")
    return decoded


def read_placed_call(body: bytes, *, is_replay: bool) -> PlacedCall:
    fields = read_fields(_unwrap(read_json(body)))
    ids = read_ids(fields)
    if not ids.call_id and not ids.session_id and Field.STATUS not in fields:
        raise UnreadableReply("neither id nor status")
    status = read_status(fields.get(Field.STATUS, ""))
    return PlacedCall(ids.call_id, ids.session_id, status, fields.get(Field.CLIENT_REQUEST_ID), is_replay)


def read_cdr(record: Mapping[str, object]) -> Cdr:
    """`record`: the call itself, or the envelope it came in. Raises UnreadableReply if it names no call."""
    call = _unwrap(record)
    fields = read_fields(call)
    ids = read_ids({Field.CALL_ID: _text(call, "id"), **fields})
    if not ids.call_id and not ids.session_id:
        raise UnreadableReply("a call without an id")
    cause = fields.get(Field.HANGUP_CAUSE, "")
    direction = read_direction(fields.get(Field.DIRECTION, ""))
    ours, theirs = (Field.DESTINATION, Field.CALLER) if direction is Direction.INBOUND else (Field.CALLER, Field.DESTINATION)
    return Cdr(
        call_id=ids.call_id,
        session_id=ids.session_id,
        client_request_id=fields.get(Field.CLIENT_REQUEST_ID),
        status=read_outcome(fields.get(Field.STATUS, ""), cause),
        direction=direction,
        local_e164=_text(call, "local_e164") or fields.get(ours, ""),
        remote_e164=_text(call, "remote_e164") or fields.get(theirs, ""),
        created_at=read_time(call.get("created_at")),
        started_at=read_time(call.get("started_at")),
        answered_at=read_time(call.get("answered_at")),
        ended_at=read_time(call.get("ended_at")),
        duration_s=_number(fields.get(Field.DURATION_S)),
        cost_minor=_minor(call.get("cost_minor")),
        currency=_text(call, "cost_currency") or _text(call, "currency"),
        rate_per_minute_minor=_minor(call.get("rate_per_minute_minor")),
        hangup_cause=cause,
        raw=call,
    )


def read_page(body: bytes) -> tuple[tuple[Cdr, ...], str | None]:
    """One page of calls and the cursor of the next, None on the last. One unreadable call spoils the page: a look-up must not miss it."""
    page = read_json(body)
    calls = _items(page, "data", "calls")
    return tuple(read_cdr(call) for call in calls), _text(page, "next_cursor") or None


def read_wallet(body: bytes) -> Wallet:
    wallet = _unwrap(read_json(body))
    balance_minor = _minor(wallet.get("balance_minor"))
    if balance_minor is None:
        raise UnreadableReply("no balance")
    return Wallet(balance_minor, _text(wallet, "currency"), _minor(wallet.get("low_balance_threshold_minor")))


def read_numbers(body: bytes) -> tuple[OwnNumber, ...]:
    return tuple(_own_number(number) for number in _items(read_json(body), "numbers", "data"))


def read_problem(body: bytes) -> tuple[str, str]:
    """Code and the provider's words, from either error shape; empty where it said nothing."""
    try:
        reply = read_json(body)
    except UnreadableReply:
        return "", ""
    error = reply.get("error")
    shape = error if isinstance(error, dict) else reply
    words = _text(shape, "message") or _text(shape, "reason") or (error if isinstance(error, str) else "")
    return _text(shape, "code"), words


def read_direction(word: str) -> Direction:
    squeezed = squeeze(word)
    return next((direction for direction in (Direction.INBOUND, Direction.OUTBOUND) if squeezed.startswith(direction)), Direction.UNKNOWN)


def read_time(value: object) -> datetime | None:
    """RFC 3339 or Unix seconds; without a zone it is UTC. None for nothing, nonsense and the zero times of typed back ends."""
    try:
        moment = datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else datetime.fromisoformat(str(value))
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return aware if aware.year > 1970 else None


def read_wait(body: bytes) -> float:
    """How long the provider says a recording will still take."""
    try:
        seconds = _number(read_json(body).get("retry_after_seconds"))
    except UnreadableReply:
        seconds = None
    return RECORDING_RETRY_S if seconds is None else seconds


def _own_number(number: Json) -> OwnNumber:
    number_id, e164 = _text(number, "id") or _text(number, "number_id"), _text(number, "e164") or _text(number, "number")
    if not number_id or not e164:
        raise UnreadableReply("a number without id or digits")
    voice_url = _text(number, "voice_callback_url") or _text(number, "routing_url")
    return OwnNumber(number_id, e164, _text(number, "status"), voice_url or None, _text(number, "events_url") or None)


def _unwrap(record: Mapping[str, object]) -> Mapping[str, object]:
    inner = record.get("call") or record.get("data")
    return inner if isinstance(inner, dict) else record


def _items(page: Json, *names: str) -> list[Json]:
    items = next((page[name] for name in names if name in page), None)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnreadableReply("no list where one belongs")
    return items


def _text(record: Mapping[str, object], name: str) -> str:
    value = record.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _number(value: object) -> float | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _minor(value: object) -> int | None:
    """Fractions of a cent count as a cent: what we settle is never less than what we pay."""
    number = _number(value)
    return None if number is None else math.ceil(number)
