"""The messages of Gemini Live as the service takes and sends them.

Pure. What the real service would not take is `Refused`, with the code that it closes with.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bridge.audio import to_bytes, to_samples
from bridge.events import Samples

INVALID = 1007
NOT_ALLOWED = 1008

_SETUP = frozenset(
    {"model", "generationConfig", "systemInstruction", "tools", "sessionResumption", "inputAudioTranscription", "outputAudioTranscription"}
    | {"realtimeInputConfig", "contextWindowCompression", "proactivity", "historyConfig", "safetySettings", "labels"}
)
_KINDS = frozenset({"realtimeInput", "clientContent", "toolResponse"})
_REALTIME = frozenset({"audio", "text", "activityStart", "activityEnd", "audioStreamEnd"})
_RATE = re.compile(r"audio/pcm;rate=(\d+)")


class Refused(Exception):
    def __init__(self, reason: str, code: int = INVALID) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class Setup:
    model: str
    instruction: str
    has_manual_activity: bool
    interrupts: bool
    handle: str | None  # None: a session of its own
    is_resumable: bool
    tools: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heard:
    pcm: Samples  # 16000 Hz


@dataclass(frozen=True, slots=True)
class Activity:
    is_start: bool


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    is_turn: bool


@dataclass(frozen=True, slots=True)
class Response:
    call_id: str
    name: str
    response: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Responses:
    responses: tuple[Response, ...]


Said: TypeAlias = Heard | Activity | Content | Responses


def read_setup(message: str | bytes) -> Setup:
    """Raises Refused."""
    told = _camel(_object(message))
    if set(told) != {"setup"}:
        raise Refused("the first message must be the setup")
    setup = told["setup"]
    if unknown := set(setup) - _SETUP:
        raise Refused(f"unknown name in setup: {sorted(unknown)}")
    if not str(setup.get("model", "")).startswith("models/"):
        raise Refused("no such model", NOT_ALLOWED)
    realtime = setup.get("realtimeInputConfig", {})
    resumption = setup.get("sessionResumption")
    return Setup(
        model=setup["model"],
        instruction="\n".join(part["text"] for part in setup.get("systemInstruction", {}).get("parts", ())),
        has_manual_activity=realtime.get("automaticActivityDetection", {}).get("disabled") is True,
        interrupts=realtime.get("activityHandling") != "NO_INTERRUPTION",
        handle=(resumption or {}).get("handle"),
        is_resumable=resumption is not None,
        tools=_tools(setup),
    )


def _tools(setup: Mapping[str, Any]) -> frozenset[str]:
    declared = [each for tool in setup.get("tools", ()) for each in tool.get("functionDeclarations", ())]
    if "3.8" in setup["model"] and "thinking" not in setup["model"] and any(each.get("behavior") != "BLOCKING" for each in declared):
        raise Refused("this fake stands for a server that is told to wait for its tools")
    return frozenset(each["name"] for each in declared)


def read(message: str | bytes, setup: Setup) -> Said:
    """Raises Refused."""
    told = _camel(_object(message))
    if len(told) != 1 or not set(told) <= _KINDS:
        raise Refused(f"unknown name: {sorted(told)}")
    [(kind, content)] = told.items()
    if not isinstance(content, dict):
        raise Refused(f"{kind} is not an object")
    if kind == "realtimeInput":
        return _realtime(content, setup)
    return _content(content) if kind == "clientContent" else _responses(content)


def _realtime(content: Mapping[str, Any], setup: Setup) -> Said:
    if len(content) != 1 or not set(content) <= _REALTIME:
        raise Refused(f"unknown name in realtimeInput: {sorted(content)}")
    [(kind, value)] = content.items()
    if kind == "audio":
        return Heard(_pcm(value))
    if kind == "text":
        return Content(str(value), is_turn=not setup.has_manual_activity)  # else it is a turn once the activity ends
    if kind == "audioStreamEnd" or not setup.has_manual_activity:
        raise Refused("explicit activity control is not supported when automatic activity detection is enabled")
    return Activity(kind == "activityStart")


def _pcm(blob: Mapping[str, Any]) -> Samples:
    rate = _RATE.fullmatch(blob.get("mimeType", ""))
    if rate is None or rate[1] != "16000" or set(blob) != {"mimeType", "data"}:
        raise Refused("this fake takes 16 kHz only")
    try:
        pcm = base64.b64decode(str(blob["data"]).translate(_URL_SAFE), validate=True)
    except binascii.Error as error:
        raise Refused("audio is not base64") from error
    if len(pcm) % 2:
        raise Refused("half a sample")
    return to_samples(pcm)


_URL_SAFE = str.maketrans("-_", "+/")


def _content(content: Mapping[str, Any]) -> Content:
    if unknown := set(content) - {"turns", "turnComplete"}:
        raise Refused(f"unknown name in clientContent: {sorted(unknown)}")
    turns = content.get("turns", ())
    if any(turn.get("role") not in ("user", "model") for turn in turns):
        raise Refused("a turn without a role")
    text = "\n".join(part.get("text", "") for turn in turns for part in turn.get("parts", ()))
    return Content(text, is_turn=content.get("turnComplete") is True)


def _responses(content: Mapping[str, Any]) -> Responses:
    told = content.get("functionResponses", ())
    if not told or any(not each.get("id") or not each.get("name") or not isinstance(each.get("response"), dict) for each in told):
        raise Refused("a function response needs its id, its name and an object")
    return Responses(tuple(Response(each["id"], each["name"], each["response"]) for each in told))


def _object(message: str | bytes) -> dict[str, Any]:
    try:
        told = json.loads(message)
    except ValueError as error:
        raise Refused("not JSON") from error
    if not isinstance(told, dict):
        raise Refused("not an object")
    return told


def _camel(told: Any) -> Any:
    """Names may come in both spellings, except inside what is ours: arguments, replies and schemas."""
    if isinstance(told, list):
        return [_camel(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {_camel_name(name): value if name in _OPAQUE else _camel(value) for name, value in told.items()}


_OPAQUE = frozenset({"response", "parameters_json_schema", "parametersJsonSchema", "parameters"})


def _camel_name(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


# ---- what the server says ----------------------------------------------------------------------------------------------------------


def content(**fields: Any) -> dict[str, Any]:
    return {"serverContent": fields}


def sound(pcm: Samples, *, has_thought: bool = False, is_odd: bool = False) -> dict[str, Any]:
    """int16, 24000 Hz. `is_odd`: the last byte is missing."""
    told = to_bytes(pcm)[:-1] if is_odd else to_bytes(pcm)
    blob = {"mimeType": "audio/pcm;rate=24000", "data": base64.b64encode(told).decode("ascii")}
    thought = [{"text": "I should say it.", "thought": True}] if has_thought else []
    return content(modelTurn={"role": "model", "parts": [*thought, {"inlineData": blob}]})


def tool_call(calls: Sequence[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Any]:
    return {"toolCall": {"functionCalls": [{"id": call_id, "name": name, "args": dict(args)} for call_id, name, args in calls]}}


def usage(*, prompt_text: int, prompt_audio: int, text: int, audio: int) -> dict[str, Any]:
    return {
        "usageMetadata": {
            "promptTokenCount": prompt_text + prompt_audio,
            "responseTokenCount": text + audio,
            "totalTokenCount": prompt_text + prompt_audio + text + audio,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt_text}, {"modality": "AUDIO", "tokenCount": prompt_audio}],
            "responseTokensDetails": [{"modality": "TEXT", "tokenCount": text}, {"modality": "AUDIO", "tokenCount": audio}],
        }
    }
