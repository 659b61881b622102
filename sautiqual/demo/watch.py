"""Each call live in the terminal: who speaks, what was understood, the score so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from campaigns.live import Tail
from campaigns.models import Call, LiveEvent

WIDTH = 16
MARKS = {
    "call_started": "dials",
    "called_us": "calls us back",
    "ringing": "rings",
    "answered": "answers the phone",
    "blocked": "is not called:",
    "postponed": "is not called yet:",
    "bot_says": "bot  ▸",
    "callee_says": "lead ◂",
    "understood": "understood:",
    "score": "score",
    "hot": "HOT",
    "handoff": "hand-off:",
    "opted_out": "opted out",
    "barge_in": "interrupts the bot",
    "reask": "is asked again",
    "read_back": "read back",
    "explain": "asks:",
    "ended": "ended:",
    "retry": "again later:",
    "line_health": "line:",
}


class Watch:
    """Prints what is new at each `look`; blocking, so call it in a thread of its own."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._tail = Tail(0)
        self._started = time.monotonic()
        self._names: dict[object, str] = {}
        self.first_voice_s: float | None = None  # from the start of the watch to the first sentence of the bot

    def look(self) -> None:
        for event in self._tail.fetch():
            elapsed_s = time.monotonic() - self._started
            if event.kind == "bot_says" and self.first_voice_s is None:
                self.first_voice_s = elapsed_s
            if event.kind in MARKS:
                self._write(f"{elapsed_s:6.1f} s  {self._name(event):<{WIDTH}} {MARKS[event.kind]} {_words(event)}".rstrip())

    def _name(self, event: LiveEvent) -> str:
        if event.call_id is None:
            return ""
        if event.call_id not in self._names:
            self._names[event.call_id] = Call.objects.select_related("lead").get(id=event.call_id).lead.name
        return self._names[event.call_id]


def _words(event: LiveEvent) -> str:
    payload = event.payload
    if event.kind == "handoff" and "event" in payload:
        return " · ".join(str(payload[name]).replace("_", " ") for name in ("event", "status", "rep_name") if payload.get(name))
    if "reservation" in payload:
        return f"reservation {payload['reservation']}"
    if "reasons" in payload:
        return " ".join(one["sentence"] for one in payload["reasons"])
    if "text" in payload:
        return str(payload["text"])
    return ", ".join(f"{name} {value}" for name, value in payload.items() if value not in (None, "", []))
