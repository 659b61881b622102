from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from leads.compliance import Purpose, Reason
from leads.eligibility import decide
from leads.models import DoNotCallEntry, Lead
from tests.conftest import NOW
from tests.leads.facts import ACME

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now")]

CONSENT: dict[str, Any] = {
    "kind": "given",
    "purpose": "marketing",
    "channel": "web form",
    "controller": ACME,
    "covers_automated_voice": True,
    "wording": "I agree to automated calls by Acme Ltd.",
    "evidence": {"url": "https://acme.example/form", "ip": "192.0.2.1"},
    "grade": "recorded",
    "given_at": "2026-11-20T09:00:00+03:00",
}


@pytest.fixture
def post(client):
    return lambda path, body: client.post(f"/api/v1{path}", body, content_type="application/json")


def fields(response) -> list[str]:
    return [error["field"] for error in response.json()["errors"]]


# Leads


def test_it_creates_a_lead_and_derives_what_the_number_tells(post):
    response = post("/leads", {"phone": "+254712123499", "name": "Asha", "external_id": "crm-1", "custom_fields": {"seats": 5}})

    assert response.status_code == 201
    assert response.json() | {"id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "phone": "+254712123499",
        "name": "Asha",
        "time_zone": "Africa/Nairobi",
        "market": "KE",
        "language": "en-KE",
        "source": "",
        "external_id": "crm-1",
        "custom_fields": {"seats": 5},
        "created_at": "",
        "updated_at": "",
    }


def test_it_brings_a_known_lead_up_to_date(post, asha):
    response = post("/leads", {"phone": "0712 123 401", "market": "KE", "language": "sw"})

    assert response.status_code == 200
    assert (response.json()["id"], response.json()["language"], response.json()["name"]) == (str(asha.id), "sw", "Asha")


def test_a_zone_that_is_cleared_on_purpose_stays_unknown(post):
    assert post("/leads", {"phone": "+254712123499", "time_zone": ""}).json()["time_zone"] == ""


@pytest.mark.parametrize(
    ("body", "field", "mend"),
    [
        pytest.param({"phone": "0712 345 678"}, "phone", "country code", id="no country"),
        pytest.param({"phone": "7.12346E+08", "market": "KE"}, "phone", "as text", id="Excel"),
        pytest.param({"phone": "0712345678 / 0722345678", "market": "KE"}, "phone", "more than one", id="two numbers"),
        pytest.param({"phone": "+254800223456"}, "phone", "own mobile", id="toll-free"),
        pytest.param({"phone": "+254712345678", "market": "UG"}, "market", "belongs to KE", id="market"),
        pytest.param({"phone": "+254712345678", "time_zone": "UTC"}, "time_zone", "Africa/Nairobi", id="zone"),
    ],
)
def test_a_mistake_is_422_with_the_field_and_the_mend(post, body, field, mend):
    response = post("/leads", body)

    assert response.status_code == 422
    assert fields(response) == [field]
    assert mend in response.json()["errors"][0]["message"]
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"timezone": "Africa/Nairobi"}, id="a field nobody knows"),
        pytest.param({"name": "x" * 201}, id="too long"),
        pytest.param({"name": "a\u0000b"}, id="NUL"),
        pytest.param({"name": "\ud800"}, id="half a surrogate pair"),
        pytest.param({"custom_fields": {"a": ["\u0000"]}}, id="NUL deep inside"),
        pytest.param({"custom_fields": {"a": float("nan")}}, id="NaN"),
        pytest.param({"language": "en KE"}, id="a language that is none"),
        pytest.param({"market": "Kenya"}, id="a market that is none"),
    ],
)
def test_what_the_database_could_not_keep_is_refused_before(post, extra):
    assert post("/leads", {"phone": "+254712123499", **extra}).status_code == 422
    assert not Lead.objects.exists()


