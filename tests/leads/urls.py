"""Only the doors of the leads app, so that its tests need nothing of the rest of the project."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from ninja import NinjaAPI

from leads.api import router

api = NinjaAPI(urls_namespace="leads-tests")
api.add_router("", router)

urlpatterns = [path("admin/", admin.site.urls), path("api/v1/", api.urls)]
