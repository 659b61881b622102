"""Whether a callee's words ask not to be recorded: in any of the languages we have rules for, on every call. Pure."""

from bridge.no_recording.finding import Refusal, find_refusal
from bridge.no_recording.rules import LANGUAGES

__all__ = ["LANGUAGES", "Refusal", "find_refusal"]
