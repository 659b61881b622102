"""The simulated exchange's state: numbers, wallet, who lives at which number, every call and every dial, and how it reaches our server.

What happens on a call is in `run.py` and `flow.py`; how programs see it in `rest.py`.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter, deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any

import httpx

from bridge.telephony.dialect import Field, ProviderStatus
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.callbacks import Callbacks
from bridge.telephony.simulator.clock import Clock
from bridge.telephony.simulator.conference import Conference
from bridge.telephony.simulator.leg import Leg
from bridge.telephony.simulator.number import OwnNumber
from bridge.telephony.simulator.people import People
from bridge.telephony.simulator.settings import FaultKind, SimulatorSettings

logger = logging.getLogger(__name__)

LOW_BALANCE_MINOR = 10_000


class Via(StrEnum):
    API = "call"  # POST /v1/calls
    DIAL = "dial"  # a Dial verb of another call


@dataclass(frozen=True, slots=True)
class DialRecord:
    """A phone that really rang."""

    number: str
    persona: str  # "" for a number where nobody lives
    at: datetime
    via: Via
    call_id: str
    is_forbidden: bool


@dataclass(slots=True)
class Subscription:
    """A workspace web hook of POST /v1/webhooks."""

    webhook_id: str
    url: str
    events: list[str]
    secret: str


@dataclass(slots=True)
class Ledger:
    balance_minor: int
    is_low_told: bool = False


@dataclass(slots=True)
class Desk:
    """What tests and the demo change while it runs."""

    faults: deque[FaultKind] = field(default_factory=deque)
    retry_after_s: int = 1


class Exchange:
    def __init__(self, settings: SimulatorSettings, people: People, http: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        self.settings = settings
        self.clock = Clock(settings.speed)
        self.http = http
        self.random = Random(settings.seed)
        self.people = people
        self.numbers = [OwnNumber.of(number, settings.callbacks.signing_secret) for number in settings.numbers]
        self.wallet = Ledger(settings.wallet_minor)
        self.desk = Desk()
        self.calls: list[Call] = []
        self.dials: list[DialRecord] = []
        self.rooms: dict[str, Conference] = {}
        self.subscriptions: list[Subscription] = []
        self._rung: Counter[str] = Counter()
        self._called: Counter[str] = Counter()  # how often each person called us
        self._by_id: dict[str, Call] = {}
        self._taped: deque[Call] = deque()
        self._group = group
        self._tasks: set[asyncio.Task[Any]] = set()
        self.is_over = asyncio.Event()
        self._luck = Random(settings.seed + 2)
        self._callbacks = Callbacks(settings, http, self.clock, self.spawn)

    @property
    def n_forbidden_dials(self) -> int:
        return sum(dial.is_forbidden for dial in self.dials)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._group.create_task(_unless_it_breaks(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it would complain
        if self.is_over.is_set():
            task.cancel()
        return task

    def shut(self) -> None:
        """Cuts every call off, without a word to anybody."""
        self.is_over.set()
        for task in tuple(self._tasks):
            task.cancel()

    def next_fault(self) -> FaultKind | None:
        """What the call that is being placed meets: what was asked for first, then chance."""
        if self.desk.faults:
            return self.desk.faults.popleft()
        kinds, shares = zip(*self.settings.mishaps.placing, (None, 0.0), strict=True)
        fault: FaultKind | None = self._luck.choices(kinds, [*shares[:-1], 1.0 - sum(shares)])[0]
        return fault

    async def hold_reply(self) -> None:
        """The phone rings, and whoever placed the call does not know it yet."""
        await self.clock.sleep(self._luck.uniform(*self.settings.mishaps.reply_s))

    def own_number(self, *, e164: str = "", number_id: str = "") -> OwnNumber | None:
        return next((number for number in self.numbers if e164 == number.e164 or number_id == number.number_id), None)

    def find(self, any_id: str) -> Call | None:
        """By the row's id or by the session's."""
        return self._by_id.get(any_id)

    def new_call(self, number: OwnNumber, to: str, *, label: str, voice_url: str) -> Call:
        """The phone is about to ring: this counts as a dial."""
        call_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        leg = self.leg_to(to, Via.API, call_id)
        session_id = f"HD_{self.random.getrandbits(48):012x}"
        is_silent = self._luck.random() < self.settings.mishaps.silent
        call = Call(call_id, session_id, number, leg, label, voice_url or number.voice_callback_url, self.clock.wall(), is_silent=is_silent)
        self.calls.append(call)
        self._by_id |= {call_id: call, session_id: call}
        return call

    def incoming_call(self, number: OwnNumber, person: str, *, is_withheld: bool = False) -> Call:
        """Somebody calls one of our numbers: no phone of theirs rings, so this is no dial."""
        call_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        session_id = f"HD_{self.random.getrandbits(48):012x}"
        self._called[person] += 1
        caller = self.people.at(person, Random(f"{self.settings.seed}:{person}:calls:{self._called[person]}"))
        leg = Leg(person, caller, self.clock)
        call = Call(call_id, session_id, number, leg, "", number.voice_callback_url, self.clock.wall(), is_inbound=True, is_withheld=is_withheld)
        self.calls.append(call)
        self._by_id |= {call_id: call, session_id: call}
        return call

    def calls_back(self, person: str) -> bool:
        """Once each, however often they are called."""
        return not self._called[person]

    def leg_to(self, to: str, via: Via, call_id: str) -> Leg:
        """A leg that will ring, with its own randomness: the n-th ring of a person is the same whatever else happens."""
        self._rung[to] += 1
        person = self.people.at(to, Random(f"{self.settings.seed}:{to}:{self._rung[to]}"))
        name, is_forbidden = (person.persona.name, person.persona.is_forbidden) if person else ("", False)
        self.dials.append(DialRecord(to, name, self.clock.wall(), via, call_id, is_forbidden))
        return Leg(to, person, self.clock)

    async def ask(self, call: Call, state: ProviderStatus, extra: Mapping[Field, object] | None = None, *, url: str = "") -> bytes | None:
        """What to do now. None: nobody says."""
        target = url or call.voice_url
        if not target:
            return None
        return await self._callbacks.ask(target, state, {**call.callback_fields(), **(extra or {})}, call.number.signing_secret)

    async def tell(self, call: Call, state: ProviderStatus, extra: Mapping[Field, object] | None = None, *, url: str = "") -> bytes | None:
        target = url or call.voice_url
        if not target or call.is_silent:
            return None
        return await self._callbacks.tell(target, state, {**call.callback_fields(), **(extra or {})}, call.number.signing_secret)

    async def tell_event(
        self, call: Call, kind: str, extra: Mapping[Field, object] | None = None, record: Mapping[str, object] | None = None, url: str = ""
    ) -> None:
        """To the number's events_url, unless a verb has named another."""
        if call.is_silent:
            return
        fields = {**call.callback_fields(), **(extra or {})}
        body = {**call.event_record(self.settings.dialect), **(record or {})}
        await self._callbacks.event(url or call.number.events_url, kind, fields, body, call.number.signing_secret)

    def shelve(self, call: Call) -> None:
        """Keeps the recording of a finished call; the oldest beyond the limit are wiped, so that a long run does not fill the memory."""
        self._taped.append(call)
        while len(self._taped) > self.settings.n_recordings_kept:
            self._taped.popleft().leg.tape.wipe()

    def charge(self, call: Call) -> None:
        """One debit at the end of a call; whoever subscribed is told when little is left."""
        self.wallet.balance_minor -= call.cost_minor
        if self.wallet.balance_minor >= LOW_BALANCE_MINOR or self.wallet.is_low_told:
            return
        self.wallet.is_low_told = True
        for hook in self.subscriptions:
            record = {"balance_minor": self.wallet.balance_minor, "currency": "KES"}
            self.spawn(self._callbacks.event(hook.url, "wallet.low_balance", {}, record, hook.secret))


async def _unless_it_breaks(work: Coroutine[Any, Any, Any]) -> Any:
    """One broken delivery or call does not take the exchange with it."""
    try:
        return await work
    except Exception:
        logger.exception("a task of the simulator broke")
        return None
