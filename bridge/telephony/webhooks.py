"""What the platform tells us about a call: voice callbacks, events and stream status, in any spelling, as one `ProviderEvent`.

Pure. Reads form and JSON, both event envelopes and the flat body of the exchange. Never raises: a body that says nothing is `Unreadable`.
An event proves nothing by itself: the answer URL's token or a signature does, and the caller decides what it means.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bridge.telephony.dialect import (
    ENDED,
    EVENT_ID_HEADERS,
    EVENT_KIND_HEADERS,
    MAX_TEXT,
    Field,
    ProviderStatus,
    read_fields,
    read_ids,
    read_outcome,
    read_status,
)

MAX_BODY_BYTES = 64 * 1024
MAX_FORM_FIELDS = 200
ENVELOPES = ("data", "payload", "call")  # event pages, recording guide, CDR
STREAM_STATES = frozenset({ProviderStatus.STREAM_STARTED, ProviderStatus.STREAM_STOPPED, ProviderStatus.STREAM_ERROR})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing can be learnt from this body. `reason` is ours and safe to log."""

    reason: str


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One delivery. None: not said. Durations in seconds. `kind`: as given, such as `call.completed`, else empty."""

    state: ProviderStatus = ProviderStatus.UNKNOWN
    kind: str = ""
    event_id: str | None = None
    call_id: str | None = None
    session_id: str | None = None
    client_request_id: str | None = None
    caller: str | None = None
    destination: str | None = None
    direction: str | None = None
    is_active: bool | None = None
    duration_s: float | None = None
    digits: str | None = None
    dial_status: ProviderStatus | None = None
    dial_duration_s: float | None = None
    hangup_cause: str = ""


def parse_webhook(body: bytes, *, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> ProviderEvent | Unreadable:
    """`query`: of the URL that was hit; it may be the only place that carries our id. An empty body is an event of unknown state."""
    record = decode_body(body)
    if isinstance(record, Unreadable):
        return record
    outer = read_fields(record)
    inner = {**outer, **_inside_envelope(record)}
    if record and not inner:
        return Unreadable("no known field")
    if Field.CLIENT_REQUEST_ID not in inner:
        inner = {**read_fields(query or {}), **inner}
    by_header = {name.lower(): value for name, value in (headers or {}).items()}
    kind = _first(by_header, EVENT_KIND_HEADERS) or outer.get(Field.EVENT_KIND) or inner.get(Field.EVENT_KIND, "")
    event_id = _first(by_header, EVENT_ID_HEADERS) or inner.get(Field.EVENT_ID)
    return _event(inner, kind=kind, event_id=event_id)


def _event(fields: Mapping[Field, str], *, kind: str, event_id: str | None) -> ProviderEvent:
    ids = read_ids(fields)
    dial_status = fields.get(Field.DIAL_STATUS)
    return ProviderEvent(
        state=_state(fields, kind),
        kind=kind,
        event_id=event_id,
        call_id=ids.call_id,
        session_id=ids.session_id,
        client_request_id=fields.get(Field.CLIENT_REQUEST_ID),
        caller=fields.get(Field.CALLER),
        destination=fields.get(Field.DESTINATION),
        direction=fields.get(Field.DIRECTION),
        is_active=_truth(fields.get(Field.IS_ACTIVE)),
        duration_s=_seconds(fields.get(Field.DURATION_S)),
        digits=_keys_pressed(fields.get(Field.DIGITS)),
        dial_status=read_status(dial_status) if dial_status else None,
        dial_duration_s=_seconds(fields.get(Field.DIAL_DURATION_S)),
        hangup_cause=fields.get(Field.HANGUP_CAUSE, ""),
    )


def _state(fields: Mapping[Field, str], kind: str) -> ProviderStatus:
    """The end of the call outranks the end of its stream, which outranks where the call is."""
    cause = fields.get(Field.HANGUP_CAUSE, "")
    status = read_outcome(fields.get(Field.STATUS, ""), cause)
    if status in ENDED:
        return status
    stream = _stream_state(fields.get(Field.STREAM_EVENT, ""))
    if stream is not ProviderStatus.UNKNOWN:
        return stream
    if Field.DIAL_STATUS in fields:
        return ProviderStatus.DIAL_COMPLETED
    if status is not ProviderStatus.UNKNOWN:
        return status
    return read_outcome(kind, cause)


def _stream_state(word: str) -> ProviderStatus:
    """`stream-started`, `StreamStarted` and plain `started` mean the same where a stream's state is expected."""
    for candidate in (word, f"stream{word}"):
        status = read_status(candidate)
        if status in STREAM_STATES:
            return status
    return ProviderStatus.UNKNOWN


def decode_body(body: bytes) -> dict[str, object] | Unreadable:
    """Its fields as given. By content, not by header: the platform's content type is documented nowhere, and no form begins with a brace."""
    if len(body) > MAX_BODY_BYTES:
        return Unreadable("body too large")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return Unreadable("not UTF-8")
    return _decode_json(text) if text.startswith(("{", "[")) else _decode_form(text)


def _decode_json(text: str) -> dict[str, object] | Unreadable:
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):  # the second: thousands of opening brackets
        return Unreadable("not JSON")
    return decoded if isinstance(decoded, dict) else Unreadable("not a JSON object")


def _decode_form(text: str) -> dict[str, object] | Unreadable:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        return Unreadable("not a form")
    return dict(pairs)


def _inside_envelope(record: Mapping[str, object]) -> dict[Field, str]:
    fields: dict[Field, str] = {}
    for name in ENVELOPES:
        inner = record.get(name)
        if isinstance(inner, dict):
            fields |= read_fields(inner)
    return fields


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The header passes the same sieve as a body's fields."""
    given = (values.get(name.lower(), "").strip() for name in names)
    return next((value for value in given if value and value.isprintable() and len(value) <= MAX_TEXT), None)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _truth(text: str | None) -> bool | None:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get((text or "").lower())


def _keys_pressed(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"[0-9*#]{1,32}", text) else None
