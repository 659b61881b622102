from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Q

from leads.do_not_call import add_to_do_not_call
from leads.models import ConsentRecord, DoNotCallEntry, Lead, LeadImport, PackAcknowledgement
from tests.conftest import NOW
from tests.leads.facts import ACME

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now")]

NO_INLINE = {"consent_records-TOTAL_FORMS": 0, "consent_records-INITIAL_FORMS": 0}
LEAD = {"phone": "+254 712 123 499", "name": "Asha", "time_zone": "", "language": "en-KE", "source": "", "external_id": "", "custom_fields": "{}"}
CONSENT: dict[str, Any] = {
    "kind": "given",
    "purpose": "marketing",
    "controller": ACME,
    "covers_automated_voice": "on",
    "channel": "paper",
    "grade": "written",
    "given_at_0": "2026-11-20",
    "given_at_1": "09:00:00",
    "wording": "I agree to automated calls.",
    "evidence": '{"scan": "A-17"}',
    "lawful_basis": "consent",
}


@pytest.fixture
def mosi(client, django_user_model):
    """A manager with every permission of the leads app who sees people and their numbers, but no superuser."""
    user = django_user_model.objects.create_user("mosi", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(Q(content_type__app_label="leads") | Q(codename__in=["see_people", "see_numbers"])))
    client.force_login(user)
    return user


def page(client, path: str) -> str:
    response = client.get(f"/admin/leads/{path}")
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


# Leads


@pytest.mark.parametrize("keep_number", [True, False], ids=["number kept", "digest only"])
def test_the_list_shows_who_is_on_do_not_call(client, mosi, asha, chiku, keep_number):
    add_to_do_not_call(chiku.phone, origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW, keep_number=keep_number)

    assert [is_ticked(client, f"lead/?q={phone}") for phone in ("254712123401", "254712123403")] == [False, True]


def is_ticked(client, path: str) -> bool:
    [ticked] = re.findall(r'class="field-is_on_do_not_call.*?title="(True|False)"', page(client, path), re.DOTALL)
    return bool(ticked == "True")


def test_the_list_asks_the_database_no_more_for_more_leads(client, mosi, asha, django_assert_max_num_queries):
    Lead.objects.bulk_create(Lead(phone=f"+2547121235{n:02}", market="KE") for n in range(40))

    with django_assert_max_num_queries(21):
        shown = page(client, "lead/")
    assert all(f"+2547121235{n:02}" in shown for n in range(40))


def test_a_new_lead_gets_market_and_zone_from_the_number_as_typed(client, mosi):
    response = client.post("/admin/leads/lead/add/", LEAD | NO_INLINE)

    lead = Lead.objects.get()
    assert response.status_code == 302
    assert (lead.phone, lead.market, lead.time_zone, lead.external_id) == ("+254712123499", "KE", "Africa/Nairobi", None)


@pytest.mark.parametrize(
    ("changed", "mend"),
    [
        pytest.param({"phone": "0712 123 499"}, "country code", id="no country"),
        pytest.param({"phone": "7.12346E+08"}, "as text", id="Excel"),
        pytest.param({"time_zone": "UTC"}, "Africa/Nairobi", id="zone"),
    ],
)
def test_a_mistake_is_shown_with_its_mend(client, mosi, changed, mend):
    response = client.post("/admin/leads/lead/add/", LEAD | NO_INLINE | changed)

    assert response.status_code == 200
    assert mend in response.content.decode()
    assert not Lead.objects.exists()


def test_a_zone_can_be_cleared_and_stays_cleared_and_the_number_cannot_be_changed(client, mosi, asha):
    inline = {"consent_records-TOTAL_FORMS": 1, "consent_records-INITIAL_FORMS": 1, "consent_records-0-id": asha.consent_records.get().id}
    response = client.post(f"/admin/leads/lead/{asha.id}/change/", LEAD | inline | {"time_zone": "", "custom_fields": ""})

    asha.refresh_from_db()
    assert response.status_code == 302
    assert (asha.time_zone, asha.phone, asha.custom_fields) == ("", "+254712123401", {})


def test_the_lead_page_says_that_asha_may_be_called_and_where_the_hours_come_from(client, mosi, asha):
    shown = page(client, f"lead/{asha.id}/change/")

    assert "Marketing: yes" in shown
    assert "Research: no" in shown
    assert "There is consent for marketing, but not for research." in shown
    assert "Hours by (custom): Our choice" in shown
    assert "KE-2026-11-22" in shown


def test_the_lead_page_lists_every_reason(client, mosi, chiku):
    Lead.objects.filter(id=chiku.id).update(time_zone="")
    add_to_do_not_call(chiku.phone, origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW)

    shown = page(client, f"lead/{chiku.id}/change/")

    assert "Marketing: no" in shown
    assert "Consent for marketing calls was withdrawn." in shown
    assert "This number is on the do-not-call list." in shown
    assert "The time zone is not known" in shown


