"""Whether somebody of ours may listen in to a live call. Pure.

Listening is not recording: nothing is kept. But it lets one more person hear what somebody says, so it is held to what that somebody was told.
The packs know no rule about listening of its own (markets.md found none), only about recording, so these are taken as the nearest:

* where a market forbids recording, nobody listens in;
* where callees must be told who receives the recording (Kenya: the ODPC found a bare "being recorded" insufficient, Alston v Liquid Telecom),
  the script must say so in the call's language, also in a campaign that records nothing, whose callees would else not know of a listener;
* who says that they want no recording does not expect a listener either: their no ends it, on this call and on later ones.

Of a market without a pack nobody knows the rules: nobody listens in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NotHeard(StrEnum):
    """Why nobody may, or can, listen in to a call."""

    NOT_TALKING = "not_talking"  # nobody has picked up, or it is over, or a rep has it and its sound does not come to us
    NO_PACK = "no_pack"
    MARKET = "market"
    CALLEE = "callee"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True)
class Facts:
    is_talking: bool  # the bot does, or a rep in a room with it
    is_market_known: bool
    may_record: bool  # by the market
    has_refused: bool  # a recording, on this call or an earlier one
    must_be_told: bool  # who receives what they say, and the script does not say it


def why_not_listen(facts: Facts) -> NotHeard | None:
    if not facts.is_market_known:
        return NotHeard.NO_PACK
    if not facts.may_record:
        return NotHeard.MARKET
    if facts.has_refused:
        return NotHeard.CALLEE
    if facts.must_be_told:
        return NotHeard.NOT_TOLD
    return None if facts.is_talking else NotHeard.NOT_TALKING
