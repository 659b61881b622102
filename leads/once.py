"""A field of a change page that is drawn once: what shows it asks for it five times, and each time its queries would run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Drawn = TypeVar("Drawn")


def once_a_page(draw: Callable[[Any, Any], Drawn]) -> Callable[[Any, Any], Drawn]:
    """For a method of a page that takes the row. Kept with the row, which lives as long as the page."""

    @wraps(draw)
    def kept(page: Any, row: Any) -> Drawn:
        drawn: dict[str, Drawn] = row.__dict__.setdefault("_drawn", {})
        if draw.__name__ not in drawn:
            drawn[draw.__name__] = draw(page, row)
        return drawn[draw.__name__]

    return kept
