"""A manager who has never seen the product imports a list in the console; and what others may not do there."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import import_files, import_work, tasks
from leads.do_not_call import add_to_do_not_call
from leads.models import AuditEntry, ConsentRecord, DoNotCallEntry, Lead, LeadImport
from tests.conftest import NOW
from tests.leads.test_admin import mosi, page  # noqa: F401 - the manager
from tests.leads.test_spreadsheet import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now", "mosi")]

ASHA, DAUDI = "+254712123401", "+233231234504"
ADD = "/admin/leads/leadimport/add/"
TEXT = f"Simu;Jina;Seats\n{ASHA};Asha;5\n0712123402;Baraka;\n7.12E+08;Chiku;@SUM(1)\n12;=Zed;\n"
WORD = {
    "source": "attested", "purpose": "research", "controller": "Acme Ltd", "channel": "paper form", "wording": "Acme may call me by machine.",
    "covers_automated_voice": "on", "i_answer": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path / "imports"
    return settings.IMPORT_ROOT


def brought(client, content: str | bytes = TEXT, name: str = "list.csv") -> LeadImport:
    response = client.post(ADD, {"file": SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)})
    assert response.status_code == 302, words(response)
    return LeadImport.objects.latest("started_at")


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def at(kept: LeadImport, word: str) -> str:
    return f"/admin/leads/leadimport/{kept.pk}/{word}/"


def mapped(client, kept: LeadImport, *fields: str, market: str = "KE", row: int = 1) -> Any:
    chosen = {f"field-{place}": field for place, field in enumerate(fields or ("phone", "name", "custom"))}
    return client.post(at(kept, "columns"), {"heading_row": row, "market": market, **chosen}, follow=True)


def imported(client, content: str | bytes = TEXT, *fields: str) -> LeadImport:
    kept = brought(client, content)
    mapped(client, kept, *fields)
    client.post(at(kept, "consent"), WORD)
    client.post(at(kept, "start"))
    import_work.carry_out(kept.pk)
    kept.refresh_from_db()
    return kept


# ---- the way through ----------------------------------------------------------------------------------------------------------------


def test_the_way_to_it_is_on_both_lists(client):
    assert "Import a list" in page(client, "lead/") and "Import a list" in page(client, "leadimport/")
    assert client.get("/admin/leads/lead/import_list/").headers["Location"] == ADD


def test_a_list_becomes_leads_step_by_step(client):
    kept = brought(client)
    shown = page(client, f"leadimport/{kept.pk}/columns/")
    assert "0712123402" in shown and "Columns called “Simu” usually hold this." in shown
    assert '<option value="phone" selected>' in shown

    shown = words(mapped(client, kept))
    assert "+254712123402" in shown and "Africa/Nairobi" in shown
    assert "cut digits off this number" in shown and "row 4" in shown
    assert "Go on: consent" in shown and "Import the" not in shown

    assert "Needed for consent that you answer for." in words(client.post(at(kept, "consent"), {"source": "attested"}))
    shown = words(client.post(at(kept, "consent"), WORD, follow=True))
    assert "Import the 2 good rows" in shown and "the weakest there is" in shown and "Acme may call me by machine." in shown

    shown = words(client.post(at(kept, "start"), follow=True))
    assert "0</span> of" in shown and "may be closed" in shown
    import_work.carry_out(kept.pk)
    shown = words(client.get(at(kept, "change")))
    assert "Take it back" in shown and "mosi answers for the consent" in shown
    assert Lead.objects.count() == 2
    assert ConsentRecord.objects.get(lead__phone=ASHA).evidence["attested_by"] == "mosi"


def test_what_consent_is_worth_is_told_for_each_country_in_plain_words(client):
    kept = brought(client, f"phone\n{ASHA}\n")
    mapped(client, kept, "phone", market="")

    shown = words(client.get(at(kept, "consent")))

    marketing, research = shown.split("<h4>Research</h4>")[0], shown.split("<h4>Research</h4>")[1]
    assert "It asks for recorded or written evidence of each person’s consent" in marketing
    assert "enough for a call" in research
    shown = words(client.post(at(kept, "consent"), {**WORD, "purpose": "marketing"}, follow=True))
    assert "not called on this word alone" in shown


def test_going_back_finds_the_columns_as_they_were_chosen(client):
    kept = brought(client)
    mapped(client, kept, "phone", "custom", "ignored")

    shown = words(client.get(at(kept, "columns")))

    assert shown.count("Chosen by you.") == 2
    assert '<option value="KE" selected>' in shown


def test_a_needed_field_that_no_column_holds_is_said(client):
    kept = brought(client, "who,town\nAsha,Nakuru\n")

    assert "No column holds the phone number" in words(client.get(at(kept, "columns")))
    assert "No column holds the phone number" in words(mapped(client, kept, "name", "custom"))


def test_another_row_may_hold_the_headings(client):
    kept = brought(client, f"mobile leads\na,b\n{ASHA},Asha\n")
    client.post(at(kept, "columns"), {"heading_row": "2", "act": "headings"})

    assert "Most of its values look like phone numbers." in words(client.get(at(kept, "columns")))


def test_a_list_that_says_its_own_consent_needs_nobody_s_word(client):
    text = f"phone,purpose,given_at,channel,controller\n{ASHA},research,2026-10-01,web form,Acme Ltd\n"
    kept = brought(client, text)
    mapped(client, kept, "phone", "purpose", "given_at", "channel", "controller", market="")
    assert "The list says it" in words(client.get(at(kept, "consent")))

    client.post(at(kept, "consent"), {"source": "list"})
    client.post(at(kept, "start"))
    import_work.carry_out(kept.pk)

    assert (ConsentRecord.objects.get().channel, LeadImport.objects.get().attested_by) == ("web form", "")


# ---- files that are none ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"phone\n", "only headings", id="only headings"),
        pytest.param(b"PK\x03\x04xx", "save it again", id="damaged"),
        pytest.param(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "has a password", id="with a password"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\xff", "no spreadsheet", id="a picture"),
    ],
)
def test_a_file_that_is_none_is_answered_in_words(client, content, word):
    assert word in words(client.post(ADD, {"file": SimpleUploadedFile("list.csv", content)}))
    assert not LeadImport.objects.exists()


@pytest.mark.parametrize("content", ["phone;name\n{0};Zoë\n", "phone\tname\n{0}\tZoë\n"], ids=["semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_delimiters_and_encodings_of_all_countries_are_read(client, content, encoding):
    kept = brought(client, content.format(ASHA).encode(encoding))

    assert "Zoë" in words(mapped(client, kept, "phone", "name", market=""))


def test_a_file_that_is_too_large_is_not_kept_and_the_word_says_how_large_it_may_be(client, settings, folder):
    settings.IMPORT_MAX_MB = 1
    response = client.post(ADD, {"file": SimpleUploadedFile("long.csv", bytes(3 * 2**20))})

    assert (response.status_code, "larger than 1 MB" in words(response)) == (413, True)
    assert not LeadImport.objects.exists() and list(folder.glob("*")) == []


def test_no_file_at_all_is_said(client):
    assert "Choose a file first." in words(client.post(ADD, {}))


def test_a_form_that_another_site_sends_is_refused(mosi):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mosi)
    assert strict.post(ADD, {"file": SimpleUploadedFile("list.csv", b"phone\n1\n")}).status_code == 403


def test_the_language_that_a_new_lead_gets_is_told_before_it_gets_it(client):
    kept = imported(client, f"Simu,Jina\n{ASHA},Asha\n")
    given = Lead.objects.get(phone=ASHA).language
    kept = brought(client, f"Simu,Jina\n{DAUDI},Daudi\n")
    assert f"not said, so {given}" in words(mapped(client, kept, "phone", "name"))


def test_which_of_two_rows_of_one_person_counts_is_told_before_it_does(client):
    twice = f"Simu,Jina\n{ASHA},Asha\n{ASHA},Asha Otieno\n"
    said = "what the later row says counts"
    assert said in words(mapped(client, brought(client, twice), "phone", "name"))
    assert said not in words(mapped(client, brought(client, f"Simu,Jina\n{DAUDI},Daudi\n"), "phone", "name"))
    imported(client, twice, "phone", "name")
    assert Lead.objects.get(phone=ASHA).name == "Asha Otieno"


def test_a_name_that_is_refused_does_not_stand_where_numbers_do(client):
    kept = brought(client, f"Simu,Jina\n{ASHA},{'Asha' * 60}\n")
    shown = words(mapped(client, kept, "phone", "name"))
    assert re.search(r'<td>refused</td><td colspan="6"><q>AshaAsha[^<]*…</q> · Jina: This has 240 characters', shown)


# ---- the rows that were refused -----------------------------------------------------------------------------------------------------


def test_the_refused_rows_come_back_as_csv_with_what_to_mend_and_nothing_that_runs(client):
    kept = imported(client)
    response = client.get(f"/admin/leads/leadimport/{kept.pk}/rejected.csv")

    heading, first, second = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert heading == ["Simu", "Jina", "Seats", "what to mend", "row in your file"]
    assert (first[0], first[2], first[4]) == ("7.12E+08", "'@SUM(1)", "4")
    assert "cut digits off this number" in first[3]
    assert second[1] == "'=Zed" and "Copy the column and paste it as values" in second[3]
    assert "attachment" in response.headers["Content-Disposition"]


def test_the_refused_rows_come_back_as_excel_and_are_taken_once_they_are_mended(client):
    kept = imported(client, xlsx(["phone", "name"], [ASHA, "Asha"], ["0712", "Baraka"]), "phone", "name")
    response = client.get(f"/admin/leads/leadimport/{kept.pk}/rejected.xlsx")
    workbook = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [cell.data_type for cell in workbook.worksheets[0][2]] == ["s", "s", "s", "s"]
    workbook.worksheets[0]["A2"] = "0712123402"
    mended = io.BytesIO()
    workbook.save(mended)

    again = brought(client, mended.getvalue())
    assert "We wrote this column ourselves" in words(client.get(at(again, "columns")))
    mapped(client, again, "phone", "name", "ignored", "ignored")
    client.post(at(again, "consent"), WORD)
    client.post(at(again, "start"))
    import_work.carry_out(again.pk)

    assert Lead.objects.get(phone="+254712123402").custom_fields == {}


def test_who_fetches_the_refused_rows_is_in_the_audit_log(client):
    kept = imported(client)
    client.get(f"/admin/leads/leadimport/{kept.pk}/rejected.csv")

    entry = AuditEntry.objects.get(act="export")
    assert (entry.by, entry.subject, entry.subject_id, entry.detail["n_rows"]) == ("mosi", "lead import", str(kept.pk), 2)


def test_after_a_day_the_refused_rows_are_gone_and_the_page_says_so(client):
    kept = imported(client)
    LeadImport.objects.update(started_at=timezone.now() - timedelta(days=2))
    tasks.tend_imports()

    assert "deleted by now" in words(client.get(at(kept, "change")))
    shown = words(client.get(f"/admin/leads/leadimport/{kept.pk}/rejected.csv", follow=True))
    assert "Bring it again" in shown


# ---- taken back ---------------------------------------------------------------------------------------------------------------------


def test_an_import_is_taken_back_after_it_was_told_who_stays(client):
    kept = imported(client)
    add_to_do_not_call(ASHA, origin=DoNotCallEntry.Origin.CALLEE, reason="", at=NOW)

    shown = words(client.get(at(kept, "undo")))
    assert "1 leads that it created are removed" in shown and "1 stay: on the do-not-call list" in shown
    assert Lead.objects.count() == 2

    shown = words(client.post(at(kept, "undo"), follow=True))
    assert "1 leads were taken back, 1 stay." in shown and "Taken back" in shown
    assert AuditEntry.objects.filter(act="undo", by="mosi").exists()


# ---- begun, and found again -----------------------------------------------------------------------------------------------------------


def test_an_import_that_was_left_is_found_again_in_the_list(client):
    kept = brought(client)

    for shown in (page(client, "leadimport/"), page(client, "leadimport/add/")):
        assert "go on" in shown and f"/{kept.pk}/discard/" in shown
    assert client.get(at(kept, "change")).headers["Location"] == at(kept, "columns")

    assert "deleted from this server" in words(client.get(at(kept, "discard")))
    client.post(at(kept, "discard"))
    assert "go on" not in page(client, "leadimport/")
    assert not import_files.has(kept.file_key, "list")


def test_the_list_shows_how_far_an_import_is(client):
    kept = brought(client)
    LeadImport.objects.filter(pk=kept.pk).update(stage="importing", n_rows=200, n_rows_done=90)

    assert "45 %" in page(client, "leadimport/")
    assert client.get(at(kept, "progress")).json() == {"stage": "importing", "percent": 45, "n_done": 90, "n_rows": 200, "is_waiting": True}


def test_the_second_who_brings_the_same_file_is_told_who_was_first(client, django_user_model):
    first = brought(client, f"phone\n{ASHA}\n")
    rehema = django_user_model.objects.create_user("rehema", is_staff=True)
    rehema.user_permissions.set(Permission.objects.filter(Q(content_type__app_label="leads") | Q(codename__in=("see_people", "see_numbers"))))
    other = Client()
    other.force_login(rehema)

    second = brought(other, f"phone\n{ASHA}\n")
    assert "mosi brought it on" in words(other.get(at(second, "columns")))

    LeadImport.objects.filter(pk=first.pk).update(stage="importing")
    mapped(other, second, "phone", market="")
    shown = words(other.post(at(second, "consent"), {"source": "none"}, follow=True))
    assert "being imported at this moment, by mosi" in shown and "Import 1 row" not in shown
    shown = words(other.post(at(second, "start"), follow=True))
    assert "being imported at this moment, by mosi" in shown and not Lead.objects.exists()


@pytest.mark.parametrize("word", ["columns", "preview", "consent", "start", "change"])
def test_a_page_of_another_step_leads_to_where_the_import_stands(client, word):
    kept = imported(client)
    response = client.get(at(kept, word))
    assert response.status_code in (200, 405) or response.headers["Location"] == at(kept, "change")


# ---- who may --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["columns", "preview", "consent", "progress", "discard", "undo"])
def test_who_may_not_add_leads_imports_nothing(client, django_user_model, word):
    kept = brought(client)
    zuri = django_user_model.objects.create_user("zuri", is_staff=True)
    zuri.user_permissions.set(Permission.objects.filter(codename__in=["view_leadimport", "view_lead"]))
    other = Client()
    other.force_login(zuri)

    assert other.get(ADD).status_code == 403
    assert other.get(at(kept, word)).status_code == 403
    assert other.get(f"/admin/leads/leadimport/{kept.pk}/rejected.csv").status_code == 403


def test_somebody_else_s_list_is_not_shown_to_who_may_not_see_leads(client, django_user_model):
    kept = brought(client)
    zuri = django_user_model.objects.create_user("zuri", is_staff=True)
    zuri.user_permissions.set(Permission.objects.filter(codename__in=("add_lead", "see_people", "see_numbers")))
    other = Client()
    other.force_login(zuri)

    assert other.get(at(kept, "columns")).status_code == 403
    assert brought(other, "phone\n+254712123409\n").imported_by == zuri


def test_the_addresses_of_the_steps_have_names():
    assert reverse("admin:leads_leadimport_add") == ADD
