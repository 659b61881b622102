"""The check of a line in the console: asked for, watched, saved."""

from __future__ import annotations

import pytest
from django_tasks_db.models import DBTaskResult

from campaigns.line_check.guide import steps_of
from campaigns.line_check.notes import note
from campaigns.models import Line, LineCheck
from campaigns.stop_all import stop_all
from tests.campaigns.console import administrator, shown, sign_in, told
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.line_check.test_findings import DEAD_AIR, whole
from tests.campaigns.line_check.test_running import ended_check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def operator(db: None):
    return make_rep("Rehema", "+254722000021")


def ask_path(line: Line) -> str:
    return f"campaigns/line/{line.pk}/check_line/"


def test_the_page_explains_what_happens_and_what_it_costs(client, line, operator):
    administrator(client)
    page = shown(client, ask_path(line))
    assert "One call from +254711000001" in page
    assert "at most KES" in page
    assert not LineCheck.objects.exists()


def test_the_button_starts_it_in_the_background(client, line, operator):
    administrator(client)
    response = client.post(f"/admin/{ask_path(line)}", {"rep": operator.pk})
    check = LineCheck.objects.get()
    assert response.url.endswith(f"/linecheck/{check.pk}/change/")
    assert (check.rep, check.started_by, check.ended_at) == (operator, "mosi", None)
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.filter(task_path__endswith="carry_out_later")] == [[str(check.pk)]]


def test_only_verified_phones_can_be_chosen(client, line, operator):
    administrator(client)
    unknown = make_rep("Juma", "+254722000022", is_verified=False)
    client.post(f"/admin/{ask_path(line)}", {"rep": unknown.pk})
    assert not LineCheck.objects.exists()


def test_while_all_dialing_is_stopped_there_is_no_button(client, line, operator):
    administrator(client)
    stop_all(by="mosi", reason="a fire drill")
    assert "a fire drill" in shown(client, ask_path(line))
    client.post(f"/admin/{ask_path(line)}", {"rep": operator.pk})
    assert not LineCheck.objects.exists()


def test_who_may_not_check_lines_starts_none(client, line, operator):
    sign_in(client, "zuri", "view_line")
    client.post(f"/admin/{ask_path(line)}", {"rep": operator.pk})
    assert not LineCheck.objects.exists()


def test_its_steps_are_shown_while_it_is_at_work(client, line, operator):
    administrator(client)
    check = LineCheck.objects.create(line=line, rep=operator, started_by="mosi", started_at=operator.seen_at)
    for each in whole()[:4]:
        note(check.pk, each)
    page = shown(client, f"campaigns/linecheck/{check.pk}/change/")
    assert 'http-equiv="refresh"' in page
    assert all(step.words in page.replace("&#x27;", "'") for step in steps_of(whole()[:4], is_over=False))


def test_what_was_found_is_saved_by_its_button(client, line, operator):
    administrator(client)
    check = ended_check(line, operator, DEAD_AIR)
    page = shown(client, f"campaigns/linecheck/{check.pk}/change/")
    assert "Save these settings" in page and "the call stays up in silence" in page
    assert told(client, f"campaigns/linecheck/{check.pk}/save/") == ["Saved. The old settings are kept with this check."]
    line.refresh_from_db()
    assert line.strategy == "callback"
    assert "settings saved by mosi" in shown(client, f"campaigns/line/{line.pk}/change/")


def test_saving_needs_the_right_to_change_lines_and_a_post(client, line, operator):
    check = ended_check(line, operator, DEAD_AIR)
    sign_in(client, "zuri", "view_line", "add_linecheck")
    assert client.post(f"/admin/campaigns/linecheck/{check.pk}/save/").status_code == 403
    assert "Save these settings" not in shown(client, f"campaigns/linecheck/{check.pk}/change/")
    assert client.get(f"/admin/campaigns/linecheck/{check.pk}/save/").status_code == 405
    line.refresh_from_db()
    assert line.strategy == "dial"
