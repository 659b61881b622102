"""The time a callee names for the next call: "tomorrow at four", "kesho saa nne", and how it is said back. Pure."""

from bridge.named_time.finding import names_time
from bridge.named_time.given import valid_time
from bridge.named_time.naming import NamedTime, Precision, is_possible, named_time
from bridge.named_time.rules import LANGUAGES
from bridge.named_time.saying import in_words

__all__ = ["LANGUAGES", "NamedTime", "Precision", "in_words", "is_possible", "named_time", "names_time", "valid_time"]
