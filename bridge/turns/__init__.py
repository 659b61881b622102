"""Whose turn it is: what is an interruption, what is a nod, and when a turn is over. Pure."""

from bridge.turns.floor import FALSE_STOP_S, GRACE_S, HOLD_S, LONG_SPEECH_S, MAX_FALSE_STOPS, MEANING_S, Floor, SpeakingRate
from bridge.turns.lexicon import words_of
from bridge.turns.policy import NOD_SHARE, TurnPolicy, Verdict

__all__ = [
    "FALSE_STOP_S",
    "GRACE_S",
    "HOLD_S",
    "LONG_SPEECH_S",
    "MAX_FALSE_STOPS",
    "MEANING_S",
    "NOD_SHARE",
    "Floor",
    "SpeakingRate",
    "TurnPolicy",
    "Verdict",
    "words_of",
]
