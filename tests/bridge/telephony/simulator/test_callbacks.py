"""Voice callbacks and events as our server gets them, each quirk of the platform by its switch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bridge.telephony.answer_xml import Stream
from bridge.telephony.dialect import Dialect, ProviderStatus
from bridge.telephony.signatures import SignatureForm, verify
from bridge.telephony.simulator.settings import CallbackSettings, EventShape, SimulatorSettings
from bridge.telephony.webhooks import ProviderEvent, parse_webhook
from tests.bridge.telephony.simulator.rig import LEAD, LINE, Post, Rig, running


def with_callbacks(settings: SimulatorSettings, **switches: object) -> SimulatorSettings:
    return replace(settings, callbacks=replace(CallbackSettings(), retry_waits_s=(1.0, 2.0, 4.0), **switches))  # type: ignore[arg-type]


async def whole_call(rig: Rig, **body: object):
    """Answered, streamed, hung up by REST, and everything told."""
    call = await rig.call(**body)
    socket = await rig.socket()
    await rig.until(lambda: "StreamStarted" in rig.states())
    await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
    await socket.closed.wait()
    await rig.until(lambda: "Completed" in rig.states())
    return await rig.ended(call)


def read(post: Post) -> ProviderEvent:
    event = parse_webhook(post.body, headers=post.headers, query=post.query)
    assert isinstance(event, ProviderEvent)
    return event


async def test_the_same_url_is_asked_on_every_edge(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await whole_call(rig, client_request_id="attempt-1")
        posts = rig.paths("/voice/answer")
    assert [post.state for post in posts] == ["Ringing", "Answered", "StreamStarted", "Completed"]
    assert {post.fields["sessionId"] for post in posts} == {call.session_id}
    assert {post.query["clientRequestId"] for post in posts} == {"attempt-1"}
    assert (posts[0].fields["callerNumber"], posts[0].fields["destinationNumber"]) == (LINE, LEAD)
    assert (posts[1].fields["isActive"], posts[-1].fields["isActive"]) == ("1", "0")


async def test_our_reader_understands_every_edge(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await whole_call(rig)
        events = [read(post) for post in rig.paths("/voice/answer")]
    states = [ProviderStatus.RINGING, ProviderStatus.ANSWERED, ProviderStatus.STREAM_STARTED, ProviderStatus.COMPLETED]
    assert [event.state for event in events] == states
    assert {event.session_id for event in events} == {call.session_id}
    assert events[-1].hangup_cause == "NORMAL_CLEARING"


async def test_the_pages_dialect_names_the_fields_of_the_page(settings: SimulatorSettings) -> None:
    async with running(replace(settings, dialect=Dialect.PAGES)) as rig:
        await rig.api.post("/v1/calls", json={"from": LINE, "to": [LEAD], "clientRequestId": "lead-42"})
        await rig.until(lambda: len(rig.posts) > 0)
        (post, *_) = rig.posts
    assert (post.path, post.fields["From"], post.fields["To"]) == ("/voice", LINE, LEAD)
    assert str(post.fields["CallId"]).startswith("HD_")


async def test_a_call_without_its_own_url_goes_to_the_numbers_routing(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await rig.api.post("/v1/calls", json={"from": LINE, "to": [LEAD]})
        await rig.until(lambda: bool(rig.paths("/voice")))


async def test_bodies_may_be_json(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, is_json=True)) as rig:
        await whole_call(rig)
        assert all(post.headers["content-type"] == "application/json" for post in rig.posts)
        assert read(rig.posts[0]).state is ProviderStatus.RINGING


@pytest.mark.parametrize("form", list(SignatureForm))
async def test_every_delivery_is_signed_when_a_secret_is_set(settings: SimulatorSettings, form: SignatureForm) -> None:
    async with running(with_callbacks(settings, signing_secret="sesame", signature=form)) as rig:
        await whole_call(rig)
        await rig.until(lambda: len(rig.paths("/events")) >= 2)
        posts = list(rig.posts)
    now = datetime.now(UTC)
    assert all(verify(post.headers["x-sautikit-signature"], post.body, ["sesame"], now=now) for post in posts)
    assert not any(verify(post.headers["x-sautikit-signature"], post.body, ["other"], now=now) for post in posts)


async def test_nothing_is_signed_without_a_secret(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await whole_call(rig)
        assert not any("x-sautikit-signature" in post.headers for post in rig.posts)


async def test_deliveries_may_come_twice(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, is_duplicated=True)) as rig:
        await whole_call(rig)
        await rig.until(lambda: rig.states().count("Completed") == 2)
        assert rig.states().count("Answered") == 2
        assert len(rig.sockets) == 1


async def test_deliveries_may_come_out_of_order(settings: SimulatorSettings) -> None:
    """Ringing is told after the call was answered; what decides the call is never late."""

    def is_mixed_up(states: list[str]) -> bool:
        return "Ringing" in states and "Completed" in states and states.index("Ringing") > 0

    async with running(replace(with_callbacks(settings, is_out_of_order=True), ring_s=0.0, setup_s=0.0)) as rig:
        call = await rig.call()
        await rig.socket()
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.until(lambda: is_mixed_up(rig.states()))
        assert rig.states()[0] == "Answered"


async def test_the_first_post_may_say_completed_already(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, is_completed_first=True)) as rig:
        rig.answers = lambda post: rig._answer(replace_state(post, "Answered")) if rig.states().count("Completed") == 1 else b"<Response/>"
        call = await rig.call()
        await rig.socket()
        assert rig.states()[:2] == ["Ringing", "Completed"]
        assert call.is_live and rig.paths("/voice/answer")[1].fields["isActive"] == "1"


def replace_state(post: Post, state: str) -> Post:
    return replace(post, body=f"callSessionState={state}".encode())


async def test_the_document_may_be_fetched_while_it_rings(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, document_at_ringing=True)) as rig:
        await rig.call()
        await rig.socket()
        assert "Answered" not in rig.states()


async def test_the_label_may_be_missing_everywhere(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, drops_request_id=True)) as rig:
        await whole_call(rig, client_request_id="attempt-1")
        assert not any("clientRequestId" in post.query or "clientRequestId" in post.fields for post in rig.paths("/voice/answer"))


@pytest.mark.parametrize("label", ["two words", "a,b", "{x}", 'say "hi"'])
async def test_some_labels_are_echoed_by_rest_only(settings: SimulatorSettings, label: str) -> None:
    async with running(settings) as rig:
        reply = await rig.api.post("/v1/calls", json={"from": LINE, "to": [LEAD], "client_request_id": label})
        await rig.until(lambda: bool(rig.posts))
    assert reply.json()["client_request_id"] == label
    assert "clientRequestId" not in rig.posts[0].fields and not rig.posts[0].query


async def test_a_label_too_long_for_the_query_is_in_the_body_only(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await rig.call(client_request_id="x" * 2049)
        await rig.until(lambda: bool(rig.posts))
    assert not rig.posts[0].query and rig.posts[0].fields["clientRequestId"] == "x" * 2049


async def test_a_server_that_comes_back_is_asked_again(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings)) as rig:
        rig.answers = lambda post: None if rig.states().count("Answered") < 3 else rig._answer(post)
        await rig.call()
        await rig.socket()
        assert rig.states().count("Answered") == 3


async def test_a_call_that_nobody_says_anything_about_ends(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings)) as rig:
        rig.answers = lambda post: None if post.state != "Completed" else b""
        call = await rig.ended(await rig.call())
    assert call.problems == ["no document"]
    assert (call.leg.cause, call.status) == ("NORMAL_TEMPORARY_FAILURE", ProviderStatus.COMPLETED)


async def test_completed_comes_before_the_socket_closes(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        was_open = []
        rig.answers = lambda post: was_open.append(not socket.closed.is_set()) or b"" if post.state == "Completed" else b""
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await socket.closed.wait()
    assert was_open == [True]
    assert socket.close_code == 1000


async def test_the_socket_may_close_before_completed(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, is_completed_before_close=False)) as rig:
        call = await rig.call()
        socket = await rig.socket()
        was_open = []
        rig.answers = lambda post: was_open.append(not socket.closed.is_set()) or b"" if post.state == "Completed" else b""
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.until(lambda: bool(was_open))
    assert was_open == [False]


# ---- events and stream status


@pytest.mark.parametrize("shape", list(EventShape))
async def test_events_come_in_each_shape_and_are_understood(settings: SimulatorSettings, shape: EventShape) -> None:
    async with running(with_callbacks(settings, events=shape)) as rig:
        call = await whole_call(rig)
        await rig.until(lambda: any(read(post).state is ProviderStatus.COMPLETED for post in rig.paths("/events")))
        events = [read(post) for post in rig.paths("/events")]
    assert {event.session_id or event.call_id for event in events} <= {call.session_id, call.call_id}
    assert any(event.kind == "call.answered" for event in events)
    assert len({event.event_id for event in events}) == len(events)


async def test_events_may_never_be_told(settings: SimulatorSettings) -> None:
    async with running(with_callbacks(settings, are_events_silent=True)) as rig:
        await whole_call(rig)
        assert not rig.paths("/events")


async def test_a_failed_call_says_why(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.ended(await rig.call("+254711999999"))
        await rig.until(lambda: "failed" in rig.states() and bool(rig.paths("/events")))
    assert call.status is ProviderStatus.FAILED
    assert read(rig.paths("/events")[0]).hangup_cause == "UNALLOCATED_NUMBER"


async def test_stream_states_go_where_the_verb_says(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", status_callback=f"{rig.url}/stream/status")
        await whole_call(rig)
        await rig.until(lambda: len(rig.paths("/stream/status")) == 2)
        events = [read(post) for post in rig.paths("/stream/status")]
    assert [event.state for event in events] == [ProviderStatus.STREAM_STARTED, ProviderStatus.STREAM_STOPPED]


async def test_only_the_states_asked_for_are_told(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", status_callback=f"{rig.url}/stream/status", status_events=("stream-stopped",))
        await whole_call(rig)
        await rig.until(lambda: bool(rig.paths("/stream/status")))
        assert [read(post).state for post in rig.paths("/stream/status")] == [ProviderStatus.STREAM_STOPPED]


async def test_without_a_status_url_the_stop_goes_to_events(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await whole_call(rig)
        await rig.until(lambda: any(read(post).kind == "stream-stopped" for post in rig.paths("/events")))
        assert "StreamStopped" not in rig.states()
