"""What can be made to go wrong at the faked server while it runs. Each time something does, it is counted."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.voice.fakes.openai_socket.faults import SocketFaults


@dataclass
class FakeFaults(SocketFaults):
    """`rejects_with` makes a response fail, and one with `content_filter` incomplete; garbage comes with each response."""

    never_set_up: bool = False  # connected, and then not a word more than a greeting
    refuses_session: bool = False  # an error instead of `session.updated`
    is_silent: bool = False  # sound of zeros
    has_no_audio: bool = False  # words without sound
    is_empty: bool = False  # a turn without anything
    stalls: bool = False  # a response is asked for and nothing comes
    stalls_begun: bool = False  # it begins, and nothing comes
    talks_instead: int = 0  # times that the model talks where it should call a tool
    speaks_by_itself: bool = False  # a response that nobody asked for, at the next commit
    fails_transcription: bool = False
    refuses_requests: int = 0  # times that `response.create` is refused
    ignores_cancel: bool = False
