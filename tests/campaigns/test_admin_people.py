from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.integrations.api_keys import find_api_key
from campaigns.models import ApiKey, Line, Rep
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = pytest.mark.django_db

REPS = ("view_rep", "add_rep", "change_rep", "view_user")
LINE: dict[str, Any] = {
    "number": "+254711000009",
    "label": "Line",
    "is_active": "on",
    "max_calls_in_flight": 5,
    "calls_per_second": 5,
    "strategy": "dial",
    "ring_timeout_s": 25,
    "dialect": "sdk",
    "track": "inbound_track",
    "layout": "mono",
    "prebuffer_ms": 160,
}


@pytest.fixture
def rehema(db) -> Rep:
    return Rep.objects.create(user=User.objects.create_user("rehema"), name="Rehema", number="+254722000011", is_verified=True)


def rep_form(rep: Rep, **changes: Any) -> dict[str, Any]:
    return {"user": rep.user_id, "name": rep.name, "number": rep.number, **({"is_verified": "on"} if rep.is_verified else {}), **changes}


def change_rep(client, rep: Rep, **changes: Any) -> Rep:
    client.post(f"/admin/campaigns/rep/{rep.pk}/change/", rep_form(rep, **changes))
    rep.refresh_from_db()
    return rep


class TestReps:
    def test_a_number_is_kept_as_e164_however_it_was_typed(self, client):
        administrator(client)
        user = User.objects.create_user("juma")

        told(client, "campaigns/rep/add/", {"user": user.pk, "name": "Juma", "number": "+254 722 000-012", "is_verified": "on"})

        assert Rep.objects.values_list("number", "is_verified").get() == ("+254722000012", True)

    @pytest.mark.parametrize(("number", "mend"), [("0722 000 012", "country code"), ("+254712123401", "lead"), ("", "required")])
    def test_a_number_that_cannot_be_a_reps_is_refused(self, client, asha, number, mend):
        administrator(client)
        user = User.objects.create_user("juma")

        response = client.post("/admin/campaigns/rep/add/", {"user": user.pk, "name": "Juma", "number": number})

        assert mend in str(response.context["adminform"].form.errors) and not Rep.objects.exists()

    def test_only_who_may_verify_says_that_a_number_is_theirs(self, client, rehema):
        Rep.objects.update(is_verified=False)
        rehema.refresh_from_db()
        sign_in(client, "mosi", *REPS)
        assert not change_rep(client, rehema, is_verified="on").is_verified

        sign_in(client, "neema", *REPS, "verify_rep")
        assert change_rep(client, rehema, is_verified="on").is_verified

    def test_who_vouches_for_a_number_and_when_is_kept_and_goes_with_the_number(self, client, rehema):
        Rep.objects.update(is_verified=False)
        rehema.refresh_from_db()
        sign_in(client, "neema", *REPS, "verify_rep")

        vouched = change_rep(client, rehema, is_verified="on")
        assert (vouched.verified_by, vouched.verified_at is not None) == ("neema", True)

        renamed = change_rep(client, rehema, name="Rehema W.")
        assert (renamed.is_verified, renamed.verified_by) == (True, "neema")

        # The tick that was there already is no word about another number.
        changed = change_rep(client, rehema, number="+254722000099")
        assert (changed.is_verified, changed.verified_at, changed.verified_by) == (False, None, "")

    def test_only_who_may_vouch_is_led_to_the_call_that_verifies(self, client, rehema):
        sign_in(client, "mosi", *REPS)
        address = reverse("admin:campaigns_rep_verify_by_call", args=[rehema.pk])
        assert address not in shown(client, f"campaigns/rep/{rehema.pk}/change/")
        sign_in(client, "neema", *REPS, "verify_rep")
        assert address in shown(client, f"campaigns/rep/{rehema.pk}/change/")
        response = client.get(address)
        assert response["Location"] == f"/queue/phone/{rehema.pk}/"

    def test_another_number_is_no_longer_the_verified_one(self, client, rehema):
        sign_in(client, "mosi", *REPS)

        changed = change_rep(client, rehema, number="+254722000099")

        assert (changed.number, changed.is_verified) == ("+254722000099", False)

    def test_the_same_number_stays_verified(self, client, rehema):
        sign_in(client, "mosi", *REPS)

        assert change_rep(client, rehema, name="Rehema W.").is_verified

    def test_it_says_why_a_rep_is_not_rung(self, client, rehema):
        administrator(client)
        Rep.objects.update(is_verified=False)

        page = shown(client, f"campaigns/rep/{rehema.pk}/change/")

        assert "number is not verified" in page and "no campaign yet" in page

    def test_a_manager_gets_a_link_that_lets_the_rep_in(self, client, rehema):
        sign_in(client, "mosi", *REPS)
        response = client.get(f"/admin/campaigns/rep/{rehema.pk}/invite/")

        assert client.get(response.context["link"]).status_code == 200

    def test_nobody_takes_over_a_staff_user_by_such_a_link(self, client, rehema):
        User.objects.filter(pk=rehema.user_id).update(is_staff=True)
        sign_in(client, "mosi", *REPS)

        response = client.get(f"/admin/campaigns/rep/{rehema.pk}/invite/", follow=True)

        assert "account/invitation" not in response.content.decode()
        assert "only an administrator" in str(list(response.context["messages"])[0])

    def test_who_may_only_look_gets_no_link(self, client, rehema):
        sign_in(client, "neema", "view_rep")

        assert client.get(f"/admin/campaigns/rep/{rehema.pk}/invite/").status_code == 403

    def test_the_list_leads_to_inviting_somebody_new(self, client):
        sign_in(client, "mosi", *REPS)

        assert client.get("/admin/campaigns/rep/invite_new/").url == "/account/invite/"
        sign_in(client, "neema", "view_rep")
        assert client.get("/admin/campaigns/rep/invite_new/").status_code == 403


