"""Words of the first page for what others decide in codes."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.tallies.counting import OTHER_REASON
from leads.compliance import Reason

WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
PERIODS = {"today": _("Today"), "7": _("7 days"), "30": _("30 days")}

EXCLUDED: dict[str, Any] = {
    Reason.NUMBER_INVALID: _("the number is not valid"),
    Reason.NUMBER_KIND_REFUSED: _("numbers of this kind may not be called"),
    Reason.MARKET_UNKNOWN: _("no calling rules for the market"),
    Reason.MARKET_NOT_OF_NUMBER: _("the number belongs to another market"),
    Reason.RULES_ENDED: _("the market’s rules in our pack have ended"),
    Reason.PURPOSE_UNKNOWN: _("the purpose is not known"),
    Reason.CONTROLLER_MISSING: _("the campaign names no organisation"),
    Reason.DO_NOT_CALL: _("on the do-not-call list"),
    Reason.CONSENT_MISSING: _("no consent"),
    Reason.CONSENT_NOT_FOR_PURPOSE: _("consent for another purpose"),
    Reason.CONSENT_WITHDRAWN: _("consent withdrawn"),
    Reason.CONSENT_EXPIRED: _("consent expired"),
    Reason.CONSENT_NAMES_OTHER_ORGANISATION: _("consent names another organisation"),
    Reason.CONSENT_NOT_FOR_AUTOMATED_VOICE: _("consent not for an automated voice"),
    Reason.CONSENT_GRADE_TOO_WEAK: _("proof of consent too weak"),
    Reason.CONSENT_BASIS_NOT_ACCEPTED: _("lawful basis not accepted"),
    Reason.ZONE_UNKNOWN: _("time zone unknown"),
    Reason.ZONE_INVALID: _("time zone not valid"),
    Reason.OUTSIDE_CALLING_HOURS: _("outside calling hours"),
    Reason.PUBLIC_HOLIDAY: _("a public holiday"),
    Reason.HOLIDAYS_UNKNOWN: _("the market’s holidays are not known"),
    Reason.ATTEMPTS_TODAY: _("called often enough that day"),
    Reason.ATTEMPTS_WEEK: _("called often enough that week"),
    Reason.ATTEMPTS_MONTH: _("called often enough that month"),
    OTHER_REASON: _("for another reason, see the call"),
}


def excluded_in_words(reason: str) -> Promise | str:
    return EXCLUDED.get(reason) or reason.replace("_", " ")
