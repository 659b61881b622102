"""A server on this machine that transcribes, chats and speaks over OpenAI's HTTP protocol; behind each call's requests is a `Mind`.

`async with FakeOpenAIHttp(new_voice) as fake:` gives `fake.base_url`, for all three services. It refuses what the real service refuses, so
that a client's mistakes show, and it can be told to break in many ways (`fake.faults`).
"""

from bridge.voice.fakes.openai_http.faults import FakeFaults
from bridge.voice.fakes.openai_http.server import FakeOpenAIHttp
from bridge.voice.fakes.openai_http.speech import Manners

__all__ = ["FakeFaults", "FakeOpenAIHttp", "Manners"]
