"""What can happen on a call: frozen values, units in their names.

Pure. Voice events come from a `VoiceModel`, call events from the phone, the desk and the clock; `commands.py` answers them.
`at_s` is seconds since the media stream opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.brief import QuestionBrief
from bridge.notes import Note
from bridge.slots import SlotBooked, SlotsFound

Samples: TypeAlias = NDArray[np.int16]
"""PCM: int16, shape (n,), mono, 16000 Hz unless the name says otherwise."""

FRAME_MS = 20
RATE_HZ = 16_000
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES * 2


class Tool(StrEnum):
    """What a voice may ask the server to do; the server decides (prompt injection changes nothing)."""

    RECORD_ANSWER = "record_answer"  # question_id, value, quote, confidence (0..1), is_doubtful
    SKIP_QUESTION = "skip_question"  # question_id, quote: the callee will not say
    OPT_OUT = "opt_out"  # quote, is_doubtful: doubtful ones are asked about
    SCHEDULE_CALLBACK = "schedule_callback"  # quote; at: ISO 8601, local to the callee or with an offset, where the voice knows it
    EXPLAIN = "explain"  # topic: Topic
    END_CALL = "end_call"  # reason: EndReason, quote
    CONFIRM = "confirm"  # is_yes: the answer to a read-back or to the opt-out question
    NOT_UNDERSTOOD = "not_understood"  # quote: speech without a meaning for the open question
    REQUEST_TRANSFER = "request_transfer"


class Topic(StrEnum):
    ROBOT = "robot"
    WHO = "who"
    REPEAT = "repeat"


class EndReason(StrEnum):
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    VOICEMAIL = "voicemail"


class Sound(StrEnum):
    """What the callee's audio itself sounds like, before anybody understands a word."""

    SPEECH = "speech"  # begins
    PAUSE = "pause"  # it has ended
    BEEP = "beep"  # of a mailbox, after its greeting
    SIT = "sit"  # the network's three rising tones before an announcement
    NETWORK_TONE = "network_tone"  # busy, congestion, or no line at all
    FAX = "fax"  # or a modem
    MUSIC = "music"  # of a queue: ten seconds of it, and nobody has spoken


class Party(StrEnum):
    BOT = "bot"
    CALLEE = "callee"


class Outcome(StrEnum):
    """How the session ended, in the bridge's words; the desk turns it into a disposition."""

    FINISHED = "finished"  # every question asked; polite close
    INFORMED = "informed"  # a notice: said what there was to say, nothing was asked
    HANDED_OFF = "handed_off"  # released so that the platform dials the rep
    CALLING_BACK = "calling_back"  # hung up so that a rep can be rung and the lead called right back
    PROMISED = "promised"  # hot, nobody free: a call back was promised
    CALLBACK_REQUESTED = "callback_requested"  # the callee wants another time
    OPTED_OUT = "opted_out"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    VOICEMAIL = "voicemail"
    CALL_SCREENED = "call_screened"  # asked who is calling, and nobody came to the phone
    PHONE_MENU = "phone_menu"
    ANNOUNCEMENT = "announcement"  # the network's: nobody can be reached
    FAX = "fax"
    NO_INPUT = "no_input"
    TIME_UP = "time_up"
    CALLEE_LEFT = "callee_left"
    MEDIA_LOST = "media_lost"  # the socket died or fell silent
    VOICE_FAILED = "voice_failed"
    DESK_FAILED = "desk_failed"  # answers could no longer be saved
    STOPPED = "stopped"  # a person of ours ended it before the last question


# ---- from the voice -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at_s: float


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """`at_s` is when the speech itself ended, not when the silence after it was long enough to know."""

    at_s: float


@dataclass(frozen=True, slots=True)
class CalleeSaid:
    text: str
    started_s: float
    ended_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class ToolCall:
    tool_call_id: str
    tool: Tool
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VoiceAudio:
    line_id: int
    pcm: Samples


@dataclass(frozen=True, slots=True)
class VoiceAudioEnd:
    line_id: int


class WordSource(StrEnum):
    """Where a voice's account of its own words comes from."""

    READ_OUT = "read_out"  # given to a speech synthesiser, which says nothing else
    TIMED = "timed"  # the provider's transcript of what its model says, with times
    UNTIMED = "untimed"  # the same without: the words came beside the sound, a little before it or after it


@dataclass(frozen=True, slots=True)
class LineSaid:
    """The next of the words that are really said of a line, written as they go on from those before (blanks and all; a word may be cut in two).

    `until_ms` counts the line's own audio: they are over by then; of words without times it is how much audio had come when they came. Words may be
    reported after the end of their line.
    """

    line_id: int
    text: str
    until_ms: int
    source: WordSource
    is_broken_off: bool = False  # the provider cut the sound: not all of these words need have been said


class VoiceFault(StrEnum):
    """What is wrong with a voice, as far as its owner could mend it."""

    KEY = "key"  # missing, wrong, or without the right
    QUOTA = "quota"  # out of money, or too many at once
    UNREACHABLE = "unreachable"  # no connection, or no reply in time
    CUT = "cut"  # the connection was lost in the middle
    REFUSED = "refused"  # the provider does not take what we send
    GARBAGE = "garbage"  # what the provider sends cannot be read
    SILENT = "silent"  # connected, and yet no sound
    MISSING = "missing"  # a package or a program is not installed


