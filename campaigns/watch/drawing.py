"""Drawing cards for whoever looks: once for all who see and may the same, so that twenty pages cost no more than one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from campaigns.access.middleware import mask
from campaigns.access.roles import LISTEN_IN
from campaigns.access.viewer import Viewer
from campaigns.states import HandoffStatus
from campaigns.watch.board import Card, cards_of, of_ids
from campaigns.watch.stages import Stage
from leads.models import Lead

LEAD_CALL = "campaigns.lead_live_call"
STAGES: Mapping[Stage, Any] = {
    Stage.DIALLING: _("Dialling"),
    Stage.RINGING: _("Ringing"),
    Stage.PICKED_UP: _("Picked up"),
    Stage.TALKING: _("The bot talks"),
    Stage.WITH_REP: _("With a rep"),
    Stage.LEFT: _("The bot has finished"),
    Stage.OVER: _("Over"),
}
HANDOFFS: Mapping[HandoffStatus, Any] = {
    HandoffStatus.WARMING: _("Getting warm: reps are asked already"),
    HandoffStatus.OFFERED: _("Offered to the reps"),
    HandoffStatus.ACCEPTED: _("Accepted by %(rep)s"),
    HandoffStatus.DECLINED: _("Every rep declined"),
    HandoffStatus.NO_ANSWER: _("No rep took it"),
    HandoffStatus.REP_VOICEMAIL: _("%(rep)s's voicemail picked up"),
    HandoffStatus.BRIDGED: _("Talks with %(rep)s"),
    HandoffStatus.RETURNED_TO_BOT: _("Back with the bot"),
    HandoffStatus.PROMISED: _("A call back is promised"),
}


@dataclass(frozen=True, slots=True)
class Eyes:
    """What decides how a card looks."""

    language: str
    sees_people: bool
    sees_numbers: bool
    may_lead: bool
    may_listen: bool

    @classmethod
    def of(cls, viewer: Viewer, language: str) -> Eyes:
        may_listen = viewer.may(LISTEN_IN) and viewer.sees_people
        return cls(language, viewer.sees_people, viewer.sees_numbers, viewer.may(LEAD_CALL), may_listen)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call's card in as many looks as were asked for."""

    call_id: UUID
    campaign_id: int
    html: Mapping[Eyes, str]


def drawn(call_ids: Sequence[UUID], looks: Collection[Eyes]) -> list[Drawn]:
    cards = cards_of(of_ids(call_ids))
    return [Drawn(card.call.pk, card.call.campaign_id, {eyes: draw(card, eyes) for eyes in looks}) for card in cards]


def draw(card: Card, eyes: Eyes) -> str:
    with translation.override(eyes.language):
        html = render_to_string("admin/campaigns/live/card.html", {"card": card, "eyes": eyes, **words_of(card, eyes)})
    return html if eyes.sees_numbers else mask(html.encode()).decode()


def words_of(card: Card, eyes: Eyes) -> dict[str, Any]:
    handoff = HANDOFFS.get(card.handoff) if card.handoff else None
    return {
        "who": str(card.call.lead) if eyes.sees_people else str(Lead(pk=card.call.lead_id)),
        "stage": STAGES[card.stage],
        "handoff": handoff % {"rep": card.rep_name or _("a rep")} if handoff else "",
        "words": card.words if eyes.sees_people else (),
    }
