"""What can go wrong with each voice's provider, by the words of its fake. `None` is a call in which nothing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bridge.voice.cascade.settings import Service
from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.fakes import gemini, openai_live, openai_realtime
from bridge.voice.fakes.ending import DROPPED, Moment
from bridge.voice.fakes.openai_live import ALWAYS, Strike

Break: TypeAlias = Callable[[Any], object]
"""Sets a fake's faults."""


def _set(**faults: object) -> Break:
    def break_it(told: Any) -> None:
        for name, value in faults.items():
            setattr(told, name, value)

    return break_it


def _end(moment: Moment, code: int = DROPPED) -> Break:
    return _set(ends={moment: code})


def _strike(strike: Strike) -> Break:
    return lambda told: told.times.update({strike: ALWAYS})


def _in_call(**faults: object) -> Break:
    """The voice can be opened, and the service goes wrong when the call needs it."""
    return _set(n_good_first=1, **faults)


_OF_A_SOCKET: Mapping[str, Break] = {
    "cut before the socket is open": _end(Moment.HANDSHAKE),
    "cut at the setup": _end(Moment.SETUP),
    "cut before a reply": _end(Moment.REPLY),
    "cut between turns": _end(Moment.BETWEEN),
    "cut while the callee speaks": _end(Moment.CALLEE),
    "429 at the handshake": _set(refuse_status=429),
    "503 at the handshake": _set(refuse_status=503),
    "1007 before a reply": _end(Moment.REPLY, 1007),
    "1008 before a reply": _end(Moment.REPLY, 1008),
    "1011 before a reply": _end(Moment.REPLY, 1011),
    "1011 between turns": _end(Moment.BETWEEN, 1011),
    "1011 while the callee speaks": _end(Moment.CALLEE, 1011),
    "audio of odd length": _set(has_odd_audio=True),
}

FAULTS: Mapping[str, Mapping[str, Break]] = {
    GEMINI.name: {
        **_OF_A_SOCKET,
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "empty turns": _set(has_empty_turns=True),
        "rejected turns": _set(rejects_turns="RESPONSE_REJECTED"),
        "stalls": _set(stalls=True),
        "hangs at the setup": _set(hangs_at_setup=True),
        "cut in a line": _set(cut_after_line_ms=200),
        "told to go away": _set(leaves_after_s=3.0),
        "no JSON": _set(garbage=gemini.faults.Garbage.NOT_JSON),
        "JSON of another shape": _set(garbage=gemini.faults.Garbage.WRONG_TYPES),
        "1011, quota": _set(refuse_close=(1011, "You exceeded your current quota, please check your plan and billing details.")),
        "1007, key": _set(refuse_close=(1007, "API key not valid. Please pass a valid API key.")),
        "1008 at the setup": _set(refuse_close=(1008, "Request contains an invalid argument.")),
    },
    OPENAI.name: {
        **_OF_A_SOCKET,
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "empty turns": _set(is_empty=True),
        "rejected turns": _set(rejects_with="content_filter"),
        "429 in a response": _set(rejects_with="rate_limit_exceeded"),
        "stalls": _set(stalls=True),
        "stalls in a response": _set(stalls_begun=True),
        "hangs at the setup": _set(never_set_up=True),
        "cut in a line": _set(cut_after_ms=200),
        "no JSON": _set(garbage=openai_realtime.Garbage.NO_JSON),
        "JSON that is no object": _set(garbage=openai_realtime.Garbage.NO_OBJECT),
        "JSON of another shape": _set(garbage=openai_realtime.Garbage.WRONG_TYPES),
        "insufficient quota": _set(refuse_code="insufficient_quota"),
    },
    OPENAI_LIVE.name: {
        **_OF_A_SOCKET,
        "no audio": _strike(Strike.NO_AUDIO),
        "audio of zeros": _strike(Strike.SILENT),
        "empty turns": _strike(Strike.EMPTY),
        "rejected turns": _set(rejects_with="content_filter"),
        "429 in a response": _set(fails_backend="rate_limit_exceeded"),
        "stalls": _strike(Strike.STALLS),
        "hangs at the setup": _strike(Strike.NEVER_SET_UP),
        "cut in a line": _set(cut_after_ms=200),
        "breaks off in a line": _strike(Strike.BREAKS_OFF),
        "no JSON": _set(garbage=openai_live.Garbage.NO_JSON),
        "JSON that is no object": _set(garbage=openai_live.Garbage.NO_OBJECT),
        "JSON of another shape": _set(garbage=openai_live.Garbage.WRONG_TYPES),
        "insufficient quota": _set(refuse_code="insufficient_quota"),
        "the session has expired": _set(end_at_line="expired"),
    },
    CASCADE.name: {
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "audio of odd length": _set(has_odd_audio=True),
        "429 of the recogniser": _in_call(refuses={Service.STT: 429}),
        "429 of the model": _in_call(refuses={Service.LLM: 429}),
        "429 of the speaker at the opening": _set(refuses={Service.TTS: 429}),
        "429 of the speaker": _in_call(refuses={Service.TTS: 429}),
        "the recogniser stalls at the opening": _set(stalls={Service.STT}),
        "the model stalls at the opening": _set(stalls={Service.LLM}),
        "the speaker stalls at the opening": _set(stalls={Service.TTS}),
        "the recogniser stalls": _in_call(stalls={Service.STT}),
        "the model stalls": _in_call(stalls={Service.LLM}),
        "the speaker stalls": _in_call(stalls={Service.TTS}),
        "garbage of the recogniser": _in_call(garbage={Service.STT}),
        "garbage of the model": _in_call(garbage={Service.LLM}),
        "garbage of the speaker": _in_call(garbage={Service.TTS}),
        "cut by the recogniser": _in_call(cuts={Service.STT}),
        "cut by the model": _in_call(cuts={Service.LLM}),
        "cut by the speaker": _set(cut_after_ms=200),
        "empty completions": _set(is_empty=True),
        "an error in the stream": _set(breaks_in_stream=True),
    },
}
