"""The time a callee names for the next call: "tomorrow at four", "kesho saa nne", and how it is said back. Pure."""

from bridge.named_time.choosing import Choice, Chosen, chosen_time, says_which
from bridge.named_time.finding import names_time
from bridge.named_time.given import valid_time
from bridge.named_time.naming import NamedTime, Precision, is_possible, named_time
from bridge.named_time.rules import LANGUAGES
from bridge.named_time.saying import in_words

__all__ = [
    "LANGUAGES",
    "Choice",
    "Chosen",
    "NamedTime",
    "Precision",
    "chosen_time",
    "in_words",
    "is_possible",
    "named_time",
    "names_time",
    "says_which",
    "valid_time",
]
