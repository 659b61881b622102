"""A file of ours with HTTP Range (RFC 9110 §14), which browsers need to jump inside a recording; Django 5.2's FileResponse has none.

One range at a time: several, or a header that makes no sense, get the whole file, as the RFC allows.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse

ONE_RANGE = re.compile(r"^bytes=\s*(\d{0,18})-(\d{0,18})\s*$", re.ASCII | re.IGNORECASE)


class RangeNotSatisfiable(Exception):
    """The range begins behind the end of the file."""


def wanted_range(header: str, size_bytes: int) -> tuple[int, int] | None:
    """First and last byte, both included; None: send it all. Raises RangeNotSatisfiable."""
    found = ONE_RANGE.match(header)
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:  # "-500": the last 500 bytes
        if int(last) == 0 or size_bytes == 0:
            raise RangeNotSatisfiable
        return max(0, size_bytes - int(last)), size_bytes - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size_bytes:
        raise RangeNotSatisfiable
    return int(first), min(int(last or size_bytes), size_bytes - 1)


def _read(stream: BinaryIO, n_bytes: int) -> bytes:
    """A raw stream may give less than it is asked for."""
    pieces = []
    while n_bytes > 0 and (piece := stream.read(n_bytes)):
        pieces.append(piece)
        n_bytes -= len(piece)
    return b"".join(pieces)


def ranged_response(request: HttpRequest, stream: BinaryIO, size_bytes: int, *, content_type: str) -> HttpResponse:
    """`stream` can seek. Read into memory: a recording of the longest call has a few MB."""
    # We hand out no validator, so an If-Range can match none: the whole file (RFC 9110 §13.1.5).
    header = "" if "If-Range" in request.headers else request.headers.get("Range", "")
    try:
        part = wanted_range(header, size_bytes)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
    first, last = part or (0, size_bytes - 1)
    stream.seek(first)
    response = HttpResponse(_read(stream, last - first + 1), content_type=content_type, status=206 if part else 200)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"  # somebody's voice
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size_bytes}"
    return response
