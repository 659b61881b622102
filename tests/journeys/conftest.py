"""The stage for all stories that leave it as they found it; those that kill what runs on it build their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.stage import Stage, stage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """SDK dialect, stereo line, signed web hooks. Gone with the last story: its processes take a fifth of a core when nothing happens."""
    async with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made
