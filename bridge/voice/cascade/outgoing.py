"""What the three services are sent.

Pure. Only fields that every clone of OpenAI's API knows, and those that the data file adds for a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from bridge.brief import CallBrief
from bridge.voice.cascade.settings import CascadeSettings, Service, TranscriptFormat
from bridge.voice.prompting import tool_declarations

Message: TypeAlias = dict[str, Any]

ASK_AGAIN: Message = {"role": "user", "content": "Call a tool."}


def transcription_form(settings: CascadeSettings, language: str) -> dict[str, str]:
    """The fields beside the file. `language` is the call's, BCP-47."""
    form = {"model": settings.model(Service.STT), "response_format": settings.transcripts.value}
    if settings.transcripts is TranscriptFormat.VERBOSE:
        form["temperature"] = "0"
    heard_in = settings.heard_language(language)
    return {**form, "language": heard_in} if heard_in else form


def chat_tools(brief: CallBrief) -> list[Message]:
    return [{"type": "function", "function": tool} for tool in tool_declarations(brief)]


def chat_request(settings: CascadeSettings, messages: Sequence[Message], tools: Sequence[Message]) -> Message:
    return {
        "model": settings.model(Service.LLM),
        "messages": list(messages),
        "tools": list(tools),
        "tool_choice": "required",
        "stream": True,
        "stream_options": {"include_usage": True},
        **settings.chat_options(),
    }


def speech_request(settings: CascadeSettings, sentence: str) -> Message:
    return {
        "model": settings.model(Service.TTS),
        "input": sentence,
        "voice": settings.voice_name,
        "response_format": settings.speech_format.value,
    }
