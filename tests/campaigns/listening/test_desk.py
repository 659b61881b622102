"""Asking to hear a call: by right, once, soon, for who asked; and both ends of it in the audit log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns.listening import desk
from campaigns.listening.desk import Opened
from campaigns.listening.rules import NotHeard
from campaigns.models import Call, CampaignAccess, Listening, Script
from leads.models import AuditEntry, Lead
from tests.campaigns.handoff.conftest import session_of
from tests.campaigns.watch.conftest import MANAGER, mosi, person, talking  # noqa: F401 - fixtures
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def post(user: User, call: Call):
    client = Client()
    client.force_login(user)
    return client.post(f"/admin/campaigns/call/{call.pk}/listen/")


def begun(call: Call, user: User) -> Opened | None:
    token = desk.ask(call, user)
    assert isinstance(token, str)
    return desk.begin(token, user, session_of(user).session_key)


def log() -> list[tuple[str, str, dict]]:
    return list(AuditEntry.objects.filter(act="listen").order_by("id").values_list("by", "subject_id", "detail"))


# ---- who -----------------------------------------------------------------------------------------------------------------------


def test_a_manager_gets_a_token_that_the_database_does_not_hold(talking, mosi):  # noqa: F811
    token = post(mosi, talking).json()["token"]
    assert token not in Listening.objects.get().token_sha256 and Listening.objects.get().by == "mosi"


@pytest.mark.parametrize("missing", ["listen_in", "see_people", "view_call"])
def test_each_of_these_rights_is_needed(talking, missing):  # noqa: F811
    user = person("amani", *(right for right in MANAGER if right != missing))
    assert post(user, talking).status_code == 403
    assert not Listening.objects.exists()


def test_a_limited_manager_does_not_even_learn_that_there_is_such_a_call(talking, draft):  # noqa: F811
    user = person("limited", *MANAGER, campaigns=[draft])
    assert post(user, talking).status_code == 404


def test_a_get_gives_no_token(talking, mosi):  # noqa: F811
    client = Client()
    client.force_login(mosi)
    assert client.get(f"/admin/campaigns/call/{talking.pk}/listen/").status_code == 405


# ---- which calls -----------------------------------------------------------------------------------------------------------------


def test_who_refused_a_recording_on_any_call_is_not_listened_to(talking, mosi):  # noqa: F811
    Call.objects.update(not_recorded="callee")
    reply = post(mosi, talking)
    assert reply.status_code == 409 and "wants no recording" in reply.json()["why"]


def tells_nobody_who_hears(call: Call) -> None:
    script = Script.objects.create(name="Mute", organisation="Acme", disclosure="I am an AI calling for {organisation}. Say stop to stop.")
    Call.objects.filter(pk=call.pk).update(script=script)


def test_a_script_that_does_not_say_who_hears_it_is_not_listened_to(talking, mosi):  # noqa: F811
    assert desk.why_not(desk._call(talking.pk)) is None
    tells_nobody_who_hears(talking)
    assert "who else hears" in post(mosi, talking).json()["why"]


def test_that_holds_also_where_nothing_is_recorded(talking, mosi, campaign):  # noqa: F811
    tells_nobody_who_hears(talking)
    type(campaign).objects.update(is_recorded=False)
    assert post(mosi, talking).status_code == 409


def test_nobody_listens_where_nobody_knows_the_rules(talking, mosi):  # noqa: F811
    Lead.objects.update(market="")
    assert "rules of this lead" in post(mosi, talking).json()["why"]


@pytest.mark.parametrize(
    "change",
    [{"status": "ringing"}, {"stream_opened_at": None}, {"session_ended_at": NOW}, {"status": "completed"}],
    ids=["rings", "no stream", "session over", "call over"],
)
def test_there_is_nothing_to_hear_unless_the_bot_talks(talking, mosi, change):  # noqa: F811
    Call.objects.filter(pk=talking.pk).update(**change)
    assert "nothing to hear" in post(mosi, talking).json()["why"]


# ---- the token -------------------------------------------------------------------------------------------------------------------


def test_it_opens_one_socket_and_no_second(talking, mosi, server):  # noqa: F811
    token, key = desk.ask(talking, mosi), session_of(mosi).session_key
    opened = desk.begin(token, mosi, key)
    assert opened is not None and (opened.call_id, opened.server_id, opened.server_url) == (talking.pk, server.pk, "ws://127.0.0.1:8000")
    assert desk.begin(token, mosi, key) is None


def test_it_is_bound_to_who_asked(talking, mosi):  # noqa: F811
    other = person("amani", *MANAGER)
    assert desk.begin(desk.ask(talking, mosi), other, session_of(other).session_key) is None
    assert desk.begin("made up", mosi, session_of(mosi).session_key) is None


def test_it_is_too_old_after_half_a_minute(talking, mosi):  # noqa: F811
    token = desk.ask(talking, mosi)
    Listening.objects.update(asked_at=timezone.now() - timedelta(seconds=31))
    assert desk.begin(token, mosi, session_of(mosi).session_key) is None


def test_a_right_that_was_taken_away_meanwhile_counts(talking, mosi, draft):  # noqa: F811
    key = session_of(mosi).session_key
    assert desk.may_hear(talking.pk, mosi.pk, key)
    CampaignAccess.objects.create(user=mosi).campaigns.set([draft])
    assert not desk.may_hear(talking.pk, mosi.pk, key)
    CampaignAccess.objects.all().delete()
    assert not desk.may_hear(talking.pk, mosi.pk, "no session")
    mosi.user_permissions.clear()
    assert not desk.may_hear(talking.pk, mosi.pk, key)


# ---- the log ---------------------------------------------------------------------------------------------------------------------


def test_its_beginning_and_its_end_stand_in_the_audit_log_once(talking, mosi):  # noqa: F811
    opened = begun(talking, mosi)
    Listening.objects.update(opened_at=timezone.now() - timedelta(seconds=40))
    desk.end(opened.listening_id)
    desk.end(opened.listening_id)
    assert log() == [("mosi", str(talking.pk), {"what": "began"}), ("mosi", str(talking.pk), {"what": "ended", "seconds": 40})]
    assert set(AuditEntry.objects.filter(act="listen").values_list("campaign_id", flat=True)) == {talking.campaign_id}


def test_what_was_asked_and_never_opened_is_no_listening(talking, mosi):  # noqa: F811
    desk.ask(talking, mosi)
    desk.end(Listening.objects.get().pk)
    assert log() == []


# ---- between two processes of ours -------------------------------------------------------------------------------------------------


def test_another_process_takes_our_word_once(talking, mosi):  # noqa: F811
    opened = begun(talking, mosi)
    token = desk.relay_token(opened)
    assert desk.relayed_call(token) == talking.pk
    assert desk.spend_relay(token) and not desk.spend_relay(token)
    assert desk.relayed_call(token) is None
    assert desk.relayed_call(token + "x") is None


def test_no_word_is_taken_for_a_listening_that_is_over(talking, mosi):  # noqa: F811
    opened = begun(talking, mosi)
    desk.end(opened.listening_id)
    assert desk.relayed_call(desk.relay_token(opened)) is None


def test_why_not_is_told_to_who_asks_by_the_same_rule(talking, mosi):  # noqa: F811
    Call.objects.filter(pk=talking.pk).update(status="ringing")
    assert desk.ask(desk._call(talking.pk), mosi) is NotHeard.NOT_TALKING
