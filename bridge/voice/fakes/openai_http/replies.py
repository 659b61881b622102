"""How the faked services word what they reply.

Pure. Figures are plausible: four letters a token, as OpenAI's rule of thumb has it (platform.openai.com/tokenizer, read 2026-11-20).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.events import CalleeSaid, ToolCall
from bridge.voice.prompting import told_value

LETTERS_PER_TOKEN = 4
ARGUMENT_PIECE = 11  # letters: arguments come in pieces that are no JSON by themselves

_SURE, _INVENTED = (-0.2, 0.01), (-1.4, 0.85)  # avg_logprob, no_speech_prob


def error(code: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": "The faked service refuses this.", "type": "invalid_request_error", "param": param, "code": code}}


def transcript(text: str, duration_s: float, *, confidence: float | None, is_verbose: bool) -> dict[str, Any]:
    """`confidence` None: the words are an invention."""
    if not is_verbose:
        return {"text": text}
    logprob, no_speech = _INVENTED if confidence is None else (min(math.log(max(confidence, 0.01)), _SURE[0]), _SURE[1])
    segment = {
        "id": 0,
        "start": 0.0,
        "end": duration_s,
        "text": f" {text}",
        "temperature": 0.0,
        "avg_logprob": logprob,
        "compression_ratio": 1.1,
        "no_speech_prob": no_speech,
    }
    return {"task": "transcribe", "language": "english", "duration": duration_s, "text": text, "segments": [segment] if text else []}


def confidence_of(said: CalleeSaid | None) -> float:
    return said.confidence if said is not None else 1.0


def call_chunks(calls: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Name and arguments of each; ids repeat from reply to reply, as those of some servers do."""
    for index, (name, arguments) in enumerate(calls):
        opening = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        yield _chunk({"role": "assistant", "content": None, "tool_calls": [opening]})
        for at in range(0, len(arguments), ARGUMENT_PIECE):
            piece = {"index": index, "function": {"arguments": arguments[at : at + ARGUMENT_PIECE]}}
            yield _chunk({"tool_calls": [piece]})
    yield _chunk({}, "tool_calls")


def talk_chunks(words: str) -> Iterator[dict[str, Any]]:
    for word in words.split():
        yield _chunk({"content": f"{word} "})
    yield _chunk({}, "stop")


def usage_chunk(messages: Sequence[Mapping[str, Any]], replied: str, n_cached: int) -> dict[str, Any]:
    n_in, n_out = n_tokens(json.dumps(messages)), n_tokens(replied)
    usage = {
        "prompt_tokens": n_in,
        "completion_tokens": n_out,
        "total_tokens": n_in + n_out,
        "prompt_tokens_details": {"cached_tokens": min(n_cached, n_in), "audio_tokens": 0},
    }
    return {**_chunk({}), "choices": [], "usage": usage}


def wording(chunks: Sequence[Mapping[str, Any]]) -> str:
    """What a model wrote of them: it is paid for that, not for what its words are wrapped in."""
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    functions = [call["function"] for delta in deltas for call in delta.get("tool_calls", ())]
    return "".join((*(delta.get("content") or "" for delta in deltas), *(each.get("name", "") + each["arguments"] for each in functions)))


def n_tokens(text: str) -> int:
    return len(text) // LETTERS_PER_TOKEN + 1


def as_named(call: ToolCall) -> tuple[str, str]:
    """As a model writes it: values are strings, and no confidence."""
    arguments = {name: _written(value) for name, value in call.arguments.items() if name != "confidence"}
    return call.tool.value, json.dumps(arguments)


def event(told: Mapping[str, Any] | str) -> bytes:
    return f"data: {told if isinstance(told, str) else json.dumps(told)}\n\n".encode()


def _written(value: object) -> object:
    if isinstance(value, bool):
        return value
    return told_value(value) if isinstance(value, int | float | list) else value


def _chunk(delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice], "usage": None}
