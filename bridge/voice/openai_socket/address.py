"""Where a socket is, by the base URL that its owner sets.

Pure.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

OPENAI_URL = "https://api.openai.com/v1"


def socket_url(base_url: str, path: str, query: str = "") -> str:
    """Raises ValueError for what is no URL. A query of the base is left out: hand it in with yours."""
    parts = urlsplit(base_url)
    scheme = {"https": "wss", "http": "ws"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", query, ""))
