"""What is past its period, and what stands in the way of erasing somebody. Decides; deletes nothing.

Pure. A market that no pack speaks for is held to the strictest reading of those that are known: what was said on its calls goes after the
shortest period of any market, proof of consent stays for the longest. Where no pack is known at all, nothing is deleted: it could not be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.market_rules import MarketPack
from leads.said import sentence


@dataclass(frozen=True, slots=True)
class Periods:
    """How long things are kept: what was said from the end of its call on, proof of consent from the last contact on."""

    words: timedelta
    consent: timedelta


def periods_of(market: str, packs: Mapping[str, MarketPack]) -> Periods | None:
    """None: no pack is known at all."""
    if not packs:
        return None
    pack = packs.get(market)
    if pack is None:
        return Periods(shortest_words(packs), timedelta(days=max(each.keep_consent.days for each in packs.values())))
    return Periods(timedelta(days=pack.keep_calls.days), timedelta(days=pack.keep_consent.days))


def shortest_words(packs: Mapping[str, MarketPack]) -> timedelta:
    """Nothing said later than that ago is past the period of any market."""
    return timedelta(days=min(pack.keep_calls.days for pack in packs.values()))


def shortest_consent(packs: Mapping[str, MarketPack]) -> timedelta:
    return timedelta(days=min(pack.keep_consent.days for pack in packs.values()))


def are_words_past(market: str, ended_at: datetime, packs: Mapping[str, MarketPack], *, now: datetime) -> bool:
    """Recording and transcript of a call that ended at `ended_at`. At the very end of the period they go."""
    periods = periods_of(market, packs)
    return periods is not None and now - ended_at >= periods.words


def is_consent_past(market: str, last_contact_at: datetime, packs: Mapping[str, MarketPack], *, now: datetime) -> bool:
    periods = periods_of(market, packs)
    return periods is not None and now - last_contact_at >= periods.consent


def keep_consent_until(market: str, last_contact_at: datetime, packs: Mapping[str, MarketPack]) -> datetime:
    """Of somebody who is erased: the proof outlives them for as long as it would have been kept."""
    periods = periods_of(market, packs)
    if periods is None:
        raise AssertionError("the product ships market packs")
    return last_contact_at + periods.consent


# ---- erasure ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with a person who is to be erased."""

    n_live: int  # calls on which a phone rings or somebody speaks, or whose session has not ended
    n_with_rep: int  # hand-offs that go on
    price_open_until: datetime | None  # the latest at which the price of every call is known or given up; None: nothing is open
    has_opted_out: bool = False  # on the do-not-call list, or consent was withdrawn


def obstacles_to_erasure(standing: Standing) -> tuple[str, ...]:
    """In words for who asked; () if it may be done now. What is only queued stands in nobody's way: it is taken back."""
    found = []
    if standing.n_live:
        found.append(sentence("A call with this person is going on. Wait until it has ended, or stop it first."))
    if standing.n_with_rep:
        found.append(sentence("A rep is about to talk with this person, or does. Wait until that has ended."))
    if standing.price_open_until is not None and not found:
        last = f"{standing.price_open_until:%Y-%m-%d %H:%M} UTC"
        found.append(
            sentence(
                "The platform has not told the price of their last call yet. Mostly it does within a minute; at %(last)s nobody waits for it.",
                last=last,
            )
        )
    return tuple(found)


def is_kept_off(standing: Standing, *, may_be_called_again: bool) -> bool:
    """Does their number stand on the do-not-call list afterwards? Nobody who has opted out becomes callable by being forgotten."""
    return standing.has_opted_out or not may_be_called_again
