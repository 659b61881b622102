"""The facts of many leads at once, as `eligibility` collects them for one: a few queries, and one of the do-not-call list for each 500 leads.

Reads only, and decides nothing. For looking ahead: a call itself is decided on facts read fresh at its own instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from leads.compliance import ConsentFact, LeadFacts
from leads.do_not_call import entries_of
from leads.eligibility import consent_fact, region_said
from leads.erasure import attempts_before_erasure
from leads.models import ConsentRecord, Lead

CHUNK = 5000


def facts_in_bulk(
    leads: QuerySet[Lead], *, purpose: str, controller: str, attempts: Mapping[UUID, tuple[datetime, ...]]
) -> Iterator[tuple[UUID, LeadFacts]]:
    """Each lead's facts but for the holidays, which depend on the instant: None here. `attempts`: when each was dialled in the last 30 days."""
    ids = leads.order_by().values("pk")
    consents: dict[UUID, list[ConsentFact]] = defaultdict(list)
    for record in ConsentRecord.objects.filter(lead__in=ids).defer("wording", "evidence").iterator(chunk_size=CHUNK):
        consents[record.lead_id].append(consent_fact(record))
    rows = leads.order_by().values_list("pk", "phone", "time_zone", "market", "custom_fields__region").iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        phones = [phone for _lead_id, phone, *_ in some]
        listed, before_erasure = entries_of(phones), attempts_before_erasure(phones)
        for lead_id, phone, time_zone, market, region in some:
            yield (
                lead_id,
                LeadFacts(
                    phone=phone,
                    time_zone=time_zone,
                    market=market,
                    consents=tuple(consents.get(lead_id, ())),
                    is_on_dnc=phone in listed,
                    purpose=purpose,
                    controller=controller,
                    attempts=(*attempts.get(lead_id, ()), *before_erasure.get(phone, ())),
                    holidays=None,
                    region=region_said(region),
                ),
            )
