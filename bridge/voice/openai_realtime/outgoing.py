"""What is sent to a realtime server, in either dialect.

Pure. Messages are dictionaries that become JSON; nothing that a server could not know is in them, because some refuse the whole message for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from bridge.brief import CallBrief, TurnControl
from bridge.voice.openai_realtime.settings import Detection, Dialect, RealtimeSettings
from bridge.voice.prompting import system_instruction, tool_declarations

Message: TypeAlias = dict[str, Any]

PREFIX_MS, SILENCE_MS = 300, 500  # of server_vad: what it adds before speech, what it waits after it
ASK_AGAIN = "Call a tool."
_APPEND = '{"type":"input_audio_buffer.append","audio":"'

_VERBATIM = "Say now, word for word, once, and nothing before or after it:\n"


def session_update(brief: CallBrief, settings: RealtimeSettings) -> Message:
    session = _ga_session(brief, settings) if settings.dialect is Dialect.GA else _beta_session(brief, settings)
    return {"type": "session.update", "event_id": "session", "session": session}


def _ga_session(brief: CallBrief, settings: RealtimeSettings) -> Message:
    heard = {
        "format": {"type": "audio/pcm", "rate": settings.input_rate_hz},
        "turn_detection": _turn_detection(brief, settings),
        "transcription": settings.transcription(brief),
    }
    spoken = {"format": {"type": "audio/pcm", "rate": settings.output_rate_hz}, "voice": settings.voice_name}
    session = {"type": "realtime", "output_modalities": ["audio"], "audio": {"input": heard, "output": spoken}, **_common(brief)}
    if settings.effort:
        session |= {"reasoning": {"effort": settings.effort}, "parallel_tool_calls": False}
    return session


def _beta_session(brief: CallBrief, settings: RealtimeSettings) -> Message:
    """Without the formats: `pcm16` is what all have, and speaches answers the field with an error (its source, read 2026-11-26)."""
    return {
        "modalities": ["audio", "text"],
        "voice": settings.voice_name,
        "turn_detection": _turn_detection(brief, settings),
        "input_audio_transcription": settings.transcription(brief),
        **_common(brief),
    }


def _common(brief: CallBrief) -> Message:
    tools = [{"type": "function", **tool} for tool in tool_declarations(brief)]
    return {"instructions": system_instruction(brief), "tools": tools, "tool_choice": "auto"}


def _turn_detection(brief: CallBrief, settings: RealtimeSettings) -> Message | None:
    """Whoever finds the turns, each response is asked for by us, and only we interrupt one."""
    if brief.turns is TurnControl.LOCAL:
        return None
    detection: Message = {"type": settings.detection.value, "create_response": False, "interrupt_response": False}
    if settings.detection is Detection.SERVER:
        detection["silence_duration_ms"] = SILENCE_MS
        if settings.dialect is Dialect.GA:
            detection["prefix_padding_ms"] = PREFIX_MS
    return detection


def append(audio_base64: str) -> str:
    """JSON by hand: 17 of these go out each second of each call."""
    return f'{_APPEND}{audio_base64}"}}'


def commit() -> Message:
    return {"type": "input_audio_buffer.commit"}


def user_text(text: str) -> Message:
    content = [{"type": "input_text", "text": text}]
    return {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}}


def tool_output(call_id: str, reply: Mapping[str, Any]) -> Message:
    item = {"type": "function_call_output", "call_id": call_id, "output": json.dumps(reply, ensure_ascii=False)}
    return {"type": "conversation.item.create", "item": item}


def hearing(event_id: str, dialect: Dialect) -> Message:
    """What did the callee mean? A tool call, and no sound whatever the model thinks."""
    return _response(event_id, dialect, "text", {"tool_choice": "required"})


def speaking(event_id: str, dialect: Dialect, instructions: str = "") -> Message:
    """Say the line of the last message. It stays in the default conversation (`conversation: auto`), because the model must know what the callee
    answers to, and because what is outside of it cannot be truncated."""
    return _response(event_id, dialect, "audio", {"tool_choice": "none"} | ({"instructions": instructions} if instructions else {}))


def line_instructions(instruction: str, words: str) -> str:
    """For a line that answers no tool call: the session's own instruction, which these replace, and the words again."""
    return f"{instruction}\n{_VERBATIM}{words}"


def _response(event_id: str, dialect: Dialect, modality: str, settings: Message) -> Message:
    if dialect is Dialect.GA:
        # The metadata come back with the response: so one that the server began by itself is told from ours.
        response = {"output_modalities": [modality], "metadata": {"event_id": event_id}, **settings}
    else:
        response = {"modalities": ["text"] if modality == "text" else ["audio", "text"], **settings}
    return {"type": "response.create", "event_id": event_id, "response": response}


def cancel(response_id: str = "") -> Message:
    """Without an id: the one that is active."""
    return {"type": "response.cancel"} | ({"response_id": response_id} if response_id else {})


def truncate(item_id: str, content_index: int, audio_end_ms: int) -> Message:
    return {"type": "conversation.item.truncate", "item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
