"""Which right each address of the REST API asks of the owner of a key. A key without an owner is the organisation's and may all.

An address that is not named here is closed to owners' keys: a new one is added here, or refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.access.roles import EXPORT_EVIDENCE, SEE_PEOPLE
from campaigns.access.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Needs:
    permissions: tuple[str, ...]
    whole_organisation: bool = False  # closed to owners with a limit: it belongs to no campaign


def _of_campaign(*permissions: str) -> Needs:
    return Needs(("campaigns.view_campaign", *permissions))


def _webhooks(permission: str) -> Needs:
    return Needs((f"campaigns.{permission}_webhookendpoint",), whole_organisation=True)


def _scripts(*permissions: str) -> Needs:
    return Needs(tuple(f"campaigns.{permission}_script" for permission in permissions), whole_organisation=True)


_LEADS = Needs(("leads.view_lead", SEE_PEOPLE))
RIGHTS: Mapping[str, Needs] = {
    "POST leads": Needs(("leads.add_lead", "leads.change_lead", SEE_PEOPLE), whole_organisation=True),
    "GET leads": _LEADS,
    "GET leads/<lead_id>": _LEADS,
    "POST leads/<lead_id>/consents": Needs(("leads.view_lead", "leads.add_consentrecord", SEE_PEOPLE)),
    "POST do-not-call": Needs(("leads.add_donotcallentry",)),
    "POST do-not-call/many": Needs(("leads.add_donotcallentry",)),
    "GET do-not-call": Needs(("leads.view_donotcallentry", SEE_PEOPLE), whole_organisation=True),
    "GET retry-rules": Needs(("campaigns.view_retryrule",)),
    "GET campaigns/<campaign_id>/attempts": _of_campaign(),
    "GET campaigns/<campaign_id>/cost": _of_campaign(),
    "POST campaigns": _of_campaign("campaigns.add_campaign", "campaigns.add_script"),
    "GET campaigns": _of_campaign(),
    "GET campaigns/<campaign_id>": _of_campaign(),
    "POST campaigns/<campaign_id>/leads": _of_campaign("campaigns.change_campaign", "leads.view_lead"),
    "POST campaigns/<campaign_id>/leads/take-out": _of_campaign("campaigns.change_campaign", "leads.view_lead"),
    "GET campaigns/<campaign_id>/launch": _of_campaign(),
    "GET campaigns/<campaign_id>/results.<file_format>": _of_campaign("campaigns.view_call"),
    "POST campaigns/<campaign_id>/preflight": _of_campaign("campaigns.change_campaign"),
    "GET campaigns/<campaign_id>/preflights/<preflight_id>": _of_campaign(),
    "GET campaigns/<campaign_id>/preflights/<preflight_id>/excluded/<reason>": _of_campaign("leads.view_lead", SEE_PEOPLE),
    "GET campaigns/<campaign_id>/changes": _of_campaign(),
    "POST campaigns/<campaign_id>/<action>": _of_campaign("campaigns.change_campaign"),  # approving asks for more, there
    "GET calls": Needs(("campaigns.view_call",)),
    "GET calls/<call_id>": Needs(("campaigns.view_call",)),
    "GET calls/<call_id>/evidence": Needs(("campaigns.view_call", SEE_PEOPLE, EXPORT_EVIDENCE)),
    "GET leads/<lead_id>/evidence": Needs(("campaigns.view_call", "leads.view_lead", SEE_PEOPLE, EXPORT_EVIDENCE)),
    "GET why": Needs(("campaigns.view_call", SEE_PEOPLE)),
    "GET hot-leads": Needs(("campaigns.view_handoff", "campaigns.view_call", SEE_PEOPLE)),
    "GET scripts": _scripts("view"),
    "POST scripts": _scripts("view", "add"),
    "GET scripts/<script_id>": _scripts("view"),
    "PUT scripts/<script_id>": _scripts("view", "change"),
    "POST scripts/<script_id>/versions": _scripts("view", "add"),
    "POST webhook-endpoints": _webhooks("add"),
    "GET webhook-endpoints": _webhooks("view"),
    "GET webhook-endpoints/<endpoint_id>": _webhooks("view"),
    "PATCH webhook-endpoints/<endpoint_id>": _webhooks("change"),
    "DELETE webhook-endpoints/<endpoint_id>": _webhooks("delete"),
    "POST webhook-endpoints/<endpoint_id>/rotate-secret": _webhooks("change"),
    "POST webhook-endpoints/<endpoint_id>/test": _webhooks("change"),
    "GET webhook-endpoints/<endpoint_id>/deliveries": _webhooks("view"),
    "POST webhook-endpoints/deliveries/<delivery_id>/retry": _webhooks("change"),
}


def may_call(method: str, route: str, viewer: Viewer) -> bool:
    """`route` as Django matched it, behind the API's own address: "calls/<call_id>"."""
    if viewer.user is None:
        return True
    needs = RIGHTS.get(f"{method} {route}")
    if needs is None or (needs.whole_organisation and viewer.limit is not None):
        return False
    return all(viewer.may(permission) for permission in needs.permissions)
