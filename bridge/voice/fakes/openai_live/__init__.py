"""A server on this machine that speaks OpenAI's Live API over real sockets; behind each session is one `Mind`.

`async with FakeOpenAILive(new_voice=…) as fake:` gives `fake.base_url`. It refuses what the real service refuses, so that a client's mistakes show,
it speaks at the pace of the real one, and it can be told to break in many ways (`fake.faults`).
"""

from bridge.voice.fakes.openai_live.faults import ALWAYS, FakeFaults, Strike
from bridge.voice.fakes.openai_live.server import FakeOpenAILive
from bridge.voice.fakes.openai_live.wording import Manners
from bridge.voice.fakes.openai_socket.faults import Garbage

__all__ = ["ALWAYS", "FakeFaults", "FakeOpenAILive", "Garbage", "Manners", "Strike"]
