from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Leads")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leads.checks import check_estimated_holidays, check_market_packs
        from leads.lookups import EndsIn, Words

        CharField.register_lookup(Words)
        CharField.register_lookup(EndsIn)
        register(check_market_packs)
        register(check_estimated_holidays, Tags.database)
