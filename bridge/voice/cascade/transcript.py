"""What a recogniser replied: which of it was said, how sure it is, and which of it was invented.

Pure. Whisper writes words where nobody spoke; its own probabilities tell, and a list of what it likes to write (models.toml).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.turns import words_of
from bridge.voice.cascade.settings import known

CONFIDENCE = 0.8  # where the recogniser gives none
LARGEST = 1e12  # no figure of a recogniser is; an integer may have more digits than a float holds


class Unreadable(Exception):
    """It is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class Segment:
    """None where the recogniser does not say."""

    text: str
    duration_s: float = 0.0
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str  # empty when nothing was said, or all was invented
    confidence: float  # 0..1
    is_invented: bool = False  # there were words, and none is believed


def read_transcript(reply: str | bytes) -> Transcript:
    """Raises Unreadable."""
    given = read_object(reply)
    text = given.get("text")
    if not isinstance(text, str):
        raise Unreadable
    parts = given.get("segments") or []
    if not isinstance(parts, list):
        raise Unreadable
    segments = [_segment(each) for each in parts] or [Segment(text)]
    believed = [each for each in segments if each.text.strip() and not is_invented(each)]
    words = " ".join(each.text.strip() for each in believed)
    if not words_of(words) or is_phrase(words):
        return Transcript("", 0.0, is_invented=bool(text.strip()))
    return Transcript(words, _confidence(believed))


def read_object(reply: str | bytes) -> Mapping[str, Any]:
    """Raises Unreadable."""
    try:
        given = json.loads(reply)
    except (ValueError, RecursionError) as broken:
        raise Unreadable from broken
    if not isinstance(given, Mapping):
        raise Unreadable
    return given


def is_invented(segment: Segment) -> bool:
    limits: Mapping[str, float] = known()["invented"]
    no_speech = segment.no_speech_prob if segment.no_speech_prob is not None else 0.0
    logprob = segment.avg_logprob if segment.avg_logprob is not None else 0.0
    return (
        (no_speech >= limits["no_speech_prob"] and logprob <= limits["avg_logprob"])
        or no_speech >= limits["no_speech_prob_alone"]
        or logprob <= limits["avg_logprob_alone"]
        or (segment.compression_ratio or 0.0) > limits["compression_ratio"]
    )


def is_phrase(text: str) -> bool:
    """All of it is something that the recogniser says into silence."""
    phrases: list[str] = known()["invented"]["phrases"]
    return " ".join(words_of(text)) in phrases


def _confidence(segments: list[Segment]) -> float:
    """The geometric mean of the words' probabilities, long segments counting more."""
    rated = [(each.avg_logprob, max(each.duration_s, 0.01)) for each in segments if each.avg_logprob is not None]
    if not rated:
        return CONFIDENCE
    mean = sum(logprob * weight for logprob, weight in rated) / sum(weight for _logprob, weight in rated)
    return min(1.0, max(0.0, math.exp(min(mean, 0.0))))


def _segment(given: object) -> Segment:
    if not isinstance(given, Mapping) or not isinstance(given.get("text"), str):
        raise Unreadable
    start_s, end_s = _number(given, "start") or 0.0, _number(given, "end") or 0.0
    return Segment(
        given["text"],
        max(0.0, end_s - start_s),
        _number(given, "avg_logprob"),
        _number(given, "no_speech_prob"),
        _number(given, "compression_ratio"),
    )


def _number(given: Mapping[str, Any], name: str) -> float | None:
    number = given.get(name)
    is_number = isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < LARGEST
    return float(number) if is_number and number is not None else None
