"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from sautiqual import health
from sautiqual.api import api

urlpatterns = [
    path("", RedirectView.as_view(url="/queue/")),
    path("", include("campaigns.urls")),  # /voice/…
    path("", include("campaigns.handoff.urls")),  # /queue/, /account/, /setup/
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
