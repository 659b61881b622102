"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from campaigns.handoff.account_views import front_door
from sautiqual import health
from sautiqual.api import api
from sautiqual.refused import nothing_here

urlpatterns = [
    path("", front_door),
    path("", include("campaigns.urls")),  # /voice/…
    path("", include("campaigns.handoff.urls")),  # /queue/, /account/, /setup/
    path("i18n/", include("django.conf.urls.i18n")),  # the choice of a language
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

handler404 = nothing_here
