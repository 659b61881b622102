"""How many tokens a faked session has used: plausible figures, in the split of the real ones.

Pure. OpenAI's rates: a token of input audio is 100 ms, one of output audio 50 ms (developers.openai.com/api/docs/guides/realtime-costs, read
2026-11-26).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LETTERS_PER_TOKEN = 4


@dataclass
class Tokens:
    """What is in the conversation; each response reads all of it again, what an earlier one has read from the cache."""

    text: int = 0
    audio: int = 0
    read_text: int = 0
    read_audio: int = 0

    def add_text(self, text: str) -> None:
        self.text += len(text) // LETTERS_PER_TOKEN + 1

    def add_heard(self, seconds: float) -> None:
        self.audio += round(seconds * 10)

    def usage(self, *, text_out: str, spoken_s: float) -> dict[str, Any]:
        """Of one response, which becomes part of the conversation."""
        cached = {"text_tokens": self.read_text, "audio_tokens": self.read_audio}
        n_text, n_audio = len(text_out) // LETTERS_PER_TOKEN + 1, round(spoken_s * 20)
        usage = {
            "input_tokens": self.text + self.audio,
            "output_tokens": n_text + n_audio,
            "total_tokens": self.text + self.audio + n_text + n_audio,
            "input_token_details": {
                "text_tokens": self.text,
                "audio_tokens": self.audio,
                "cached_tokens": self.read_text + self.read_audio,
                "cached_tokens_details": cached,
            },
            "output_token_details": {"text_tokens": n_text, "audio_tokens": n_audio},
        }
        self.read_text, self.read_audio = self.text, self.audio
        self.text += n_text
        self.audio += n_audio
        return usage
