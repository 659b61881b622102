"""The call without I/O: events and the time go in, commands come out. Pure."""

from bridge.conversation.core import Conversation

__all__ = ["Conversation"]
