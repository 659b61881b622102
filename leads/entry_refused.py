"""What somebody entered cannot be kept: which field, and what to write instead. The doors (REST, admin, import) show it beside the field."""

from __future__ import annotations


class EntryRefused(Exception):
    """Nothing was saved. `message` is a sentence for the person who typed, without personal data."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
