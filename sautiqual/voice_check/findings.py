"""What a check of a voice found, what of it is wrong, and both in words for the person who can mend it.

Pure. Times are milliseconds by our clock, levels dBFS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.reports import SessionUse
from bridge.watchdog import AUDIBLE_DBFS
from campaigns.voice_cost.prices import VoicePrices
from campaigns.voice_cost.reckoning import cost_of, minor_of

SENTENCE = "Twenty."  # short answers are what voices lose most
ANSWER = 20
SLOW_TO_OPEN_MS, SLOW_TO_SPEAK_MS = 3500, 2000  # a callee waits for the first while the phone still rings, for the second in silence


@dataclass(frozen=True, slots=True)
class Heard:
    """None: it did not come in time."""

    connect_ms: int
    first_audio_ms: int | None  # from the request to its first sound
    spoken_s: float
    level_dbfs: float
    understood: str | None  # the words that it heard
    answer: object  # what it took them to mean
    answer_ms: int | None  # from the end of its own sentence to its meaning
    failure: str = ""  # in the adapter's words


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` None: not known, for the reasons in `unknown`."""

    parts: tuple[str, ...]
    usd: Decimal | None
    minor: int | None
    unknown: tuple[str, ...]


def price_of(uses: tuple[SessionUse, ...], prices: VoicePrices, *, on: date) -> Price:
    costs = [cost_of(use.usage, prices, on=on) for use in uses]
    unknown = tuple(sentence for cost in costs for sentence in cost.unknown)
    usd = None if unknown else sum((cost.known_usd for cost in costs), Decimal(0))
    parts = tuple(part.in_words() for cost in costs for part in cost.parts)
    return Price(parts, usd, None if usd is None else minor_of(usd, prices, on=on), unknown)


def troubles(heard: Heard) -> tuple[str, ...]:
    """What would spoil a call; () if nothing."""
    return tuple(_troubles(heard))


def _troubles(heard: Heard) -> Iterator[str]:
    if heard.failure:
        yield f"The session was lost: {heard.failure}."
    if heard.first_audio_ms is None:
        yield "It did not say the sentence. Try again; if it stays silent, look at the provider's status page, and at the model and voice you set."
        return
    if heard.level_dbfs < AUDIBLE_DBFS:
        yield f"What it said is too quiet to be heard ({heard.level_dbfs:.0f} dBFS). Choose another voice or model."
    if heard.answer != ANSWER and not heard.failure:
        words = f"“{heard.understood}”" if heard.understood else "nothing"
        yield f"It did not understand itself: it said “{SENTENCE}” and heard {words}. Choose another model, or one for the transcription."


def in_words(voice: str, heard: Heard, price: Price) -> Iterator[str]:
    yield f"Voice:        {voice}"
    yield f"Connected:    {heard.connect_ms} ms{_slow(heard.connect_ms, SLOW_TO_OPEN_MS)}"
    if heard.first_audio_ms is not None:
        yield f"First audio:  {heard.first_audio_ms} ms{_slow(heard.first_audio_ms, SLOW_TO_SPEAK_MS)}"
        yield f"Said:         “{SENTENCE}”, {heard.spoken_s:.1f} s at {heard.level_dbfs:.1f} dBFS"
        yield f"Hears itself: {_self_heard(heard)}"
    yield f"Used:         {'; '.join(price.parts) or 'nothing was reported'}"
    yield f"Cost:         {_cost(price)}"


def _slow(ms: int, limit_ms: int) -> str:
    return f" (slow: a callee waits; under {limit_ms} ms is good)" if ms > limit_ms else ""


def _self_heard(heard: Heard) -> str:
    words = f"“{heard.understood}”" if heard.understood else "no words"
    return words if heard.answer_ms is None else f"{words}, understood as {heard.answer} after {heard.answer_ms} ms"


def _cost(price: Price) -> str:
    if price.usd is None or price.minor is None:
        return f"not known: {' '.join(price.unknown)}"
    return f"USD {price.usd:.4f}, KES {price.minor / 100:.2f}"


def as_json(voice: str, heard: Heard, price: Price) -> dict[str, Any]:
    return {
        "voice": voice,
        "is_well": not troubles(heard),
        "troubles": list(troubles(heard)),
        "connect_ms": heard.connect_ms,
        "first_audio_ms": heard.first_audio_ms,
        "said": SENTENCE,
        "spoken_s": round(heard.spoken_s, 2),
        "level_dbfs": round(heard.level_dbfs, 1),
        "understood": heard.understood,
        "answer": heard.answer,
        "answer_ms": heard.answer_ms,
        "used": list(price.parts),
        "cost_usd": None if price.usd is None else float(price.usd),
        "cost_minor": price.minor,
        "cost_unknown": list(price.unknown),
    }
