"""The doors to packs: the console's pages and REST, for whom they open, and what comes out."""

from __future__ import annotations

import io
import json
from typing import Any

import pypdf
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from campaigns.access.roles import Role
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Campaign, CampaignAccess
from campaigns.reports.evidence.canonical import canonical, sha256_of
from leads.models import AuditEntry
from tests.campaigns.access.planted import somebody
from tests.campaigns.console import administrator, shown

pytestmark = pytest.mark.django_db
MAY = {Role.MANAGER, Role.COMPLIANCE, Role.AUDITOR}


def in_role(client: Client, role: Role) -> User:
    user = User.objects.create_user(role.value, is_staff=True)
    user.groups.add(Group.objects.get(name=role.group_name))
    client.force_login(user)
    return user


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def header(user: User | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_api_key('CRM', user)[1]}"}


@pytest.mark.parametrize("role", Role)
def test_managers_compliance_and_auditors_make_packs_and_nobody_else(spoken, client, role):
    user = in_role(client, role)
    wanted = 200 if role in MAY else 403
    for path in (f"{spoken.pk}/evidence/", f"evidence/{spoken.lead_id}/"):
        assert client.get(f"/admin/campaigns/call/{path}").status_code == wanted
        assert client.post(f"/admin/campaigns/call/{path}", {"format": "json"}).status_code == wanted
    for path in (f"calls/{spoken.pk}", f"leads/{spoken.lead_id}"):
        assert client.get(f"/api/v1/{path}/evidence", headers=header(user)).status_code == wanted
    assert AuditEntry.objects.exists() == (role in MAY)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.AUDITOR])
def test_a_masked_pack_comes_through_whole_in_both_forms(spoken, client, role):
    in_role(client, role)
    sheet = client.post(f"/admin/campaigns/call/evidence/{spoken.lead_id}/", {"format": "json"})
    pack = json.loads(body(sheet))
    assert pack["is_masked"] and sha256_of(pack) == pack["sha256"] == sheet["X-Evidence-SHA256"] and b"712123401" not in body(sheet)
    paper = body(client.post(f"/admin/campaigns/call/evidence/{spoken.lead_id}/", {"format": "pdf"}))
    reader = pypdf.PdfReader(io.BytesIO(paper))
    assert "Numbers are masked" in reader.pages[0].extract_text() and b"712123401" not in reader.attachments["evidence.json"][0]


def test_the_pages_of_call_and_lead_lead_there(spoken, client):
    administrator(client)
    assert f"/admin/campaigns/call/{spoken.pk}/evidence/" in shown(client, f"campaigns/call/{spoken.pk}/change/")
    assert f"/admin/campaigns/call/evidence/{spoken.lead_id}/" in shown(client, f"leads/lead/{spoken.lead_id}/change/")
    page = shown(client, f"campaigns/call/{spoken.pk}/evidence/")
    assert "Download as PDF" in page and "Download as JSON" in page and "masked" not in page


def test_who_may_not_is_shown_no_way(spoken, client):
    somebody(client, without=("export_evidence",))
    assert "evidence/" not in shown(client, f"campaigns/call/{spoken.pk}/change/")
    assert "evidence/" not in shown(client, f"leads/lead/{spoken.lead_id}/change/")


def test_asking_makes_no_pack_and_an_unknown_form_asks_again(spoken, client):
    administrator(client)
    path = f"/admin/campaigns/call/{spoken.pk}/evidence/"
    assert b"Download as PDF" in client.get(path).content and b"Download as PDF" in client.post(path, {"format": "docx"}).content
    assert not AuditEntry.objects.exists()


def test_a_download_is_named_kept_by_nobody_and_logged(spoken, client):
    administrator(client)
    response = client.post(f"/admin/campaigns/call/{spoken.pk}/evidence/", {"format": "pdf"})
    assert response.streaming and body(response).startswith(b"%PDF")
    assert response["Content-Type"] == "application/pdf" and "no-store" in response["Cache-Control"]
    assert f'filename="evidence-call-{str(spoken.pk)[:8]}.pdf"' in response["Content-Disposition"]
    assert AuditEntry.objects.get().detail == {"evidence_sha256": response["X-Evidence-SHA256"], "format": "pdf"}


def test_rest_gives_json_and_pdf(spoken, client):
    path, key = f"/api/v1/calls/{spoken.pk}/evidence", header(None)
    response = client.get(path, headers=key)
    assert response["Content-Type"].startswith("application/json") and response.content == canonical(response.json())
    assert body(client.get(f"{path}?format=pdf", headers=key)).startswith(b"%PDF")
    assert client.get(f"{path}?format=docx", headers=key).status_code == 422
    assert client.get(f"/api/v1/leads/{spoken.lead_id}/evidence", headers=key).json()["head"][0]["value"] == "person"


def test_who_is_limited_to_another_campaign_finds_nothing(spoken, client, line, script):
    user = somebody(client, only=Campaign.objects.create(name="Other", line=line, script=script, controller="Acme"))
    assert CampaignAccess.objects.filter(user=user).exists()
    for path in (f"/admin/campaigns/call/{spoken.pk}/evidence/", f"/admin/campaigns/call/evidence/{spoken.lead_id}/"):
        assert client.post(path, {"format": "json"}).status_code == 404
    assert client.get(f"/api/v1/calls/{spoken.pk}/evidence", headers=header(user)).status_code == 404
