"""The whole simulation: the scene, the shift on the virtual clock, how it ended, and the cards in real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from random import Random

from asgiref.sync import sync_to_async

from campaigns import business_clock
from leads import clock
from sautiqual.simulate_handoffs.scene import N_LIVE, set_scene, set_screens_scene
from sautiqual.simulate_handoffs.screens import HOT_EVERY_S, Measurement
from sautiqual.simulate_handoffs.shift import TICK, Shift
from sautiqual.simulate_handoffs.tally import End, Tally, tally

N_MEASURED = 40  # leads; a minute and a half


async def play(n_leads: int, n_reps: int, random: Random, *, tell: Callable[[str], object]) -> dict[str, int | float | None]:
    found = await play_shift(n_leads, n_reps, random, tell=tell)
    n_measured = min(n_leads, N_MEASURED)
    tell(f"and now in real time, a server process and its pages, about {n_measured * HOT_EVERY_S / 60:.1f} min …")
    await sync_to_async(_set_screens_scene)(n_measured + N_LIVE, n_leads)
    p95_card_ms = await Measurement(n_measured, tell=tell).p95_ms()
    counted = {end.value: found.ends[end] for end in (End.NONE, End.ACCEPTED, End.PROMISED, End.DECLINED)}
    return {"leads": n_leads, **counted, "p95_card_ms": p95_card_ms}


async def play_shift(n_leads: int, n_reps: int, random: Random, *, tell: Callable[[str], object], tick: timedelta = TICK) -> Tally:
    """In an empty, migrated database; tells the story of each lead without an end."""
    began_s = time.monotonic()
    tell(f"{n_leads} leads and {n_reps} reps come in …")
    await sync_to_async(set_scene)(n_leads, n_reps, random)
    shift = await sync_to_async(lambda: Shift(random, tell=tell, tick=tick))()
    await shift.play()
    found = await sync_to_async(tally)()
    for story in found.stories:
        tell(f"without an end: {story}")
    tell(", ".join(f"{end.value} {found.ends[end]}" for end in End) + f"; {time.monotonic() - began_s:.0f} s")
    return found


def _set_screens_scene(n_leads: int, position: int) -> None:
    business_clock.start_at(clock.now())  # where the shift has left it, for the server process as well
    set_screens_scene(n_leads, position)
