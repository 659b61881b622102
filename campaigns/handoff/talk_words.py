"""The sentence on a rep's own card: what has happened so far, and what they do next. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.brief import HandoffStrategy
from campaigns.states import HandoffStatus
from leads.said import sentence

TALKING = sentence("You are talking.")


@dataclass(frozen=True, slots=True)
class LegFacts:
    """Of the rep's phone, and of the Dial that puts the two together: the lead's strategy dial dials the rep, a call back dials the lead."""

    is_released: bool = False  # the bot is done: the rep's phone may ring
    is_picked_up: bool = False
    is_accepted: bool = False  # the rep has pressed 1
    is_dialled: bool = False
    is_through: bool = False  # it rings no more, and the platform has not come back: they talk


def state_in_words(status: HandoffStatus, strategy: HandoffStrategy, leg: LegFacts) -> str:
    if status is HandoffStatus.WARMING:
        return sentence("You have said yes. The bot goes on asking; the lead is yours as soon as it turns hot.")
    if status is HandoffStatus.BRIDGED or (leg.is_dialled and leg.is_through):
        return TALKING
    if not leg.is_released:
        return sentence("It is yours. The bot ends the conversation, then your phone rings.")
    match strategy:
        case HandoffStrategy.CALLBACK:
            return _calling_back(leg)
        case HandoffStrategy.CONFERENCE:
            return _in_room(leg)
        case HandoffStrategy.DIAL if leg.is_dialled:
            return sentence("Your phone is ringing. Take the call: the lead is on the line.")
        case HandoffStrategy.DIAL:
            return sentence("It is yours. The bot has left, and your phone rings in a moment.")


def _calling_back(leg: LegFacts) -> str:
    if leg.is_dialled:
        return sentence("The lead's phone is ringing. Stay on the line: you talk as soon as they pick up.")
    if leg.is_accepted:
        return sentence("You have pressed 1. The lead is called back in a moment: stay on the line.")
    if leg.is_picked_up:
        return sentence("You have picked up. Listen to the brief and press 1, then the lead is called back.")
    return sentence("Your phone rings now. Listen to the brief and press 1, then the lead is called back.")


def _in_room(leg: LegFacts) -> str:
    if leg.is_accepted:
        return sentence("You have pressed 1. The bot introduces you and leaves, then you talk.")
    if leg.is_picked_up:
        return sentence("You have picked up. Listen to the brief and press 1: the lead is on the line, and the bot leaves you alone.")
    return sentence("Your phone rings now. Listen to the brief and press 1: the lead is on the line, and the bot leaves you alone.")
