from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.access.keeping import keep_roles
        from campaigns.checks import check_price_list, check_voice_prices

        register(check_price_list)
        register(check_voice_prices)
        post_migrate.connect(keep_roles, sender=self)  # permissions are made just before
