"""What a manager whose language is Swahili is told about a list with faults, and the file with its rows to mend."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from leads import tasks
from leads.headings import MEND, OURS, ROW, key_of
from leads.import_columns import Layout
from leads.import_mapping import faults_of_layout
from leads.phone import _MENDS, PhoneFault
from leads.retelling import retold
from leads.spreadsheet import read_sheet
from leads.telling import told
from tests.leads.test_admin import mosi  # noqa: F401 - the manager
from tests.leads.test_import_pages import ADD, WORD, at, brought, folder, mapped, words  # noqa: F401
from tests.leads.test_spreadsheet import xlsx
from tests.sautiqual.swahili.english import english_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now", "mosi")]

BAD = "Simu;Jina;Tarehe ya idhini\n0712123401;Amina;1/10/2026\nabc;Juma;\n7.12E+08;Neema;\n12;Ali;\n0712123499;Zuhura;=1+1\n"
# The name of the other language, the words that a list is read by, what the reader of CSV says itself, and names of market packs.
OWN = {"english", "purpose", "marketing", "research", "service", "end", "of", "states"}


@pytest.fixture(autouse=True)
def in_swahili(client):
    client.cookies["django_language"] = "sw"
    with override("sw"):
        yield


def left_in_english(html: str) -> dict[str, list[str]]:
    return {piece: found for piece, found in english_in(html).items() if not set(found) <= OWN}


def test_every_reason_for_which_a_row_is_refused_is_said(client):
    kept = brought(client, BAD, "orodha.csv")
    page = mapped(client, kept, "phone", "name", "given_at")

    assert "Andika siku kama mwaka-mwezi-siku" in words(page) and "Nchi inakosekana" not in words(page)
    assert left_in_english(page.content.decode()) == {}


def test_the_file_with_rows_to_mend_is_in_swahili_and_can_be_sent_again(client):
    kept = brought(client, BAD.replace("=1+1", ""))
    mapped(client, kept, "phone", "name", "custom")
    client.post(at(kept, "consent"), {**WORD, "source": "none"})
    client.post(at(kept, "start"))
    tasks.carry_out_import.func(kept.pk)
    given_back = client.get(f"/admin/leads/leadimport/{kept.pk}/rejected.csv").content.decode("utf-8-sig")

    heading = given_back.splitlines()[0]
    assert heading.endswith("cha kurekebisha,safu kwenye faili yako")
    assert "Tarakimu zinakosekana" in given_back or "Namba hii ina herufi" in given_back
    assert {key_of(name) for name in heading.split(",")[-2:]} <= OURS


def test_the_headings_that_are_given_back_are_known_again():
    assert {key_of(told(name)) for name in (MEND, ROW)} <= OURS and {key_of(name) for name in (MEND, ROW)} <= OURS


@pytest.mark.parametrize("fault", PhoneFault, ids=str)
def test_every_fault_of_a_number_is_said(fault):
    assert retold(_MENDS[fault]) != _MENDS[fault]


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0xx", b"\x00\x01\x02", b'phone\n"07', b"PK\x03\x04junk", ("a," * 300).encode(), b"phone\n\xff\xe9"],
    ids=["empty", "pdf", "old excel", "no text", "quotation mark", "damaged", "wide", "not utf-8"],
)
def test_a_file_that_cannot_be_read_is_refused_in_swahili(client, content):
    page = client.post(ADD, {"file": SimpleUploadedFile("orodha.csv", content)}, follow=True)

    assert left_in_english(page.content.decode()) == {}


def test_how_a_file_was_read_is_said():
    formula = read_sheet(xlsx(["phone"], ["=1+1"]), is_shown=True)

    assert formula.remarks and all(retold(str(remark)) != str(remark) for remark in formula.remarks)


def test_a_choice_of_columns_with_faults_is_said():
    faults = faults_of_layout(Layout(1, ("name", "name", "shoe_size")))

    assert len(faults) == 3 and [fault for fault in faults if told(fault) == str(fault)] == []
