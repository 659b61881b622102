"""What a callee says who complains, as a pattern."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_WORDS = Path(__file__).with_name("complaints.toml")


@cache
def complaint_pattern() -> str:
    """One that Python's and PostgreSQL's regular expressions read alike. PostgreSQL keeps an index of what it finds: see migration 0039."""
    words = [word for language in tomllib.loads(_WORDS.read_text("utf-8")).values() for word in language]
    return r"(^|\W)(" + "|".join(re.sub(r"([.?*+()|\[\]])", r"\\\1", word) for word in words) + ")"