@dataclass(frozen=True, slots=True)
class LineFailed:
    """The voice could not say this line, all the same it lives: an empty or rejected turn. No audio of the line follows."""

    line_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class VoiceFailed:
    """The voice is dead: nothing follows."""

    reason: str
    fault: VoiceFault = VoiceFault.CUT
    can_apologise: bool = False  # the apology is a prepared clip and can still be said


@dataclass(frozen=True, slots=True)
class VoiceTrouble:
    """A voice was silent or lost, and something is done about it; for the console and the figures."""

    voice: str
    step: str  # of the watchdog, or why a voice was passed over


class UsageUnit(StrEnum):
    """What providers bill. Tokens are counted whole, the rest may be fractions."""

    TEXT_IN = "text_in"  # tokens
    TEXT_OUT = "text_out"
    AUDIO_IN = "audio_in"
    AUDIO_OUT = "audio_out"
    CACHED_TEXT_IN = "cached_text_in"  # not in TEXT_IN
    CACHED_AUDIO_IN = "cached_audio_in"
    SESSION_S = "session_s"  # seconds the session was open
    TRANSCRIBED_S = "transcribed_s"
    SPOKEN_CHARACTERS = "spoken_characters"


@dataclass(frozen=True, slots=True)
class VoiceUsage:
    """What the provider has counted since the last of these; the sum over a call is what it costs."""

    model: str  # as the price table names it
    amounts: Mapping[UsageUnit, float]
    session: str = ""  # as its `VoiceOpened` named it; "": the call has one voice that never changes


@dataclass(frozen=True, slots=True)
class VoiceOpened:
    """A session with a provider is open: what it uses is told under its id, and is billed however the call goes on."""

    voice: str
    session: str


Usage: TypeAlias = Mapping[str, Mapping[UsageUnit, float]]
"""What was used, by model."""

VoiceEvent: TypeAlias = (
    SpeechStarted
    | SpeechEnded
    | CalleeSaid
    | ToolCall
    | VoiceAudio
    | VoiceAudioEnd
    | LineSaid
    | LineFailed
    | VoiceFailed
    | VoiceTrouble
    | VoiceOpened
    | VoiceUsage
)


# ---- from the desk, the phone and other processes ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the interview stands after an answer was durably saved."""

    question_id: str
    score: int
    is_hot: bool


@dataclass(frozen=True, slots=True)
class OptOutSaved:
    pass


# ---- to the voice -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to be said word for word; audio comes back as `VoiceAudio(line_id, …)`."""

    line_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the callee may answer now: the open question, a yes/no about a read-back or an opt-out, or a time to be called at.

    `offered`: with `is_time`, the times they were offered (aware, in their zone); they may name another.
    """

    question: QuestionBrief | None
    is_confirmation: bool = False
    is_time: bool = False
    is_last: bool = False  # the call is about to end: nothing more will be asked
    offered: tuple[datetime, ...] = ()


# ---- from the media stream and our own playback ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamOpened:
    pass


@dataclass(frozen=True, slots=True)
class LineBegan:
    """The first sample of the line was handed to the platform."""

    line_id: int


@dataclass(frozen=True, slots=True)
class LineEnded:
    """The line is over: heard to its end, or cut off by `StopSpeaking` after `heard_ms`."""

    line_id: int
    heard_ms: int
    is_complete: bool
    voice_ms: int | None = None  # how long all of it is; None: the voice had not said it to its end


@dataclass(frozen=True, slots=True)
class HeardSoFar:
    """By the heard-ledger, of the line that is being heard now."""

    line_id: int
    heard_ms: int
    voice_ms: int | None  # how long all of it is; None: the voice has not said it to its end


@dataclass(frozen=True, slots=True)
class MediaSilent:
    """The platform has sent no frame for `silent_s`: the socket is as good as dead."""

    silent_s: float


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The socket is closed: by the callee's hang-up, by the platform, or by a fault. Not sent for a close of our own."""


@dataclass(frozen=True, slots=True)
class LineHeard:
    """`at_s`: when speech began or ended; when a tone or music was certain."""

    sound: Sound
    at_s: float


class DeskTask(StrEnum):
    """What the desk was asked to do, as named in `DeskFailed.what`."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    RECORDING = "recording"
    TURN = "turn"
    ANNOUNCE = "announce"
    HANDOFF = "handoff"
    SLOT = "slot"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class DeskFailed:
    """Something could not be saved; say no more as if it had been."""

    what: str  # a DeskTask


@dataclass(frozen=True, slots=True)
class DuplexChanged:
    """Whether the callee is heard while we speak, on a line that gives our own voice back; not before this says so."""

    is_full: bool


PhoneEvent: TypeAlias = StreamOpened | LineBegan | LineEnded | LineHeard | MediaSilent | StreamClosed | DuplexChanged
CallEvent: TypeAlias = VoiceEvent | Note | PhoneEvent | Progress | OptOutSaved | SlotsFound | SlotBooked | DeskFailed
"""All that `Conversation.handle` takes. `VoiceAudio` and `VoiceAudioEnd` go to the playback instead, `VoiceUsage` to the call's account."""
