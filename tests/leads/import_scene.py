"""An import brought as far as a test needs it; every file is made as people make it."""

from __future__ import annotations

from typing import Any

from leads import import_desk, import_order, import_work
from leads.import_order import ConsentSource
from leads.import_preview import Preview, from_json
from leads.import_rows import Attestation
from leads.import_stage import Stage
from leads.models import LeadImport
from leads.words import Purpose
from tests.conftest import NOW
from tests.leads.facts import ACME

ASHA, DAUDI = "+254712123401", "+233231234504"
MOSI = Attestation("Mosi", NOW, Purpose.MARKETING, ACME, "paper form", "Acme may call me.", True)


def begun(content: str | bytes, by: Any) -> LeadImport:
    pieces = [content if isinstance(content, bytes) else content.encode()]
    return import_desk.begin(pieces, file_name="list.csv", by=by)


def mapped(kept: LeadImport, *, market: str = "KE") -> Preview:
    import_desk.save_layout(kept, import_order.from_json(kept.order).layout, market=market)
    return preview(kept)


def preview(kept: LeadImport) -> Preview:
    kept.refresh_from_db()
    assert kept.stage == Stage.CHECKED, (kept.stage, kept.failure)
    return from_json(import_work.preview_of(kept))


def imported(kept: LeadImport, by: Any, *, attestation: Attestation | None = None) -> LeadImport:
    import_desk.save_consent(kept, ConsentSource.ATTESTED if attestation else ConsentSource.NONE, attestation)
    import_desk.start(kept, by=by)
    import_work.carry_out(kept.pk)
    kept.refresh_from_db()
    return kept
