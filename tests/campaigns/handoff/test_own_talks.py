"""A rep's page of their talks of late: what was not written up is, what was written wrong is put right, and that it was leaves a trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from campaigns.handoff import offers
from campaigns.handoff.tending import tidy
from campaigns.handoff.writing_up import LISTED_FOR
from campaigns.models import Call, Reservation, WrapUp
from leads import clock
from leads.models import AuditEntry
from tests.campaigns.handoff.conftest import at, make_rep
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

TYPED = {"disposition": "won", "was_hot": "1", "next_step": "Send <the> contract", "notes": "Wants 60 seats.", "follow_up_on": "2026-11-30"}


@pytest.fixture(autouse=True)
def the_clock(monkeypatch) -> None:
    """An hour after the talk."""
    monkeypatch.setattr(clock, "now", lambda: at(3600))


@pytest.fixture
def ended(talk) -> Reservation:
    """The time to write it up has passed, and nothing was written."""
    reservation: Reservation = talk()
    tidy(at(3600))
    return reservation


def opened(page: Client, reservation: Reservation):
    return page.get(f"/queue/talks/{reservation.pk}/")


def saved(page: Client, reservation: Reservation, **typed: str):
    return page.post(f"/queue/talks/{reservation.pk}/", TYPED | typed, follow=True)


def listed(page: Client) -> str:
    return page.get("/queue/talks/").content.decode()


# ---- the list -------------------------------------------------------------------------------------------------------------


def test_the_queue_leads_to_it_and_before_the_first_talk_it_says_what_will_be_here(page):
    assert 'href="/queue/talks/"' in page.get("/queue/").content.decode()
    assert "No talk yet." in listed(page)


def test_a_talk_that_was_not_written_up_is_long_after_its_time(ended, page):
    assert "Not written up." in listed(page) and "Write it up" in listed(page)
    assert "Saved." in saved(page, ended).content.decode()
    html = listed(page)
    assert "<b>won</b> · really hot" in html and "30 Nov" in html and "Send &lt;the&gt; contract" in html and "Put it right" in html


def test_a_lead_they_never_talked_with_is_not_a_talk(hot_call, rehema, loopback, page):
    offers.offer(hot_call, now=NOW)
    tidy(at(3600))
    assert "No talk yet." in listed(page)
    assert opened(page, Reservation.objects.get()).status_code == 404


def test_it_reaches_a_month_back(ended, page, monkeypatch):
    ended.refresh_from_db()
    for late, is_there in ((timedelta(0), True), (timedelta(seconds=1), False)):
        monkeypatch.setattr(clock, "now", lambda late=late: ended.ended_at + LISTED_FOR + late)
        assert ("Not written up." in listed(page)) is is_there


def test_nobody_else_finds_it(ended, juma, zuri):
    client = Client()
    client.force_login(juma.user)
    assert "No talk yet." in listed(client)
    assert opened(client, ended).status_code == saved(client, ended).status_code == 404
    client.force_login(zuri)
    assert opened(client, ended).status_code == saved(client, ended).status_code == client.get("/queue/talks/").status_code == 403
    assert not WrapUp.objects.exists()


def test_it_is_gone_with_the_words_of_the_call(ended, page):
    Call.objects.update(words_gone_at=NOW)
    assert "No talk yet." in listed(page)
    assert saved(page, ended).status_code == 404


def test_queries_do_not_grow_with_the_talks(ended, rehema, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert listed(page).count("<section") == 1
    again = [Reservation(handoff=ended.handoff, rep=rehema, status="completed", offered_at=NOW, wrap_up_until=NOW, ended_at=NOW) for _ in range(9)]
    Reservation.objects.bulk_create(again)
    with django_assert_max_num_queries(8):
        assert listed(page).count("<section") == 10


# ---- putting it right -----------------------------------------------------------------------------------------------------


def test_the_form_shows_what_was_written_and_keeps_what_is_written_instead(ended, page):
    saved(page, ended)
    html = opened(page, ended).content.decode()
    assert '<option value="won" selected>' in html and '<option value="1" selected>' in html and "Last saved" in html
    assert 'value="Send &lt;the&gt; contract"' in html and 'value="2026-11-30"' in html and "Wants 60 seats.</textarea>" in html
    saved(page, ended, disposition="not_qualified", was_hot="0", notes="", follow_up_on="")
    kept = WrapUp.objects.get()
    assert (kept.disposition, kept.was_hot, kept.notes, kept.follow_up_on) == ("not_qualified", False, "", None)
    assert "not really hot" in listed(page)


def test_what_it_was_before_is_in_the_audit_log_but_not_the_reps_own_words(ended, page, rehema):
    saved(page, ended)
    assert not AuditEntry.objects.exists()  # written for the first time
    saved(page, ended, disposition="follow_up", notes="Asha is away.", follow_up_on="2026-12-01")
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.act, entry.subject, entry.subject_id) == ("rehema", "override", "call", str(ended.handoff.call_id))
    changed = {"disposition": ["won", "follow_up"], "follow_up_on": ["2026-11-30", "2026-12-01"]}
    assert entry.detail == {"what": "wrap-up", "changed": changed, "words": True}


def test_saving_it_unchanged_leaves_no_trace(ended, page):
    saved(page, ended)
    saved(page, ended)
    assert not AuditEntry.objects.exists() and WrapUp.objects.get().follow_up_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"disposition": ""}, "Still missing: what came of it."), ({"follow_up_on": "soon"}, "Follow up on: Enter a valid date.")],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(ended, page, wrong, why):
    saved(page, ended)
    reply = saved(page, ended, notes="Typed anew.", **wrong)
    assert reply.status_code == 409 and why in reply.content.decode() and "Typed anew." in reply.content.decode()
    assert WrapUp.objects.get().notes == "Wants 60 seats."


def test_an_empty_form_is_told_what_is_missing(ended, page):
    reply = page.post(f"/queue/talks/{ended.pk}/")
    assert reply.status_code == 409 and "Still missing: what came of it." in reply.content.decode()


def test_while_it_is_still_to_be_written_up_the_queue_has_the_form(talk, page, monkeypatch):
    reservation = talk()
    monkeypatch.setattr(clock, "now", lambda: at(70))
    assert opened(page, reservation).status_code == 404


def test_a_rep_taken_off_the_campaign_changes_nothing_more(ended, page, rehema):
    ended.handoff.call.campaign.reps.remove(rehema)
    make_rep("Neema", "+254722000013", ended.handoff.call.campaign)
    assert saved(page, ended).status_code == 404 and not WrapUp.objects.exists()
