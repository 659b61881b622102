"""Whatever happens in whatever order, a server that follows the protocol is never given a reason to refuse, and no line is heard twice."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import TurnControl
from bridge.events import Line, LineFailed, VoiceAudio, VoiceAudioEnd, VoiceFailed
from bridge.voice.openai_realtime.faults import ALREADY_ACTIVE
from bridge.voice.openai_realtime.incoming import (
    AudioPiece,
    Called,
    Committed,
    ResponseBegan,
    ResponseOver,
    SessionSet,
    Transcribed,
    TurnStarted,
    TurnStopped,
    WordsPiece,
)
from bridge.voice.openai_socket.fields import ProviderError
from tests.bridge.voice.openai_realtime.test_dialogue import ANSWER, Talk

WORDS = [
    "speak",
    "cancel",
    "hear",
    "hear",
    "begin",
    "begin",
    "begin",
    "sound",
    "call",
    "call",
    "call",
    "nonsense",
    "end",
    "end",
    "transcribe",
    "wait",
]
STEPS = st.lists(st.sampled_from(WORDS), min_size=20, max_size=60)


class Server:
    """Keeps the protocol, and notes what it would have refused."""

    def __init__(self, has_transcripts: bool = True) -> None:
        self.talk = Talk() if has_transcripts else Talk(transcription_model="")
        self.refused: list[str] = []
        self.n_read = self.n_lines = self.n_responses = self.n_calls = 0
        self.asked = False  # a response is asked for and has not ended
        self.active = ""  # it has begun
        self.open_calls: set[str] = set()

    def do(self, step: str) -> None:
        self.talk.now_s += 0.01
        match step:
            case "speak":
                self.n_lines += 1
                self.talk.speak(Line(self.n_lines, "How many?"))
            case "cancel" if self.n_lines:
                self.talk.dialogue.cancel(self.n_lines, 50, self.talk.now_s)
            case "hear":
                self.talk.hears(self.talk.now_s)
            case "begin" if self.asked and not self.active:
                self.n_responses += 1
                self.active = f"r{self.n_responses}"
                self.talk.begins(self.active)
            case "sound" if self.active:
                self.talk.sounds(self.active, f"item of {self.active}")
            case "call" | "nonsense" if self.active:
                self.n_calls += 1
                self.open_calls.add(f"c{self.n_calls}")
                self.talk.calls(self.active, f"c{self.n_calls}", ANSWER if step == "call" else "{")
            case "end" if self.active:
                ended, self.active, self.asked = self.active, "", False
                self.talk.ends(ended)
            case "transcribe":
                self.talk.gets("conversation.item.input_audio_transcription.completed", transcript="four")
            case "wait":
                self.talk.waits(0.1)
        self.read()

    def read(self) -> None:
        for message in self.talk.dialogue.messages[self.n_read :]:
            match message["type"]:
                case "response.create":
                    self.note(self.asked, "a second response")
                    self.asked = True
                case "response.cancel":
                    self.note(not self.active, "a cancel of nothing")
                case "conversation.item.create" if message["item"]["type"] == "function_call_output":
                    self.note(message["item"]["call_id"] not in self.open_calls, "a reply to no call")
                    self.open_calls.discard(message["item"]["call_id"])
        self.n_read = len(self.talk.dialogue.messages)

    def note(self, is_wrong: bool, what: str) -> None:
        if is_wrong:
            self.refused.append(what)


@given(STEPS, st.booleans())
@settings(max_examples=100)
def test_the_server_is_never_given_a_reason_to_refuse(steps, has_transcripts):
    server = Server(has_transcripts)
    for step in steps:
        server.do(step)
    assert server.refused == []


@given(STEPS)
@settings(max_examples=100)
def test_a_line_ends_at_most_once_and_nothing_of_it_comes_after(steps):
    server = Server()
    for step in steps:
        server.do(step)
    over: Counter[int] = Counter()
    for event in server.talk.dialogue.events:
        if isinstance(event, VoiceAudio):
            assert not over[event.line_id]
        elif isinstance(event, VoiceAudioEnd | LineFailed):
            over[event.line_id] += 1
    assert all(n_ends == 1 for n_ends in over.values())


@given(STEPS)
@settings(max_examples=100)
def test_sound_is_heard_only_of_the_line_that_was_asked_for_last(steps):
    server, n_before = Server(), 0
    for step in steps:
        server.do(step)
        new = server.talk.dialogue.events[n_before:]
        assert {event.line_id for event in new if isinstance(event, VoiceAudio)} <= {server.n_lines}
        n_before = len(server.talk.dialogue.events)


_IDS = st.sampled_from(["", "r1", "r2"])
_ITEMS = st.sampled_from(["", "i1", "i2"])
_PCM = st.sampled_from([b"", b"\x10", b"\x10\x10", b"\x10\x10\x10" * 801, b"\0" * 4800])
_CALLS = st.builds(
    Called, _IDS, st.sampled_from(["", "c1", "c2"]), st.sampled_from(["", "confirm", "nonsense"]), st.sampled_from([None, "", "{", ANSWER])
)
_MESSAGES = st.one_of(
    st.builds(SessionSet, st.booleans()),
    st.builds(TurnStarted, st.integers(-(10**6), 10**6), _ITEMS),
    st.builds(TurnStopped, st.integers(-(10**6), 10**6), _ITEMS),
    st.builds(Committed, _ITEMS),
    st.builds(Transcribed, _ITEMS, st.sampled_from(["", " ", "four"]), st.just({})),
    st.builds(ResponseBegan, _IDS, st.sampled_from(["", "session", "nobody's"])),
    st.builds(AudioPiece, _IDS, _ITEMS, st.integers(-1, 2), _PCM),
    st.builds(WordsPiece, _IDS, st.sampled_from(["How", ""])),
    _CALLS,
    st.builds(
        ResponseOver,
        _IDS,
        st.sampled_from(["completed", "cancelled", "failed", ""]),
        st.sampled_from(["", "odd", "content_filter"]),
        st.just(""),
        st.just({}),
        st.lists(_CALLS, max_size=2).map(tuple),
    ),
    st.builds(ProviderError, st.sampled_from(["", ALREADY_ACTIVE, "odd"]), st.just(""), st.sampled_from(["", "session"])),
)
_ANY_STEPS = st.lists(_MESSAGES | st.sampled_from(["speak", "cancel", "hear"]) | st.floats(0.01, 6.0), max_size=60)


@given(_ANY_STEPS, st.sampled_from(TurnControl))
@settings(max_examples=150, deadline=None)
def test_a_server_that_keeps_to_nothing_makes_no_line_heard_that_was_not_asked_for_or_is_over(steps, turns):
    """Messages in any order, twice, of nobody, with half a sample in them."""
    talk, n_lines = Talk(turns), 0
    for step in steps:
        if isinstance(step, float):
            talk.waits(step)
        elif step == "speak":
            n_lines += 1
            talk.speak(Line(n_lines, "How many?"))
        elif step == "cancel":
            talk.dialogue.cancel(n_lines, 50, talk.now_s)
        elif step == "hear":
            talk.hears(talk.now_s)
        else:
            talk.dialogue.handle(step, talk.now_s, talk.now_s)
    events = talk.dialogue.events
    over: set[int] = set()
    for event in events:
        if isinstance(event, VoiceAudio | VoiceAudioEnd | LineFailed):
            assert 1 <= event.line_id <= n_lines
            assert event.line_id not in over
        if isinstance(event, VoiceAudioEnd | LineFailed):
            over.add(event.line_id)
    failed = [at for at, event in enumerate(events) if isinstance(event, VoiceFailed)]
    assert failed in ([], [len(events) - 1])
