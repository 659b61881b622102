"""espeak-ng in a process of its own: one JSON object a line in, one out. `python -m bridge.voice.embedded.espeak_process`.

The library is GPL-3.0 and so never loaded into the server; this small program is all that touches it. It imports
nothing of ours.
in: {"text": "…", "language": "en"} · out: {"rate_hz": 22050, "pcm": "<base64 of int16>", "words": [[5, 310], …]} or {"failed": "…"}
Each of the words: the letter of the text that it begins with, and the millisecond of the sound.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import signal
import sys
from pathlib import Path

VOICES = {"en": b"en-us+f2"}  # the variant that the recogniser, and so a person, understands best; the plain voice is far worse
VARIANT = "+f2"  # of every other language, so that it is the same speaker
_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_UTF8 = 1  # espeakCHARS_UTF8
_WORD, _NO_MORE = 1, 0  # espeakEVENT_WORD, espeakEVENT_LIST_TERMINATED


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # of letters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """Raises OSError when the library or its data cannot be used."""

    def __init__(self) -> None:
        import espeakng_loader

        library_path = Path(espeakng_loader.get_library_path())
        # A long data path makes the library fail without a word, so it gets a short one.
        os.chdir(library_path.parent)
        self._library = ctypes.CDLL(str(library_path))
        self.rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, b".", 0)
        if self.rate_hz <= 0:
            raise OSError("espeak-ng did not find its data")
        self._language = ""
        self._choose("en")
        self._pieces: list[bytes] = []
        self.words: list[tuple[int, int]] = []  # of the last text: letter (from 0) and millisecond at which each begins
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def render(self, text: str, language: str) -> bytes:
        """int16 mono at `rate_hz`. `language`: BCP-47 primary."""
        self._choose(language)
        self._pieces.clear()
        self.words = []
        encoded = text.encode()
        if self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8, None, None) != 0:
            raise OSError("espeak-ng could not speak the line")
        return b"".join(self._pieces)

    def _choose(self, language: str) -> None:
        if language == self._language:
            return
        if self._library.espeak_SetVoiceByName(VOICES.get(language, f"{language}{VARIANT}".encode())) != 0:
            raise OSError(f"espeak-ng has no voice for the language {language}")
        self._language = language

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], n_samples: int, events: ctypes._Pointer[_Event]) -> int:
        if samples and n_samples:
            self._pieces.append(ctypes.string_at(samples, n_samples * 2))
        at = 0
        while events and events[at].type != _NO_MORE:
            if events[at].type == _WORD:
                self.words.append((events[at].text_position - 1, events[at].audio_position))
            at += 1
        return 0


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    espeak = Espeak()
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            pcm = espeak.render(asked["text"], asked["language"])
        except OSError as failure:
            reply: dict[str, object] = {"failed": str(failure)}
        else:
            reply = {"rate_hz": espeak.rate_hz, "pcm": base64.b64encode(pcm).decode(), "words": espeak.words}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
