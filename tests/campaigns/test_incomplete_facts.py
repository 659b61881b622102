"""A lead about whom something is missing is never dialled, by whichever door, and each screen says what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async

from campaigns.dialer import Blocked, dial_next
from campaigns.handoff.lead_leg import LegRefused, open_lead_leg
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Call, Campaign, DialDecision, Handoff, Line, Rep, StaffCall
from campaigns.states import CallStatus
from leads.consent import record_consent
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import administrator, shown
from tests.conftest import NOW
from tests.leads.conftest import consent_of

TakeAway = Callable[[Lead], object]
INTEGRATOR = "/api/v1"


def lead_with(**fields: str) -> TakeAway:
    return lambda lead: Lead.objects.filter(pk=lead.pk).update(**fields)


def no_organisation(lead: Lead) -> None:
    Campaign.objects.update(controller=" ")


OF_THE_LEAD = [
    pytest.param(lead_with(phone="+254999123"), "No such number is in use. Correct it from the source.", id="a number in use"),
    pytest.param(lead_with(phone="+254800722001"), "This is a service number, not a person's phone.", id="a person's number"),
    pytest.param(lead_with(time_zone=""), "Set it on the lead.", id="the time zone"),
    pytest.param(lead_with(time_zone="Africa/Nairobbi"), "The time zone is not the name of a place.", id="a time zone that is a place"),
    pytest.param(lead_with(market=""), "The market of this number is not known.", id="the market"),
    pytest.param(lead_with(market="UG"), "The number belongs to the market KE, but the lead says UG.", id="the market of the number"),
    pytest.param(
        lead_with(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka"), "There are no calling rules for the market ZM.", id="a pack"
    ),
    pytest.param(None, "There is no consent for marketing calls.", id="consent"),
]
OF_THE_CAMPAIGN = pytest.param(no_organisation, "No organisation is named on whose behalf to call.", id="the organisation")
MISSING = pytest.mark.parametrize(("take_away", "sentence"), [*OF_THE_LEAD, OF_THE_CAMPAIGN])


def somebody(take_away: TakeAway | None) -> Lead:
    """With everything in order but that one thing. None: they never consented, for a record of it cannot be taken away."""
    lead = Lead.objects.create(phone="+254712123410", name="Asha", time_zone="Africa/Nairobi", market="KE")
    if take_away is None:
        return lead
    record_consent(consent_of(lead), now=NOW)
    take_away(lead)
    return Lead.objects.get(pk=lead.pk)


@pytest.fixture
def promised(campaign: Campaign, line: Line, django_user_model) -> Callable[[Lead], StaffCall]:
    """Rehema keeps a promise to this lead: her own phone is answered, and the lead's is next."""

    def promise_to(lead: Lead) -> StaffCall:
        first = live_call(campaign, lead, status=CallStatus.COMPLETED, ended_at=NOW, disposition="callback_requested")
        rehema = Rep.objects.create(user=django_user_model.objects.create(username="rehema"), name="Rehema", number="+254711000777", is_verified=True)
        handoff = Handoff.objects.create(call=first, strategy="callback", status="accepted", rep=rehema, offered_at=NOW, accepted_at=NOW)
        made = StaffCall.objects.create(rep=rehema, handoff=handoff, line=line, status="dialing", answer_token="for-rehema", placed_at=NOW)
        return StaffCall.objects.get(pk=made.pk)

    return promise_to


@MISSING
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("closed_connections")
async def test_the_dialer_rings_nobody_and_says_what_is_missing(campaign, server, provider, platform, take_away, sentence):
    lead = await sync_to_async(somebody)(take_away)
    call = await sync_to_async(enrolled)(campaign, lead)

    result = await dial_next(NOW, provider)

    assert isinstance(result, Blocked) and sentence in " ".join(refusal.sentence for refusal in result.refusals)
    await call.arefresh_from_db()
    assert (call.status, call.dialled_at, platform.asked) == (CallStatus.BLOCKED, None, [])


@MISSING
@pytest.mark.django_db
def test_a_promise_to_call_back_rings_nobody_and_says_what_is_missing(loopback, promised, take_away, sentence):
    staff_call = promised(somebody(take_away))

    leg = open_lead_leg(staff_call, staff_call.handoff, now=NOW)

    assert isinstance(leg, LegRefused) and leg.is_final and sentence in leg.sentence
    kept = DialDecision.objects.get()
    assert (kept.is_allowed, kept.call.status, kept.call.dialled_at) == (False, CallStatus.BLOCKED, None)


@pytest.mark.django_db
def test_with_nothing_missing_the_promise_is_kept(loopback, promised):
    staff_call = promised(somebody(lead_with(name="Asha")))

    assert not isinstance(open_lead_leg(staff_call, staff_call.handoff, now=NOW), LegRefused)


@MISSING
@pytest.mark.django_db
def test_the_page_of_the_call_and_rest_say_what_is_missing(client, loopback, promised, take_away, sentence):
    staff_call = promised(somebody(take_away))
    open_lead_leg(staff_call, staff_call.handoff, now=NOW)
    call = Call.objects.get(status=CallStatus.BLOCKED)
    key = create_api_key("CRM")[1]
    administrator(client)

    decisions = client.get(f"{INTEGRATOR}/calls/{call.pk}", headers={"Authorization": f"Bearer {key}"}).json()["dial_decisions"]
    assert sentence in " ".join(reason["sentence"] for decision in decisions for reason in decision["reasons"])
    assert sentence in shown(client, f"campaigns/call/{call.pk}/change/").replace("&#x27;", "'")


@pytest.mark.parametrize(("take_away", "sentence"), OF_THE_LEAD)
@pytest.mark.django_db
def test_the_page_of_the_lead_says_what_is_missing_before_anybody_is_enrolled(client, take_away, sentence):
    administrator(client)
    lead = somebody(take_away)

    assert sentence in shown(client, f"leads/lead/{lead.pk}/change/").replace("&#x27;", "'")


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["a number", "a country", "a place"])
def test_rest_takes_in_no_lead_whose_facts_are_wrong(client, missing):
    """What is missing may come later and is not called till then; what is wrong is refused with its mend."""
    key = create_api_key("CRM")[1]
    wrong = {"a number": {"phone": "Asha"}, "a country": {"phone": "0712123410"}, "a place": {"phone": "+254712123410", "time_zone": "Nairobi"}}
    reply = client.post(f"{INTEGRATOR}/leads", wrong[missing], content_type="application/json", headers={"Authorization": f"Bearer {key}"})

    assert reply.status_code == 422 and reply.json()["errors"][0]["message"]
    assert not Lead.objects.exists()
