"""The table of retry rules on the console: edited in place, refused in words, remembered, and put back as shipped."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from campaigns.models import RetryRule
from campaigns.outcomes import AttemptOutcome
from campaigns.retries import SHIPPED
from campaigns.retry_rules import retry_table
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

TABLE = "campaigns/retryrule/"
RESTORE = TABLE + "restore/"
CELLS = ("delay_minutes", "n_day_parts", "max_attempts", "aapor_code")


def form(**changes: Any) -> dict[str, Any]:
    """The whole table as the browser sends it; `busy__delay_minutes=45` changes one cell, None leaves a box empty."""
    n = len(AttemptOutcome)
    sent: dict[str, Any] = {"form-TOTAL_FORMS": n, "form-INITIAL_FORMS": n, "_save": "Save"}
    for row, (outcome, rule) in enumerate(SHIPPED.items()):
        cells = {name: changes.get(f"{outcome}__{name}", getattr(rule, name)) for name in CELLS}
        if changes.get(f"{outcome}__is_final", rule.is_final):
            cells["is_final"] = "on"
        sent |= {f"form-{row}-outcome": outcome.value, **{f"form-{row}-{name}": value for name, value in cells.items()}}
    return sent


def history(outcome: str) -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=outcome, content_type__model="retryrule")]


def test_the_table_shows_every_outcome_in_words_in_the_shipped_order(client):
    administrator(client)
    page = shown(client, TABLE)
    assert page.index("no answer") < page.index("switched off or out of reach") < page.index("opted out")
    assert "again after 3 h, 6 times at most, over 3 parts of the day or more" in page
    assert "They asked us to stop." in page


def test_a_cell_is_edited_in_place_and_the_history_says_by_whom_and_from_what(client):
    mosi = administrator(client)
    told(client, TABLE, form(busy__delay_minutes=45))
    assert RetryRule.objects.get(pk="busy").delay_minutes == 45
    assert history("busy") == ["Again after, minutes: 20 → 45"]
    assert [entry.user for entry in LogEntry.objects.all()] == [mosi]
    assert "Again after, minutes: 20 → 45" in shown(client, f"{TABLE}busy/history/")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"busy__delay_minutes": 1}, "Use 5 minutes to 43200"),
        ({"no_answer__max_attempts": 2}, "3 parts of the day need as many attempts at least."),
        ({"no_answer__n_day_parts": 9}, "A day has 4 parts."),
        ({"busy__max_attempts": 50}, "Use 1 to 20."),
    ],
    ids=["too soon", "too few attempts", "too many parts", "too many attempts"],
)
def test_a_wrong_cell_is_refused_in_words_and_nothing_is_saved(client, change, words):
    administrator(client)
    response = client.post(f"/admin/{TABLE}", form(**change))
    assert words in response.content.decode()
    assert dict(retry_table()) == dict(SHIPPED)


def test_what_is_final_for_good_stays_so_whatever_is_sent(client):
    administrator(client)
    told(client, TABLE, form(opted_out__is_final=False, opted_out__delay_minutes=7))
    told(client, f"{TABLE}opted_out/change/", {"delay_minutes": 7, "n_day_parts": 0, "max_attempts": 9, "aapor_code": "2.11"})
    assert dict(retry_table()) == dict(SHIPPED)


def test_its_code_can_be_chosen_all_the_same(client):
    administrator(client)
    told(client, TABLE, form(wrong_number__aapor_code="4.7"))
    assert RetryRule.objects.get(pk="wrong_number").aapor_code == "4.7"


def test_the_shipped_values_come_back_after_a_question(client):
    administrator(client)
    told(client, TABLE, form(busy__delay_minutes=45, declined__is_final=True))
    page = shown(client, RESTORE)
    assert "busy, declined while it rang" in page
    assert RetryRule.objects.get(pk="busy").delay_minutes == 45
    assert told(client, RESTORE) == ["2 rules put back."]
    assert dict(retry_table()) == dict(SHIPPED)
    assert history("busy")[0] == "back to the shipped values: again after 20 min, 4 times at most"


def test_with_nothing_to_put_back_there_is_no_button(client):
    administrator(client)
    assert "Every rule is as it was shipped." in shown(client, RESTORE)


def test_rows_are_neither_added_nor_deleted(client):
    administrator(client)
    assert client.get(f"/admin/{TABLE}add/").status_code == 403
    assert client.post(f"/admin/{TABLE}busy/delete/", {"post": "yes"}).status_code == 403


def test_whoever_may_only_look_can_neither_edit_nor_put_back(client):
    sign_in(client, "rehema", "view_retryrule")
    shown(client, TABLE)
    client.post(f"/admin/{TABLE}", form(busy__delay_minutes=45))
    assert client.post(f"/admin/{RESTORE}").status_code == 403
    assert dict(retry_table()) == dict(SHIPPED)


def test_zuri_sees_nothing_of_it(client):
    sign_in(client, "zuri")
    assert client.get(f"/admin/{TABLE}").status_code == 403
    assert client.get(f"/admin/{RESTORE}").status_code == 403
