"""Pages of a REST list: where the next one begins, signed, so that only a place that was handed out is accepted."""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, Signer

MAX_PAGE = 200
BAD_CURSOR = "Pass the `next_cursor` of the page before, unchanged."


class BadCursor(ValueError):
    """It was not handed out, or for another list."""

    def __init__(self) -> None:
        super().__init__(BAD_CURSOR)


def cursor_of(place: list[Any], *, of: str) -> str:
    """`of`: which list."""
    return Signer(salt=of).sign_object(place)


def place_of(cursor: str, *, of: str) -> list[Any]:
    """Raises BadCursor."""
    try:
        place: list[Any] = Signer(salt=of).unsign_object(cursor)
    except BadSignature:
        raise BadCursor from None
    return place
