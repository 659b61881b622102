"""A pack as a file or a reply. The hash of the JSON is also in the header X-Evidence-SHA256."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from enum import StrEnum

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from campaigns.access.middleware import COMPOSED
from campaigns.reports.evidence.packs import Pack
from campaigns.reports.evidence.pdf import pdf_of, pieces


class FileFormat(StrEnum):
    PDF = "pdf"
    JSON = "json"


TYPES = {FileFormat.PDF: "application/pdf", FileFormat.JSON: "application/json; charset=utf-8"}


def written(pack: Pack, file_format: FileFormat) -> bytes:
    return pdf_of(pack.content) if file_format is FileFormat.PDF else pack.content


def reply(request: HttpRequest, pack: Pack, file_format: FileFormat) -> HttpResponse | StreamingHttpResponse:
    """Composed for who asked, so that nothing on its way out masks it once more and breaks its hash."""
    content = written(pack, file_format)
    response = StreamingHttpResponse(_sent(request, content)) if file_format is FileFormat.PDF else HttpResponse(content)
    response["Content-Type"] = TYPES[file_format]
    response["Content-Disposition"] = f'attachment; filename="{pack.name}.{file_format}"'
    response["Content-Length"] = str(len(content))
    response["Cache-Control"] = "private, no-store"
    response["X-Evidence-SHA256"] = pack.sha256
    setattr(response, COMPOSED, True)
    return response


def _sent(request: HttpRequest, content: bytes) -> Iterator[bytes] | AsyncIterator[bytes]:
    """As the server asks for it: a plain iterator would be read to its end before the first byte goes out."""
    return _async_pieces(content) if isinstance(request, ASGIRequest) else pieces(content)


async def _async_pieces(content: bytes) -> AsyncIterator[bytes]:
    for piece in pieces(content):
        yield piece
