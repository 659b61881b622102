"""What stands in the way of a campaign: a sentence with its mend, and what it is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    PREFLIGHT = "preflight"
    APPROVAL = "approval"
    LINE = "line"
    PLATFORM = "platform"
    VOICE = "voice"
    CLIPS = "clips"
    SCRIPT = "script"
    REHEARSAL = "rehearsal"
    DISCLOSURE = "disclosure"
    LIMITS = "limits"
    PACKS = "packs"


@dataclass(frozen=True, slots=True)
class Obstacle:
    topic: Topic
    sentence: str


def about(topic: Topic, sentences: Iterable[str]) -> list[Obstacle]:
    return [Obstacle(topic, sentence) for sentence in sentences]


def in_sentences(obstacles: Iterable[Obstacle]) -> list[str]:
    return [obstacle.sentence for obstacle in obstacles]
