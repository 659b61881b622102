"""An import is taken back: its leads go, but for those of whom something else is known."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.compliance import Purpose
from leads.consent import record_consent, withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.entered_lead import LeadEntry
from leads.import_rows import Attestation
from leads.import_undo import undo_import, would_be_undone
from leads.lead_entry import enter_lead
from leads.lead_import import Manner, import_leads
from leads.models import AuditEntry, ConsentRecord, DoNotCallEntry, Lead, LeadImport
from tests.conftest import NOW
from tests.leads.conftest import consent_of
from tests.leads.facts import ACME

pytestmark = pytest.mark.django_db

PHONES = [f"+2547121234{n:02}" for n in range(1, 6)]


@pytest.fixture
def kept_import(db) -> LeadImport:
    manner = Manner("list.csv", NOW, attestation=Attestation("Mosi", NOW, Purpose.MARKETING, ACME))
    imported = import_leads("\n".join(["phone", *PHONES]).encode(), manner)
    return LeadImport.objects.get(pk=imported.import_id)


def lead(n: int) -> Lead:
    return Lead.objects.get(phone=PHONES[n])


def test_leads_that_the_import_created_go_with_their_consent(kept_import):
    undone = undo_import(kept_import, at=NOW, by="mosi")

    assert (undone.n_removed, undone.kept) == (5, {})
    assert (Lead.objects.count(), ConsentRecord.objects.count()) == (0, 0)
    kept_import.refresh_from_db()
    assert kept_import.undone_at == NOW


def test_whoever_something_else_is_known_of_stays_and_the_reason_is_told(kept_import):
    withdraw_consent(lead(0), purpose=None, channel="call", at=NOW, now=NOW)
    record_consent(consent_of(lead(1)), now=NOW)
    add_to_do_not_call(PHONES[2], origin=DoNotCallEntry.Origin.CALLEE, reason="", at=NOW, keep_number=False)
    Lead.objects.filter(phone=PHONES[3]).update(name="Asha", updated_at=lead(3).created_at + timedelta(minutes=1))

    undone = undo_import(kept_import, at=NOW, by="mosi")

    assert undone.n_removed == 1
    assert undone.kept == {"consent given or withdrawn otherwise": 2, "on the do-not-call list": 1, "changed since": 1}
    assert set(Lead.objects.values_list("phone", flat=True)) == set(PHONES[:4])


def test_leads_that_were_there_before_stay_as_they_are_now():
    enter_lead(LeadEntry(phone=PHONES[0], name="Asha"))
    imported = import_leads(f"phone,name\n{PHONES[0]},Asha Juma\n".encode(), Manner("list.csv", NOW))

    assert undo_import(LeadImport.objects.get(pk=imported.import_id), at=NOW, by="mosi").n_removed == 0
    assert lead(0).name == "Asha Juma"


def test_taking_it_back_twice_does_no_harm(kept_import):
    undo_import(kept_import, at=NOW, by="mosi")

    assert undo_import(kept_import, at=NOW, by="mosi").n_removed == 0


def test_a_list_that_was_taken_back_can_be_imported_again(kept_import):
    undo_import(kept_import, at=NOW, by="mosi")

    assert import_leads("\n".join(["phone", *PHONES]).encode(), Manner("list.csv", NOW)).tally.n_new == 5


def test_the_command_takes_an_import_back(kept_import, capsys):
    withdraw_consent(lead(0), purpose=None, channel="call", at=NOW, now=NOW)

    call_command("import_leads", "--undo", str(kept_import.pk), "--json")

    assert json.loads(capsys.readouterr().out) == {"import": kept_import.pk, "n_removed": 4, "kept": {"consent given or withdrawn otherwise": 1}}


def test_an_import_that_is_none_is_said_in_words(db):
    with pytest.raises(CommandError, match="There is no import 77"):
        call_command("import_leads", "--undo", "77")


# ---- before it is done, and after ---------------------------------------------------------------------------------------------------


def test_what_would_stay_is_told_before_anything_goes(kept_import):
    add_to_do_not_call(PHONES[2], origin=DoNotCallEntry.Origin.CALLEE, reason="", at=NOW)

    told = would_be_undone(kept_import)

    assert (told.n_removed, told.kept) == (4, {"on the do-not-call list": 1})
    assert Lead.objects.count() == 5
    assert undo_import(kept_import, at=NOW, by="mosi") == told


def test_whoever_stands_on_another_list_stays_until_that_is_taken_back_too(kept_import):
    again = import_leads(f"phone\n{PHONES[0]}\n".encode(), Manner("again.csv", NOW))

    assert undo_import(kept_import, at=NOW, by="mosi").kept == {"on another imported list": 1}
    undo_import(LeadImport.objects.get(pk=again.import_id), at=NOW, by="mosi")
    assert undo_import(kept_import, at=NOW, by="mosi").kept == {}


def test_taking_back_is_in_the_audit_log_and_names_nobody(kept_import):
    undo_import(kept_import, at=NOW, by="mosi")

    entry = AuditEntry.objects.get(act="undo")
    assert (entry.by, entry.subject_id, entry.detail) == ("mosi", str(kept_import.pk), {"n_removed": 5, "n_kept": 0})
