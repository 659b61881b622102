"""Who sees some campaigns only sees the same leads and consents, and as quickly, whether few or many calls were made in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.access.viewer import Viewer
from campaigns.models import Call, Campaign, CampaignAccess
from leads.long_lists import values_of
from leads.models import ConsentRecord, Lead
from tests.campaigns.console import shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
IN_THEIRS, IN_BOTH, IN_ANOTHER, NOWHERE = "+254713000001", "+254713000002", "+254713000003", "+254713000004"


@pytest.fixture
def other(campaign, line, script) -> Campaign:
    return Campaign.objects.create(name="Acme October", line=line, script=script, controller="Acme")


@pytest.fixture(params=[0, 30_000], ids=["many calls", "few calls"])
def viewer(request, campaign, other, monkeypatch) -> Viewer:
    monkeypatch.setattr("campaigns.access.viewer.MANY", request.param)
    leads = {
        phone: Lead.objects.create(phone=phone, market="KE" if phone == IN_THEIRS else "TZ") for phone in (IN_THEIRS, IN_BOTH, IN_ANOTHER, NOWHERE)
    }
    for made_in, phones in ((campaign, (IN_THEIRS, IN_BOTH)), (other, (IN_BOTH, IN_ANOTHER))):
        Call.objects.bulk_create(
            Call(campaign=made_in, lead=leads[phone], attempt_number=n, due_at=NOW, status="failed") for phone in phones for n in (1, 2)
        )
    ConsentRecord.objects.bulk_create(
        ConsentRecord(lead=lead, kind="given", purpose="marketing", controller="Acme", channel="form", given_at=NOW - timedelta(days=1))
        for lead in leads.values()
    )
    return Viewer(None, frozenset({campaign.pk}), sees_numbers=True, sees_people=True)


def test_leads_with_a_call_in_their_campaigns_are_theirs_each_once(viewer):
    assert sorted(viewer.within(Lead.objects.all()).values_list("phone", flat=True)) == [IN_THEIRS, IN_BOTH]
    assert sorted(viewer.within(ConsentRecord.objects.all()).values_list("lead__phone", flat=True)) == [IN_THEIRS, IN_BOTH]


def test_who_sees_no_campaign_sees_nobody(viewer):
    nothing = Viewer(None, frozenset(), sees_numbers=True, sees_people=True)
    assert not nothing.within(Lead.objects.all()).exists() and not nothing.within(ConsentRecord.objects.all()).exists()


def test_how_many_calls_there_are_is_asked_once_a_request(viewer, django_assert_num_queries):
    with django_assert_num_queries(3):
        list(viewer.within(Lead.objects.all()))
        list(viewer.within(ConsentRecord.objects.all()))


def test_a_filter_offers_the_values_of_their_own_leads(viewer, campaign):
    Lead.objects.filter(phone__in=[IN_ANOTHER, NOWHERE]).update(market="GH")
    assert values_of(viewer.within(Lead.objects.all()), "market") == ["KE", "TZ"]


def test_the_console_lists_them_and_finds_them(client, viewer, campaign):
    user = sign_in(client, "neema", "view_lead", "view_campaign", "view_consentrecord")
    CampaignAccess.objects.create(user=user).campaigns.set([campaign])

    page = shown(client, "leads/lead/")
    assert page.index(IN_BOTH) < page.index(IN_THEIRS) and IN_ANOTHER not in page and NOWHERE not in page
    assert IN_BOTH in shown(client, f"leads/lead/?q={IN_BOTH[-6:]}") and IN_ANOTHER not in shown(client, f"leads/lead/?q={IN_ANOTHER[-6:]}")
    assert shown(client, "leads/consentrecord/").count("/change/") >= 2


def test_a_search_finds_their_own_leads_alone_in_the_order_of_the_list(client, viewer, campaign):
    user = sign_in(client, "neema", "view_lead", "view_campaign")
    CampaignAccess.objects.create(user=user).campaigns.set([campaign])

    page = shown(client, "leads/lead/?q=%2B254713")
    assert page.index(IN_BOTH) < page.index(IN_THEIRS) and IN_ANOTHER not in page and NOWHERE not in page
