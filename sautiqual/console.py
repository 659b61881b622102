"""The manager's console in unfold's dress: its name, its menu, and which right each entry asks for.

The colours are unfold's own; static/sautiqual/sautiqual.css gives the same ones to the reps' queue.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


def _entry(title: Any, icon: str, app: str, model: str, page: str = "changelist") -> dict[str, Any]:
    def may_see(request: Any) -> bool:
        """As the page itself decides. Found by name, because the settings read this file before there are models and pages."""
        site = import_string("django.contrib.admin.site")
        return bool(site.get_model_admin(apps.get_model(app, model)).has_view_or_change_permission(request))

    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{app}_{model}_{page}"), "permission": may_see}


def _may_review(request: Any) -> bool:
    return bool(request.user.has_perms(["campaigns.view_call", "campaigns.see_people"]))


_OF_ONE_CALL = re.compile(r"(?<=/campaigns/call/)[0-9a-f-]{36}/(?=review/)")


@lru_cache(maxsize=256)  # each entry of the menu asks, on every page
def place_of(path: str) -> str:
    """The one address of the menu that this page belongs to; "": none. Live calls are under the calls' address, and are marked alone."""
    path = _OF_ONE_CALL.sub("", path)
    links = [str(entry["link"]) for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]
    first, others = links[0], links[1:]
    return first if path == first else max((link for link in others if path.startswith(link)), key=len, default="")


def _mark_one(entry: dict[str, Any]) -> None:
    entry["active"] = lambda request: place_of(request.path) == str(entry["link"])


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "SautiQual",
    "SITE_HEADER": "SautiQual",
    "SITE_SUBHEADER": _("Console"),
    "SHOW_LANGUAGES": True,  # in the menu of the user
    "SITE_URL": None,  # the queue has its own entry in the menu
    "SITE_ICON": lambda request: static("sautiqual/icon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("sautiqual/icon.svg")}],
    "DASHBOARD_CALLBACK": "campaigns.admin.dashboard.dashboard",
    "STYLES": [lambda request: static("sautiqual/console.css")],
    "SCRIPTS": [lambda request: static("sautiqual/console.js")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": _("Overview"), "icon": "home", "link": reverse_lazy("admin:index")},
                    {"title": _("Reps' queue"), "icon": "headset_mic", "link": "/queue/"},
                ]
            },
            {
                "title": _("Calls"),
                "items": [
                    _entry(_("Campaigns"), "campaign", "campaigns", "campaign"),
                    _entry(_("Preflights"), "flight_takeoff", "campaigns", "preflight"),
                    _entry(_("Clips"), "graphic_eq", "campaigns", "preparedclip"),
                    _entry(_("Live calls"), "sensors", "campaigns", "call", "live"),
                    _entry(_("Calls"), "call", "campaigns", "call"),
                    {"title": _("Review"), "icon": "hearing", "link": reverse_lazy("admin:campaigns_call_reviews"), "permission": _may_review},
                    _entry(_("Hand-offs"), "phone_forwarded", "campaigns", "handoff"),
                    _entry(_("Stops of all dialing"), "block", "campaigns", "dialingstop"),
                    _entry(_("Flight record"), "timeline", "campaigns", "flightentry"),
                    _entry(_("Judgements"), "gavel", "campaigns", "judgement"),
                ],
            },
            {
                "title": _("Leads"),
                "items": [
                    _entry(_("Leads"), "person", "leads", "lead"),
                    _entry(_("Imports"), "upload_file", "leads", "leadimport"),
                    _entry(_("Consent"), "verified_user", "leads", "consentrecord"),
                    _entry(_("Holidays"), "event", "leads", "holidayconfirmation"),
                    _entry(_("Old market packs"), "gavel", "leads", "packacknowledgement"),
                    _entry(_("Do not call"), "phone_disabled", "leads", "donotcallentry"),
                    _entry(_("Taken off do-not-call"), "phone_enabled", "leads", "donotcallremoval"),
                    _entry(_("Privacy"), "shield_person", "campaigns", "privacyact"),
                ],
            },
            {
                "title": _("Set-up"),
                "items": [
                    _entry(_("Scripts"), "list_alt", "campaigns", "script"),
                    _entry(_("Retry rules"), "replay", "campaigns", "retryrule"),
                    _entry(_("Phone lines"), "dialpad", "campaigns", "line"),
                    _entry(_("Line checks"), "fact_check", "campaigns", "linecheck"),
                    _entry(_("Limits"), "speed", "campaigns", "organisation"),
                    _entry(_("Reps"), "support_agent", "campaigns", "rep"),
                    _entry(_("Checks of reps' numbers"), "phonelink_ring", "campaigns", "numbercheck"),
                    _entry(_("API keys"), "key", "campaigns", "apikey"),
                    _entry(_("Webhooks"), "webhook", "campaigns", "webhookendpoint"),
                    _entry(_("Webhook deliveries"), "outbox", "campaigns", "webhookdelivery"),
                    _entry(_("Users"), "group", "auth", "user"),
                    _entry(_("Roles"), "badge", "auth", "user", "roles"),
                    _entry(_("Groups"), "groups", "auth", "group"),
                    _entry(_("Audit log"), "history_edu", "leads", "auditentry"),
                    _entry(_("Jobs"), "work_history", "django_tasks_database", "dbtaskresult"),
                ],
            },
        ],
    },
}

for _group in UNFOLD["SIDEBAR"]["navigation"]:
    for _each in _group["items"]:
        _mark_one(_each)
