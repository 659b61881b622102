from django.apps import AppConfig


class SautiqualConfig(AppConfig):
    name = "sautiqual"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sautiqual import checks  # noqa: F401 - registers itself
