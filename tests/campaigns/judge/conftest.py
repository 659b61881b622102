"""Nothing here reads the clock of the other tests: a month has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def business_time() -> Iterator[None]:
    """Left as it is."""
    yield