class TestLines:
    def test_a_line_is_added_with_its_number_as_typed(self, client):
        administrator(client)

        told(client, "campaigns/line/add/", {**LINE, "number": "+254 711 000 009"})

        assert Line.objects.get().number == "+254711000009"

    @pytest.mark.parametrize(
        ("changed", "mend"),
        [
            pytest.param({"number": "0711 000 009"}, "country code", id="no country"),
            pytest.param({"layout": "stereo"}, "The callee alone is mono", id="one voice in two channels"),
            pytest.param({"strategy": "conference", "track": "both_tracks", "layout": "stereo"}, "must send the callee alone", id="a room of three"),
            pytest.param({"track": "both_tracks"}, "stereo or mixed", id="two voices in one"),
        ],
    )
    def test_a_mistake_is_shown_with_its_mend(self, client, changed, mend):
        administrator(client)

        response = client.post("/admin/campaigns/line/add/", {**LINE, **changed})

        assert mend in str(response.context["adminform"].form.errors) and not Line.objects.exists()

    def test_it_says_what_keeps_it_from_being_dialled_on(self, client, line, settings):
        administrator(client)
        settings.SAUTIKIT_API_URL = "https://api.example.com"

        assert "SAUTIKIT_API_URL is not on this machine" in shown(client, f"campaigns/line/{line.pk}/change/")


class TestApiKeys:
    def test_a_key_is_shown_once_and_works(self, client):
        administrator(client)

        (message, *_rest) = told(client, "campaigns/apikey/add/", {"name": "CRM"})

        text = message.rsplit(" ", 1)[1]
        assert find_api_key(text) == ApiKey.objects.get(name="CRM")
        assert text not in shown(client, f"campaigns/apikey/{ApiKey.objects.get().pk}/change/")

    def test_a_revoked_key_works_no_more_and_stays_on_record(self, client):
        administrator(client)
        text = told(client, "campaigns/apikey/add/", {"name": "CRM"})[0].rsplit(" ", 1)[1]

        messages = told(client, "campaigns/apikey/", {"action": "revoke", "_selected_action": ApiKey.objects.get().pk})

        assert messages == ["1 key revoked; requests with it are refused."]
        assert find_api_key(text) is None and ApiKey.objects.exists()

    def test_a_key_is_renamed_but_not_made_anew(self, client):
        administrator(client)
        text = told(client, "campaigns/apikey/add/", {"name": "CRM"})[0].rsplit(" ", 1)[1]

        told(client, f"campaigns/apikey/{ApiKey.objects.get().pk}/change/", {"name": "Old CRM"})

        assert find_api_key(text) == ApiKey.objects.get(name="Old CRM")

    def test_a_key_is_never_deleted(self, client):
        administrator(client)
        told(client, "campaigns/apikey/add/", {"name": "CRM"})

        assert client.post(f"/admin/campaigns/apikey/{ApiKey.objects.get().pk}/delete/", {"post": "yes"}).status_code == 403


class TestUsers:
    @pytest.fixture
    def user_form(self) -> dict[str, Any]:
        return {"username": "neema", "date_joined_0": "2026-11-20", "date_joined_1": "09:00:00", "is_active": "on"}

    def test_an_administrator_gives_rights(self, client, user_form):
        administrator(client)
        neema = User.objects.create_user("neema")

        client.post(f"/admin/auth/user/{neema.pk}/change/", {**user_form, "is_staff": "on"})

        neema.refresh_from_db()
        assert neema.is_staff

    def test_nobody_else_gives_rights_not_even_to_themselves(self, client, user_form):
        neema = sign_in(client, "neema", "view_user", "change_user", "add_user")

        client.post(f"/admin/auth/user/{neema.pk}/change/", {**user_form, "is_staff": "on", "is_superuser": "on", "first_name": "N"})

        neema.refresh_from_db()
        assert (neema.first_name, neema.is_superuser, neema.is_staff) == ("N", False, True)

    @pytest.mark.parametrize("path", ["change", "password", "delete"])
    def test_nobody_else_touches_staff(self, client, path):
        boss = User.objects.create_superuser("boss")
        sign_in(client, "neema", "view_user", "change_user", "delete_user")

        assert (
            client.post(f"/admin/auth/user/{boss.pk}/{path}/", {"password1": "karibu sana 2026", "password2": "karibu sana 2026"}).status_code == 403
        )

    def test_nobody_else_changes_a_group(self, client):
        group = Group.objects.create(name="managers")
        sign_in(client, "neema", "view_group", "change_group", "add_group")

        assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "x"}).status_code == 403
        assert client.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403
