from __future__ import annotations

import pytest

from leads.entered_lead import LeadEntry
from leads.entry_refused import EntryRefused
from leads.lead_entry import enter_lead
from leads.models import Lead
from tests.leads.races import somebody_else_acts_after_we_looked

pytestmark = pytest.mark.django_db

PHONE = "+254712123499"


def test_a_new_lead_gets_market_and_zone_from_its_number():
    lead, is_new = enter_lead(LeadEntry(phone="+233231234567", name="Daudi"))

    assert is_new
    assert (lead.phone, lead.market, lead.time_zone, lead.name) == ("+233231234567", "GH", "Africa/Accra", "Daudi")


def test_a_number_of_two_zones_leaves_the_zone_unknown():
    lead, _ = enter_lead(LeadEntry(phone="+243991234567"))

    assert (lead.market, lead.time_zone) == ("CD", "")


@pytest.mark.parametrize("time_zone", ["", "Africa/Lubumbashi", "Europe/London"])
def test_a_zone_that_is_given_is_kept_even_if_it_is_unknown(time_zone):
    lead, _ = enter_lead(LeadEntry(phone=PHONE, time_zone=time_zone))

    assert lead.time_zone == time_zone


def test_a_zone_that_was_cleared_is_never_derived_again():
    enter_lead(LeadEntry(phone=PHONE, time_zone=""))

    lead, is_new = enter_lead(LeadEntry(phone=PHONE, name="Asha"))

    assert not is_new
    assert Lead.objects.get(id=lead.id).time_zone == ""


def test_the_market_is_the_country_of_a_number_without_its_code():
    lead, _ = enter_lead(LeadEntry(phone="0712 345 678", market="ug"))

    assert (lead.phone, lead.market) == ("+256712345678", "UG")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        pytest.param(LeadEntry(phone="0712 345 678"), "phone", id="no country"),
        pytest.param(LeadEntry(phone="7.1E+08", market="KE"), "phone", id="Excel"),
        pytest.param(LeadEntry(phone=PHONE, market="UG"), "market", id="another market than the number's"),
        pytest.param(LeadEntry(phone=PHONE, time_zone="UTC"), "time_zone", id="a zone that is no place"),
    ],
)
def test_it_names_the_field_that_is_wrong_and_saves_nothing(entry, field):
    with pytest.raises(EntryRefused) as refused:
        enter_lead(entry)

    assert refused.value.field == field
    assert not Lead.objects.exists()


def test_it_brings_a_known_lead_up_to_date_and_keeps_what_was_not_given():
    enter_lead(LeadEntry(phone=PHONE, name="Asha", source="fair", custom_fields={"seats": 5}))

    lead, is_new = enter_lead(LeadEntry(phone="0712123499", market="KE", language="sw", external_id="crm-1", time_zone="Europe/London"))

    lead.refresh_from_db()
    assert not is_new
    assert (lead.name, lead.source, lead.custom_fields) == ("Asha", "fair", {"seats": 5})
    assert (lead.language, lead.external_id, lead.time_zone) == ("sw", "crm-1", "Europe/London")


def test_it_finds_a_lead_by_number_and_external_id_together():
    first, _ = enter_lead(LeadEntry(phone=PHONE, external_id="crm-1"))

    again, is_new = enter_lead(LeadEntry(phone=PHONE, external_id="crm-1"))

    assert (again, is_new) == (first, False)


def test_many_leads_may_be_without_an_external_id():
    enter_lead(LeadEntry(phone=PHONE, external_id=""))
    enter_lead(LeadEntry(phone="+254712123498", external_id=""))

    assert Lead.objects.filter(external_id=None).count() == 2


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(LeadEntry(phone="+254712123498", external_id="crm-1"), id="a new number for a known id"),
        pytest.param(LeadEntry(phone=PHONE, external_id="crm-2"), id="another id for a known number"),
        pytest.param(LeadEntry(phone="+254712123497", external_id="crm-1"), id="number of one lead, id of another"),
    ],
)
def test_a_lead_does_not_slip_from_one_number_to_another(entry):
    enter_lead(LeadEntry(phone=PHONE, external_id="crm-1"))
    enter_lead(LeadEntry(phone="+254712123497", external_id="crm-7"))

    with pytest.raises(EntryRefused) as refused:
        enter_lead(entry)

    assert refused.value.field == "external_id"
    assert set(Lead.objects.values_list("phone", "external_id")) == {(PHONE, "crm-1"), ("+254712123497", "crm-7")}


def test_the_same_number_entered_twice_at_once_is_one_lead():
    with somebody_else_acts_after_we_looked("leads_lead", lambda: Lead.objects.create(phone=PHONE, name="Asha", source="fair")):
        lead, is_new = enter_lead(LeadEntry(phone=PHONE, name="Asha Juma"))

    assert not is_new
    assert list(Lead.objects.values_list("id", "name", "source")) == [(lead.id, "Asha Juma", "fair")]
