from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import sites
from django.db.models import Model
from django.utils.translation import gettext_lazy


class ConsoleConfig(AppConfig):
    """Unfold with our own site, on which every page asks who looks."""

    name = "unfold"

    def ready(self) -> None:
        from campaigns.access.guard import ConsoleSite

        admin.site = sites.site = ConsoleSite()


class SautiqualConfig(AppConfig):
    name = "sautiqual"
    default = True  # of two in this file: without it Django would take neither
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sautiqual import checks  # noqa: F401 - registers itself

        for model in (*apps.get_app_config("leads").get_models(), *apps.get_app_config("campaigns").get_models()):
            translate_names(model)


def translate_names(model: type[Model]) -> None:
    """Fields to which nobody gave words are shown by Django under their own name: in the reader's language, too, where the catalog knows it."""
    for field in model._meta.local_fields:
        if getattr(field, "_verbose_name", "") is None:  # else it is translated where it stands, or is no words
            field.verbose_name = gettext_lazy(str(field.verbose_name))
