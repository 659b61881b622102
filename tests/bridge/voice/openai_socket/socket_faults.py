"""What every voice at one of OpenAI's sockets has to bear. Subclass as `Test…` and say which voice, and how its fake is broken."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from bridge.events import LineFailed, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.fakes.ending import Moment
from bridge.voice.fakes.openai_socket.faults import Garbage
from bridge.voice.openai_socket import carrier, connection
from tests.bridge.voice.misbehaving import CutLine, replying, serving
from tests.bridge.voice.rig import BRIEF, DEADLINE_S, LINE, LONG, Listener, is_a, listened, say_something, tool_called, until

KEY = "a-very-secret-key"
PROVIDERS_WORDS = "words of the provider"
CLOSES = pytest.mark.parametrize(
    ("code", "fault"),
    [
        (1000, VoiceFault.CUT),
        (1001, VoiceFault.CUT),
        (1006, VoiceFault.CUT),
        (1007, VoiceFault.REFUSED),
        (1008, VoiceFault.REFUSED),
        (1011, VoiceFault.CUT),
    ],
)


async def fault_of_opening(voice: VoiceModel) -> VoiceFault:
    with pytest.raises(VoiceUnavailable) as refused:
        await voice.open(BRIEF)
    await voice.close()
    assert not any(word in str(refused.value) for word in (KEY, "key-of-the-fake", PROVIDERS_WORDS))
    return refused.value.fault


class SocketFaults:
    ready: dict[str, Any]  # with which a server says that the session is set up
    sound: dict[str, Any]  # of any two samples

    def faked(self) -> AbstractAsyncContextManager[Any]:
        raise NotImplementedError

    def voice_at(self, base_url: str, api_key: str = KEY) -> VoiceModel:
        raise NotImplementedError

    def opened(self, fake: Any) -> AbstractAsyncContextManager[tuple[VoiceModel, Listener]]:
        return listened(self.voice_at(fake.base_url, fake.api_key))

    def met_with(self, behave: Callable[[ServerConnection], Awaitable[None]]) -> AbstractAsyncContextManager[str]:
        """A server that sets the session up, and then behaves like this."""

        async def serve(client: ServerConnection) -> None:
            await client.recv()
            await client.send(json.dumps(self.ready))
            await behave(client)
            await client.wait_closed()

        return serving(serve)

    async def failed_of(self, behave: Callable[[ServerConnection], Awaitable[None]]) -> VoiceFailed:
        async with self.met_with(behave) as url, listened(self.voice_at(url)) as (_voice, listener):
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert isinstance(failed, VoiceFailed)
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1
        return failed

    # -- opening --

    @pytest.mark.parametrize(
        ("status", "fault"),
        [
            (401, VoiceFault.KEY),
            (403, VoiceFault.KEY),
            (402, VoiceFault.QUOTA),
            (429, VoiceFault.QUOTA),
            (404, VoiceFault.REFUSED),
            (503, VoiceFault.UNREACHABLE),
        ],
    )
    async def test_a_refused_handshake_says_what_to_mend(self, status, fault):
        async with self.faked() as fake:
            fake.faults.refuse_status = status
            assert await fault_of_opening(self.voice_at(fake.base_url, fake.api_key)) is fault
        assert fake.faults.happened["refuse_status"] == 1

    @pytest.mark.parametrize(
        ("code", "fault"),
        [
            ("invalid_api_key", VoiceFault.KEY),
            ("insufficient_quota", VoiceFault.QUOTA),
            ("credit_balance_exhausted", VoiceFault.QUOTA),
            ("model_not_found", VoiceFault.REFUSED),
        ],
    )
    async def test_so_does_an_error_right_after_it(self, code, fault):
        async with self.faked() as fake:
            fake.faults.refuse_code = code
            assert await fault_of_opening(self.voice_at(fake.base_url, fake.api_key)) is fault
        assert fake.faults.happened["refuse_code"] == 1

    async def test_a_wrong_key_is_a_wrong_key(self):
        async with self.faked() as fake:
            assert await fault_of_opening(self.voice_at(fake.base_url, "another")) is VoiceFault.KEY

    async def test_a_port_where_nobody_listens_is_unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
            assert await fault_of_opening(self.voice_at(url)) is VoiceFault.UNREACHABLE

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "nonsense", "http://[::1", "http://127.0.0.1:99999/v1"])
    async def test_what_is_no_address_is_refused(self, url):
        assert await fault_of_opening(self.voice_at(url)) in (VoiceFault.REFUSED, VoiceFault.UNREACHABLE)

    async def test_a_server_that_says_nothing_is_unreachable(self, monkeypatch):
        monkeypatch.setattr(connection, "OPEN_LIMIT_S", 0.3)
        async with serving(lambda client: client.wait_closed()) as url:
            assert await fault_of_opening(self.voice_at(url)) is VoiceFault.UNREACHABLE

    @pytest.mark.parametrize("greeting", ["hello", "[]", '{"type": "error", "error": "no"}', b"\xff\xfe\x00", "[" * 100_000])
    async def test_another_server_is_told_from_the_right_one(self, greeting):
        async def greet(client: ServerConnection) -> None:
            await client.send(greeting)
            await client.wait_closed()

        async with serving(greet) as url:
            assert await fault_of_opening(self.voice_at(url)) is VoiceFault.GARBAGE

    @CLOSES
    async def test_a_close_before_the_session_is_set_up_says_whose_fault_it_is(self, code, fault):
        async def leave(client: ServerConnection) -> None:
            await client.recv()
            if code == 1006:
                client.transport.abort()
            await client.close(code, PROVIDERS_WORDS)

        async with serving(leave) as url:
            assert await fault_of_opening(self.voice_at(url)) is fault

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [
            (b"SSH-2.0-OpenSSH_9.6\r\n", VoiceFault.REFUSED),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", VoiceFault.REFUSED),
            (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", VoiceFault.QUOTA),
            (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", VoiceFault.REFUSED),
        ],
        ids=["another protocol", "a web page", "429", "a wrong upgrade"],
    )
    async def test_what_is_no_socket_is_refused(self, reply, fault):
        async with replying(reply) as url:
            assert await fault_of_opening(self.voice_at(url)) is fault

    async def test_a_redirect_to_somebody_else_does_not_take_the_key_there(self):
        keys = []

        async def look(client: ServerConnection) -> None:
            keys.append(client.request.headers.get("Authorization"))
            await client.close(1008)

        async with serving(look) as elsewhere:
            target = elsewhere.replace("http", "ws", 1).encode()
            async with replying(b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % target) as url:
                assert await fault_of_opening(self.voice_at(url)) is VoiceFault.REFUSED
        assert keys == [None]

    async def test_closing_while_it_opens_leaves_nothing_open(self):
        before = asyncio.all_tasks()
        asked, may_reply, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def hesitate(client: ServerConnection) -> None:
            await client.recv()
            asked.set()
            await may_reply.wait()
            await client.send(json.dumps(self.ready))
            await client.wait_closed()
            closed.set()

        async with serving(hesitate) as url, asyncio.timeout(DEADLINE_S):
            call = self.voice_at(url)
            opening = asyncio.create_task(call.open(BRIEF))
            await asked.wait()
            await call.close()
            may_reply.set()
            await opening
            assert [event async for event in call.events()] == []
            await closed.wait()
        assert asyncio.all_tasks() == before

    async def test_opening_it_twice_at_once_makes_one_session(self):
        async with self.faked() as fake:
            call = self.voice_at(fake.base_url, fake.api_key)
            await asyncio.gather(call.open(BRIEF), call.open(BRIEF))
            await call.close()
        assert len(fake.sessions) == 1

    async def test_once_closed_it_is_not_opened_again(self):
        async with self.faked() as fake:
            call = self.voice_at(fake.base_url, fake.api_key)
            await call.close()
            await call.open(BRIEF)
            assert not fake.sessions

    # -- a session that dies --

    @CLOSES
    async def test_a_close_says_whose_fault_it_is(self, code, fault):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.ends[Moment.REPLY] = code
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault
        assert PROVIDERS_WORDS not in failed.reason

    @pytest.mark.parametrize("permille", [*range(0, 1000, 125), 999])
    async def test_a_line_that_is_cut_at_any_byte_is_told_once_and_leaves_nothing_behind(self, permille):
        async with self.faked() as fake:
            whole = CutLine(fake.base_url, 1_000_000_000)
            async with whole.laid() as url, listened(self.voice_at(url, fake.api_key)) as (call, listener):
                call.speak(LINE)
                await listener.wait_for_end_of(1)
            before = asyncio.all_tasks()
            cut = CutLine(fake.base_url, whole.n_carried * permille // 1000)
            async with cut.laid() as url:
                assert await self.fault_of_a_line(self.voice_at(url, fake.api_key)) in (VoiceFault.CUT, VoiceFault.UNREACHABLE)
            await until(lambda: not {task for task in asyncio.all_tasks() - before if "bridge.voice.openai" in repr(task.get_coro())})

    async def fault_of_a_line(self, voice: VoiceModel) -> VoiceFault:
        """While it is opened, or while the line is said."""
        try:
            async with listened(voice) as (call, listener):
                call.speak(LONG)
                failed = await listener.wait_for(is_a(VoiceFailed))
        except VoiceUnavailable as unavailable:
            return unavailable.fault
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1
        return failed.fault

    async def test_a_cut_in_the_middle_of_a_line_ends_it_without_an_end_of_the_line(self):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.cut_after_ms = 600
            call.speak(LONG)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.CUT
        assert listener.audio_of(1)
        assert not [event for event in listener.events if isinstance(event, VoiceAudioEnd | LineFailed)]

    @pytest.mark.parametrize("garbage", [Garbage.NO_JSON, Garbage.NO_OBJECT, Garbage.WRONG_TYPES])
    async def test_garbage_ends_it_at_the_third_message(self, garbage):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.garbage = garbage
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.GARBAGE

    async def test_events_of_tomorrow_harm_nobody(self):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.garbage = Garbage.UNKNOWN_EVENT
            call.speak(LINE)
            await listener.wait_for_end_of(1)
        assert fake.faults.happened["garbage"] == 1

    async def test_binary_messages_that_cannot_be_read_end_it_as_well(self):
        async def send(client: ServerConnection) -> None:
            for _ in range(carrier.MAX_UNREADABLE):
                await client.send(b"\x00\xff\xfe\x01")

        assert (await self.failed_of(send)).fault is VoiceFault.GARBAGE

    async def test_two_messages_that_cannot_be_read_are_borne(self):
        async def send(client: ServerConnection) -> None:
            for _ in range(carrier.MAX_UNREADABLE - 1):
                await client.send("{")
            await client.close(1011)

        assert (await self.failed_of(send)).fault is VoiceFault.CUT

    @pytest.mark.parametrize(
        "frame",
        [b"\x81\x7f\x00\x00\x00\x00\x00\x40\x00\x01", b"\x81\x02\xff\xfe", b"\xf1\x00", b"\x83\x00"],
        ids=["a message that is too long", "text that is no UTF-8", "reserved bits", "an unknown opcode"],
    )
    async def test_frames_that_no_server_may_send_are_garbage(self, frame):
        async def send(client: ServerConnection) -> None:
            client.transport.write(frame)

        assert (await self.failed_of(send)).fault is VoiceFault.GARBAGE

    async def test_the_longest_message_that_is_taken_is_taken(self):
        async def send(client: ServerConnection) -> None:
            padding = connection.MAX_MESSAGE_BYTES - len(json.dumps({"type": "x", "padding": ""}))
            await client.send(json.dumps({"type": "x", "padding": "x" * padding}))
            await client.close(1008)

        assert (await self.failed_of(send)).fault is VoiceFault.REFUSED

    async def test_sound_before_any_line_is_nobodys(self):
        async def send(client: ServerConnection) -> None:
            for _ in range(5):
                await client.send(json.dumps(self.sound))
            await client.close(1011)

        assert (await self.failed_of(send)).fault is VoiceFault.CUT

    async def test_a_server_that_takes_no_audio_is_given_up(self, monkeypatch):
        monkeypatch.setattr(carrier, "MAX_UNSENT", 10)
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            for _ in range(20):  # without a pause in which it could be sent
                say_something(call)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.UNREACHABLE

    async def test_nothing_follows_and_nothing_breaks(self):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
            n_before = len(listener.events)
            call.speak(LINE)
            call.cancel(1, heard_ms=10)
            say_something(call)
        assert len(listener.events) == n_before

    async def test_it_fails_once(self):
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            fake.faults.garbage = Garbage.NO_JSON
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1

    async def test_a_session_that_is_dead_is_not_paid_for(self):
        """It is closed at once, before anybody closes the voice."""
        closed = asyncio.Event()

        async def send(client: ServerConnection) -> None:
            for _ in range(carrier.MAX_UNREADABLE):
                await client.send("{")
            await client.wait_closed()
            closed.set()

        async with self.met_with(send) as url, listened(self.voice_at(url)) as (_voice, listener):
            await listener.wait_for(is_a(VoiceFailed))
            async with asyncio.timeout(DEADLINE_S):
                await closed.wait()

    async def test_a_mistake_of_our_own_ends_the_session_and_the_call_is_told(self, monkeypatch, caplog):
        closed = asyncio.Event()

        async def send(client: ServerConnection) -> None:
            await client.send(json.dumps(self.sound))
            await client.wait_closed()
            closed.set()

        def break_down(*_args: object) -> None:
            raise ZeroDivisionError(PROVIDERS_WORDS)

        async with self.met_with(send) as url:
            voice = self.voice_at(url)
            monkeypatch.setattr(f"{type(voice).__module__.rpartition('.')[0]}.dialogue.Dialogue.handle", break_down)
            async with listened(voice) as (_voice, listener):
                failed = await listener.wait_for(is_a(VoiceFailed))
                async with asyncio.timeout(DEADLINE_S):
                    await closed.wait()
        assert failed == VoiceFailed("a fault of the voice", VoiceFault.CUT)
        assert [record.levelname for record in caplog.records if "voice broke" in record.message] == ["ERROR"]

    async def test_no_log_of_any_level_holds_a_key_or_a_word(self, caplog):
        caplog.set_level(logging.DEBUG)
        caplog.handler.addFilter(lambda record: not record.name.startswith("websockets.server"))
        async with self.faked() as fake, self.opened(fake) as (call, listener):
            call.speak(LINE)
            await listener.wait_for_end_of(1)
            await tool_called(call, listener)
        written = "\n".join(map(caplog.handler.format, caplog.handler.records))
        assert "c1" in written
        assert not any(word in written for word in (fake.api_key, "seats", "forty", "append"))
