"""A realtime server on this machine that speaks OpenAI's protocol, GA or beta, over real sockets; behind each session is one `Mind`.

`async with FakeOpenAIRealtime(new_voice=…) as fake:` gives `fake.base_url`. It refuses what the real service refuses, so that a client's mistakes
show, and it can be told to break in many ways (`fake.faults`).
"""

from bridge.voice.fakes.openai_realtime.faults import FakeFaults
from bridge.voice.fakes.openai_realtime.server import FakeOpenAIRealtime
from bridge.voice.fakes.openai_realtime.wording import Manners
from bridge.voice.fakes.openai_socket.faults import Garbage

__all__ = ["FakeFaults", "FakeOpenAIRealtime", "Garbage", "Manners"]
