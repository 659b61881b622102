"""Which document answers which callback of a check, and what is given up when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.answer_xml import GetDigits, Hangup, Redirect, Say, Stream, Track
from bridge.telephony.answer_xml_parse import parse_document
from campaigns.line_check.guide import (
    LISTEN_WITHOUT_KEY,
    MAX_CALL_S,
    NEXT_STEP_S,
    Addresses,
    Clocks,
    course_of,
    given_up,
    next_document,
    steps_of,
    xml_of,
)  # fmt: skip
from campaigns.line_check.seen import (
    Delivered,
    Document,
    Door,
    For,
    HandedOut,
    Probed,
    Record,
    Stage,
    StreamClosed,
    StreamOpened,
    Waited,
)  # fmt: skip

PLACES = Addresses("https://ours.example/voice/check/t", "wss://ours.example/line-check/t", "https://ours.example/voice/check/t/stream-status")


def posted(state: str = "Answered", *, stage: Stage = Stage.START, digits: str = "") -> Delivered:
    return Delivered(Door.CALL, stage, state=state, digits=digits)


def closed(number: int, *, own_voice: bool = True) -> StreamClosed:
    return StreamClosed(number, by_us=True, heard={"long_tone_ms": 1000 if own_voice else None})


KEYS = [posted("Ringing"), HandedOut(Document.KEYS)]
PRESSED = [*KEYS, posted(digits="1"), HandedOut(Document.FIRST_STREAM)]
STREAMING = [*PRESSED, StreamOpened(1), posted("StreamStarted")]
CLOSED = [*STREAMING, closed(1)]
SILENT = [*STREAMING, closed(1, own_voice=False)]
ASKED = [*SILENT, posted(stage=Stage.AFTER_STREAM), HandedOut(Document.QUESTION)]
SECOND = [*CLOSED, posted(stage=Stage.AFTER_STREAM), HandedOut(Document.SECOND_STREAM), StreamOpened(2)]
OVER = [*SECOND, closed(2), posted("StreamStopped"), HandedOut(Document.ONWARD)]
GONE = [*OVER, posted(stage=Stage.FINAL), HandedOut(Document.GOODBYE)]


@pytest.mark.parametrize(
    ("seen", "now", "document"),
    [
        pytest.param([], posted("Ringing"), Document.KEYS, id="while it rings, should that be when the document is fetched"),
        pytest.param(KEYS, posted(), Document.KEYS, id="answered, and once more"),
        pytest.param(KEYS, posted(digits="1"), Document.FIRST_STREAM, id="a key"),
        pytest.param(KEYS, posted(stage=Stage.AFTER_KEYS), Document.FIRST_STREAM, id="no key in time"),
        pytest.param(PRESSED, posted(digits="1"), Document.FIRST_STREAM, id="the same again until the socket has opened"),
        pytest.param([*PRESSED, StreamOpened(1)], posted("StreamStarted"), Document.EMPTY, id="no second stream beside the first"),
        pytest.param(CLOSED, posted(stage=Stage.AFTER_STREAM), Document.SECOND_STREAM, id="the Redirect behind the stream ran"),
        pytest.param(CLOSED, posted("StreamStarted"), Document.EMPTY, id="an old edge comes again"),
        pytest.param(CLOSED, posted("StreamStopped"), Document.SECOND_STREAM, id="asked at the first address instead"),
        pytest.param(SILENT, posted(stage=Stage.AFTER_STREAM), Document.QUESTION, id="our voice did not come back: the operator is asked"),
        pytest.param(ASKED, posted(stage=Stage.AFTER_STREAM, digits="2"), Document.SECOND_STREAM, id="they answered"),
        pytest.param(ASKED, posted(stage=Stage.AFTER_QUESTION), Document.SECOND_STREAM, id="they did not"),
        pytest.param(SECOND, posted("StreamStarted", stage=Stage.AFTER_STREAM), Document.EMPTY, id="the second stream has started"),
        pytest.param([*SECOND, closed(2)], posted("StreamStopped"), Document.ONWARD, id="after a stream alone: is an answer run at all?"),
        pytest.param(OVER, posted(stage=Stage.FINAL), Document.GOODBYE, id="it is"),
    ],
)
def test_what_has_happened_decides_what_comes_next(seen, now, document):
    assert next_document(course_of([*seen, now]), now) is document


@given(st.lists(st.sampled_from(GONE), max_size=12), st.sampled_from(["", "Ringing", "Answered", "StreamStarted", "StreamStopped", "Completed"]))
def test_while_a_stream_is_open_nothing_is_ever_handed_out_beside_it(seen, state):
    now = posted(state)
    course = course_of([*seen, now])
    if (course.opened - course.closed) and not course.closed:
        assert next_document(course, now) is Document.EMPTY


def test_each_document_leads_where_only_it_leads():
    keys, first, question, second, onward, goodbye = (parse_document(xml_of(which, PLACES)) for which in Document if which is not Document.EMPTY)
    assert isinstance(keys[0], GetDigits) and keys[1] == Redirect(PLACES.at(Stage.AFTER_KEYS))
    assert isinstance(first[1], Stream) and first[1].track is Track.BOTH and first[1].url.endswith("/1") and first[1].status_callback
    assert first[2] == Redirect(PLACES.at(Stage.AFTER_STREAM))
    assert isinstance(question[0], GetDigits) and question[1] == Redirect(PLACES.at(Stage.AFTER_QUESTION))
    assert isinstance(second[-1], Stream) and second[-1].track is Track.INBOUND and not second[-1].status_callback
    assert onward == (Redirect(PLACES.at(Stage.FINAL)),)
    assert goodbye[-1] == Hangup()


def test_who_pressed_nothing_is_told_so():
    assert parse_document(xml_of(Document.FIRST_STREAM, PLACES, has_key=False))[0] == Say(LISTEN_WITHOUT_KEY)


def clocks(**since: float | None) -> Clocks:
    nothing = {"since_placed_s": 20.0, "since_answered_s": 10.0, "since_stream_due_s": None, "since_closed_s": None, "since_hung_up_s": None}
    return Clocks(**{**nothing, **since})


@pytest.mark.parametrize(
    ("seen", "since", "waited_for"),
    [
        pytest.param([], {"since_placed_s": 40.0, "since_answered_s": None}, None, id="it still rings"),
        pytest.param([], {"since_placed_s": 40.1, "since_answered_s": None}, For.ANSWER, id="nobody picks up"),
        pytest.param([], {"since_answered_s": 12.1}, For.CALLBACK, id="picked up, and the platform asks nothing"),
        pytest.param(PRESSED, {"since_stream_due_s": 20.0}, None, id="the socket may still open"),
        pytest.param(PRESSED, {"since_stream_due_s": 20.1}, For.STREAM, id="the socket does not open"),
        pytest.param(STREAMING, {"since_stream_due_s": 60.0}, None, id="tones are played"),
        pytest.param(CLOSED, {"since_closed_s": NEXT_STEP_S}, None, id="the next verb may still run"),
        pytest.param(CLOSED, {"since_closed_s": NEXT_STEP_S + 0.1}, For.AFTER_FIRST_STREAM, id="dead air"),
        pytest.param(ASKED, {"since_closed_s": 30.0}, None, id="the operator thinks"),
        pytest.param(OVER, {"since_closed_s": NEXT_STEP_S + 0.1}, For.AFTER_SECOND_STREAM, id="dead air after a stream alone"),
        pytest.param(GONE, {"since_closed_s": 30.0}, None, id="goodbye is being said"),
        pytest.param(GONE, {"since_answered_s": MAX_CALL_S + 0.1}, For.END, id="it does not end"),
        pytest.param(CLOSED, {"since_hung_up_s": 10.0}, None, id="hung up, and the end may still be told"),
        pytest.param(CLOSED, {"since_hung_up_s": 10.1}, For.END, id="hung up, and it goes on"),
    ],
)
def test_nothing_is_waited_for_for_ever(seen, since, waited_for):
    assert given_up(seen, clocks(**since), ring_timeout_s=25.0) is waited_for


def test_one_step_is_at_work_at_a_time_and_none_when_it_is_over():
    for at in range(len(GONE)):
        steps = steps_of(GONE[:at], is_over=False)
        assert sum(step.is_now for step in steps) == 1
    assert not any(step.is_now for step in steps_of(GONE, is_over=True))


def test_steps_that_were_not_reached_are_unknown_and_dead_air_is_an_answer():
    seen = [Probed("https"), *CLOSED, Waited(For.AFTER_FIRST_STREAM), Record("completed", was_answered=True)]
    outcomes = {step.name: step.outcome for step in steps_of(seen, is_over=True)}
    assert outcomes["after"] == "found"
    assert (outcomes["second"], outcomes["alone"]) == ("unknown", "unknown")
