"""Only the doors of the leads app, so that its tests need nothing of the rest of the project."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path
from ninja import NinjaAPI

from leads.api import router


class SeesAll:
    """Who may see everything; what roles hide is tested where roles are."""

    sees_numbers = sees_people = True

    def within(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows


def asked_by_somebody(request: HttpRequest) -> bool:
    request.viewer = SeesAll()  # type: ignore[attr-defined]
    return True


api = NinjaAPI(urls_namespace="leads-tests", auth=asked_by_somebody)
api.add_router("", router)

urlpatterns = [path("i18n/", include("django.conf.urls.i18n")), path("admin/", admin.site.urls), path("api/v1/", api.urls)]
