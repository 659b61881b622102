"""In which language a request is answered: people read what they chose or their browser asks for, machines always read English.

What a machine's request makes us write down (a reason, an obstacle, an answer of the API) is English too, whoever reads it later.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

MACHINES = ("/api/", "/voice/", "/healthz", "/readyz")


class ReadingLanguage(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith(MACHINES):
            super().process_request(request)
            return
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE
