"""Looking ahead must see what the dial instant will see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leads import bulk_facts
from leads.bulk_facts import facts_in_bulk
from leads.do_not_call import add_to_do_not_call
from leads.eligibility import facts_of
from leads.models import DoNotCallEntry, Lead
from tests.conftest import NOW
from tests.leads.facts import ACME


def in_bulk() -> dict[Any, Any]:
    return dict(facts_in_bulk(Lead.objects.all(), purpose="marketing", controller=ACME, attempts={}))


@pytest.mark.parametrize("keep_number", [True, False], ids=["number kept", "digest only"])
def test_the_facts_of_many_are_the_facts_of_each(asha, baraka, chiku, daudi, keep_number, monkeypatch):
    monkeypatch.setattr(bulk_facts, "CHUNK", 3)
    add_to_do_not_call(daudi.phone, origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW, keep_number=keep_number)

    found = in_bulk()

    for lead in (asha, baraka, chiku, daudi):
        alone = facts_of(lead, purpose="marketing", controller=ACME, attempts=(), at=NOW)
        together = found[lead.pk]
        assert replace(together, consents=frozenset(together.consents), holidays=None) == replace(
            alone, consents=frozenset(alone.consents), holidays=None
        )
    assert [found[lead.pk].is_on_dnc for lead in (asha, baraka, chiku, daudi)] == [False, True, False, True]


def test_many_leads_cost_a_few_questions(db, django_assert_max_num_queries):
    Lead.objects.bulk_create(Lead(phone=f"+2547130{n:05}", market="KE") for n in range(900))
    add_to_do_not_call("+254712123401", origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW)

    with django_assert_max_num_queries(6):
        assert len(in_bulk()) == 900
