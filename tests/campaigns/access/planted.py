"""Two campaigns side by side: Asha's, and one of somebody else's whose every word is planted, so that it is seen wherever it turns up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from campaigns.integrations.api_keys import create_api_key
from campaigns.models import (
    Answer,
    Call,
    Campaign,
    CampaignAccess,
    FlightEntry,
    LineCheck,
    Preflight,
    PreflightExclusion,
    Question,
    Rep,
    Score,
    Script,
    Turn,
    WebhookDelivery,
    WebhookEndpoint,
)
from leads import audit
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from tests.campaigns.access.walk import Address, addresses, boxes_that_search
from tests.campaigns.console import finished_call
from tests.conftest import NOW

CAMPAIGN, SCRIPT, NAME, NUMBER = "Zebra Campaign", "Zebra Script", "Wanjiku Zebra", "+254733987654"
QUOTE, WORDS, FIELD, WORDING, OUTSIDE = "zebra quote", "zebra words", "zebra field", "zebra wording", "ZEBRA-77"
OF_THE_PERSON = (NAME, QUOTE, WORDS, FIELD, WORDING, OUTSIDE)
OF_THE_CAMPAIGN = (CAMPAIGN, SCRIPT, NUMBER.lstrip("+"), *OF_THE_PERSON)


@dataclass(frozen=True, slots=True)
class Planted:
    own: Campaign
    other: Campaign
    call: Call


def planted(own: Campaign, asha: Lead, make_recording: Any) -> Planted:
    """The other campaign's call has something on every part of its page."""
    finished_call(own, asha)
    script = Script.objects.create(name=SCRIPT, organisation="Acme", disclosure="I am an AI.", hot_threshold=70)
    Question.objects.create(script=script, key="seats", position=1, kind="number", wording="How many seats?")
    other = Campaign.objects.create(name=CAMPAIGN, script=script, line=own.line, controller="Acme")
    lead = Lead.objects.create(
        phone=NUMBER, name=NAME, market="KE", time_zone="Africa/Nairobi", external_id=OUTSIDE, custom_fields={"note": FIELD}, source="a list"
    )
    consent = {"kind": "given", "purpose": "marketing", "controller": "Acme", "channel": "web form", "given_at": NOW}
    ConsentRecord.objects.create(lead=lead, wording=WORDING, **consent)
    call = finished_call(other, lead)
    Answer.objects.filter(call=call).update(quote=QUOTE)
    Turn.objects.filter(call=call, party="callee").update(text=WORDS)
    make_recording(call)
    user = User.objects.create_user("zebra-rep")
    rep = Rep.objects.create(user=user, name="Juma", number="+254733000999")
    other.reps.add(rep)
    call.handoff.rep = rep
    call.handoff.save()
    run = Preflight.objects.create(campaign=other, asked_at=NOW, asked_by="mosi", seed=1)
    PreflightExclusion.objects.create(preflight=run, reason="no_consent", position=0, lead_ids=[str(lead.pk)])
    FlightEntry.objects.create(
        kind="decision", at=NOW, recorded_at=timezone.now(), campaign_id=other.pk, call_id=call.pk, lead_id=lead.pk, details={"why": CAMPAIGN}
    )
    DoNotCallEntry.objects.create(phone="+254733987655", phone_digest="d" * 64, origin="staff", entered_at=NOW, reason=WORDING)
    endpoint = WebhookEndpoint.objects.create(url="https://example.org/hook", secret="x", event_types=["*"], created_by="mosi")
    WebhookDelivery.objects.create(endpoint=endpoint, event_id="e1", type="lead.hot", payload={"campaign": CAMPAIGN}, lead=lead)
    LineCheck.objects.create(line=own.line, rep=rep, started_by="mosi", started_at=NOW)
    audit.record("mosi", audit.Act.EXPORT, "campaign", other.pk, campaign_id=other.pk, why=CAMPAIGN)
    assert Score.objects.filter(call=call).exists()
    return Planted(own, other, call)


def somebody(client: Client, *, without: tuple[str, ...] = (), only: Campaign | None = None) -> User:
    """With every right there is but these, which is more than any role has; `only`: limited to one campaign."""
    user = User.objects.create_user("zuri", is_staff=True)
    user.user_permissions.set(Permission.objects.exclude(codename__in=without))
    if only is not None:
        CampaignAccess.objects.create(user=user).campaigns.add(only)
    client.force_login(user)
    return user


def replies(client: Client, user: User, methods: tuple[str, ...] = ("get",)) -> Any:
    """Address by address, what comes back: status and text, the redirects' targets and what is said there included."""
    _key, text = create_api_key("CRM", user)
    header = {"Authorization": f"Bearer {text}"}
    for address in addresses():
        for method in methods:
            for path in (address.path, *(_asked(address) if method == "get" else ())):
                yield f"{method} {path}", _told(getattr(client, method)(path, headers=header if address.is_api else {}))
    for box in boxes_that_search():
        for term in ("", "Wan", "733987", "Zebra"):
            yield f"box {box} {term}", _told(client.get("/admin/autocomplete/", {**box, "term": term}))
    for phone in (NUMBER, "0733 987 654"):
        yield f"post why {phone}", _told(client.post("/admin/campaigns/call/why/", {"phone": phone}))
        yield f"get why {phone}", _told(client.get("/api/v1/why", {"phone": phone}, headers=header))
        yield f"get leads {phone}", _told(client.get("/api/v1/leads", {"phone": phone}, headers=header))


def _asked(address: Address) -> tuple[str, ...]:
    if not address.is_list:
        return ()
    return tuple(f"{address.path}?{asked}" for asked in ("q=Zebra", "q=733987654", "q=%2B254733987654", "phone__startswith=%2B25473"))


def _told(response: Any) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", errors="replace")
    messages = [str(message) for message in response.wsgi_request._messages] if hasattr(response.wsgi_request, "_messages") else []
    return "\n".join([response.content.decode("utf-8", errors="replace"), response.headers.get("Location", ""), *messages])
