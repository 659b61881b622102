from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.embedded.framing import (
    MAX_PAYLOAD_BYTES,
    BrokenFraming,
    Kind,
    Message,
    Unframer,
    encode,
    expectation_from_json,
    expectation_to_json,
    heard_from_json,
    heard_to_json,
)
from bridge.voice.embedded.hearing import Heard, Hypothesis
from tests.bridge.voice.embedded.questions import EXPECTATIONS

MESSAGES = st.builds(Message, st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=300))


@given(st.lists(MESSAGES, max_size=8), st.integers(min_value=1, max_value=50))
def test_messages_survive_any_cutting_of_the_stream(messages: list[Message], piece_bytes: int):
    stream = b"".join(map(encode, messages))
    unframer = Unframer()
    pieces = [stream[at : at + piece_bytes] for at in range(0, len(stream), piece_bytes)]
    assert [message for piece in pieces for message in unframer.feed(piece)] == messages


def test_half_a_message_is_kept_for_later():
    framed = encode(Message(Kind.AUDIO, 7, b"abcd"))
    unframer = Unframer()
    assert list(unframer.feed(framed[:11])) == []
    assert list(unframer.feed(framed[11:])) == [Message(Kind.AUDIO, 7, b"abcd")]


@pytest.mark.parametrize(
    "framed", [b"\xff" * 9, bytes([Kind.AUDIO]) + bytes(4) + (MAX_PAYLOAD_BYTES + 1).to_bytes(4, "little")], ids=["kind", "length"]
)
def test_what_is_not_this_protocol_is_refused(framed: bytes):
    with pytest.raises(BrokenFraming):
        list(Unframer().feed(framed))


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_an_expectation_arrives_as_it_was_sent(name: str):
    assert expectation_from_json(json.dumps(expectation_to_json(EXPECTATIONS[name])).encode()) == EXPECTATIONS[name]


@pytest.mark.parametrize("grammar", [None, Hypothesis("yes", 0.25)])
def test_what_was_heard_arrives_as_it_was_sent(grammar: Hypothesis | None):
    heard = Heard(grammar, Hypothesis("yes sir", 0.125), 1.5, 2.25)
    assert heard_from_json(json.dumps(heard_to_json(heard)).encode()) == heard
