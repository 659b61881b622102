"""Named rooms where legs hear one another."""

from __future__ import annotations

import asyncio

from bridge.events import Samples
from bridge.telephony.simulator.ear import EarFrame, Party, Sound, SpokenLine
from bridge.telephony.simulator.leg import Leg
from bridge.telephony.simulator.person import MouthFrame
from bridge.telephony.simulator.sound import silence


class Hold:
    """Music for whoever waits: not synthesised, but it shows that the line lives."""

    def take(self, n: int, at_s: float) -> EarFrame:
        return EarFrame(silence(n), Sound.TONE)


class Member:
    def __init__(self, room: Conference, leg: Leg) -> None:
        self.leg = leg
        self.party = Party()
        self._room = room
        self._hold = Hold()

    def enter(self) -> None:
        self.leg.ears.extend((self.party, self._hold))
        self.leg.listeners.append(self._speak)

    def leave(self) -> None:
        self.leg.ears.remove(self.party)
        self.stop_holding()
        self.leg.listeners.remove(self._speak)

    def stop_holding(self) -> None:
        if self._hold in self.leg.ears:
            self.leg.ears.remove(self._hold)

    def hear(self, who: object, pcm: Samples, line: SpokenLine | None) -> None:
        self.party.give(who, pcm, line)

    def _speak(self, mouth: MouthFrame, heard: EarFrame) -> None:
        for other in self._room.members:
            if other is not self:
                other.hear(self, mouth.pcm, mouth.line)


class Conference:
    def __init__(self, name: str) -> None:
        self.name = name
        self.members: list[Member] = []
        self.is_over = asyncio.Event()

    def join(self, leg: Leg) -> Member:
        member = Member(self, leg)
        self.members.append(member)
        member.enter()
        if len(self.members) > 1:
            for present in self.members:
                present.stop_holding()
                present.leg.bridged()
        return member

    def leave(self, member: Member, *, ends_it: bool) -> None:
        member.leave()
        self.members.remove(member)
        if ends_it or not self.members:
            self.is_over.set()


def connect_legs(one: Leg, other: Leg) -> Conference:
    """A Dial that was answered: a room of two."""
    room = Conference("")
    room.join(one)
    room.join(other)
    return room
