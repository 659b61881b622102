"""Runs answer documents on one answered call, verb by verb, as the platform does; each verb's oddities stand at its method.

A handler returns None to go on with the next verb, or the verbs that replace the rest of the document.
"""

from __future__ import annotations

import asyncio
import io
import logging
import math
from collections.abc import Mapping
from random import Random
from typing import TypeAlias
from urllib.parse import urljoin

import httpx
import numpy as np
import soundfile

from bridge.events import RATE_HZ
from bridge.telephony.answer_xml import BadDocument, Conference, Connect, Dial, GetDigits, Hangup, Play, Redirect, Say, Stream, Unknown, Verb
from bridge.telephony.answer_xml_parse import parse_document
from bridge.telephony.dialect import CALLBACK_STATUS, SPELLINGS, Field, ProviderStatus
from bridge.telephony.simulator.call import STATUS_OF_CAUSE, Bridged, Call
from bridge.telephony.simulator.conference import Conference as Room
from bridge.telephony.simulator.conference import connect_legs, join
from bridge.telephony.simulator.ear import Clip, Ringback
from bridge.telephony.simulator.ear import Say as Saying
from bridge.telephony.simulator.exchange import Exchange, Via
from bridge.telephony.simulator.leg import Cause, EndedBy, Leg
from bridge.telephony.simulator.media import MediaStream, StreamEnd
from bridge.telephony.simulator.settings import AfterStream
from bridge.telephony.simulator.sound import from_rate

logger = logging.getLogger(__name__)

Verbs: TypeAlias = "tuple[Verb, ...]"

_MOST_DOCUMENTS = 50  # a flow that redirects to itself ends here
_UNHELD_S = 1.0  # a Stream without connect="true" drops the call so soon
_POLL_S = 0.02
_STREAM_EVENTS = {
    ProviderStatus.STREAM_STARTED: "stream-started",
    ProviderStatus.STREAM_STOPPED: "stream-stopped",
    ProviderStatus.STREAM_ERROR: "stream-error",
}


