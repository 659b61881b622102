"""A faked Gemini Live on 127.0.0.1, for tests and demonstrations."""

from bridge.voice.fakes.gemini.faults import FakeFaults
from bridge.voice.fakes.gemini.server import FakeGemini

__all__ = ["FakeFaults", "FakeGemini"]
