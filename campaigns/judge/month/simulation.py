"""A simulated month from its seed: begun on a drawn day, played, and read back as the record that the judge is handed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from django.test.utils import override_settings

from campaigns.judge.month.play import Play
from campaigns.judge.month.world import Size, World, make_world
from leads import clock

MONTH = Size(n_leads=300, n_days=30)
WEEK = Size(n_leads=60, n_days=8)
# Each has clocks that change, moon-sighted feasts or many holidays within its month, in some of the markets that are called.
BEGINS = ((2026, 3, 1), (2026, 3, 20), (2026, 4, 10), (2026, 10, 12), (2026, 10, 25), (2026, 12, 5))


def simulate(seed: int, size: Size) -> World:
    """Plays it into the default database, which must be empty and nobody else's: see `own_database`. Business time is put back afterwards."""
    chance = Random(seed)
    begins = datetime(*chance.choice(BEGINS), tzinfo=UTC) + timedelta(hours=chance.randint(0, 12))
    with _at_home():
        play = Play(chance, partial(make_world, size=size), begins)
        play.run()
    return play.world


@contextmanager
def _at_home() -> Iterator[None]:
    """Simulated lines only, whatever the installation is set to; and quiet, because a month logs as much as a month."""
    logger = logging.getLogger("campaigns")
    level, offset = logger.level, clock.now() - datetime.now(UTC)
    logger.setLevel(logging.CRITICAL)
    try:
        with override_settings(SAUTIKIT_API_URL="http://127.0.0.1:9", SAUTIKIT_API_KEY="", PUBLIC_URL=""):
            yield
    finally:
        logger.setLevel(level)
        clock.set_offset(offset)
