from __future__ import annotations

import csv
from typing import Any

import pytest

from campaigns import campaign_life
from campaigns.models import Answer, Call, Campaign, DialDecision, Question
from campaigns.reports.progress import in_words, kes, progress_of
from campaigns.reports.results import results_csv
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import finished_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def rows(campaign: Campaign) -> list[dict[str, Any]]:
    return list(csv.DictReader(results_csv(campaign)))


def test_a_campaign_without_calls_has_a_header(campaign):
    assert list(results_csv(campaign))[0].startswith("call_id,lead_id,external_id,phone")
    assert rows(campaign) == []


def test_each_call_is_a_row_with_its_answers_and_score(campaign, asha):
    finished_call(campaign, asha)

    (row,) = rows(campaign)

    assert (row["seats"], row["permission"], row["score"], row["is_hot"], row["handoff"]) == ("60", "", "70", "True", "bridged")
    assert (row["status"], row["disposition"], row["hangup_cause"], row["cost_minor"]) == ("completed", "qualified", "NORMAL_CLEARING", "490")


def test_a_blocked_call_says_why(campaign, baraka):
    call = enrolled(campaign, baraka)
    reasons: list[dict[str, Any]] = [{"reason": name, "sentence": "", "inputs": {}} for name in ("do_not_call", "zone_unknown")]
    DialDecision.objects.create(call=call, decided_at=NOW, is_allowed=False, reasons=reasons)

    assert rows(campaign)[0]["blocked_because"] == "do_not_call zone_unknown"


def test_answers_to_an_earlier_version_keep_their_columns(campaign, asha):
    finished_call(campaign, asha)
    copy = campaign_life.copy_to_new_version(campaign.script)
    copy.questions.filter(key="seats").update(key="desks")
    campaign.script = copy
    campaign.save(update_fields=["script"])

    (row,) = rows(campaign)

    assert list(row)[-3:] == ["permission", "desks", "seats"]
    assert (row["seats"], row["desks"]) == ("60", "")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+2", "-1", "@SUM(A1)", "\t=1", "\r=1", "+254712345678\n=1"])
def test_what_a_spreadsheet_would_run_stays_text(campaign, asha, name):
    Lead.objects.filter(pk=asha.pk).update(name=name)
    enrolled(campaign, asha)

    assert rows(campaign)[0]["name"].startswith("'")


def test_a_phone_number_stays_as_it_is(campaign, asha):
    enrolled(campaign, asha)

    assert rows(campaign)[0]["phone"] == asha.phone


def test_several_choices_stand_in_one_cell(campaign, asha):
    call = enrolled(campaign, asha)
    Answer.objects.create(call=call, question=Question.objects.get(key="seats"), value=["red", "blue"], saved_at=NOW)

    assert rows(campaign)[0]["seats"] == "red; blue"


def test_more_calls_cost_no_more_queries(campaign, django_assert_max_num_queries):
    leads = Lead.objects.bulk_create(Lead(phone=f"+2547130000{n:02}") for n in range(40))
    campaign_life.enroll(campaign, leads)

    with django_assert_max_num_queries(8):
        assert len(rows(campaign)) == 40


def test_progress_counts_each_call_once(campaign, asha, baraka, chiku, daudi):
    finished_call(campaign, asha)
    enrolled(campaign, baraka)
    live_call(campaign, chiku, status="ringing")
    live_call(campaign, daudi, status="blocked", reserved_minor=0)

    progress = progress_of(campaign)

    assert (progress.n_queued, progress.n_live, progress.n_ended, progress.n_hot) == (1, 1, 2, 1)
    assert progress.ended == (("blocked", 1), ("qualified", 1))
    assert (progress.spent_minor, progress.reserved_minor, progress.ended_percent) == (490, 2100, 50)


def test_a_campaign_without_calls_has_no_progress(campaign):
    assert progress_of(campaign).ended_percent == 0


def test_the_same_result_by_two_statuses_is_one_row(campaign, asha, chiku):
    finished_call(campaign, asha, disposition="voicemail")
    live_call(campaign, chiku, status="failed", disposition="voicemail")

    assert progress_of(campaign).ended == (("voicemail", 2),)


@pytest.mark.parametrize(("minor", "text"), [(None, ""), (0, "KES\xa00.00"), (5, "KES\xa00.05"), (123_456, "KES\xa01,234.56")])
def test_money_is_shown_in_shillings(minor, text):
    assert kes(minor) == text


@pytest.mark.parametrize(("status", "disposition", "words"), [("no_answer", None, "no answer"), ("completed", "opted_out", "opted out")])
def test_what_came_of_a_call_is_its_disposition_or_else_its_status(status, disposition, words):
    assert in_words(status, disposition) == words


def test_nothing_is_counted_of_another_campaign(campaign, asha):
    other = Campaign.objects.create(name="Other", line=campaign.line, script=campaign.script, controller="Acme")
    enrolled(other, asha)

    assert progress_of(campaign).n_calls == 0 and Call.objects.count() == 1