class Flow:
    def __init__(self, exchange: Exchange, call: Call) -> None:
        self._exchange = exchange
        self._call = call
        self._leg = call.leg
        self._clock = exchange.clock
        self._random = Random(f"{exchange.settings.seed}:{call.session_id}")
        self._url = call.voice_url
        self._sidecars: list[tuple[MediaStream, asyncio.Task[StreamEnd]]] = []

    async def run(self, document: bytes) -> None:
        """Until a document ends with nothing holding the leg; then the platform hangs up."""
        verbs = self._parse(document)
        try:
            for _ in range(_MOST_DOCUMENTS):
                following = await self._run_document(verbs)
                if following is None:
                    break
                verbs = following
            await self._drop_sidecars()
        finally:
            for _, task in self._sidecars:
                task.cancel()

    async def _run_document(self, verbs: Verbs) -> Verbs | None:
        for position, verb in enumerate(verbs):
            following = await self._run_verb(verb, is_last=position == len(verbs) - 1)
            if following is not None:
                return following
        return None

    async def _run_verb(self, verb: Verb, *, is_last: bool) -> Verbs | None:
        match verb:
            case Stream():
                return await self._stream(verb, is_last=is_last)
            case Say(text):
                await self._say(text)
            case Play(url):
                await self._play(url)
            case GetDigits():
                return await self._get_digits(verb)
            case Dial():
                await self._dial(verb)
            case Conference():
                await self._confer(verb)
            case Redirect(url):
                self._url = urljoin(self._url, url)
                return await self._ask(ProviderStatus.ANSWERED)
            case Hangup():
                self._leg.hang_up(Cause.CLEARED, EndedBy.PLATFORM)
            case Connect():
                self._problem("Connect holds nothing on this platform")
            case Unknown(tag):
                self._problem(f"unknown verb {tag}")
        return None

    # ---- stream

    async def _stream(self, verb: Stream, *, is_last: bool) -> Verbs | None:
        stream = MediaStream(verb, self._leg, self._exchange.settings.media, self._random, self._call.identity())
        self._call.streams.append(stream)
        if not verb.is_connected:  # a side-car: the next verb runs at once
            self._sidecars.append((stream, self._exchange.spawn(self._run_stream(stream))))
            return None
        end = await self._run_stream(stream)
        if end is StreamEnd.REFUSED:
            self._problem("the media socket was refused")
        if self._call.number.after_stream is AfterStream.DEAD_AIR:
            await self._dead_air()
            return ()
        return await self._ask(ProviderStatus.STREAM_STOPPED) if is_last else None

    async def _run_stream(self, stream: MediaStream) -> StreamEnd:
        async def opened() -> None:
            self._exchange.spawn(self._tell_started(stream))

        try:
            end = await stream.run(opened)
        finally:
            state = ProviderStatus.STREAM_STOPPED if stream.was_open else ProviderStatus.STREAM_ERROR
            self._exchange.spawn(self._tell_stream(stream, state))
        return end

    async def _tell_started(self, stream: MediaStream) -> None:
        """On the voice URL as well, and a second Stream as its answer breaks the call (§8.3)."""
        self._exchange.spawn(self._tell_stream(stream, ProviderStatus.STREAM_STARTED))
        reply = await self._exchange.tell(
            self._call, ProviderStatus.STREAM_STARTED, _stream_fields(stream, ProviderStatus.STREAM_STARTED), url=self._url
        )
        if reply and any(isinstance(verb, Stream) for verb in self._parse(reply)):
            self._problem("a second Stream broke the call")
            self._leg.hang_up(Cause.REFORKED, EndedBy.PLATFORM)

    async def _tell_stream(self, stream: MediaStream, state: ProviderStatus) -> None:
        """To the verb's statusCallback if it asked for this state; without one, the stop goes to events_url (§2.5)."""
        name = _STREAM_EVENTS[state]
        fields = _stream_fields(stream, state)
        if stream.verb.status_callback:
            if name in stream.verb.status_events:
                await self._exchange.tell(self._call, state, fields, url=stream.verb.status_callback)
        elif state is not ProviderStatus.STREAM_STARTED:
            await self._exchange.tell_event(self._call, name, {**fields, Field.STATUS: CALLBACK_STATUS[state]}, {"streamSid": stream.stream_sid})

    async def _dead_air(self) -> None:
        """The leg stays up in silence; nothing of the document runs, however long the callee waits (§3.4)."""
        self._leg.is_dead = True
        await self._clock.sleep(self._random.uniform(*self._exchange.settings.dead_air_s))
        self._leg.hang_up(Cause.CLEARED, EndedBy.CALLEE)

    async def _drop_sidecars(self) -> None:
        """Nothing holds the leg any more: a second later it is gone, and the sockets with it (§8.1)."""
        if all(task.done() for _, task in self._sidecars):
            return
        await self._clock.sleep(_UNHELD_S)
        self._problem("nothing held the call")
        for stream, _ in self._sidecars:
            stream.abort()

    # ---- sound

    async def _say(self, text: str) -> None:
        self._call.platform_words.append(text)
        await self._play_out(Saying(text))

    async def _play(self, url: str) -> None:
        try:
            reply = await self._exchange.http.get(urljoin(self._url, url))
            pcm, rate_hz = soundfile.read(io.BytesIO(reply.content), dtype="int16", always_2d=True)
        except (httpx.HTTPError, httpx.InvalidURL, soundfile.LibsndfileError):
            self._problem("nothing to play")
            return
        if rate_hz not in (RATE_HZ // 2, RATE_HZ):
            self._problem(f"cannot play {rate_hz} Hz")
            return
        await self._play_out(Clip(from_rate(pcm[:, 0].astype(np.int16), rate_hz)))

    async def _play_out(self, ear: Saying | Clip) -> None:
        self._leg.ears.append(ear)
        try:
            while not ear.is_over and self._leg.digits.empty():
                await self._clock.sleep(_POLL_S)
        finally:
            self._leg.ears.remove(ear)

    # ---- digits

    async def _get_digits(self, verb: GetDigits) -> Verbs | None:
        """The digits come in a voice callback, whose answer goes on; without any the next verb runs."""
        for step in verb.prompt:
            await self._run_verb(step, is_last=False)
        digits = await self._collect(verb)
        if not digits:
            return None
        self._call.digits += digits
        return await self._ask(ProviderStatus.ANSWERED, {Field.DIGITS: digits})

    async def _collect(self, verb: GetDigits) -> str:
        digits = ""
        while not verb.max_digits or len(digits) < verb.max_digits:
            try:
                digit = await asyncio.wait_for(self._leg.digits.get(), self._clock.real_s(verb.timeout_s))
            except TimeoutError:
                return digits
            if digit == (verb.finish_on_key or "#"):
                return digits
            digits += digit
        return digits

    # ---- other people

    async def _dial(self, verb: Dial) -> None:
        """Rings others while the callee hears ringback; what follows the Dial runs when they have hung up."""
        if not verb.numbers:
            self._problem("Dial without a number")
            return
        legs = [self._exchange.leg_to(number, Via.DIAL, self._call.call_id) for number in verb.numbers]
        ringback = Ringback()
        self._leg.ears.append(ringback)
        try:
            winner = await self._first_to_answer(legs, verb.timeout_s or self._exchange.settings.ring_timeout_s)
        finally:
            self._leg.ears.remove(ringback)
        talked_s = await self._bridge(winner) if winner else 0.0
        status = ProviderStatus.COMPLETED if winner else STATUS_OF_CAUSE.get(legs[-1].cause, ProviderStatus.FAILED)
        word = SPELLINGS[self._exchange.settings.dialect].status[status]
        await self._exchange.ask(
            self._call, ProviderStatus.DIAL_COMPLETED, {Field.DIAL_STATUS: word, Field.DIAL_DURATION_S: math.ceil(talked_s)}, url=self._url
        )

    async def _first_to_answer(self, legs: list[Leg], timeout_s: float) -> Leg | None:
        answers: asyncio.Queue[Leg | None] = asyncio.Queue()

        async def ring(leg: Leg) -> None:
            is_answered = await leg.ring(ring_s=self._exchange.settings.ring_s, timeout_s=timeout_s)
            answers.put_nowait(leg if is_answered else None)

        async with asyncio.TaskGroup() as group:
            for leg in legs:
                group.create_task(ring(leg))
            for _ in legs:
                if winner := await answers.get():
                    for other in legs:
                        if other is not winner:
                            other.hang_up(Cause.CANCELED, EndedBy.PLATFORM)
                    return winner
        return None

    async def _bridge(self, other: Leg) -> float:
        """Both hear each other until the other one hangs up; returns for how long. Ends with the call if the callee does."""
        self._call.bridged.append(Bridged(other))
        room = connect_legs(self._leg, other)
        try:
            await other.live()
        finally:
            other.hang_up(Cause.CLEARED, EndedBy.PLATFORM)
            for member in list(room.members):
                room.leave(member, ends_it=True)
        return other.talked_s

    async def _confer(self, verb: Conference) -> None:
        """Holds the leg until the room is over; whoever leaves a room that ends with them takes the others along."""
        room = self._exchange.rooms.get(verb.name)
        if room is None or room.is_over.is_set():
            room = self._exchange.rooms[verb.name] = Room(verb.name)
        member = join(room, self._leg, verb)
        self._tell_room("join", room, verb)
        try:
            await room.is_over.wait()
        finally:
            room.leave(member, ends_it=verb.ends_on_exit)
            self._tell_room("leave", room, verb)

    def _tell_room(self, event: str, room: Room, verb: Conference) -> None:
        """To the verb's own URL if it names one (§2.6; the body was never seen live)."""
        record = {"event": event, "conference_name": room.name, "participant_id": self._call.session_id, "participants": len(room.members)}
        told = self._exchange.tell_event(self._call, f"conference.{event}", record=record, url=verb.status_callback or "")
        self._exchange.spawn(told)

    # ---- documents

    async def _ask(self, state: ProviderStatus, extra: Mapping[Field, object] | None = None) -> Verbs:
        document = await self._exchange.ask(self._call, state, extra, url=self._url)
        if document is None:
            self._problem("no document")
            return ()
        return self._parse(document)

    def _parse(self, document: bytes) -> Verbs:
        try:
            return parse_document(document)
        except BadDocument as error:
            self._problem(f"bad document: {error}")
            return ()

    def _problem(self, what: str) -> None:
        logger.warning("call %s: %s", self._call.call_id, what)
        self._call.problems.append(what)


def _stream_fields(stream: MediaStream, state: ProviderStatus) -> dict[Field, object]:
    return {Field.STREAM_ID: stream.stream_sid, Field.STREAM_EVENT: _STREAM_EVENTS[state]}
