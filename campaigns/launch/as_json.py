"""The launch checklist as REST gives it."""

from __future__ import annotations

from typing import Any

from campaigns.launch.checklist import checklist
from campaigns.launch.collecting import facts_of
from campaigns.launch.hours import first_ring
from campaigns.launch.items import Item, stops
from campaigns.launch.words import TITLES, in_words
from campaigns.models import Campaign


def launch_out(campaign: Campaign) -> dict[str, Any]:
    """`campaign` with script and line."""
    facts = facts_of(campaign)
    items = checklist(facts)
    return {
        "campaign_id": campaign.pk,
        "status": campaign.status,
        "n_stops": len(stops(items)),
        "first_ring_at": first_ring(facts.places),
        "items": [_item(each) for each in items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "key": item.key.value,
        "state": item.state.value,
        "title": str(TITLES[item.key]),
        "found": [in_words(said) for said in item.found],
        "mends": [{"words": in_words(mend.words), "command": mend.command} for mend in item.mends],
    }
