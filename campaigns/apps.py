from django.apps import AppConfig
from django.core.checks import register


class CampaignsConfig(AppConfig):
    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.checks import check_price_list, check_voice_prices

        register(check_price_list)
        register(check_voice_prices)
