"""The do-not-call list in the console: one number, a file of numbers, and taking one off."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.do_not_call import add_to_do_not_call, is_on_do_not_call
from leads.models import DoNotCallEntry, DoNotCallRemoval
from tests.conftest import NOW
from tests.leads.test_admin import mosi, page  # noqa: F401 - the manager
from tests.leads.test_spreadsheet import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now")]

ASHA, BARAKA = "+254712123401", "+254712123402"
LIST = "/admin/leads/donotcallentry/"


@pytest.fixture
def entry(baraka) -> DoNotCallEntry:
    return DoNotCallEntry.objects.get(phone=baraka.phone)


# ---- one number -------------------------------------------------------------------------------------------------------------------


def test_an_entry_says_who_entered_it_and_when(client, mosi):  # noqa: F811
    response = client.post(f"{LIST}add/", {"phone": "+254 712 123 401", "reason": "wrote a letter", "keep_number": "on"})

    entry = DoNotCallEntry.objects.get()
    assert response.status_code == 302
    assert (entry.phone, entry.origin, entry.reason, entry.entered_by) == (ASHA, "staff", "wrote a letter", mosi)
    assert entry.entered_at - NOW < timedelta(minutes=1)
    assert "wrote a letter" in page(client, "donotcallentry/")


def test_a_number_that_may_not_be_kept_is_shown_nowhere_and_found_by_the_whole_number(client, mosi):  # noqa: F811
    client.post(f"{LIST}add/", {"phone": ASHA, "reason": "erase me"})

    shown = page(client, "donotcallentry/")
    assert "not kept" in shown and "712123401" not in shown
    assert "erase me" in page(client, "donotcallentry/?q=%2B254712123401")
    assert "erase me" not in page(client, "donotcallentry/?q=%2B254712123402")
    assert is_on_do_not_call(ASHA)


def test_an_entry_is_never_edited_or_deleted(client, mosi, entry):  # noqa: F811
    assert "asked on a call" in page(client, f"donotcallentry/{entry.id}/change/")
    assert client.post(f"{LIST}{entry.id}/change/", {"phone": "+254712123499"}).status_code == 403
    assert client.post(f"{LIST}{entry.id}/delete/", {"post": "yes"}).status_code == 403
    assert is_on_do_not_call(BARAKA)


# ---- a file -----------------------------------------------------------------------------------------------------------------------


def sent(client, content: bytes, **fields: Any) -> str:
    form = {"file": SimpleUploadedFile("list.csv", content), "origin": "registry", "market": "", "keep_numbers": "on", **fields}
    response = client.post(f"{LIST}upload/", form)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("content", [b"phone\n0712123401\n", xlsx(["phone"], ["0712123401"])], ids=["csv", "xlsx"])
def test_the_numbers_of_a_file_are_put_on_the_list(client, mosi, content):  # noqa: F811
    assert "1 number was put on the list." in sent(client, content, market="ke")

    entry = DoNotCallEntry.objects.get()
    assert (entry.phone, entry.origin, entry.entered_by) == (ASHA, "registry", mosi)


def test_numbers_of_a_file_that_may_not_be_kept_leave_a_digest_only(client, mosi):  # noqa: F811
    sent(client, b"+254712123401\n", keep_numbers="")

    assert is_on_do_not_call(ASHA)
    assert not DoNotCallEntry.objects.filter(phone__isnull=False).exists()


def test_rows_that_were_not_taken_are_shown_and_come_back_as_a_file(client, mosi):  # noqa: F811
    shown = sent(client, b"phone\n+254712123401\n<script>\n")

    assert "1 row was not taken." in shown and "Row 3:" in shown
    assert "<script>\n" not in shown and "&lt;script&gt;" in shown
    [link] = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', shown)
    assert "3,phone,<script>," in base64.b64decode(link).decode()
    assert is_on_do_not_call(ASHA)


@pytest.mark.parametrize(
    ("content", "fields", "word"),
    [
        pytest.param(b"", {}, "empty", id="empty file"),
        pytest.param(b"name\nAsha\n", {}, "No column is called “phone”", id="no numbers"),
        pytest.param(b"PK\x03\x04", {}, "save it again", id="broken"),
        pytest.param(b"phone\n0712123401\n", {"market": "Kenya"}, "Enter a valid value", id="no country"),
        pytest.param(b"phone\n0712123401\n", {"origin": "callee"}, "Select a valid choice", id="not for a file to say"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_in_words(client, mosi, content, fields, word):  # noqa: F811
    assert word in sent(client, content, **fields)
    assert not DoNotCallEntry.objects.exists()


# ---- taking off -------------------------------------------------------------------------------------------------------------------


def test_a_superuser_is_asked_why_before_a_number_is_taken_off(admin_client, entry):
    path = f"{LIST}{entry.id}/take_off/"

    assert "+254712123402, entered on" in admin_client.get(path).content.decode()
    assert "This field is required." in admin_client.post(path, {"why": " "}).content.decode()
    assert is_on_do_not_call(BARAKA)


def test_what_was_taken_off_is_kept_with_name_and_reason(admin_client, entry):
    assert admin_client.post(f"{LIST}{entry.id}/take_off/", {"why": "his letter of 20 November"}).status_code == 302

    assert not is_on_do_not_call(BARAKA)
    shown = page(admin_client, "donotcallremoval/")
    assert "his letter of 20 November" in shown and "admin" in shown


def test_a_manager_cannot_take_a_number_off(client, mosi, entry):  # noqa: F811
    assert "take_off" not in page(client, f"donotcallentry/{entry.id}/change/")
    assert client.post(f"{LIST}{entry.id}/take_off/", {"why": "he is a friend"}).status_code == 403
    assert is_on_do_not_call(BARAKA)


def test_the_record_of_it_is_changed_by_nobody(admin_client, entry):
    admin_client.post(f"{LIST}{entry.id}/take_off/", {"why": "his letter"})
    kept = DoNotCallRemoval.objects.get()

    for path in (f"{kept.pk}/change/", f"{kept.pk}/delete/", "add/"):
        assert admin_client.post(f"/admin/leads/donotcallremoval/{path}", {"why": "x", "post": "yes"}).status_code == 403
    assert DoNotCallRemoval.objects.get().why == "his letter"


def test_an_entry_that_is_gone_is_404(admin_client, entry):
    add_to_do_not_call(ASHA, origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW)
    DoNotCallEntry.objects.filter(pk=entry.pk).delete()

    assert admin_client.get(f"{LIST}{entry.id}/take_off/").status_code == 404
