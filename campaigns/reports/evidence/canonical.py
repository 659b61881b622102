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


_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """Raises ValueError for what JSON cannot say (NaN). A lone surrogate, which UTF-8 cannot say, is written as its escape."""
    return piece(value) + b"\n"


def piece(value: Any) -> bytes:
    """`value` as it stands within something canonical."""
    text = _written(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text).encode()


def sha256_of(pack: Mapping[str, Any]) -> str:
    """Of a pack with or without its hash."""
    return hashlib.sha256(canonical({name: value for name, value in pack.items() if name != HASH})).hexdigest()


def row_digest(key: bytes, table: str, row_id: str, values: Mapping[str, Any]) -> str:
    """Keyed, so that nobody who holds a pack can find out by trying what is masked in it."""
    return hmac.digest(key, canonical([table, row_id, dict(values)]), "sha256").hex()


def link(previous: str, row: bytes) -> str:
    """The next link of the chain: a row that is taken out of a pack, put in or moved breaks every link behind it. `row`: its `piece`."""
    return hashlib.sha256(b"[%b,%b]\n" % (piece(previous), row)).hexdigest()
