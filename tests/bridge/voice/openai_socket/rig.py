"""What a client has sent to one of the faked servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime

_ITEMS = {"conversation.item.create", "response.item.create"}


def sent(fake: FakeOpenAILive | FakeOpenAIRealtime, name: str) -> list[dict[str, Any]]:
    return [message for message in fake.session.received if message["type"] == name]


def outputs(fake: FakeOpenAILive | FakeOpenAIRealtime) -> list[Mapping[str, Any]]:
    """What tools were answered."""
    items = [message["item"] for message in fake.session.received if message["type"] in _ITEMS]
    return [json.loads(item["output"]) for item in items if item["type"] == "function_call_output"]
