"""A preflight as people meet it: on the terminal, on its page and the campaign's, over REST."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from campaigns import business_clock
from campaigns.models import Call, Campaign, Line, Preflight, Rep
from campaigns.preflight.chances import LEARN_FROM
from campaigns.preflight.learn import chances_of, shipped_chances
from campaigns.preflight.run import begin, carry_out, play
from campaigns.reports.preflight import lines_of, summary_of
from leads.models import Lead
from leads.telling import told
from tests.campaigns.conftest import enrolled
from tests.campaigns.console import administrator, shown
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def run(campaign: Campaign, asha: Lead, baraka: Lead, daudi: Lead) -> Preflight:
    for lead in (asha, baraka, daudi):
        enrolled(campaign, lead)
    return carry_out(begin(campaign, by="mosi", seed=7))


def terminal(*args: str) -> str:
    """At NOW: a command takes business time from the database."""
    business_clock.start_at(NOW)
    out = StringIO()
    call_command("preflight", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_kept_result_has_the_whole_course(run):
    result = run.result
    assert (result["n_now"], result["n_later"], result["n_excluded"], result["n_left"]) == (1, 1, 1, 0)
    assert sum(day["n_first"] for day in result["days"]) == 2 and result["first_through_at"].startswith("2026-11-24T08:00:00")
    assert result["money"]["low_minor"] <= result["money"]["mid_minor"] <= result["money"]["high_minor"]
    assert result["chances"]["learned_from"] == 0 and len(result["how"]) == 3


def test_the_campaign_of_all_tests_was_approved_on_what_its_preflight_comes_to(campaign):
    """Which is played once for all of them, with nobody enrolled."""
    kept, played = campaign.approved_preflight, carry_out(begin(campaign, by="mosi"))
    assert (kept.result, kept.digest, kept.failure) == (played.result, played.digest, played.failure)
    assert kept.finished_at is not None


def test_the_same_seed_gives_the_same_result_and_another_seed_another(run, campaign):
    again, other = (play(campaign, at=run.asked_at, seed=seed) for seed in (7, 8))
    endings = [[(person.lead_id, attempt.ending) for person in played.people for attempt in person.attempts] for played in (again, other)]
    assert again.course.n_calls == run.result["n_calls"] and endings[0] != endings[1]


def test_a_retry_counts_the_attempts_made_and_keeps_its_number(campaign, asha):
    """Two of three attempts were made before, from another of the campaign's numbers."""
    second = Line.objects.create(number="+254711000002", is_simulated=True)
    campaign.more_lines.add(second)
    made = {"campaign": campaign, "lead": asha, "line": second, "status": "no_answer", "due_at": NOW}
    for n, days in ((1, 40), (2, 2)):
        at = NOW - (NOW - NOW.replace(day=24)) - days * (NOW.replace(day=2) - NOW.replace(day=1))
        Call.objects.create(attempt_number=n, dialled_at=at, ended_at=at, settled_at=at, **made)
    Call.objects.create(campaign=campaign, lead=asha, attempt_number=3, due_at=NOW)
    [person] = play(campaign, at=NOW, seed=1).people
    assert (len(person.earlier), person.line_id, len(person.attempts)) == (2, second.pk, 1)
    assert len(person.facts.attempts) == 2  # the one of 40 days ago counts no more


def test_the_chances_are_learned_from_calls_of_the_same_kind_alone(campaign, asha):
    other = Line.objects.create(number="+254711000009", is_simulated=False)
    for number, line in (("+25472210", campaign.line), ("+25472220", other)):
        leads = Lead.objects.bulk_create(Lead(phone=f"{number}{n:04}", time_zone="Africa/Nairobi", market="KE") for n in range(LEARN_FROM - 1))
        ended = {"campaign": campaign, "line": line, "status": "busy", "due_at": NOW, "dialled_at": NOW, "ended_at": NOW, "settled_at": NOW}
        Call.objects.bulk_create(Call(lead=lead, attempt_number=1, **ended) for lead in leads)
    assert chances_of(campaign) == shipped_chances()
    Call.objects.create(lead=asha, attempt_number=1, campaign=campaign, line=campaign.line, status="busy", due_at=NOW, dialled_at=NOW, ended_at=NOW)
    assert (chances_of(campaign).busy, chances_of(campaign).learned_from) == (1.0, LEARN_FROM)


# ---- the terminal -------------------------------------------------------------------------------------------------------


def test_the_terminal_tells_it_and_keeps_it(run, campaign):
    told = terminal(campaign.name, "--seed", "7")
    newest = Preflight.objects.first()
    assert newest is not None and newest != run and newest.seed == 7 and newest.asked_by.endswith("(manage.py)")
    assert "3 queued calls: 1 may be dialled now, 1 later, 1 not at all." in told
    assert "First attempts are through on 2026-11-24 11:00" in told and "Money: KES" in told
    assert told.splitlines() == lines_of(newest)


def test_json_on_the_terminal_is_the_kept_result_and_nothing_else(run, campaign):
    told = json.loads(terminal(str(campaign.pk), "--seed", "7", "--json"))
    assert told["status"] == "finished" and told["result"]["days"] == run.result["days"]


@pytest.mark.parametrize(
    ("args", "words"),
    [((), "Name a campaign"), (("Acme March",), "There is no campaign"), (("1", "--seed", "-1"), "seed"), (("--synthetic", "0"), "Make up 1 to")],
    ids=["nothing", "unknown", "seed", "nobody"],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_kept(db, args, words):
    with pytest.raises(CommandError, match=words):
        terminal(*args)
    assert not Preflight.objects.exists()


# ---- the pages ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_end_the_money_and_the_reps(run, client: Client, django_user_model):
    administrator(client)
    page = shown(client, f"campaigns/preflight/{run.pk}/change/")
    assert "first attempts through" in page and "24 Nov 2026, 11:00" in page and "Calls a day" in page
    assert "0 reps take hot leads" in page and "shipped assumptions" in page


def test_the_page_shows_the_load_of_the_reps(campaign, run, client: Client, django_user_model):
    rep = Rep.objects.create(user=django_user_model.objects.create_user("rehema"), name="Rehema", number="+254711000099", is_verified=True)
    campaign.reps.add(rep)
    second = carry_out(begin(campaign, by="mosi"))
    administrator(client)
    assert "1 rep takes hot leads" in shown(client, f"campaigns/preflight/{second.pk}/change/")


def test_the_campaigns_page_has_the_end_and_the_range(run, campaign, client: Client):
    administrator(client)
    page = shown(client, f"campaigns/campaign/{campaign.pk}/change/")
    assert summary_of(run.result).startswith("ends on 2026-11-2")
    assert told(summary_of(run.result)) in page


def test_a_result_of_before_the_virtual_clock_is_still_shown(campaign, client: Client):
    old = {"n_queued": 1, "n_now": 1, "n_later": 0, "n_excluded": 0, "excluded": [], "postponed": {}, "packs": {"KE": "KE-2026-11-22"}}
    kept = Preflight.objects.create(campaign=campaign, asked_at=NOW, asked_by="mosi", finished_at=NOW, result=old)
    administrator(client)
    page = shown(client, f"campaigns/preflight/{kept.pk}/change/")
    assert "Who may be called" in page and "Calls a day" not in page
    assert summary_of(old) == "" and len(lines_of(kept)) == 1
