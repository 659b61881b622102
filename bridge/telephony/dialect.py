"""How Sautikit spells things: one table that client, webhooks, answer XML and simulator all read.

Pure. The vendor's use-case pages and its SDK name the same things differently; a phone line has one dialect, and whoever
*writes* follows it. Whoever *reads* accepts every spelling, because live traffic mixes them: `read_fields`, `read_ids`, `read_status`.
Sources: the page "Outbound AI voice calls that qualify leads" (`pages`), sautikit-node 0.5.0 and an integrator's notes of live
calls (`sdk`); all read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MEDIA_SUBPROTOCOL = "audio.drachtio.org"
XML_CONTENT_TYPE = "application/xml"
MAX_ACTIONS = 50  # actions of one answer document

IDEMPOTENCY_HEADER = "Idempotency-Key"
REPLAY_HEADER = "Idempotent-Replay"
SIGNATURE_HEADER = "X-Sautikit-Signature"
EVENT_KIND_HEADERS = ("X-Sautikit-Event-Kind", "X-Sautikit-Event")  # concept page, event pages
EVENT_ID_HEADERS = ("X-Sautikit-Event-Id", "X-Sautikit-Idempotency-Key")

MAX_TEXT = 500  # characters of one field that we keep
SESSION_ID_PREFIX = "HD_"  # the exchange's own id of a call, whatever the field that carries it is named


class Dialect(StrEnum):
    PAGES = "pages"
    SDK = "sdk"


class Field(StrEnum):
    """What a callback, an event or a REST answer may say about a call."""

    CALL_ID = "call_id"
    SESSION_ID = "session_id"
    CLIENT_REQUEST_ID = "client_request_id"
    CALLER = "caller"
    DESTINATION = "destination"
    STATUS = "status"
    STREAM_EVENT = "stream_event"
    STREAM_ID = "stream_id"
    DIAL_STATUS = "dial_status"
    DIAL_DURATION_S = "dial_duration_s"
    IS_ACTIVE = "is_active"
    DIRECTION = "direction"
    DURATION_S = "duration_s"
    DIGITS = "digits"
    HANGUP_CAUSE = "hangup_cause"
    EVENT_ID = "event_id"
    EVENT_KIND = "event_kind"


class ProviderStatus(StrEnum):
    """Where the provider says a call is. `UNKNOWN` is a word we have not met: look the call up."""

    RINGING = "ringing"
    ANSWERED = "answered"
    STREAM_STARTED = "stream_started"
    STREAM_STOPPED = "stream_stopped"
    STREAM_ERROR = "stream_error"
    DIAL_COMPLETED = "dial_completed"
    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


ENDED = frozenset({ProviderStatus.COMPLETED, ProviderStatus.NO_ANSWER, ProviderStatus.BUSY, ProviderStatus.FAILED, ProviderStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class Routing:
    """How a number's answer URL is set. `methods` in order: the next one on 405."""

    path: str  # with `{number_id}`
    methods: tuple[str, ...]
    voice_url: str
    events_url: str | None  # None: this dialect cannot set one


@dataclass(frozen=True, slots=True)
class Spellings:
    """What one dialect writes. `request`: body keys of POST /v1/calls; `answer`: keys of the REST replies;
    `callback`: keys of what the platform POSTs to us."""

    client_request_id: str
    voice_callback_url: str | None  # None: not sent, the from-number's routing URL is fetched
    routing: Routing
    answer: Mapping[Field, str]
    callback: Mapping[Field, str]
    status: Mapping[ProviderStatus, str]  # in REST replies and event bodies


@dataclass(frozen=True, slots=True)
class CallIds:
    """Either may be missing: calls are known by both."""

    call_id: str | None
    session_id: str | None


