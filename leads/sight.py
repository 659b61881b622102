"""What whoever asks may see. Who that is, and what their role allows, is settled above; here it is only asked. Nothing known: nothing shown."""

from __future__ import annotations

from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet


class Viewer(Protocol):
    @property
    def sees_numbers(self) -> bool: ...

    @property
    def sees_people(self) -> bool:
        """Their names, words and recordings."""
        ...

    def within(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of these rows those that belong to what they may see."""
        ...


def viewer_on(request: Any) -> Viewer:
    """Raises PermissionDenied where nobody said who asks."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        raise PermissionDenied
    return viewer
