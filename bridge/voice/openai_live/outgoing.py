"""What is sent to the Live API.

Pure. Messages are dictionaries that become JSON; a field that the service does not know makes it refuse the whole message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from bridge.brief import CallBrief
from bridge.events import RATE_HZ, Expectation
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.prompting import system_instruction, tool_declarations, tool_reply

Message: TypeAlias = dict[str, Any]

LONGEST_BYTES = 1000  # of one commentary: 500 tokens are allowed, and no language we speak has less than 2 bytes to a token
_APPEND = '{"type":"session.input_audio.append","audio":"'

_VOICE_RULES = """\
How it works here: each commentary is a line. It is all that you ever say: its words exactly, in full, once, and then you are silent until the next.
When the callee has spoken, delegate at once and say nothing: no answer, no thanks, no sound of listening. What the delegate replies is not said."""
_BACKEND_RULES = """\
How it works here: you do not speak, and nothing that you write is said. Each time the callee has spoken you call exactly one tool.
When its output comes there is nothing left to do: write nothing. What the callee may answer to now is in the last EXPECT."""
_STOP = "Stop speaking now and say nothing more of that commentary: the callee has heard {heard_ms} ms of it. Be silent until the next commentary."
_ASK_AGAIN = "Call a tool."


def session_start(brief: CallBrief, settings: LiveSettings) -> Message:
    instruction = system_instruction(brief)
    backend: Message = {
        "model": settings.backend_name,
        "instructions": f"{instruction}\n{_BACKEND_RULES}",
        "tools": [{"type": "function", **tool} for tool in tool_declarations(brief)],
        "tool_choice": "auto",  # required, it could never end: the output of a tool would have to be followed by another call
        "parallel_tool_calls": False,
    }
    if settings.effort:
        backend["reasoning"] = {"effort": settings.effort}
    session = {
        "model": settings.model_name,
        "instructions": f"{instruction}\n{_VOICE_RULES}",
        "audio": {"format": {"type": "audio/pcm", "rate": RATE_HZ}, "output": {"voice": settings.voice_name}},
        "delegation": {"type": "responses", "responses": backend},
        "store": False,
    }
    return {"type": "session.start", "event_id": "session", "session": session}


def append(audio_base64: str) -> str:
    """JSON by hand: 17 of these go out each second of each call."""
    return f'{_APPEND}{audio_base64}"}}'


def commentary(event_id: str, words: str) -> Message:
    """To be spoken. A delegation cannot be named where the text model is hosted."""
    return {"type": "session.commentary.append", "event_id": event_id, "delegation_id": None, "content": words}


def expected(expectation: Expectation) -> Message:
    """To be known, not spoken."""
    content = json.dumps(tool_reply(None, expectation), ensure_ascii=False)
    return {"type": "session.thinking.append", "delegation_id": None, "content": content}


def stop(heard_ms: int) -> Message:
    """There is no message that cancels: the model is told to."""
    return {"type": "session.instructions.append", "delegation_id": None, "content": _STOP.format(heard_ms=max(0, heard_ms))}


def tool_output(call_id: str, reply: Mapping[str, Any]) -> Message:
    item = {"type": "function_call_output", "call_id": call_id, "output": json.dumps(reply, ensure_ascii=False)}
    return {"type": "response.item.create", "item": item}


def ask_again(heard: str) -> Message:
    """For the text model; what the callee said is quoted, because the voice model has not handed it on."""
    text = f"{_ASK_AGAIN} The callee said: {json.dumps(heard, ensure_ascii=False)}" if heard else _ASK_AGAIN
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return {"type": "response.item.create", "item": item}


def respond() -> Message:
    """Let the text model go on, or begin."""
    return {"type": "response.create"}


def close() -> Message:
    return {"type": "session.close"}


def parts_of(words: str) -> list[str]:
    """A line in pieces that are not too long for one commentary, cut at spaces."""
    parts: list[str] = []
    for word in words.split():
        if parts and len(f"{parts[-1]} {word}".encode()) <= LONGEST_BYTES:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts
