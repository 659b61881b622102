"""An imported list is put into a campaign as a whole, from its result to the campaign's own page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from campaigns.models import Call
from leads.lead_import import Manner, import_leads
from leads.models import Lead
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

TEXT = "phone\n+254712123401\n+233231234504\n"


@pytest.fixture
def import_id(asha) -> int | None:
    """Asha was known before."""
    return import_leads(TEXT.encode(), Manner("fair.csv", NOW)).import_id


def test_everybody_of_the_list_is_enrolled_known_or_new_and_nobody_else(admin_client, campaign, import_id, daudi_elsewhere):
    shown = admin_client.get(f"/admin/campaigns/campaign/enrol_list/{import_id}/").content.decode()
    assert f"/admin/campaigns/campaign/{campaign.pk}/enrol_leads/?import={import_id}" in shown

    shown = admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/enrol_leads/?import={import_id}").content.decode()
    assert f'<option value="list:{import_id}" selected>list “fair.csv” · 2</option>' in shown

    admin_client.post(f"/admin/campaigns/campaign/{campaign.pk}/enrol_leads/", {"source": f"list:{import_id}"})
    assert set(Call.objects.filter(campaign=campaign).values_list("lead__phone", flat=True)) == {"+254712123401", "+233231234504"}


@pytest.fixture
def daudi_elsewhere(db) -> Lead:
    return Lead.objects.create(phone="+254712123455", market="KE", time_zone="Africa/Nairobi")


def test_who_may_not_enrol_gets_no_list(client, django_user_model, import_id):
    zuri = django_user_model.objects.create_user("zuri", is_staff=True)
    zuri.user_permissions.set(Permission.objects.filter(codename__in=["view_campaign", "view_lead"]))
    client.force_login(zuri)
    assert client.get(f"/admin/campaigns/campaign/enrol_list/{import_id}/").status_code == 403


def test_the_home_page_leads_to_the_import(admin_client):
    Lead.objects.all().delete()
    assert "/admin/leads/leadimport/add/" in admin_client.get("/admin/").content.decode()
