from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bridge.voice.embedded.voice import EmbeddedVoices


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices() -> AsyncIterator[EmbeddedVoices]:
    """Shared by a module's tests, as loading the models takes a second."""
    async with EmbeddedVoices(n_workers=1) as opened:
        yield opened