CALLBACK_STATUS: Mapping[ProviderStatus, str] = MappingProxyType(
    {  # `callSessionState` of a voice callback, in both dialects, as seen live; the last four as the integrator expects them
        ProviderStatus.RINGING: "Ringing",
        ProviderStatus.ANSWERED: "Answered",
        ProviderStatus.STREAM_STARTED: "StreamStarted",
        ProviderStatus.STREAM_STOPPED: "StreamStopped",
        ProviderStatus.STREAM_ERROR: "streamerror",
        ProviderStatus.DIAL_COMPLETED: "DialCompleted",
        ProviderStatus.COMPLETED: "Completed",
        ProviderStatus.NO_ANSWER: "no-answer",
        ProviderStatus.BUSY: "busy",
        ProviderStatus.FAILED: "failed",
        ProviderStatus.CANCELED: "canceled",
    }
)

_COMMON_CALLBACK = {
    Field.SESSION_ID: "sessionId",
    Field.CLIENT_REQUEST_ID: "clientRequestId",
    Field.STATUS: "callSessionState",
    Field.IS_ACTIVE: "isActive",
    Field.DIRECTION: "direction",
    Field.DURATION_S: "durationInSeconds",
    Field.STREAM_ID: "streamSid",
    Field.STREAM_EVENT: "streamEvent",
    Field.DIGITS: "Digits",
    Field.HANGUP_CAUSE: "hangupCause",
    Field.DIAL_STATUS: "dialCallStatus",  # what follows a Dial is documented nowhere: our guess, and any spelling is read
    Field.DIAL_DURATION_S: "dialDurationInSeconds",
}

SPELLINGS: Mapping[Dialect, Spellings] = MappingProxyType(
    {
        Dialect.PAGES: Spellings(
            client_request_id="clientRequestId",
            voice_callback_url=None,
            routing=Routing("/v1/numbers/{number_id}", ("PATCH",), voice_url="routing_url", events_url=None),
            answer=MappingProxyType({Field.CALL_ID: "call_sid", Field.SESSION_ID: "session_id", Field.CLIENT_REQUEST_ID: "clientRequestId"}),
            callback=MappingProxyType({**_COMMON_CALLBACK, Field.SESSION_ID: "CallId", Field.CALLER: "From", Field.DESTINATION: "To"}),
            status=MappingProxyType({status: status.value.replace("_", "-") for status in ProviderStatus}),
        ),
        Dialect.SDK: Spellings(
            client_request_id="client_request_id",
            voice_callback_url="voice_callback_url",
            routing=Routing("/v1/numbers/{number_id}/routing", ("PATCH", "PUT"), voice_url="voice_callback_url", events_url="events_url"),
            answer=MappingProxyType({Field.CALL_ID: "call_id", Field.SESSION_ID: "session_id", Field.CLIENT_REQUEST_ID: "client_request_id"}),
            callback=MappingProxyType({**_COMMON_CALLBACK, Field.CALLER: "callerNumber", Field.DESTINATION: "destinationNumber"}),
            status=MappingProxyType({status: status.value for status in ProviderStatus}),
        ),
    }
)

# Keys are compared without case and punctuation, so `callSid`, `call_sid` and `CallSid` are one spelling. First match wins.
_ACCEPTED: Mapping[Field, tuple[str, ...]] = {
    Field.CALL_ID: ("callid", "callsid", "calluuid"),
    Field.SESSION_ID: ("sessionid", "pbxcallid"),
    Field.CLIENT_REQUEST_ID: ("clientrequestid",),
    Field.CALLER: ("callernumber", "from", "caller"),
    Field.DESTINATION: ("destinationnumber", "to", "destination"),
    Field.STATUS: ("callsessionstate", "callstatus", "status", "callstate"),
    Field.STREAM_EVENT: ("streamevent", "streamstatus"),
    Field.STREAM_ID: ("streamsid", "streamid"),
    Field.DIAL_STATUS: ("dialcallstatus", "dialstatus"),
    Field.DIAL_DURATION_S: ("dialdurationinseconds", "dialcallduration", "dialdurationseconds"),
    Field.IS_ACTIVE: ("isactive",),
    Field.DIRECTION: ("direction", "calldirection"),
    Field.DURATION_S: ("durationseconds", "durationinseconds", "duration", "callduration"),
    Field.DIGITS: ("digits", "dtmfdigits"),
    Field.HANGUP_CAUSE: ("hangupcause", "failurecode", "failurereason"),
    Field.EVENT_ID: ("eventid",),
    Field.EVENT_KIND: ("kind", "eventkind", "eventtype", "event", "type"),
}

