"""How the server and its recognition workers talk over pipes: a header of nine bytes, then the payload.

Pure. Audio travels as raw PCM, everything else as JSON. `call` is a number that the pool gives each call.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Any

from bridge.brief import QuestionBrief, QuestionKind, QuestionRole
from bridge.events import Expectation
from bridge.voice.embedded.hearing import Heard, Hypothesis

_HEADER = struct.Struct("<BII")  # kind, call, length of the payload
MAX_PAYLOAD_BYTES = 1 << 20


class Kind(IntEnum):
    # to the worker
    OPEN = 1
    AUDIO = 2  # int16 little endian, 16000 Hz mono, any length
    EXPECT = 3
    CLOSE = 4
    # from the worker
    READY = 10  # models are loaded
    STARTED = 11  # {"at_s"}
    ENDED = 12  # {"at_s"}
    HEARD = 13


_KINDS = frozenset(Kind)


class BrokenFraming(Exception):
    """The other end is not speaking this protocol: end it."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: Kind
    call: int
    payload: bytes = b""


def encode(message: Message) -> bytes:
    return _HEADER.pack(message.kind, message.call, len(message.payload)) + message.payload


def encode_json(kind: Kind, call: int, values: Mapping[str, Any]) -> bytes:
    return encode(Message(kind, call, json.dumps(values).encode()))


class Unframer:
    """Bytes in any pieces → whole messages. Raises BrokenFraming."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, piece: bytes) -> Iterator[Message]:
        self._pending += piece
        while len(self._pending) >= _HEADER.size:
            kind, call, length = _HEADER.unpack_from(self._pending)
            if kind not in _KINDS or length > MAX_PAYLOAD_BYTES:
                raise BrokenFraming(f"kind {kind}, {length} bytes")
            end = _HEADER.size + length
            if len(self._pending) < end:
                return
            payload = bytes(self._pending[_HEADER.size : end])
            del self._pending[:end]
            yield Message(Kind(kind), call, payload)


def expectation_to_json(expectation: Expectation) -> dict[str, Any]:
    # How the answer is stored, and where the call goes on after it, is no affair of a worker.
    question = asdict(replace(expectation.question, stored_choices=(), skips=())) if expectation.question else None
    offered = [at.isoformat() for at in expectation.offered]
    return {"question": question, "is_confirmation": expectation.is_confirmation, "is_time": expectation.is_time, "offered": offered}


def expectation_from_json(payload: bytes) -> Expectation:
    values = json.loads(payload)
    question = values["question"]
    if question is None:
        offered = tuple(datetime.fromisoformat(at) for at in values["offered"])
        return Expectation(None, values["is_confirmation"], values["is_time"], offered=offered)
    typed: dict[str, Any] = {"kind": QuestionKind(question["kind"]), "role": QuestionRole(question["role"])}
    typed |= {"choices": tuple(question["choices"]), "stored_choices": (), "skips": ()}
    return Expectation(QuestionBrief(**{**question, **typed}), values["is_confirmation"], values["is_time"])


def time_from_json(payload: bytes) -> float:
    return float(json.loads(payload)["at_s"])


def heard_to_json(heard: Heard) -> dict[str, Any]:
    return asdict(heard)


def heard_from_json(payload: bytes) -> Heard:
    values = json.loads(payload)
    grammar, full = (Hypothesis(**values[name]) if values[name] else None for name in ("grammar", "full"))
    return Heard(grammar, full, values["started_s"], values["ended_s"])
