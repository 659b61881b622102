"""What we wrote into a row in English, read in Swahili where it is shown; what somebody wrote stays as it is."""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.interviews import save_opt_out
from campaigns.models import PrivacyAct
from campaigns.privacy.keeping import JANITOR
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import campaign, foreseen_for_nobody, line, live_call, loopback, script, server  # noqa: F401
from tests.campaigns.console import administrator
from tests.conftest import NOW
from tests.leads.conftest import asha  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def in_swahili(client: Client, path: str) -> str:
    return client.get(f"/admin/{path}", headers={"Accept-Language": "sw"}).content.decode()


def test_why_a_callee_is_on_the_do_not_call_list(client, campaign, asha, server):  # noqa: F811
    save_opt_out(live_call(campaign, asha, server=server).pk, "never call me again", at=NOW)
    administrator(client)

    assert DoNotCallEntry.objects.get().reason == "said on a call: never call me again"
    assert "alisema kwenye simu: never call me again" in in_swahili(client, "leads/donotcallentry/")


def test_the_words_of_whoever_entered_a_number_are_left_alone(client):
    add_to_do_not_call("+254712000009", origin=DoNotCallEntry.Origin.STAFF, reason="said on a call: no", at=NOW)
    administrator(client)

    assert "said on a call: no" in in_swahili(client, "leads/donotcallentry/")


def test_what_the_dialer_removed_by_itself(client):
    PrivacyAct.objects.create(kind=PrivacyAct.Kind.RETENTION, done_by=JANITOR, began_at=NOW)
    administrator(client)
    page = in_swahili(client, "campaigns/privacyact/")

    assert "kipigaji" in page and JANITOR not in page
