"""What can be seen while a check runs, as values; and as the JSON of a `LineCheckEntry` and back.

Pure. Holds names of fields, never their values: nothing here names a person or a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, TypeAlias


class Kind(StrEnum):
    PROBED = "probed"
    PLACED = "placed"
    DELIVERED = "delivered"
    HANDED_OUT = "handed_out"
    STREAM_OPENED = "stream_opened"
    STREAM_CLOSED = "stream_closed"
    WAITED = "waited"
    HUNG_UP = "hung_up"
    RECORD = "record"


class Door(StrEnum):
    """Where the platform delivered something."""

    CALL = "call"  # the address that was sent along with this call
    ROUTING = "routing"  # the number's own routing address
    EVENTS = "events"  # the number's events address
    STREAM_STATUS = "stream_status"  # the address named in the Stream


class Stage(StrEnum):
    """The last part of an address that only a Redirect of ours can lead to: its request proves that the verbs before it ran."""

    START = ""
    AFTER_KEYS = "after-keys"
    AFTER_STREAM = "after-stream"
    AFTER_QUESTION = "after-question"
    FINAL = "final"


class Document(StrEnum):
    """What a voice callback was answered with."""

    KEYS = "keys"
    FIRST_STREAM = "first_stream"  # both tracks, a Redirect behind it
    QUESTION = "question"
    SECOND_STREAM = "second_stream"  # the callee's track, nothing behind it
    ONWARD = "onward"  # a Redirect alone: whether an answer is run at all
    GOODBYE = "goodbye"
    EMPTY = "empty"


class Signing(StrEnum):
    NONE = "none"  # no header
    VERIFIED = "verified"
    WRONG = "wrong"  # by none of our secrets
    UNCHECKED = "unchecked"  # there is a header, but we have no secret


@dataclass(frozen=True, slots=True)
class Probed:
    """Our own public address, asked by ourselves before anybody is rung. `problem`: in words, "" for none."""

    scheme: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    dialect: str  # as the request was spelled


@dataclass(frozen=True, slots=True)
class Delivered:
    """One request of the platform. `state`: as it spells it."""

    door: Door
    stage: Stage = Stage.START
    state: str = ""
    event_kind: str = ""
    names: tuple[str, ...] = ()  # of the body's fields, those of an envelope behind a dot
    digits_name: str = ""  # which of them held the keys that were pressed
    digits: str = ""  # a key, 1 or 2: what we asked for
    content_type: str = ""
    is_tls: bool = False
    signing: Signing = Signing.NONE
    signature_form: str = ""
    secret_index: int | None = None  # of SAUTIKIT_SIGNING_SECRETS, counted from 0


@dataclass(frozen=True, slots=True)
class HandedOut:
    document: Document


@dataclass(frozen=True, slots=True)
class StreamOpened:
    number: int  # 1 or 2
    is_tls: bool = False


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """`by_us`: we closed it when the programme was through. `heard`: see `hearing.Heard`, as JSON."""

    number: int
    by_us: bool
    heard: Mapping[str, Any]


class For(StrEnum):
    """What was waited for in vain."""

    CALLBACK = "callback"
    ANSWER = "answer"
    STREAM = "stream"
    AFTER_FIRST_STREAM = "after_first_stream"
    AFTER_SECOND_STREAM = "after_second_stream"
    END = "end"


@dataclass(frozen=True, slots=True)
class Waited:
    waited_for: For


@dataclass(frozen=True, slots=True)
class HungUp:
    """By REST. `was_taken`: the platform accepted it."""

    was_taken: bool


@dataclass(frozen=True, slots=True)
class Record:
    """The platform's own record of the call. `names`: of its fields."""

    status: str
    names: tuple[str, ...] = ()
    was_answered: bool = False


Seen: TypeAlias = "Probed | Placed | Delivered | HandedOut | StreamOpened | StreamClosed | Waited | HungUp | Record"

_TYPES: Mapping[Kind, type[Any]] = {
    Kind.PROBED: Probed,
    Kind.PLACED: Placed,
    Kind.DELIVERED: Delivered,
    Kind.HANDED_OUT: HandedOut,
    Kind.STREAM_OPENED: StreamOpened,
    Kind.STREAM_CLOSED: StreamClosed,
    Kind.WAITED: Waited,
    Kind.HUNG_UP: HungUp,
    Kind.RECORD: Record,
}
_KINDS = {kind_of: kind for kind, kind_of in _TYPES.items()}
_WORDS: Mapping[str, type[StrEnum]] = {"door": Door, "stage": Stage, "signing": Signing, "document": Document, "waited_for": For}


def kind_of(seen: Seen) -> Kind:
    return _KINDS[type(seen)]


def as_json(seen: Seen) -> dict[str, Any]:
    return asdict(seen)


def from_json(kind: str, record: Mapping[str, Any]) -> Seen:
    """What `as_json` wrote, of this version of the program or an earlier one: names that are gone are passed over."""
    made = _TYPES[Kind(kind)]
    known = {field.name for field in fields(made)}
    value: Seen = made(**{name: _value(name, each) for name, each in record.items() if name in known})
    return value


def _value(name: str, value: Any) -> Any:
    if name in _WORDS:
        return _WORDS[name](value)
    return tuple(value) if isinstance(value, list) else value


def names_of(record: Mapping[str, object], envelopes: Sequence[str]) -> tuple[str, ...]:
    """Names of fields, those inside an envelope as `data.call_id`."""
    outer = [name[:60] for name in record]
    inner = [f"{envelope}.{name}"[:60] for envelope in envelopes if isinstance(record.get(envelope), dict) for name in record[envelope]]  # type: ignore[attr-defined]
    return tuple(sorted([*outer, *inner]))[:60]