_STATUS_WORDS: Mapping[str, ProviderStatus] = {
    **{re.sub("[^a-z]", "", status.value): status for status in ProviderStatus},
    **dict.fromkeys(("queued", "initiated", "dialing", "started", "early"), ProviderStatus.RINGING),
    **dict.fromkeys(("inprogress", "active", "live", "bridged"), ProviderStatus.ANSWERED),
    **dict.fromkeys(("hangup", "hungup", "ended", "normalclearing"), ProviderStatus.COMPLETED),
    **dict.fromkeys(("missed", "unanswered", "nouserresponse", "timeout", "allottedtimeout"), ProviderStatus.NO_ANSWER),
    **dict.fromkeys(("userbusy",), ProviderStatus.BUSY),
    **dict.fromkeys(("callrejected", "rejected"), ProviderStatus.FAILED),
    **dict.fromkeys(("cancelled", "originatorcancel"), ProviderStatus.CANCELED),
    **dict.fromkeys(("streamstart",), ProviderStatus.STREAM_STARTED),
    **dict.fromkeys(("streamstop", "streamended"), ProviderStatus.STREAM_STOPPED),
    **dict.fromkeys(("streamfailed",), ProviderStatus.STREAM_ERROR),
}


def squeeze(word: str) -> str:
    """`No-Answer`, `no_answer` and `NoAnswer` are one word."""
    return "".join(character for character in word.lower() if character.isalnum())


def read_status(word: str) -> ProviderStatus:
    """A state in any of the provider's spellings, event kinds such as `call.completed` included."""
    squeezed = squeeze(word)
    return _STATUS_WORDS.get(squeezed) or _STATUS_WORDS.get(squeezed.removeprefix("call")) or ProviderStatus.UNKNOWN


def read_outcome(word: str, cause: str) -> ProviderStatus:
    """The status, made exact by the cause: `failed` because of `no_answer` is no_answer."""
    status = read_status(word)
    if status is not ProviderStatus.FAILED:
        return status
    reason = read_status(cause)
    return reason if reason in {ProviderStatus.NO_ANSWER, ProviderStatus.BUSY, ProviderStatus.CANCELED} else status


def read_fields(record: Mapping[str, object]) -> dict[Field, str]:
    """Every field found under any of its spellings, as stripped text; empty, nested, unprintable and huge values count as absent."""
    by_spelling: dict[str, str] = {}
    for key, value in record.items():
        text = _as_text(value)
        if text:
            by_spelling.setdefault(squeeze(key), text)
    found = {
        field: next((by_spelling[spelling] for spelling in spellings if spelling in by_spelling), None) for field, spellings in _ACCEPTED.items()
    }
    return {field: text for field, text in found.items() if text is not None}


def read_ids(fields: Mapping[Field, str]) -> CallIds:
    """An id that begins with `HD_` is the session's, under whichever name it came."""
    call_id, session_id = fields.get(Field.CALL_ID) or None, fields.get(Field.SESSION_ID) or None
    if call_id and call_id.startswith(SESSION_ID_PREFIX):
        return CallIds(None, session_id or call_id)
    return CallIds(call_id, session_id)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    # A NUL or a lone surrogate would be refused by the database later, in the middle of closing a call.
    return text if text.isprintable() and len(text) <= MAX_TEXT else ""
