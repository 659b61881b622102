"""Takes an uploaded list as it streams in, and stops at the first byte too many: nothing larger than a list may be is kept anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leads.import_files import max_bytes

OVERHEAD_BYTES = 64 * 2**10  # what a form holds beside its file
_View = Callable[..., HttpResponse]


class ListUploadHandler(TemporaryFileUploadHandler):
    """`is_too_large` tells the view why there is no file."""

    is_too_large = False
    _n_bytes = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None) -> None:
        # Refused by what the browser says before a byte of the file is read; who says too little is caught below.
        self.is_too_large = content_length > max_bytes() + OVERHEAD_BYTES
        super().handle_raw_input(input_data, META, content_length, boundary, encoding)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._n_bytes += len(raw_data)
        if self.is_too_large or self._n_bytes > max_bytes():
            self.is_too_large = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        return None if self.is_too_large else super().file_complete(file_size)


def bounded(view: _View) -> _View:
    """The handler must be there before the form is read, and Django's check of the form's token reads it: so that check comes after this, by
    `view`, which has it (`AdminSite.admin_view`)."""

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [ListUploadHandler(request)]
        return view(request, *args, **kwargs)

    return outer


def was_too_large(request: HttpRequest) -> bool:
    return any(isinstance(handler, ListUploadHandler) and handler.is_too_large for handler in request.upload_handlers)
