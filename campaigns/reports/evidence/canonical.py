"""The one form in which evidence is written and hashed: JSON with sorted keys, no blanks, UTF-8, one LF at the end.

Pure. A pack's hash is the SHA-256 of this form without the member "sha256" that holds it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

HASH = "sha256"


def canonical(value: Any) -> bytes:
    """Raises ValueError for what JSON cannot say (NaN). A lone surrogate, which UTF-8 cannot say, is written as its escape."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return (_sayable(text) + "\n").encode()


def _sayable(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text) if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def sha256_of(pack: Mapping[str, Any]) -> str:
    """Of a pack with or without its hash."""
    return hashlib.sha256(canonical({name: value for name, value in pack.items() if name != HASH})).hexdigest()


def sealed(pack: Mapping[str, Any]) -> dict[str, Any]:
    """With its own hash in it."""
    return {**pack, HASH: sha256_of(pack)}


def row_digest(key: bytes, table: str, row_id: str, values: Mapping[str, Any]) -> str:
    """Keyed, so that nobody who holds a pack can find out by trying what is masked in it."""
    return hmac.digest(key, canonical([table, row_id, dict(values)]), "sha256").hex()


def link(previous: str, row: Mapping[str, str]) -> str:
    """The next link of the chain: a row that is taken out of a pack, put in or moved breaks every link behind it."""
    return hashlib.sha256(canonical([previous, dict(row)])).hexdigest()
