"""What a call cost, as its page says it: the telephone, the AI voice beside it, and both together. A missing price is said, never shown as 0."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from campaigns.admin.facts import Fact, fact
from campaigns.models import Call
from campaigns.reports.progress import kes
from campaigns.reports.voice_cost import VoiceLine, total_minor
from leads.telling import told


def money_facts(call: Call, sessions: Sequence[VoiceLine]) -> list[Fact]:
    if call.dialled_at is None and not call.is_theirs:
        return [Fact(_("Cost"), _("none: not dialled"), is_missing=True), *([_voice(call, sessions)] if sessions else [])]
    both, for_voice = total_minor(call), call.voice_reserved_minor
    return [
        fact(_("Telephone"), kes(call.cost_minor, call.cost_currency), _("not known yet: the platform has sent no price")),
        _voice(call, sessions),
        fact(_("Together"), kes(both, call.cost_currency), _("not known: a part of it is missing")),
        _reserved(_("Reserved for the telephone"), call.reserved_minor, is_over=call.settled_at is not None),
        *([_reserved(_("Reserved for the AI voice"), for_voice, is_over=call.voice_settled_at is not None)] if for_voice else []),
    ]


def _voice(call: Call, sessions: Sequence[VoiceLine]) -> Fact:
    label = _("AI voice")
    if call.voice_cost_minor is not None:
        return Fact(label, kes(call.voice_cost_minor) if sessions else f"{kes(0)} ({_('no voice was needed')})")
    if call.voice_settled_at is not None:
        return Fact(label, _("not counted: the call is from before voices were counted"), is_missing=True)
    unknown = dict.fromkeys(sentence for session in sessions for sentence in session.unknown)
    if unknown:
        return Fact(label, f"{_('not known:')} {' '.join(map(told, unknown))}", is_missing=True)
    return Fact(label, _("not known yet: the voice has not been closed"), is_missing=True)


def _reserved(label: object, minor: int, *, is_over: bool) -> Fact:
    return Fact(label, f"{kes(minor)} ({_('released: the price is final')})" if is_over else kes(minor))