def test_the_lead_page_says_that_there_are_no_rules_for_a_market(client, mosi):
    lead = Lead.objects.create(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka")

    shown = page(client, f"lead/{lead.id}/change/")

    assert "There are no calling rules for this market." in shown
    assert "No organisation is named" not in shown


def test_names_are_shown_as_text_and_never_run(client, mosi, asha):
    ConsentRecord.objects.create(lead=asha, kind="given", purpose="research", controller="<script>alert(1)</script>", channel="x", given_at=NOW)

    assert "<script>alert(1)" not in page(client, f"lead/{asha.id}/change/")


def test_consent_is_added_on_the_lead_page_with_who_entered_it(client, mosi, asha):
    kept = asha.consent_records.get()
    inline = {f"consent_records-1-{name}": value for name, value in (CONSENT | {"lead": asha.id, "purpose": "service"}).items()}
    counts = {
        "consent_records-TOTAL_FORMS": 2,
        "consent_records-INITIAL_FORMS": 1,
        "consent_records-0-id": kept.id,
        "consent_records-0-lead": asha.id,
    }
    response = client.post(f"/admin/leads/lead/{asha.id}/change/", LEAD | counts | inline)

    assert response.status_code == 302
    added = asha.consent_records.get(purpose="service")
    assert (added.recorded_by, added.pack_version, added.evidence) == (mosi, "KE-2026-11-22", {"scan": "A-17"})
    assert added.evidence_hash


# Consent records


def test_consent_is_added_and_then_only_read(client, mosi, asha):
    response = client.post("/admin/leads/consentrecord/add/", CONSENT | {"lead": asha.id, "purpose": "research"})
    record = asha.consent_records.get(purpose="research")

    assert response.status_code == 302
    assert (record.recorded_by, record.evidence, record.given_at.isoformat()) == (mosi, {"scan": "A-17"}, "2026-11-20T06:00:00+00:00")
    assert "evidence hash" in page(client, f"consentrecord/{record.id}/change/").lower()
    assert client.post(f"/admin/leads/consentrecord/{record.id}/change/", CONSENT).status_code == 403
    assert client.post(f"/admin/leads/consentrecord/{record.id}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("changed", "mend"),
    [
        pytest.param({"controller": ""}, "This field is required", id="no organisation"),
        pytest.param({"evidence": ""}, "Say where the proof is", id="no proof"),
        pytest.param({"wording": " "}, "exact words", id="no words"),
        pytest.param({"given_at_0": "2027-01-01"}, "lies in the future", id="in the future"),
        pytest.param({"lawful_basis": "because"}, "legitimate_interest", id="no lawful basis"),
    ],
)
def test_consent_that_would_prove_nothing_is_not_kept(client, mosi, asha, changed, mend):
    response = client.post("/admin/leads/consentrecord/add/", CONSENT | {"lead": asha.id} | changed)

    assert response.status_code == 200
    assert mend in response.content.decode()
    assert asha.consent_records.count() == 1


def test_the_consent_list_can_be_searched(client, mosi, asha, baraka):
    shown = page(client, "consentrecord/?q=Asha")

    assert "Asha" in shown
    assert "Baraka" not in shown


@pytest.mark.parametrize("path", ["lead/", "consentrecord/", "donotcallentry/", "donotcallentry/upload/", "donotcallremoval/", "leadimport/"])
def test_zuri_who_has_no_permission_sees_nothing(client, django_user_model, asha, path):
    client.force_login(django_user_model.objects.create_user("zuri", is_staff=True))

    assert client.get(f"/admin/leads/{path}").status_code == 403


# Market packs


def test_the_lead_page_says_what_is_law_and_what_nobody_verified(client, mosi):
    spanish = Lead.objects.create(phone="+34612345678", market="ES", time_zone="Europe/Madrid")
    kenyan = Lead.objects.create(phone="+254712123499", market="KE", time_zone="Africa/Nairobi")

    assert "Consent by (unverified): Ley 11/2022" in page(client, f"lead/{spanish.id}/change/")
    assert "Consent by (law): KICA" in page(client, f"lead/{kenyan.id}/change/")


def test_the_lead_page_names_the_rules_of_the_leads_own_state(client, mosi):
    floridian = Lead.objects.create(phone="+13052345678", market="US", time_zone="America/New_York")

    assert "Hours by (law): Fla. Stat. 501.616(6)(a)" in page(client, f"lead/{floridian.id}/change/")


def test_who_answers_for_an_old_pack_is_shown_and_cannot_be_edited(client, mosi):
    kept = PackAcknowledgement.objects.create(market="KE", pack_version="KE-2026-11-22", acknowledged_by=mosi, acknowledged_at=NOW)
    shown = page(client, "packacknowledgement/")

    assert "KE-2026-11-22" in shown and "mosi" in shown
    assert client.get("/admin/leads/packacknowledgement/add/").status_code == 403
    assert client.post(f"/admin/leads/packacknowledgement/{kept.pk}/change/", {"market": "GH"}).status_code == 403
    assert client.post(f"/admin/leads/packacknowledgement/{kept.pk}/delete/", {"post": "yes"}).status_code == 403


def test_imports_are_shown_and_nobody_changes_them(admin_client):
    kept = LeadImport.objects.create(file_name="fair.csv", sha256="0" * 64, started_at=NOW, n_new=7)

    assert "fair.csv" in page(admin_client, "leadimport/")
    assert "0" * 64 in page(admin_client, f"leadimport/{kept.pk}/change/")
    assert admin_client.post(f"/admin/leads/leadimport/{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(f"/admin/leads/leadimport/{kept.pk}/change/", {"file_name": "other.csv"})
    assert LeadImport.objects.get().file_name == "fair.csv"
