from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import UsageUnit
from bridge.voice.gemini.incoming import (
    Called,
    Cancelled,
    GenerationOver,
    GoAway,
    Handle,
    Interrupted,
    ModelCall,
    Sound,
    Spoken,
    Transcript,
    TurnOver,
    Used,
    plain_speech,
    read,
)

PCM = b"\x01\x00\x02\x00"
BLOB = {"mimeType": "audio/pcm;rate=24000", "data": base64.b64encode(PCM).decode()}


def message(**fields: Any) -> types.LiveServerMessage:
    return types.LiveServerMessage.model_validate(fields)


def content(**fields: Any) -> types.LiveServerMessage:
    return message(serverContent=fields)


class TestContent:
    def test_every_part_of_sound_is_taken_and_thoughts_are_not(self):
        parts = [{"text": "hm", "thought": True}, {"inlineData": BLOB}, {"inlineData": BLOB, "thought": True}, {"inlineData": BLOB}]
        assert read(content(modelTurn={"parts": parts})) == [Sound(PCM), Sound(PCM)]

    def test_half_a_sample_is_left_out(self):
        odd = {**BLOB, "data": base64.b64encode(PCM + b"\x03").decode()}
        assert read(content(modelTurn={"parts": [{"inlineData": odd}]})) == [Sound(PCM)]

    def test_one_message_may_hold_everything_and_is_taken_in_order(self):
        told = content(
            inputTranscription={"text": "yes"},
            outputTranscription={"text": "Hello"},
            interrupted=True,
            modelTurn={"parts": [{"inlineData": BLOB}]},
            generationComplete=True,
            turnComplete=True,
        )
        assert [type(each) for each in read(told)] == [Transcript, Spoken, Interrupted, Sound, GenerationOver, TurnOver]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"text": "ten"}, [Transcript("ten", is_last=False)]),
            ({"text": "ten", "finished": True}, [Transcript("ten", is_last=True)]),
            ({"finished": True}, [Transcript("", is_last=True)]),
            ({}, []),
        ],
        ids=["a fragment", "the last", "only the end", "nothing"],
    )
    def test_what_the_callee_said_comes_in_fragments(self, fields: dict, expected: list):
        assert read(content(inputTranscription=fields)) == expected

    @pytest.mark.parametrize(
        ("reason", "told"),
        [(None, ""), ("NEED_MORE_INPUT", ""), ("TURN_COMPLETE_REASON_UNSPECIFIED", ""), ("RESPONSE_REJECTED", "RESPONSE_REJECTED")],
    )
    def test_an_ordinary_end_has_no_reason(self, reason: str | None, told: str):
        fields = {"turnComplete": True} | ({"turnCompleteReason": reason} if reason else {})
        assert read(content(**fields)) == [TurnOver(told)]

    @pytest.mark.parametrize(
        ("status", "n_ends"), [("IN_PROGRESS", 0), ("IDLE", 1), ("INTERACTION_STATUS_UNSPECIFIED", 1)], ids=["thinks on", "idle", "unknown"]
    )
    def test_a_model_that_thinks_on_has_not_ended_its_turn(self, status: str, n_ends: int):
        assert len(read(content(turnComplete=True, interactionStatus=status))) == n_ends


class TestOther:
    def test_calls_come_with_what_they_need_for_a_reply(self):
        told = message(toolCall={"functionCalls": [{"id": "1", "name": "opt_out", "args": {"quote": "stop"}}, {"name": "confirm"}]})
        assert read(told) == [Called((ModelCall("1", "opt_out", {"quote": "stop"}), ModelCall("", "confirm", {})))]

    def test_calls_are_taken_back_by_their_ids(self):
        assert read(message(toolCallCancellation={"ids": ["1", "2"]})) == [Cancelled(frozenset({"1", "2"}))]

    @pytest.mark.parametrize(("left", "left_s"), [("10s", 10.0), ("1.5s", 1.5), ("", 0.0), (None, 0.0), ("soon", 0.0)])
    def test_what_cannot_be_read_is_no_time_left(self, left: str | None, left_s: float):
        assert read(message(goAway={"timeLeft": left})) == [GoAway(left_s)]

    @pytest.mark.parametrize(
        ("update", "expected"),
        [
            ({"newHandle": "h", "resumable": True}, [Handle("h")]),
            ({"newHandle": "", "resumable": False}, []),
            ({"newHandle": "h", "resumable": False}, []),
            ({"resumable": True}, []),
        ],
    )
    def test_only_a_handle_with_which_one_can_resume_is_kept(self, update: dict, expected: list):
        assert read(message(sessionResumptionUpdate=update)) == expected

    def test_usage_comes_in_our_units(self):
        assert read(message(usageMetadata={"responseTokenCount": 5})) == [Used({UsageUnit.AUDIO_OUT: 5.0})]
        assert read(message(usageMetadata={})) == []

    def test_a_message_without_anything_is_nothing(self):
        assert read(message()) == []


def wire(content_fields: dict, **outer: Any) -> bytes:
    return json.dumps({"serverContent": content_fields, **outer}).encode()


class TestPlainSpeech:
    def test_sound_alone_is_read_without_the_library(self):
        assert plain_speech(wire({"modelTurn": {"role": "model", "parts": [{"inlineData": BLOB}]}})) == Sound(PCM)

    def test_its_words_too(self):
        assert plain_speech(wire({"outputTranscription": {"text": "Hello"}})) == Spoken("Hello")

    @pytest.mark.parametrize(
        "told",
        [
            wire({"modelTurn": {"parts": [{"inlineData": BLOB}]}, "turnComplete": True}),
            wire({"modelTurn": {"parts": [{"inlineData": BLOB}]}}, usageMetadata={}),
            wire({"modelTurn": {"parts": [{"inlineData": BLOB}, {"inlineData": BLOB}]}}),
            wire({"modelTurn": {"parts": [{"inlineData": BLOB, "thought": True}]}}),
            wire({"modelTurn": {"parts": [{"text": "hm"}]}}),
            wire({"modelTurn": {"parts": [{"inlineData": {**BLOB, "data": "?"}}]}}),
            wire({"modelTurn": {"parts": "many"}}),
            wire({"inputTranscription": {"text": "yes"}}),
            wire({"outputTranscription": {"finished": True}}),
            b'{"toolCall": {"functionCalls": []}}',
            b"[1]",
            b"<html>",
            b"\xff",
            b"",
        ],
    )
    def test_anything_else_is_left_to_the_library(self, told: bytes):
        assert plain_speech(told) is None

    @given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4))
    def test_nothing_that_comes_breaks_it(self, told: Any):
        assert plain_speech(json.dumps({"serverContent": told})) is None

    def test_it_says_the_same_as_the_library(self):
        fields = {"modelTurn": {"parts": [{"inlineData": BLOB}]}}
        assert [plain_speech(wire(fields))] == read(content(**fields))
