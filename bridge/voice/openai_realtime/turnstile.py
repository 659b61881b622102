"""One response at a time: what is to be asked for next, which one is under way, and whether what comes belongs to it.

Pure. A server refuses a second response while one is active, and some forget to say that one has begun; so a response is known by the first
message that names it, and whatever belongs to none of ours is nobody's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bridge.events import Expectation, Line
from bridge.voice.openai_realtime.outgoing import Message, cancel
from bridge.voice.openai_realtime.utterances import Utterance

CANCEL_LIMIT_S = 1.5  # a response that was cancelled and does not end by then is taken as over
MAX_TRIES = 3  # at a response that a server refuses because of another one


@dataclass(slots=True, eq=False)
class SpeakJob:
    line: Line
    expectation: Expectation
    instructions: str | None = None  # None: the server has not been told the line yet
    n_tries: int = 0


@dataclass(slots=True, eq=False)
class HearJob:
    utterance: Utterance
    is_second: bool = False  # the first try brought no call that counts
    n_tries: int = 0
    n_calls: int = 0
    refused: dict[str, str] = field(default_factory=dict)  # call id → why


Job: TypeAlias = SpeakJob | HearJob


@dataclass(slots=True, eq=False)
class Active:
    job: Job | None  # None: the server's own idea
    event_id: str
    asked_s: float
    last_s: float  # when the server last sent something of it
    response_id: str = ""
    is_begun: bool = False
    cancelled_s: float | None = None
    names: dict[str, str] = field(default_factory=dict)  # call id → tool, where the arguments come without
    read: set[str] = field(default_factory=set)  # call ids


class Turnstile:
    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._jobs: deque[Job] = deque()
        self._over: deque[str] = deque(maxlen=32)
        self._gives_back = False  # the server names who asked for a response
        self._n_asked = 0
        self.active: Active | None = None

    def ask(self, job: Job, *, is_first: bool = False) -> None:
        (self._jobs.appendleft if is_first else self._jobs.append)(job)

    def take_next(self) -> Job | None:
        """None while a response is under way, or when nothing is wanted."""
        return self._jobs.popleft() if self.active is None and self._jobs else None

    def drop_lines(self) -> list[SpeakJob]:
        """Those that were not begun."""
        dropped = [job for job in self._jobs if isinstance(job, SpeakJob)]
        self._jobs = deque(job for job in self._jobs if not isinstance(job, SpeakJob))
        return dropped

    @property
    def has_waiting_line(self) -> bool:
        return any(isinstance(job, SpeakJob) for job in self._jobs)

    def begin(self, job: Job, now_s: float) -> str:
        """The id of the event to ask with."""
        self._n_asked += 1
        job.n_tries += 1
        self.active = Active(job, f"response-{self._n_asked}", asked_s=now_s, last_s=now_s)
        return self.active.event_id

    def began(self, response_id: str, asked_by: str, now_s: float) -> None:
        self._gives_back = self._gives_back or asked_by != ""
        active = self.active
        if active is None:  # nobody asked for it
            self.active = Active(None, "", now_s, now_s, response_id, is_begun=True)
            self.cancel(now_s)
        elif active.is_begun or (self._gives_back and asked_by != active.event_id):
            if response_id and response_id != active.response_id:
                self._over.append(response_id)
                self._send(cancel(response_id))
        else:
            self._is_named(active, response_id, now_s)

    def owner(self, response_id: str, now_s: float) -> Active | None:
        """Whom a message of this response belongs to; None for nobody."""
        active = self.active
        if active is not None and active.job is None and not active.response_id:
            return active  # whichever stands in the way
        if active is None or (response_id and response_id in self._over):
            return None
        if not active.is_begun:
            self._is_named(active, response_id, now_s)
        elif active.response_id and response_id and active.response_id != response_id:
            return None
        active.last_s = now_s
        return active

    def cancel(self, now_s: float) -> None:
        """Of the one under way, as soon as it has begun."""
        active = self.active
        if active is None or active.cancelled_s is not None:
            return
        active.cancelled_s = now_s
        if active.is_begun:
            self._send(cancel())

    def over(self, active: Active) -> None:
        if active.response_id:
            self._over.append(active.response_id)
        if self.active is active:
            self.active = None

    def stands_in_the_way(self, now_s: float) -> bool:
        """The server refuses our request because another response is active: that is cancelled, and the job waits for its end. False when the job
        has been tried too often."""
        active = self.active
        assert active is not None and active.job is not None, "it is our request that was refused"
        self.active = Active(None, "", now_s, now_s, is_begun=True)
        self.cancel(now_s)
        if active.job.n_tries >= MAX_TRIES:
            return False
        self.ask(active.job, is_first=True)
        return True

    def _is_named(self, active: Active, response_id: str, now_s: float) -> None:
        active.response_id, active.is_begun, active.last_s = response_id, True, now_s
        if active.cancelled_s is not None:
            active.cancelled_s = now_s
            self._send(cancel())
