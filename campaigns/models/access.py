"""Who is limited to which campaigns."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CampaignAccess(models.Model):
    """This user sees these campaigns and no others. Without such a row: all of them.

    The row says that there is a limit, not the campaigns in it: when the last of them is deleted the user sees none.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="campaign_access")
    campaigns = models.ManyToManyField("campaigns.Campaign", blank=True, related_name="+", verbose_name=_("only these campaigns"))

    class Meta:
        verbose_name = _("limit to campaigns")
        verbose_name_plural = _("limits to campaigns")
        default_permissions = ()
        permissions = [
            ("see_numbers", "Can see people's numbers"),
            ("see_people", "Can see people's names, words and recordings"),
            ("show_number", "Can make one number visible, with a reason"),
            ("export_evidence", "Can export evidence packs of calls and people"),
        ]

    def __str__(self) -> str:
        return str(self.user)
