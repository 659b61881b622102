"""Why a number was, or was not, called: the whole story in words, at the console, over REST and on the command line."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command

from campaigns import campaign_life, dialer, stop_all
from campaigns.campaign_life import Action
from campaigns.decisions import record_decision
from campaigns.models import Call, Campaign, DialDecision
from campaigns.reports.why import Step, Why, why, why_lead
from campaigns.states import CallStatus
from leads.consent import withdraw_consent
from leads.models import Lead
from leads.pack_review import acknowledge_pack
from leads.phone import PhoneProblem
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import administrator, finished_call, shown, sign_in
from tests.campaigns.platform import BREAK_OFF, Reply
from tests.conftest import NOW
from tests.sautiqual.conftest import Integrator, crm  # noqa: F401 - an integrator with a key

pytestmark = [pytest.mark.django_db(transaction=True)]

ASHA = "+254712123401"
WHY = "campaigns/call/why/"


def story(lead: Lead) -> list[tuple[str, str]]:
    return [(event.step.value, event.sentence) for event in why_lead(lead).events]


def summary(phone: str) -> str:
    answer = why(phone)
    assert isinstance(answer, Why)
    return " ".join(answer.summary)


# ---- the story -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "12", "hello", "0712123401", "+254"])
def test_a_number_that_is_none_is_a_problem_with_its_mend(typed):
    assert isinstance(why(typed), PhoneProblem)


def test_a_number_nobody_has_is_unknown(db):
    answer = why("+254 712 123 499")
    assert answer == Why("+254712123499", None, "", ("Unknown number: no lead has it.",), ())


def test_an_unknown_number_on_the_do_not_call_list_is_said_to_be_there(baraka):
    baraka.delete()
    assert "do-not-call list since 2026-11-23 07:00 UTC" in summary("+254712123402")


def test_a_lead_nobody_enrolled_is_on_no_campaign(asha):
    assert summary(ASHA) == "It is on no campaign: nobody enrolled this lead, so it was never due."


def test_a_queued_call_says_when_it_is_due_and_that_nothing_is_decided(campaign, asha):
    enrolled(campaign, asha)
    [event] = why_lead(asha).events
    assert (event.at, event.step, event.is_allowed) == (NOW, Step.QUEUED, None)
    assert "not decided yet" in event.sentence


def test_a_queued_call_says_which_promise_it_is_there_to_keep(campaign, asha):
    call = enrolled(campaign, asha)
    Call.objects.filter(pk=call.pk).update(priority=0, promise_due_at=NOW)
    [(_, sentence)] = story(asha)
    assert sentence.startswith("It is there to keep the promise to call at 2026-11-24 07:00 UTC. It is queued")


def test_a_queued_call_says_that_its_campaign_is_paused_and_why(campaign, asha):
    enrolled(campaign, asha)
    campaign_life.pause_itself(campaign, "The wallet is empty.")
    assert "Its campaign is paused, so nothing happens until it runs. The wallet is empty." in story(asha)[0][1]


def test_a_queued_call_says_that_all_dialing_is_stopped(campaign, asha):
    enrolled(campaign, asha)
    stop_all.stop_all(by="mosi", reason="a wrong list")
    assert "All dialing is stopped by mosi: a wrong list." in summary(ASHA)


def test_a_call_of_a_campaign_that_was_closed_was_taken_out_of_the_queue(campaign, asha):
    enrolled(campaign, asha)
    campaign_life.change(campaign, Action.CLOSE, by="mosi")
    assert story(asha) == [("ended", "It was taken out of the queue: no phone rang.")]


@pytest.mark.parametrize(
    ("who", "reason", "words"),
    [
        ("baraka", "do_not_call", "on the do-not-call list"),
        ("chiku", "consent_withdrawn", "was withdrawn"),
    ],
)
def test_a_refusal_says_each_reason_with_its_inputs_pack_and_consent(request, campaign, server, loopback, who, reason, words):
    lead = request.getfixturevalue(who)
    enrolled(campaign, lead)
    dialer.claim_next(NOW)
    decided, ended = why_lead(lead).events
    [ground] = decided.grounds
    kept = DialDecision.objects.get()
    assert (decided.is_allowed, decided.at, ground.reason) == (False, NOW, reason)
    assert words in ground.sentence and ground.inputs == kept.reasons[0]["inputs"]
    assert (decided.pack_version, decided.consent_record_id) == (kept.pack_version, kept.consent_record_id)
    assert ended.sentence == "The attempt ended as blocked: no phone rang."
    assert "Dialled never, refused once" in " ".join(why_lead(lead).summary)


def test_a_call_that_waits_for_the_opening_says_why_and_until_when(campaign, server, loopback, daudi):
    enrolled(campaign, daudi)
    dialer.claim_next(NOW)
    decided, queued = why_lead(daudi).events
    assert decided.sentence == "Not now: it was not dialled, and kept its place in the queue."
    assert "It is Tuesday 07:00 in Africa/Accra" in decided.grounds[0].sentence
    assert queued.at == NOW + timedelta(hours=1) and queued.sentence.startswith("It is queued again")


def test_a_call_that_took_place_is_told_from_the_decision_to_its_end(campaign, asha):
    finished_call(campaign, asha)
    assert story(asha) == [
        ("decided", "Allowed."),
        ("dialled", "It was dialled from +254711000001."),
        ("answered", "It was answered."),
        ("ended", "It ended: qualified, after 84 s (the network says NORMAL_CLEARING)."),
    ]
    assert "Dialled once, refused never, on 1 of our campaigns." in summary(ASHA)


def test_a_withdrawal_since_then_is_said(campaign, asha):
    finished_call(campaign, asha)
    withdraw_consent(asha, purpose=None, channel="e-mail", at=NOW, now=NOW)
    assert "Consent was withdrawn at 2026-11-24 07:00 UTC" in summary(ASHA)


def test_calls_of_several_campaigns_come_in_order_of_time(campaign, asha):
    other = Campaign.objects.create(name="Earlier", line=campaign.line, script=campaign.script, controller="Acme")
    finished_call(campaign, asha)
    live_call(
        other, asha, status="no_answer", dialled_at=NOW - timedelta(days=2), ended_at=NOW - timedelta(days=2), answer_token="a", stream_token="s"
    )
    events = why_lead(asha).events
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert events[0].campaign == "Earlier" and events[1].sentence == "It ended: no answer."


@pytest.mark.usefixtures("closed_connections")
async def test_an_allowed_call_that_was_never_sent_says_that_no_phone_rang(campaign, server, asha, provider, platform):
    await sync_to_async(enrolled)(campaign, asha)
    platform.replies = [Reply(429, {"error": {"code": "rate_limited", "message": "slow down"}}, {"Retry-After": "30"})]
    await dialer.dial_next(NOW, provider)
    told = await sync_to_async(story)(asha)
    assert "nothing was sent" in told[0][1] or "no phone rang" in told[0][1]
    assert [step for step, _sentence in told] == ["decided", "queued"] and "queued again" in told[1][1]


@pytest.mark.usefixtures("closed_connections")
async def test_a_call_whose_outcome_nobody_knows_is_told_so(campaign, server, asha, provider, platform):
    call = await sync_to_async(enrolled)(campaign, asha)
    platform.replies = [BREAK_OFF]
    await dialer.dial_next(NOW, provider)
    await Call.objects.filter(pk=call.pk).aupdate(status=CallStatus.OUTCOME_UNKNOWN, ended_at=NOW)
    told = await sync_to_async(story)(asha)
    assert "Nobody can say whether the phone rang" in told[-1][1]


def test_a_call_back_that_was_blocked_by_money_says_so(campaign, asha):
    call = live_call(
        campaign, asha, status="blocked", dialled_at=None, ended_at=NOW, failure="The campaign's budget is used up.", occasion="promised"
    )
    DialDecision.objects.create(call=call, decided_at=NOW, is_allowed=True)
    assert story(asha)[-1][1].endswith("no phone rang. The campaign's budget is used up.")


def test_many_calls_ask_the_database_no_more_than_one(campaign, asha, django_assert_max_num_queries):
    for number in range(1, 30):
        call = live_call(
            campaign, asha, status="no_answer", attempt_number=number, ended_at=NOW, answer_token=f"a{number}", stream_token=f"s{number}"
        )
        DialDecision.objects.create(call=call, decided_at=NOW, is_allowed=True)
    with django_assert_max_num_queries(8):
        assert len(why_lead(asha).events) == 29 * 3


# ---- the command ---------------------------------------------------------------------------------------------------------------


def test_the_command_tells_it_on_both_clocks(campaign, server, loopback, daudi, capsys):
    enrolled(campaign, daudi)
    dialer.claim_next(NOW)
    call_command("why", "+233 23 123 4504")
    said = capsys.readouterr().out
    assert "Tue 24 Nov 2026 07:00:00 Africa/Accra (2026-11-24 07:00:00 UTC)" in said
    assert "outside_calling_hours: closed in: " in said and "time zone Africa/Accra" in said
    assert f"Consent record: {daudi.consent_records.get().pk}." in said and "Rules: GH" in said


def test_the_command_refuses_what_is_no_number():
    with pytest.raises(CommandError, match="country"):
        call_command("why", "0712123401")


# ---- REST ----------------------------------------------------------------------------------------------------------------------


def test_rest_tells_it_with_reasons_and_both_clocks(crm: Integrator, campaign, server, loopback, daudi):  # noqa: F811
    enrolled(campaign, daudi)
    dialer.claim_next(NOW)
    answer = crm.get("/why", phone="+233231234504").json()
    decided = answer["events"][0]
    assert (answer["phone"], answer["lead_id"], answer["time_zone"]) == ("+233231234504", str(daudi.pk), "Africa/Accra")
    assert (decided["step"], decided["at"], decided["local_time"]) == ("decided", "2026-11-24T07:00:00Z", "Tue 24 Nov 2026 07:00:00 Africa/Accra")
    assert decided["is_allowed"] is False and decided["pack_version"] and decided["consent_record_id"]
    assert decided["reasons"][0]["reason"] == "outside_calling_hours" and decided["reasons"][0]["inputs"]["closed_in"]


def test_rest_takes_a_plus_that_was_not_escaped(crm: Integrator, asha):  # noqa: F811
    assert crm.get("/why?phone=+254712123401").json()["lead_id"] == str(asha.pk)


def test_rest_knows_an_unknown_number(crm: Integrator):  # noqa: F811
    reply = crm.get("/why", phone="+254712123499")
    assert (reply.status_code, reply.json()["lead_id"], reply.json()["events"]) == (200, None, [])


@pytest.mark.parametrize("query", [{"phone": "12"}, {"phone": "hello"}, {"phone": ""}, {}], ids=str)
def test_rest_refuses_what_is_no_number(crm: Integrator, query: dict[str, Any]):  # noqa: F811
    reply = crm.get("/why", **query)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "phone"


def test_rest_wants_a_key(client):
    assert client.get("/api/v1/why", {"phone": ASHA}).status_code == 401


# ---- the console -----------------------------------------------------------------------------------------------------------------


def test_the_page_tells_it_on_both_clocks_with_links(client, campaign, asha):
    call = finished_call(campaign, asha)
    administrator(client)
    page = shown(client, f"{WHY}?lead={asha.pk}")
    assert "It was dialled from +254711000001." in page
    assert "Tue 24 Nov 2026 10:00:00 Africa/Nairobi" in page and "2026-11-24 07:00:00 UTC" in page
    assert f"/admin/campaigns/call/{call.pk}/change/" in page and f"/admin/leads/lead/{asha.pk}/change/" in page


def test_a_number_is_asked_by_post_and_stands_in_no_address(client, campaign, asha):
    enrolled(campaign, asha)
    administrator(client)
    response = client.post(f"/admin/{WHY}", {"phone": "+254 712 123 401"})
    assert "not decided yet" in response.content.decode()
    assert ASHA not in response.wsgi_request.get_full_path()
    assert 'method="post"' in shown(client, WHY)


def test_the_page_says_what_is_wrong_with_a_number(client):
    administrator(client)
    assert "The country is missing" in client.post(f"/admin/{WHY}", {"phone": "0712123401"}).content.decode()


def test_the_page_of_a_lead_whose_zone_is_not_known_says_so(client, campaign, asha):
    Lead.objects.update(time_zone="")
    administrator(client)
    assert "time zone is not known: times are UTC" in shown(client, f"{WHY}?lead={asha.pk}")


@pytest.mark.parametrize("asked", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_lead_that_is_none_is_not_found(client, asked):
    administrator(client)
    shown(client, f"{WHY}?lead={asked}", 404)


def test_it_is_linked_from_the_lead_the_call_and_the_list_of_calls(client, campaign, asha):
    call = finished_call(campaign, asha)
    administrator(client)
    link = f"/admin/{WHY}?lead={asha.pk}"
    assert link in shown(client, f"leads/lead/{asha.pk}/change/")
    assert link in shown(client, f"campaigns/call/{call.pk}/change/")
    assert f"/admin/{WHY}" in shown(client, "campaigns/call/")


def test_whoever_may_view_calls_may_ask_and_is_shown_no_link_to_what_they_may_not_see(client, campaign, asha):
    finished_call(campaign, asha)
    sign_in(client, "mosi", "view_call")
    page = shown(client, f"{WHY}?lead={asha.pk}")
    assert "Allowed." in page and "/admin/leads/" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_may_not_view_calls_is_told_nothing(client, campaign, asha, method):
    finished_call(campaign, asha)
    sign_in(client, "zuri", "view_lead")
    assert getattr(client, method)(f"/admin/{WHY}", {"phone": ASHA}).status_code == 403
    assert WHY not in shown(client, f"leads/lead/{asha.pk}/change/")


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(f"/admin/{WHY}").status_code == 302


# ---- the log ---------------------------------------------------------------------------------------------------------------------


def test_no_door_writes_the_number_into_the_log(client, crm: Integrator, campaign, asha, caplog, capsys):  # noqa: F811
    enrolled(campaign, asha)
    administrator(client)
    with caplog.at_level(logging.DEBUG):
        crm.get("/why", phone=ASHA)
        crm.get("/why", phone="0712123401")
        client.post(f"/admin/{WHY}", {"phone": ASHA})
        call_command("why", ASHA)
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any("712123401" in line for line in logged)


# ---- how old the rules were -----------------------------------------------------------------------------------------------------


def test_a_decision_says_how_old_its_rules_were_and_who_answered_for_old_ones(campaign, asha, django_user_model):
    mosi = django_user_model.objects.create_user("mosi")
    old = NOW + timedelta(days=182)
    word, _ = acknowledge_pack("KE", by=mosi, at=old)
    call = enrolled(campaign, asha)
    record_decision(call, at=NOW)
    record_decision(call, at=old)

    young_notes, old_notes = (" ".join(event.notes) for event in why_lead(asha).events if event.is_allowed is not None)
    assert young_notes == "The oldest of the 5 rules that decided, hours, was last read 2 days before, on 2026-11-22."
    assert f"Somebody had answered for it: acknowledgement {word.pk}, mosi at {old:%Y-%m-%d %H:%M} UTC." in old_notes


def test_a_decision_kept_before_ages_were_has_no_notes(campaign, asha):
    record_decision(enrolled(campaign, asha), at=NOW)
    DialDecision.objects.update(facts={})

    assert [event.notes for event in why_lead(asha).events] == [(), ()]
