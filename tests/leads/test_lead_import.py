"""A list of people is imported: what can be read is taken, the rest is told, and the same list again changes nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads import lead_import
from leads.compliance import ConsentGrade, Purpose
from leads.consent import hash_of, withdraw_consent
from leads.entered_lead import LeadEntry
from leads.import_rows import Attestation
from leads.lead_entry import enter_lead
from leads.lead_import import Imported, Manner, import_leads
from leads.models import AuditEntry, ConsentRecord, Lead, LeadImport, ListedLead
from leads.spreadsheet import Unreadable
from tests.conftest import NOW
from tests.leads.facts import ACME
from tests.leads.races import somebody_else_acts_after_we_looked
from tests.leads.test_spreadsheet import xlsx

pytestmark = pytest.mark.django_db

ASHA, DAUDI = "+254712123401", "+233231234504"
MOSI = Attestation(by="Mosi", at=NOW, purpose=Purpose.MARKETING, controller=ACME)
CONSENTED = (
    "phone,name,purpose,given_at,channel,controller,grade,wording,evidence\n"
    f"{ASHA},Asha,marketing,2026-10-01,web form,{ACME},recorded,I agree.,form 7\n"
)


def imported(text: str | bytes, *, is_dry_run: bool = False, **manner: Any) -> Imported:
    content = text if isinstance(text, bytes) else text.encode()
    return import_leads(content, Manner(**{"file_name": "list.csv", "at": NOW, **manner}), is_dry_run=is_dry_run)


def counts(result: Imported) -> tuple[int, int, int, int, int, int]:
    tally = result.tally
    return tally.n_new, tally.n_updated, tally.n_unchanged, tally.n_repeated, tally.n_rejected, tally.n_consents


# ---- leads ------------------------------------------------------------------------------------------------------------------------


def test_a_record_of_a_list_has_the_hash_and_the_pack_of_one_that_is_entered_alone():
    imported(CONSENTED)
    record = ConsentRecord.objects.get()
    assert record.evidence_hash == hash_of(record)
    assert record.pack_version == "KE-2026-11-22"
    assert record.evidence == {"reference": "form 7", "import": LeadImport.objects.get().pk, "row": 2}


def test_consent_of_a_known_lead_is_kept_under_the_market_that_the_lead_has():
    Lead.objects.create(phone=ASHA, market="UG", time_zone="Africa/Kampala")
    imported(CONSENTED)
    assert ConsentRecord.objects.get().pack_version.startswith("UG-")


def test_a_list_holds_sound_consent_and_unsound_in_any_order():
    rows = [f"+25471212340{n},marketing,{day},web form,{ACME}" for n, day in enumerate(["2026-10-01", "2027-10-01", "2026-10-01", "2027-10-01"])]
    result = imported("\n".join(["phone,purpose,given_at,channel,controller", *rows]))
    assert [(problem.row, problem.column) for problem in result.problems] == [(3, "given_at"), (5, "given_at")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"Simu,Jina,Seats\n{ASHA},Asha,5\n{DAUDI},Daudi,\n".encode(), id="csv"),
        pytest.param(xlsx(["Simu", "Jina", "Seats"], [ASHA, "Asha", 5], [DAUDI, "Daudi"]), id="xlsx"),
    ],
)
def test_people_become_leads_with_the_market_and_zone_of_their_number(content):
    assert counts(imported(content)) == (2, 0, 0, 0, 0, 0)
    assert list(Lead.objects.order_by("name").values_list("phone", "name", "market", "time_zone", "language", "custom_fields")) == [
        (ASHA, "Asha", "KE", "Africa/Nairobi", "en-KE", {"Seats": "5"}),
        (DAUDI, "Daudi", "GH", "Africa/Accra", "en-KE", {}),
    ]


def test_a_row_that_cannot_be_taken_is_told_and_the_others_are_taken():
    result = imported(f"phone,market\n{ASHA},\n0712,KE\n{DAUDI},Ghana\n")

    assert counts(result) == (1, 0, 0, 0, 2, 0)
    assert [(problem.row, problem.column, problem.value) for problem in result.problems] == [(3, "phone", "0712"), (4, "market", "Ghana")]


def test_a_known_lead_is_brought_up_to_date_as_by_rest_and_keeps_what_the_list_leaves_out():
    enter_lead(LeadEntry(phone=ASHA, name="Asha", source="fair", time_zone="", custom_fields={"plan": "gold"}))

    assert counts(imported(f"phone,name,source,language,seats\n{ASHA},Asha Juma,,sw-KE,5\n")) == (0, 1, 0, 0, 0, 0)

    lead = Lead.objects.get()
    assert (lead.name, lead.source, lead.language, lead.time_zone) == ("Asha Juma", "fair", "sw-KE", "")
    assert lead.custom_fields == {"plan": "gold", "seats": "5"}
    assert lead.created_by_import is None


def test_a_lead_does_not_slip_from_one_number_to_another():
    enter_lead(LeadEntry(phone=ASHA, external_id="1"))
    enter_lead(LeadEntry(phone="+254712123402", external_id="2"))

    result = imported(f"phone,external_id,name\n{DAUDI},1,Daudi\n{ASHA},3,Asha\n{ASHA},,Asha Juma\n+254712123402,2,Baraka\n")

    assert [(problem.row, problem.column) for problem in result.problems] == [(2, "external_id"), (3, "external_id")]
    assert set(Lead.objects.values_list("phone", "external_id", "name")) == {(ASHA, "1", "Asha Juma"), ("+254712123402", "2", "Baraka")}
    assert counts(result) == (0, 2, 0, 0, 2, 0)


def test_rows_about_one_number_are_one_lead():
    text = f"phone,market,name\n{ASHA},,Asha\n0712123401,KE,Asha Juma\n{ASHA},,\n"

    assert counts(imported(text)) == (1, 0, 0, 2, 0, 0)
    assert Lead.objects.get().name == "Asha Juma"
    assert counts(imported(text)) == (0, 0, 1, 2, 0, 0)


def test_a_long_list_is_entered_in_parts_and_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(lead_import, "BATCH", 20)
    heard: list[tuple[int, int]] = []
    text = "phone\n12\n" + "\n".join(f"+2547130{n:05}" for n in range(50))

    import_leads(text.encode(), Manner("list.csv", NOW), progress=lambda n_done, n_rows: heard.append((n_done, n_rows)))

    assert (Lead.objects.count(), heard) == (50, [(21, 51), (41, 51), (51, 51)])


def test_the_number_of_queries_grows_with_the_parts_of_a_list_and_not_with_its_rows(django_assert_max_num_queries):
    text = CONSENTED + "".join(f"+2547130{n:05},N,marketing,2026-10-01,form,{ACME},,,\n" for n in range(400))

    with django_assert_max_num_queries(40):  # SQLite takes few rows in one INSERT
        result = imported(text)
    assert (result.tally.n_new, result.tally.n_consents) == (401, 401)


def test_a_part_in_which_somebody_else_got_there_first_is_done_once_more():
    with somebody_else_acts_after_we_looked("leads_lead", lambda: Lead.objects.create(phone=ASHA)):
        result = imported(f"phone,name\n{ASHA},Asha\n{DAUDI},Daudi\n")

    assert counts(result)[:3] == (2, 0, 0)  # what the other did here was rolled back with our first try
    assert set(Lead.objects.values_list("name", flat=True)) == {"Asha", "Daudi"}


# ---- consent ----------------------------------------------------------------------------------------------------------------------


def test_consent_is_kept_with_the_row_it_came_from():
    result = imported(CONSENTED)

    record = ConsentRecord.objects.get()
    assert (record.grade, record.wording, record.controller, record.pack_version[:2], len(record.evidence_hash)) == (
        "recorded",
        "I agree.",
        ACME,
        "KE",
        64,
    )
    assert record.evidence == {"reference": "form 7", "import": result.import_id, "row": 2}


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        pytest.param("form 7", "", "evidence", id="recorded, but no proof"),
        pytest.param("I agree.", "", "wording", id="recorded, but no words"),
        pytest.param("web form", "", "channel", id="not said how"),
        pytest.param(ACME, "", "controller", id="no organisation named"),
        pytest.param("2026-10-01", "2026-12-01", "given_at", id="in the future"),
    ],
)
def test_consent_that_is_not_worth_its_grade_rejects_the_row(old, new, column):
    result = imported(CONSENTED.replace(old, new))

    assert [(problem.row, problem.column) for problem in result.problems] == [(2, column)]
    assert not Lead.objects.exists()


def test_an_attestation_covers_the_list_with_the_weakest_grade():
    imported(f"phone\n{ASHA}\n{DAUDI}\n", attestation=MOSI)

    for record in ConsentRecord.objects.all():
        assert (record.grade, record.controller, record.given_at) == (ConsentGrade.ATTESTED, ACME, NOW)
        assert (record.evidence["attested_by"], record.evidence["attested_at"]) == ("Mosi", NOW.isoformat())
    assert LeadImport.objects.get().attested_by == "Mosi"


@pytest.mark.parametrize("text", [CONSENTED, f"phone,name\n{ASHA},Asha\n{ASHA},\n"], ids=["consent of its own", "attested"])
def test_the_same_list_again_changes_nothing(text):
    imported(text, attestation=MOSI)
    before = (list(Lead.objects.values()), list(ConsentRecord.objects.values()))

    later = NOW + timedelta(days=3)
    again = imported(text, at=later, attestation=Attestation("Mosi", later, Purpose.MARKETING, ACME))

    assert (again.tally.n_new, again.tally.n_updated, again.tally.n_unchanged, again.tally.n_consents) == (0, 0, 1, 0)
    assert (list(Lead.objects.values()), list(ConsentRecord.objects.values())) == before


def test_new_consent_of_a_known_lead_is_added(asha):
    assert counts(imported(CONSENTED)) == (0, 1, 0, 0, 0, 1)
    assert asha.consent_records.count() == 2


def test_an_attestation_does_not_overrule_a_withdrawal(chiku):
    result = imported(f"phone,name\n{chiku.phone},Chiku\n", attestation=MOSI)

    assert counts(result) == (0, 0, 0, 0, 1, 0)
    assert "took consent back" in result.problems[0].mend
    assert chiku.consent_records.filter(kind="given").count() == 1


def test_a_list_that_was_attested_before_a_withdrawal_may_come_again_and_adds_nothing():
    imported(f"phone\n{ASHA}\n", attestation=MOSI)
    withdraw_consent(Lead.objects.get(), purpose=None, channel="call", at=NOW + timedelta(days=1), now=NOW + timedelta(days=1))
    later = NOW + timedelta(days=2)

    again = imported(f"phone\n{ASHA}\n", at=later, attestation=Attestation("Mosi", later, Purpose.MARKETING, ACME))

    assert counts(again) == (0, 0, 1, 0, 0, 0)


# ---- the file ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"name,age\nAsha,31\n", "No column is called “phone”", id="no numbers"),
        pytest.param("phone,name\n+254712123401,Étienne".encode("cp1252"), "not UTF-8", id="another encoding"),
        pytest.param(b"PK\x03\x04", "save it again", id="broken"),
    ],
)
def test_a_file_that_is_none_enters_nothing_and_says_so(content, word):
    with pytest.raises(Unreadable, match=word):
        imported(content, attestation=MOSI)

    assert (Lead.objects.count(), LeadImport.objects.count()) == (0, 0)


def test_a_dry_run_counts_as_the_import_would_and_enters_nothing(asha):
    text = f"phone,name\n{ASHA},Asha\n{DAUDI},Daudi\n12,\n"

    tried = imported(text, is_dry_run=True, attestation=MOSI)

    assert (Lead.objects.count(), ConsentRecord.objects.count(), LeadImport.objects.count()) == (1, 1, 0)
    assert counts(tried) == counts(imported(text, attestation=MOSI)) == (1, 1, 0, 0, 1, 2)


def test_what_was_imported_is_kept_on_record(django_user_model):
    mosi = django_user_model.objects.create_user("mosi")

    result = imported(f"phone\n{ASHA}\n12\n", by=mosi)

    kept = LeadImport.objects.get()
    assert (kept.pk, kept.file_name, kept.imported_by, kept.n_new, kept.n_rejected) == (result.import_id, "list.csv", mosi, 1, 1)
    assert len(kept.sha256) == 64
    assert kept.finished_at is not None
    assert Lead.objects.get().created_by_import == kept


# ---- the command ------------------------------------------------------------------------------------------------------------------

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path, capsys) -> Run:
    def _run(content: str, *options: str) -> str:
        path = tmp_path / "list.csv"
        path.write_text(content)
        call_command("import_leads", str(path), *options)
        return str(capsys.readouterr().out)

    return _run


def test_the_command_says_what_it_did(run):
    said = run(f"phone\n{ASHA}\n", "--attest", "Mosi", "--purpose", "marketing", "--controller", ACME)

    assert "1 rows: 1 leads new, 0 brought up to date, 0 unchanged, 0 repeated within the file, 0 rejected. 1 consent records new." in said
    assert "--undo" in said


def test_the_command_gives_its_figures_as_json(run):
    figures = json.loads(run("phone\n0712123401\n", "--market", "ke", "--json", "--dry-run"))

    assert (figures["is_dry_run"], figures["n_rows"], figures["n_new"], figures["import"]) == (True, 1, 1, None)
    assert not Lead.objects.exists()


def test_the_command_fails_if_a_row_was_rejected_and_writes_down_which(run, tmp_path):
    errors = tmp_path / "errors.csv"

    with pytest.raises(CommandError, match="1 rows were rejected"):
        run(f"phone,name\n{ASHA},Asha\n0712,=1+1\n", "--errors", str(errors))

    assert Lead.objects.get().phone == ASHA
    [told] = csv.DictReader(io.StringIO(errors.read_text(encoding="utf-8-sig")))
    assert (told["row"], told["column"], told["value"]) == ("3", "name", "'=1+1")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        pytest.param(["--attest", "Mosi"], "what for and to whom", id="half an attestation"),
        pytest.param(["--purpose", "marketing", "--controller", ACME], "who answers", id="attested by nobody"),
        pytest.param(["--by", "nobody"], "no active account nobody", id="an account that is none"),
    ],
)
def test_the_command_refuses_what_would_prove_nothing(run, options, word):
    with pytest.raises(CommandError, match=word):
        run(f"phone\n{ASHA}\n", *options)
    assert not Lead.objects.exists()


def test_a_file_that_is_not_there_is_said_in_words():
    with pytest.raises(CommandError, match="nowhere.csv cannot be read: No such file"):
        call_command("import_leads", "nowhere.csv")


def test_everybody_who_was_taken_is_on_the_list_new_or_known(asha):
    result = imported(f"phone\n{asha.phone}\n{DAUDI}\n12\n")

    assert set(ListedLead.objects.filter(lead_import=result.import_id).values_list("lead__phone", flat=True)) == {asha.phone, DAUDI}


def test_an_import_is_in_the_audit_log(django_user_model):
    result = imported(f"phone\n{ASHA}\n", by=django_user_model.objects.create_user("mosi"))

    entry = AuditEntry.objects.get()
    assert (entry.by, entry.act, entry.subject, entry.subject_id) == ("mosi", "import", "lead import", str(result.import_id))
