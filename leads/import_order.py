"""How one list is to be imported: which column holds what, which country is meant, and who answers for consent. Kept as JSON with the import.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from leads.import_columns import CONSENT_FIELDS, Layout
from leads.import_rows import Attestation
from leads.words import Purpose


class ConsentSource(StrEnum):
    """Where the consent of the people on a list comes from."""

    UNDECIDED = "undecided"
    LIST = "list"  # each row says its own
    ATTESTED = "attested"  # whoever imports it answers for them
    NONE = "none"  # nobody agreed yet, so nobody is called


@dataclass(frozen=True, slots=True)
class ImportOrder:
    layout: Layout
    market: str = ""
    consent: ConsentSource = ConsentSource.UNDECIDED
    attestation: Attestation | None = None  # only with ATTESTED

    @property
    def names_consent(self) -> bool:
        """Whether a column of the list is about consent."""
        return any(field in CONSENT_FIELDS for field in self.layout.fields)

    def with_layout(self, layout: Layout, market: str) -> ImportOrder:
        """What was said about consent stays, unless it rested on columns that are no longer read."""
        changed = replace(self, layout=layout, market=market)
        is_baseless = changed.consent == ConsentSource.LIST and not changed.names_consent
        return replace(changed, consent=ConsentSource.UNDECIDED) if is_baseless else changed


def as_json(order: ImportOrder) -> dict[str, Any]:
    given = order.attestation
    return {
        "heading_row": order.layout.heading_row,
        "fields": list(order.layout.fields),
        "market": order.market,
        "consent": order.consent.value,
        "attestation": None
        if given is None
        else {
            "by": given.by,
            "at": given.at.isoformat(),
            "purpose": given.purpose.value,
            "controller": given.controller,
            "channel": given.channel,
            "wording": given.wording,
            "covers_automated_voice": given.covers_automated_voice,
        },
    }


def from_json(kept: Mapping[str, Any]) -> ImportOrder:
    """Of what `as_json` wrote."""
    given = kept["attestation"]
    attestation = None
    if given is not None:
        attestation = Attestation(**{**given, "at": datetime.fromisoformat(given["at"]), "purpose": Purpose(given["purpose"])})
    layout = Layout(kept["heading_row"], tuple(kept["fields"]))
    return ImportOrder(layout, kept["market"], ConsentSource(kept["consent"]), attestation)
