"""Taking an import back leaves alone whoever a campaign already calls, and loses no call."""

from __future__ import annotations

import pytest

from campaigns.models import Call
from leads.import_undo import undo_import
from leads.lead_import import Manner, import_leads
from leads.models import Lead, LeadImport
from tests.campaigns.conftest import enrolled
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

ASHA, DAUDI = "+254712123401", "+233231234504"


def test_a_lead_that_a_campaign_calls_stays_with_its_call(campaign):
    imported = import_leads(f"phone\n{ASHA}\n{DAUDI}\n".encode(), Manner("list.csv", NOW))
    call = enrolled(campaign, Lead.objects.get(phone=ASHA))

    undone = undo_import(LeadImport.objects.get(pk=imported.import_id), at=NOW, by="mosi")

    assert (undone.n_removed, undone.kept) == (1, {"calls": 1})
    assert Call.objects.get() == call
    assert Lead.objects.get().phone == ASHA
