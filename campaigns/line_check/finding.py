"""One thing that a check finds out, by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from leads.said import N_


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
    Name.REACH: N_("Reaching this server"),
    Name.STREAM: N_("Audio socket"),
    Name.AFTER_STREAM: N_("After a stream"),
    Name.AFTER_STREAM_ALONE: N_("After a stream alone"),
    Name.CLOSING_HANGS_UP: N_("Closing the socket"),
    Name.REST_HANGS_UP: N_("Hanging up by REST"),
    Name.KILL_AUDIO: N_("Interruptions"),
    Name.BOTH_TRACKS: N_("Both tracks"),
    Name.CALLEE_SIDE: N_("The callee's side"),
    Name.INBOUND_TRACK: N_("The callee's track"),
    Name.RATE: N_("Rate of the audio"),
    Name.FRAMES: N_("Audio messages"),
    Name.FIRST_FRAME: N_("First message"),
    Name.PREBUFFER: N_("Pre-buffer"),
    Name.ROUND_TRIP: N_("There and back"),
    Name.DIGITS: N_("Keys"),
    Name.DIALECT: N_("Dialect"),
    Name.BODY: N_("Voice callbacks"),
    Name.SIGNATURE: N_("Signatures"),
    Name.STATES: N_("States of a call"),
    Name.EVENTS: N_("Events address"),
    Name.STREAM_STATUS: N_("Stream status"),
}