def test_it_lists_the_newest_first_a_page_at_a_time(client, asha, baraka, chiku):
    page = client.get("/api/v1/leads?limit=2").json()
    rest = client.get("/api/v1/leads?limit=2&offset=2").json()

    assert page["count"] == rest["count"] == 3
    assert [lead["name"] for lead in page["items"] + rest["items"]] == ["Chiku", "Baraka", "Asha"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "offset=-1", "offset=99999999999999999999", "limit=x", "phone=%00"])
def test_it_refuses_a_page_without_bounds(client, query):
    assert client.get(f"/api/v1/leads?{query}").status_code == 422


@pytest.mark.parametrize("query", ["phone=%2B254712123401", "phone=+254712123401", "phone=254712123401", "external_id=crm-1"])
def test_it_finds_a_lead_by_number_or_external_id(client, asha, baraka, query):
    Lead.objects.filter(id=asha.id).update(external_id="crm-1")

    assert [lead["name"] for lead in client.get(f"/api/v1/leads?{query}").json()["items"]] == ["Asha"]


def test_it_shows_a_lead_with_its_consent_and_do_not_call(client, baraka):
    lead = client.get(f"/api/v1/leads/{baraka.id}").json()

    assert lead["is_on_do_not_call"]
    assert [(record["kind"], record["controller"], record["evidence"]) for record in lead["consent_records"]] == [("given", ACME, {"scan": "A-17"})]


def test_a_lead_nobody_knows_is_404(client, post):
    assert client.get(f"/api/v1/leads/{uuid4()}").status_code == 404
    assert post(f"/leads/{uuid4()}/consents", CONSENT).status_code == 404


# Consent


def may_be_called(lead: Lead) -> list[Reason]:
    return [refusal.reason for refusal in decide(lead, purpose=Purpose.MARKETING, controller=ACME, attempts=(), at=NOW).refusals]


def test_consent_that_is_posted_opens_the_way_to_a_call(post):
    lead = Lead.objects.get(id=post("/leads", {"phone": "+254712123499"}).json()["id"])
    assert may_be_called(lead) == [Reason.CONSENT_MISSING]

    response = post(f"/leads/{lead.id}/consents", CONSENT)

    assert response.status_code == 201
    assert response.json()[0]["pack_version"] == "KE-2026-11-22"
    assert may_be_called(lead) == []


def test_a_withdrawal_without_a_purpose_closes_it_for_all(post, asha):
    response = post(f"/leads/{asha.id}/consents", {"kind": "withdrawn", "channel": "e-mail", "evidence": {"message": "m-1"}})

    assert response.status_code == 201
    assert [record["purpose"] for record in response.json()] == list(Purpose)
    assert asha.consent_records.filter(kind="withdrawn", evidence={"message": "m-1"}).count() == len(Purpose)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"purpose": None}, "purpose", id="no purpose"),
        pytest.param({"controller": ""}, "controller", id="no organisation"),
        pytest.param({"channel": ""}, "channel", id="no channel"),
        pytest.param({"evidence": {}}, "evidence", id="no proof"),
        pytest.param({"wording": ""}, "wording", id="no words"),
        pytest.param({"given_at": (NOW + timedelta(days=1)).isoformat()}, "given_at", id="in the future"),
        pytest.param({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at", id="expired when given"),
    ],
)
def test_consent_that_would_prove_nothing_is_422_and_not_kept(post, asha, changed, field):
    response = post(f"/leads/{asha.id}/consents", CONSENT | changed)

    assert response.status_code == 422
    assert fields(response) == [field]
    assert asha.consent_records.count() == 1


@pytest.mark.parametrize(
    "changed", [{"kind": "maybe"}, {"grade": "good"}, {"purpose": "fun"}, {"given_at": "2026-11-20T09:00:00"}, {"consent": True}]
)
def test_words_nobody_knows_are_422(post, asha, changed):
    assert post(f"/leads/{asha.id}/consents", CONSENT | changed).status_code == 422


# Do-not-call


def test_it_puts_a_number_on_the_list_and_the_lead_is_not_called(post, asha):
    response = post("/do-not-call", {"phone": "0712 123 401", "market": "KE", "reason": "wrote to us"})

    assert response.status_code == 201
    assert (response.json()["phone"], response.json()["origin"]) == ("+254712123401", "api")
    assert may_be_called(asha) == [Reason.DO_NOT_CALL]


