"""One thing that a check finds out, by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    FOUND = "found"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class AfterStream(StrEnum):
    CONTINUES = "continues"
    DEAD_AIR = "dead_air"
    HANGS_UP = "hangs_up"


class Name(StrEnum):
    REACH = "reach"
    STREAM = "stream"
    AFTER_STREAM = "after_stream"
    AFTER_STREAM_ALONE = "after_stream_alone"
    CLOSING_HANGS_UP = "closing_hangs_up"
    REST_HANGS_UP = "rest_hangs_up"
    KILL_AUDIO = "kill_audio"
    BOTH_TRACKS = "both_tracks"
    CALLEE_SIDE = "callee_side"
    INBOUND_TRACK = "inbound_track"
    RATE = "rate_hz"
    FRAMES = "frames"
    FIRST_FRAME = "first_frame"
    PREBUFFER = "prebuffer_ms"
    ROUND_TRIP = "round_trip_ms"
    DIGITS = "digits_field"
    DIALECT = "dialect"
    BODY = "body"
    SIGNATURE = "signature"
    STATES = "states"
    EVENTS = "events"
    STREAM_STATUS = "stream_status"


@dataclass(frozen=True, slots=True)
class Finding:
    """`value`: for programs, None where nothing was found. `words`: what it means, or what to do to find it."""

    name: Name
    outcome: Outcome
    value: Any
    words: str

    @property
    def title(self) -> str:
        return TITLES[self.name]


TITLES: Mapping[Name, str] = {
    Name.REACH: "Reaching this server",
    Name.STREAM: "Audio socket",
    Name.AFTER_STREAM: "After a stream",
    Name.AFTER_STREAM_ALONE: "After a stream alone",
    Name.CLOSING_HANGS_UP: "Closing the socket",
    Name.REST_HANGS_UP: "Hanging up by REST",
    Name.KILL_AUDIO: "Interruptions",
    Name.BOTH_TRACKS: "Both tracks",
    Name.CALLEE_SIDE: "The callee's side",
    Name.INBOUND_TRACK: "The callee's track",
    Name.RATE: "Rate of the audio",
    Name.FRAMES: "Audio messages",
    Name.FIRST_FRAME: "First message",
    Name.PREBUFFER: "Pre-buffer",
    Name.ROUND_TRIP: "There and back",
    Name.DIGITS: "Keys",
    Name.DIALECT: "Dialect",
    Name.BODY: "Voice callbacks",
    Name.SIGNATURE: "Signatures",
    Name.STATES: "States of a call",
    Name.EVENTS: "Events address",
    Name.STREAM_STATUS: "Stream status",
}
