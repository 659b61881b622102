"""The simulated platform on the virtual clock: takes the client's requests in this process, rings people, and asks the product what comes next.

It plays what the documents say: Stream, Conference, Say, GetDigits, Dial, Redirect, Hangup. It knows no campaign and writes no row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import Any, Protocol

import httpx

from bridge.telephony.answer_xml import Conference, Dial, GetDigits, Hangup, Redirect, Say, Stream, Verb
from bridge.telephony.answer_xml_parse import parse_document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import answering
from campaigns.handoff import rep_answering
from sautiqual.simulate_handoffs.agenda import Agenda

SAY_S = 2.0
ASK_S = 0.2  # until the platform has its next document
DEAD_AIR_S = 25.0  # nobody listens to silence for longer


class Person(Protocol):
    """Who lives at a number."""

    def picks_up_after_s(self) -> float | None:
        """None: not at all."""

    def presses_1(self) -> bool: ...

    def changes_mind(self) -> bool:
        """Hangs up while they are being connected."""

    def talks_s(self) -> float: ...


class Session(Protocol):
    """What holds the call's socket."""

    def line_lost(self) -> None: ...


@dataclass(eq=False)
class Leg:
    phones: Phones
    person: Person
    token: str
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    answered_at: datetime | None = None
    state: ProviderStatus = ProviderStatus.RINGING
    session: Session | None = None
    room: Room | None = None

    def hang_up(self) -> None:
        self.phones.end(self)

    def goes_on(self) -> None:
        """The socket was closed by us, and the leg lives: in its room, or as far as the line carries on."""
        self.session = None
        if self.room is None:
            self.phones.go_on(self)

    @property
    def is_over(self) -> bool:
        return self.state in (ProviderStatus.COMPLETED, ProviderStatus.NO_ANSWER)


@dataclass(eq=False)
class Room:
    """Over for everybody as soon as one who ends it has left."""

    legs: list[Leg] = field(default_factory=list)
    ends_with: set[Leg] = field(default_factory=set)


