"""The cast as rows: Asha consented, Baraka is on do-not-call, Chiku withdrew, Daudi lives in another time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from leads import clock
from leads.compliance import ConsentKind, Purpose
from leads.consent import record_consent, withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from tests.conftest import NOW
from tests.leads.facts import ACME


def consent_of(lead: Lead) -> ConsentRecord:
    """A signed consent for marketing calls by an automated voice, good enough in every market; not yet saved."""
    return ConsentRecord(
        lead=lead,
        kind=ConsentKind.GIVEN,
        purpose=Purpose.MARKETING,
        covers_automated_voice=True,
        controller=ACME,
        wording="I agree that Acme's automated voice may call me about its offers.",
        wording_version="3",
        channel="paper",
        evidence={"scan": "A-17"},
        grade="written",
        given_at=NOW - timedelta(days=30),
    )


def _consented(phone: str, name: str, time_zone: str, market: str) -> Lead:
    lead = Lead.objects.create(phone=phone, name=name, time_zone=time_zone, market=market, source="fair in Nairobi")
    record_consent(consent_of(lead), now=NOW)
    return lead


@pytest.fixture
def asha(db: None) -> Lead:
    return _consented("+254712123401", "Asha", "Africa/Nairobi", "KE")


@pytest.fixture
def baraka(db: None) -> Lead:
    lead = _consented("+254712123402", "Baraka", "Africa/Nairobi", "KE")
    add_to_do_not_call(lead.phone, origin=DoNotCallEntry.Origin.CALLEE, reason="asked on a call", at=NOW - timedelta(days=1))
    return lead


@pytest.fixture
def chiku(db: None) -> Lead:
    lead = _consented("+254712123403", "Chiku", "Africa/Nairobi", "KE")
    withdraw_consent(lead, purpose=None, channel="e-mail", at=NOW - timedelta(days=2), now=NOW)
    return lead


@pytest.fixture
def daudi(db: None) -> Lead:
    """In Ghana, where it is 07:00 at NOW."""
    return _consented("+233231234504", "Daudi", "Africa/Accra", "GH")


@pytest.fixture
def clock_at_now() -> Iterator[None]:
    """Business time is NOW, give or take the run of the test."""
    clock.set_offset(NOW - datetime.now(UTC))
    yield
    clock.set_offset(timedelta())
