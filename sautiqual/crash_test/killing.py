"""Who is killed next, where and after how long: about half at an armed point, half at any moment, all from one seed.

Each victim runs in a slot of its own and is brought up again at once; when the kills are used up it lives on until the end.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sautiqual.crash_test.nursery import Life
from sautiqual.crash_test.points import BY_NAME, POINTS, Kind, Point
from sautiqual.crash_test.victims import Nursery, Victim

ANY_MOMENT = "any moment"
ARMED_SHARE = 0.9  # some points are not come by in time, so that about half of all kills happen at one
SUSPENDED_SHARE = 0.1  # of a dialer's lives: stopped between claim and request, and continued
SUSPENDED_S = (1.0, 7.0)  # shorter and longer than a claim stays good, and than it takes to be given up
SUSPENDED_AT = "claim committed"
MOST_PASSAGES = 2
SHARES = {Kind.DIALER: 0.45, Kind.SERVER: 0.4, Kind.WORKER: 0.15}  # of the kills
PATIENCE_S = {Kind.DIALER: 6.0, Kind.SERVER: 10.0, Kind.WORKER: 6.0}  # with a point nobody comes by
NAMED_PATIENCE_S = 20.0  # with a point that was asked for by name: a loaded machine comes by it late
MOMENT_S = {Kind.DIALER: (0.2, 2.5), Kind.SERVER: (0.5, 8.0), Kind.WORKER: (0.2, 3.0)}


class VictimLeft(Exception):
    """A program that must run until it is killed has ended by itself."""


@dataclass(slots=True)
class Kills:
    """How many are left of each kind, and where the others happened."""

    left: dict[Kind, int]
    by_point: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    n_suspended: int = 0

    @classmethod
    def planned(cls, n_kills: int) -> Kills:
        servers, workers = round(n_kills * SHARES[Kind.SERVER]), round(n_kills * SHARES[Kind.WORKER])
        return cls({Kind.DIALER: n_kills - servers - workers, Kind.SERVER: servers, Kind.WORKER: workers})

    @property
    def n_done(self) -> int:
        return sum(self.by_point.values())

    @property
    def are_over(self) -> bool:
        return not any(self.left.values())

    def take(self, kind: Kind) -> bool:
        """One kill of this kind is about to happen; False: there is none left."""
        if not self.left[kind]:
            return False
        self.left[kind] -= 1
        return True


class Slot:
    """One victim after another, all of one kind and at one address."""

    def __init__(self, life: Life, nursery: Nursery, kills: Kills, random: Random, chosen: Sequence[Point] = ()) -> None:
        """`chosen`: the only points to kill at; empty: all."""
        self._life = life
        self._kind = Kind(life.kind)
        self._nursery = nursery
        self._kills = kills
        self._random = random
        self._is_choosy = bool(chosen)
        self._points = [point for point in chosen or POINTS if point.kind == self._kind]

    async def run(self) -> None:
        """Until cancelled. Raises VictimLeft."""
        while self._kills.take(self._kind):
            life = self._next_life()
            victim = await self._nursery.bear(life)
            point = BY_NAME.get(life.point)
            died_at = await (self._suspend(victim) if life.is_suspended else self._die(victim, point))
            self._kills.by_point[died_at] += 1
        victim = await self._nursery.bear(self._life)
        while not await victim.is_dead_within(3600.0):
            continue
        raise VictimLeft(f"{self._life.name} ended by itself ({victim.how}, {victim.code})")

    def _next_life(self) -> Life:
        base = self._life
        if self._kind is Kind.DIALER and not self._is_choosy and self._random.random() < SUSPENDED_SHARE:
            return Life(base.name, base.kind, base.url, SUSPENDED_AT, self._random.randint(1, MOST_PASSAGES), is_suspended=True)
        if not self._points or (not self._is_choosy and self._random.random() > ARMED_SHARE):
            return base
        point = self._next_named() if self._is_choosy else self._most_promising()
        self._kills.tries[point.name] += 1
        return Life(base.name, base.kind, base.url, point.name, 1 if self._is_choosy else self._random.randint(1, MOST_PASSAGES))

    def _next_named(self) -> Point:
        """Each named point has its turn before any has a second one."""
        return min(self._points, key=lambda point: (self._kills.tries[point.name], self._random.random()))

    def _most_promising(self) -> Point:
        """Where kills are likely and few: a rare step has its turns, and not all of them."""
        return self._random.choices(self._points, [self._promise(point) for point in self._points])[0]

    def _promise(self, point: Point) -> float:
        n_hits = self._kills.by_point[point.name]
        chance = (1 + n_hits) / (1 + self._kills.tries[point.name])
        return float(chance**2 / (1 + n_hits) ** 0.5)

    async def _die(self, victim: Victim, point: Point | None) -> str:
        """Where it died."""
        if await victim.is_dead_within(self._patience_s if point else self._random.uniform(*MOMENT_S[self._kind])):
            if victim.how != "killed" or point is None:
                raise VictimLeft(f"{victim.life.name} ended by itself ({victim.how}, {victim.code})")
            return point.name
        victim.kill()
        await victim.is_dead_within(10.0)
        return ANY_MOMENT

    @property
    def _patience_s(self) -> float:
        return NAMED_PATIENCE_S if self._is_choosy else PATIENCE_S[self._kind]

    async def _suspend(self, victim: Victim) -> str:
        await victim.is_dead_within(PATIENCE_S[self._kind])
        if victim.is_stopped:
            self._kills.n_suspended += 1
            await asyncio.sleep(self._random.uniform(*SUSPENDED_S))
            victim.go_on()
        return await self._die(victim, None)