def test_a_number_on_the_list_stays_as_it_was(post, baraka):
    response = post("/do-not-call", {"phone": baraka.phone, "reason": "again"})

    assert response.status_code == 200
    assert response.json()["reason"] == "asked on a call"


def test_a_service_number_can_be_put_on_the_list(post, db):
    assert post("/do-not-call", {"phone": "+254800223456"}).status_code == 201


def test_a_number_that_is_none_is_422_and_not_silently_dropped(post, db):
    response = post("/do-not-call", {"phone": "0712"})

    assert response.status_code == 422
    assert fields(response) == ["phone"]
    assert not DoNotCallEntry.objects.exists()


def test_it_lists_the_numbers_on_the_list(client, baraka):
    assert client.get("/api/v1/do-not-call").json()["count"] == 1
    assert client.get("/api/v1/do-not-call?phone=%2B254712123402").json()["items"][0]["reason"] == "asked on a call"
    assert client.get("/api/v1/do-not-call?phone=%2B254712123401").json()["items"] == []


def test_a_number_that_may_not_be_kept_can_be_asked_for_and_not_read(client, post, asha):
    response = post("/do-not-call", {"phone": "+254712123401", "keep_number": False})

    assert (response.status_code, response.json()["phone"]) == (201, None)
    assert client.get("/api/v1/do-not-call?phone=%2B254712123401").json()["count"] == 1
    assert "254712123401" not in client.get("/api/v1/do-not-call").content.decode()
    assert may_be_called(asha) == [Reason.DO_NOT_CALL]


@pytest.mark.parametrize("phone", ["12", "Asha", "%2B254", "0712123401"])
def test_what_is_no_number_is_never_answered_with_not_on_the_list(client, baraka, phone):
    assert client.get(f"/api/v1/do-not-call?phone={phone}").status_code == 422


def test_many_numbers_are_put_on_the_list_at_once(post, asha, baraka):
    response = post("/do-not-call/many", {"phones": ["0712 123 401", baraka.phone, "12", "0800 223 456"], "market": "ke", "reason": "register"})

    told = response.json()
    assert (response.status_code, told["n_new"], told["n_known"]) == (200, 2, 1)
    assert fields(response) == ["phones[2]"] and "+254712345678" in told["errors"][0]["message"]
    assert may_be_called(asha) == [Reason.DO_NOT_CALL]
    assert DoNotCallEntry.objects.get(phone=asha.phone).reason == "register"


def test_many_numbers_of_which_none_is_one_are_422(post, db):
    assert fields(post("/do-not-call/many", {"phones": ["12", ""]})) == ["phones[0]", "phones[1]"]


@pytest.mark.parametrize("phones", [[], ["+254712123401"] * 1001, "+254712123401"], ids=["none", "too many", "no list"])
def test_a_list_of_the_wrong_size_is_422(post, db, phones):
    assert post("/do-not-call/many", {"phones": phones}).status_code == 422
    assert not DoNotCallEntry.objects.exists()


def test_many_numbers_cost_no_more_questions_than_few(post, db, django_assert_max_num_queries):
    assert post("/do-not-call/many", {"phones": ["+254713199999"]}).status_code == 200  # the first request of a process asks for more
    with django_assert_max_num_queries(20):
        response = post("/do-not-call/many", {"phones": [f"+2547130{n:05}" for n in range(1000)], "keep_number": False})
    assert (response.status_code, response.json()["n_new"]) == (200, 1000)


def test_nothing_can_be_taken_off_the_list_over_rest(client, baraka):
    assert client.delete("/api/v1/do-not-call").status_code == 405
    assert client.delete(f"/api/v1/do-not-call/{DoNotCallEntry.objects.get().id}").status_code == 404


def test_the_documentation_describes_every_field(client, db):
    described = client.get("/api/v1/openapi.json").json()["components"]["schemas"]

    assert {"LeadIn", "ConsentIn", "DoNotCallIn", "Problems"} <= set(described)
