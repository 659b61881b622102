"""Named rooms where legs hear one another; who waits in one hears music, unless somebody in it wants none.

A media stream plays to its own leg alone, so what the bot says in a room is heard by nobody else there.
"""

from __future__ import annotations

import asyncio

from bridge.events import RATE_HZ, Samples
from bridge.telephony.answer_xml import NO_HOLD_MUSIC
from bridge.telephony.answer_xml import Conference as Verb
from bridge.telephony.simulator.ear import EarFrame, Party, Sound, SpokenLine
from bridge.telephony.simulator.leg import Leg
from bridge.telephony.simulator.person import MouthFrame
from bridge.telephony.simulator.sound import tone

HOLD_HZ = 523.25
_HOLD_DBFS = -22.0


class Hold:
    """Music for whoever waits: one note, which shows that the line lives and is heard over whatever else is said."""

    def take(self, n: int, at_s: float) -> EarFrame:
        return EarFrame(tone(HOLD_HZ, n, dbfs=_HOLD_DBFS, from_sample=round(at_s * RATE_HZ)), Sound.TONE)


class Member:
    def __init__(self, room: Conference, leg: Leg, *, wants_music: bool) -> None:
        self.leg = leg
        self.wants_music = wants_music
        self.party = Party()
        self._room = room
        self._hold = Hold()

    def enter(self) -> None:
        self.leg.ears.append(self.party)
        self.leg.listeners.append(self._speak)

    def leave(self) -> None:
        self.leg.ears.remove(self.party)
        self.hold(False)
        self.leg.listeners.remove(self._speak)

    def hold(self, is_held: bool) -> None:
        """Music, or no more of it."""
        if is_held and self._hold not in self.leg.ears:
            self.leg.ears.append(self._hold)
        elif not is_held and self._hold in self.leg.ears:
            self.leg.ears.remove(self._hold)

    def hear(self, who: object, pcm: Samples, line: SpokenLine | None) -> None:
        self.party.give(who, pcm, line)

    def _speak(self, mouth: MouthFrame, heard: EarFrame) -> None:
        if self._room.is_started:
            for other in self._room.members:
                if other is not self:
                    other.hear(self, mouth.pcm, mouth.line)


class Conference:
    def __init__(self, name: str) -> None:
        self.name = name
        self.members: list[Member] = []
        self.is_started = False  # by the first member who may; until then nobody hears anybody
        self.is_over = asyncio.Event()

    def join(self, leg: Leg, *, starts_it: bool = True, wants_music: bool = True) -> Member:
        member = Member(self, leg, wants_music=wants_music)
        was_talking = self._is_talking
        self.members.append(member)
        self.is_started = self.is_started or starts_it
        member.enter()
        self._hold_or_not()
        if self._is_talking:
            for present in [member] if was_talking else self.members:
                present.leg.bridged()
        return member

    def leave(self, member: Member, *, ends_it: bool) -> None:
        member.leave()
        self.members.remove(member)
        self._hold_or_not()
        if ends_it or not self.members:
            self.is_over.set()

    @property
    def _is_talking(self) -> bool:
        return self.is_started and len(self.members) > 1

    def _hold_or_not(self) -> None:
        is_music = not self._is_talking and all(member.wants_music for member in self.members)
        for member in self.members:
            member.hold(is_music)


def join(room: Conference, leg: Leg, verb: Verb) -> Member:
    """As the verb has it."""
    return room.join(leg, starts_it=verb.starts_on_enter, wants_music=NO_HOLD_MUSIC not in verb.flags)


def connect_legs(one: Leg, other: Leg) -> Conference:
    """A Dial that was answered: a room of two."""
    room = Conference("")
    room.join(one, wants_music=False)
    room.join(other, wants_music=False)
    return room