class Phones:
    def __init__(self, agenda: Agenda, people: Mapping[str, Person], open_session: Callable[[Leg, str], Session | None]) -> None:
        """`open_session`: a leg's media socket, by the token in its address; None: refused."""
        self._agenda, self._people, self._open_session = agenda, people, open_session
        self._legs: dict[str, Leg] = {}
        self._rooms: dict[str, Room] = {}
        self._hangs_up_first = cycle((0, 1))  # of two in a room
        self.dead_air_tokens: set[str] = set()  # of legs whose line does not continue after a stream

    # ---- what the client asks of it

    def answer(self, request: httpx.Request) -> httpx.Response:
        _, _, *path = request.url.path.split("/")
        if path == ["calls"]:
            return self._place(json.loads(request.content))
        leg = self._legs[path[1]]
        if path[-1] == "hangup":
            self._agenda.after(ASK_S, leg.hang_up)
            return httpx.Response(200, json={"status": "hung_up"})
        return httpx.Response(200, json={"call": {"id": leg.call_id, "status": leg.state.value}})

    def _place(self, body: Mapping[str, Any]) -> httpx.Response:
        (number,) = body["to"]
        url = next(str(value) for value in body.values() if "/voice/answer/" in str(value))
        leg = Leg(self, self._people[number], url.rpartition("/")[2])
        self._legs[leg.call_id] = leg
        rings_s = leg.person.picks_up_after_s()
        if rings_s is None:
            self._agenda.after(20.0, leg.hang_up)
        else:
            self._agenda.after(rings_s, lambda: self._picked_up(leg))
        return httpx.Response(201, json={"call_id": leg.call_id, "status": "ringing"})

    # ---- a leg's life

    def _picked_up(self, leg: Leg) -> None:
        if leg.is_over:
            return
        leg.answered_at, leg.state = self._agenda.now, ProviderStatus.ANSWERED
        self._play(leg, self._ask(leg, ProviderStatus.ANSWERED))

    def go_on(self, leg: Leg) -> None:
        if leg.token in self.dead_air_tokens:
            self._agenda.after(DEAD_AIR_S, leg.hang_up)
        else:
            self._agenda.after(ASK_S, lambda: self._fetch(leg))

    def end(self, leg: Leg) -> None:
        if leg.is_over:
            return
        leg.state = ProviderStatus.COMPLETED if leg.answered_at else ProviderStatus.NO_ANSWER
        if leg.session is not None:
            leg.session.line_lost()
        spoken_s = (self._agenda.now - leg.answered_at).total_seconds() if leg.answered_at else 0.0
        self._ask(leg, leg.state, duration_s=spoken_s, is_active=False)
        if leg.room is not None:
            self._leave(leg, leg.room)

    def _leave(self, leg: Leg, room: Room) -> None:
        room.legs.remove(leg)
        if leg in room.ends_with:
            for other in room.legs:
                self._agenda.after(ASK_S, other.hang_up)

    def _join(self, leg: Leg, verb: Conference) -> None:
        if leg.is_over:
            return
        leg.room = room = self._rooms.setdefault(verb.name, Room())
        room.legs.append(leg)
        if verb.ends_on_exit:
            room.ends_with.add(leg)
        if len(room.legs) > 1:
            talk_s = max(each.person.talks_s() for each in room.legs)
            self._agenda.after(talk_s, room.legs[next(self._hangs_up_first)].hang_up)

    def _fetch(self, leg: Leg, state: ProviderStatus = ProviderStatus.ANSWERED, **said: object) -> None:
        if not leg.is_over:
            self._play(leg, self._ask(leg, state, **said))

    def _ask(self, leg: Leg, state: ProviderStatus, **said: object) -> Sequence[Verb]:
        """As a POST to the leg's answer URL, whose token is the proof."""
        event = ProviderEvent(state=state, call_id=leg.call_id, **said)  # type: ignore[arg-type]
        call = answering.call_of_token(leg.token)
        if call is not None:
            return parse_document(answering.answer(call, event, now=self._agenda.now))
        staff_call = answering.staff_call_of_token(leg.token)
        if staff_call is None:
            raise AssertionError("each leg was placed with a token of ours")
        return parse_document(rep_answering.document_for(staff_call, event, now=self._agenda.now))

    def _play(self, leg: Leg, verbs: Sequence[Verb]) -> None:
        """One after another; the last one done, the leg is hung up. An empty document changes nothing."""
        after_s = 0.0
        for position, verb in enumerate(verbs):
            rest = verbs[position + 1 :]
            match verb:
                case Stream(url=url, is_connected=is_connected):
                    leg.session = self._open_session(leg, url.rpartition("/")[2])
                    if is_connected:
                        return
                case Conference():
                    if after_s and leg.person.changes_mind():
                        self._agenda.after(after_s / 2, leg.hang_up)
                    self._agenda.after(after_s, lambda: self._join(leg, verb))  # noqa: B023 - returns at once
                    return
                case Say():
                    after_s += SAY_S
                case GetDigits(prompt=prompt, timeout_s=timeout_s):
                    after_s += SAY_S * len(prompt)
                    if len(prompt) > 1 and leg.person.presses_1():
                        self._agenda.after(after_s, lambda: self._fetch(leg, digits="1"))
                        return
                    after_s += timeout_s
                case Dial(numbers=(number, *_), timeout_s=timeout_s):
                    self._agenda.after(after_s, lambda: self._dial(leg, number, timeout_s or 30, rest))  # noqa: B023 - returns at once
                    return
                case Redirect():
                    self._agenda.after(after_s + ASK_S, lambda: self._fetch(leg))
                    return
                case Hangup():
                    break
        if verbs:
            self._agenda.after(after_s, leg.hang_up)

    def _dial(self, leg: Leg, number: str, timeout_s: int, rest: Sequence[Verb]) -> None:
        if leg.is_over:
            return
        other = self._people[number]
        rings_s = other.picks_up_after_s()
        if rings_s is None or rings_s > timeout_s:
            self._agenda.after(timeout_s, lambda: self._dialled(leg, rest, ProviderStatus.NO_ANSWER, 0.0))
            return
        talk_s = max(leg.person.talks_s(), other.talks_s())
        self._agenda.after(rings_s + talk_s, lambda: self._dialled(leg, rest, ProviderStatus.COMPLETED, talk_s))

    def _dialled(self, leg: Leg, rest: Sequence[Verb], status: ProviderStatus, talk_s: float) -> None:
        if any(isinstance(verb, Redirect) for verb in rest):
            self._fetch(leg, ProviderStatus.DIAL_COMPLETED, dial_status=status, dial_duration_s=talk_s)
        else:
            leg.hang_up()
