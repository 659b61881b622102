"""Results leave as they are read, as CSV and as XLSX: the same rows for the same viewer, in pieces, none of them numbers that may not be seen."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.handlers.asgi import ASGIRequest
from django.test import RequestFactory

from campaigns.access.viewer import ORGANISATION, Viewer
from campaigns.models import Answer, Call, Campaign, Question
from campaigns.reports import sending
from campaigns.reports.results import ResultsFormat, results, results_csv, results_response
from campaigns.reports.sending import batches_of, masked
from leads.models import Lead
from tests.campaigns.console import administrator, finished_call, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
NO_NUMBERS = Viewer(None, None, sees_numbers=False, sees_people=True)
NO_PEOPLE = Viewer(None, None, sees_numbers=False, sees_people=False)


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


def file_of(campaign: Campaign, viewer: Viewer, file_format: ResultsFormat) -> bytes:
    return b"".join(results_response(RequestFactory().get("/"), campaign, viewer, file_format))


@pytest.fixture
def called(campaign: Campaign, asha, chiku) -> Campaign:
    finished_call(campaign, asha)
    Lead.objects.filter(pk=chiku.pk).update(name="=Chiku")
    call = Call.objects.create(campaign=campaign, lead=chiku, script=campaign.script, attempt_number=1, due_at=NOW, status="failed")
    seats = Question.objects.get(script=campaign.script, key="seats")
    Answer.objects.create(call=call, question=seats, value=f"ask {asha.phone}", saved_at=NOW)
    return campaign


@pytest.mark.parametrize("viewer", [ORGANISATION, NO_NUMBERS, NO_PEOPLE], ids=["sees all", "sees no numbers", "sees no people"])
def test_both_files_hold_the_same_rows(called, viewer):
    lines = list(csv.DictReader(StringIO(file_of(called, viewer, ResultsFormat.CSV).decode())))
    heading, *rows = sheet(file_of(called, viewer, ResultsFormat.XLSX))

    assert list(lines[0]) == list(heading) and len(lines) == len(rows) == 2
    moments = {"dialled_at", "answered_at", "ended_at"}
    for line, row in zip(lines, rows, strict=True):
        told = {name: "" if value is None else str(value) for name, value in zip(heading, row, strict=True) if name not in moments}
        assert told == {name: value for name, value in line.items() if name not in moments}


def test_numbers_are_numbers_and_times_are_on_the_organisations_clocks(called):
    heading, row, _other = sheet(file_of(called, ORGANISATION, ResultsFormat.XLSX))
    cells = dict(zip(heading, row, strict=True))

    assert (cells["seats"], cells["score"], cells["cost_minor"], cells["is_hot"]) == (60, 70, 490, True)
    assert cells["answered_at"] == (NOW + timedelta(hours=3)).replace(tzinfo=None)
    assert cells["phone"].startswith("+254") and isinstance(cells["call_id"], str)


@pytest.mark.parametrize("file_format", ResultsFormat)
def test_who_sees_no_numbers_finds_none_in_what_was_said(called, asha, file_format):
    content = file_of(called, NO_NUMBERS, file_format)
    text = content.decode() if file_format is ResultsFormat.CSV else str(sheet(content))

    assert asha.phone.lstrip("+") not in text and "ask +254" in text
    assert asha.phone in str(sheet(file_of(called, ORGANISATION, ResultsFormat.XLSX)))


def test_rows_come_in_batches_in_one_order_without_gap_or_repeat(called, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 2)
    leads = Lead.objects.bulk_create(Lead(phone=f"+2547130000{n:02}") for n in range(5))
    Call.objects.bulk_create(Call(campaign=called, lead=lead, attempt_number=1, due_at=NOW) for lead in leads)
    Call.objects.filter(lead__in=leads).update(created_at=NOW)  # of one moment: their ids decide
    rows = [row for batch in results(called) for row in batch]

    assert [row[0] for row in rows[1:]] == list(called.calls.order_by("created_at", "id").values_list("pk", flat=True))
    assert [len(batch) for batch in batches_of(called.calls.all(), "created_at", "id")] == [2, 2, 2, 1]


def test_more_resumed_interviews_cost_no_more_queries(campaign, django_assert_max_num_queries):
    seats = Question.objects.get(script=campaign.script, key="seats")
    leads = Lead.objects.bulk_create(Lead(phone=f"+2547130000{n:02}") for n in range(20))
    for lead in leads:
        calls = [Call(campaign=campaign, lead=lead, script=campaign.script, attempt_number=n, due_at=NOW, status="failed") for n in (1, 2)]
        for call in Call.objects.bulk_create(calls):
            Answer.objects.create(call=call, question=seats, value=call.attempt_number, saved_at=NOW)
    with django_assert_max_num_queries(12):
        assert len(list(results_csv(campaign))) == 41


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_a_piece_is_made_when_the_server_asks_for_it():
    asked = []

    def pieces():
        for n in range(3):
            asked.append(n)
            yield b"%d" % n

    request = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": []}, BytesIO())
    stream = aiter(sending.sent(request, pieces(), content_type="text/plain", name="a.txt"))
    assert await anext(stream) == b"0" and asked == [0]
    assert [piece async for piece in stream] == [b"1", b"2"]


def test_masking_keeps_every_text_in_its_place(asha):
    texts = ["a", "", f"x {asha.phone}", "b\x1ec"]
    assert masked(texts, ORGANISATION) == texts
    kept = masked(texts, NO_NUMBERS)
    assert (kept[0], kept[1], kept[3]) == ("a", "", "bc") and asha.phone not in kept[2]
    assert masked([], NO_NUMBERS) == []


def test_the_page_of_a_campaign_offers_both(client, called):
    administrator(client)
    page = shown(client, f"campaigns/campaign/{called.pk}/change/")
    assert "Results as CSV" in page and "Results as XLSX" in page

    reply = client.get(f"/admin/campaigns/campaign/{called.pk}/download_results_xlsx/")
    assert reply["Content-Disposition"] == f'attachment; filename="campaign-{called.pk}-results.xlsx"'
    assert len(sheet(reply.getvalue())) == 3


def test_who_may_not_download_one_may_not_download_the_other(client, called):
    sign_in(client, "juma", "view_campaign")
    assert client.get(f"/admin/campaigns/campaign/{called.pk}/download_results_xlsx/").status_code == 403
    User.objects.get(username="juma").user_permissions.add(*Permission.objects.filter(codename__in=["view_call", "view_lead"]))
    assert client.get(f"/admin/campaigns/campaign/{called.pk}/download_results_xlsx/").status_code == 200
