"""One line of a page: what it is called, what it says, and whether that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    label: Any
    text: Any
    is_missing: bool = False
    url: str = ""


def fact(label: Any, text: Any, missing: Any) -> Fact:
    """`missing`: what to say where there is no text."""
    return Fact(label, text) if text else Fact(label, missing, is_missing=True)
