"""The board's page: what stands on it, for whom, at which price, and what an empty one says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.watchdog import Step
from campaigns import live
from campaigns.handoff import offers
from campaigns.models import Call, Campaign
from campaigns.stop_all import stop_all
from campaigns.watch.troubles import in_words
from leads import clock
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.watch.conftest import MANAGER, person
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
BOARD, CARDS = "/admin/campaigns/call/live/", "/admin/campaigns/call/live/cards/"


def page(user, path=BOARD, status=200) -> str:
    client = Client()
    client.force_login(user)
    reply = client.get(path)
    assert reply.status_code == status
    return reply.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_card_says_who_where_which_question_the_last_words_and_the_score(talking, mosi):
    said = words(page(mosi))
    for expected in ("Asha", "Acme November", "The bot talks", "Question 2 of 2", "Seats", "Yes, go ahead.", "How many seats?", "20 hot from 70"):
        assert expected in said
    assert f'data-since-ms="{round(NOW.timestamp() * 1000)}"' in page(mosi)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        pytest.param(f"gemini: {Step.FILL}", "The voice “gemini” was slow to answer, and bridged the wait with a short sentence.", id="slow"),
        pytest.param(f"gemini: {Step.GIVE_UP}", "The voice “gemini” failed in this call, and no other is left: the call ends.", id="given up"),
        pytest.param("gemini: cannot be opened: key", "The voice “gemini” does not speak in this call (cannot be opened: key).", id="not opened"),
    ],
)
def test_trouble_with_the_voice_is_said_in_words(talking, mosi, kept, said):
    live.publish(talking.pk, "voice_trouble", {"text": kept})
    assert said in words(page(mosi))


@pytest.mark.parametrize("step", Step)
def test_every_step_against_silence_has_words(step):
    assert "does not speak" not in in_words(f"gemini: {step}")


def test_where_the_hand_off_stands_is_said(talking, mosi, campaign):
    rehema = make_rep("Rehema", "+254722000011", campaign)
    handoff = offers.offer(talking, now=NOW)
    assert "Offered to the reps" in words(page(mosi))
    offers.accept(handoff.pk, rehema, now=NOW)
    assert "Accepted by Rehema" in words(page(mosi))


def test_a_call_that_ended_stays_a_moment_with_its_result(talking, mosi):
    ended = {"status": "completed", "disposition": "qualified", "session_ended_at": timezone.now()}
    Call.objects.filter(pk=talking.pk).update(ended_at=clock.now(), **ended)
    assert "qualified" in words(page(mosi)) and "Open the call" in words(page(mosi))
    Call.objects.filter(pk=talking.pk).update(ended_at=clock.now() - timedelta(seconds=11))
    assert "Asha" not in page(mosi)


def test_what_may_be_done_to_a_call_is_on_its_card(talking, mosi):
    html = page(mosi)
    for door in ("listen/", "lead/whisper/", "lead/take_over/", "lead/end_politely/"):
        assert f"/admin/campaigns/call/{talking.pk}/{door}" in html


def test_who_may_do_nothing_has_no_button(talking):
    html = page(person("amani", "view_call", "see_people"))
    assert "Asha" in html and "/lead/" not in html and "data-listen" not in html and "Pause" not in html and "Stop all" not in html


def test_an_analyst_sees_no_name_no_word_and_cannot_listen(talking, analyst):
    html = page(analyst)
    assert "The bot talks" in html and "Hidden: your role" in html
    assert "Asha" not in html and "go ahead" not in html and "data-listen" not in html


def test_a_number_that_somebody_says_is_masked_for_who_may_not_see_numbers(talking, mosi):
    live.publish(talking.pk, live.Kind.BOT_SAYS, {"text": f"So it is {talking.lead.phone}?"})
    assert talking.lead.phone in page(mosi)
    assert talking.lead.phone not in page(person("amani", "view_call", "see_people"))


def test_who_may_not_see_calls_has_no_board(talking):
    page(person("zuri"), status=403)


def test_a_limited_manager_sees_their_campaigns_alone(talking, draft, campaign):
    assert "Asha" not in page(person("limited", *MANAGER, campaigns=[draft]))
    assert "Asha" in page(person("theirs", *MANAGER, campaigns=[campaign]))


def test_the_filter_shows_one_campaign(talking, mosi, campaign, draft):
    assert "Asha" in page(mosi, f"{BOARD}?campaign={campaign.pk}")
    assert "Asha" not in page(mosi, f"{BOARD}?campaign={draft.pk}")
    for nonsense in ("x", "²", "9" * 30, "-1"):
        assert "Asha" in page(mosi, f"{BOARD}?campaign={nonsense}")


def test_pausing_and_the_kill_switch_are_at_hand(talking, mosi, campaign):
    html = page(mosi)
    assert f"/admin/campaigns/campaign/{campaign.pk}/pause" in html and "/dialingstop/stop/" in html
    stop_all(by="mosi", reason="a wrong list")
    html = page(mosi)
    assert "a wrong list" in html and "/dialingstop/resume/" in html


# ---- an empty board -----------------------------------------------------------------------------------------------------------


def test_an_empty_board_says_when_the_next_call_may_ring(campaign, asha, mosi):
    enrolled(campaign, asha)
    Call.objects.update(due_at=clock.now() + timedelta(hours=2))
    said = words(page(mosi))
    assert "Nobody is on the phone" in said and "The next call is one of “Acme November”." in said and "It waits for its own time" in said
    assert "Asha" not in said


def test_an_empty_board_says_that_nobody_is_queued_or_nothing_runs_or_all_is_stopped(campaign, mosi):
    assert "Nobody is queued in the campaigns that run" in words(page(mosi))
    Campaign.objects.update(status="paused", pause_reason="The list has faults.")
    assert "No campaign is running. " in words(page(mosi)) and "The list has faults." in words(page(mosi))
    stop_all(by="mosi", reason="a wrong list")
    assert "a wrong list" in words(page(mosi))


def test_whose_campaigns_are_others_is_told_nothing_of_them(campaign, asha, draft):
    enrolled(campaign, asha)
    said = words(page(person("limited", *MANAGER, campaigns=[draft])))
    assert "No campaign is running." in said and "Acme November" not in said


# ---- its price ----------------------------------------------------------------------------------------------------------------


def people(campaign: Campaign, server, n: int) -> None:
    for i in range(n):
        lead = Lead.objects.create(phone=f"+25471100{i:04}", name=f"Lead {i}", market="KE", time_zone="Africa/Nairobi")
        live_call(campaign, lead, status="in_progress", server=server, answered_at=NOW, stream_opened_at=timezone.now())


def queries_of(user) -> int:
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(CARDS).status_code == 200
    return len(seen)


def test_fifty_calls_cost_no_more_queries_than_one(campaign, server, mosi):
    people(campaign, server, 1)
    few = queries_of(mosi)
    Lead.objects.all().delete()
    people(campaign, server, 50)
    assert queries_of(mosi) == few <= 30


# ---- dialogs ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["whisper", "take_over", "end_politely"])
def test_a_dialog_asks_the_same_as_the_page(talking, mosi, door):
    client = Client()
    client.force_login(mosi)
    url = f"/admin/campaigns/call/{talking.pk}/lead/{door}/"
    whole, dialog = client.get(url).content.decode(), client.get(url, headers={"X-Dialog": "1"}).content.decode()
    assert "<html" in whole and "<html" not in dialog
    assert f'action="{url}"' in dialog and "data-close" in dialog and "csrfmiddlewaretoken" in dialog


def test_what_was_done_is_told_with_the_next_look_at_the_board(talking, mosi):
    client = Client()
    client.force_login(mosi)
    url = f"/admin/campaigns/call/{talking.pk}/lead/whisper/"
    assert client.post(url, {"text": "Delivery is free."}, headers={"X-Dialog": "1"}).status_code == 302
    assert "The bot says it as soon as it is its turn" in client.get(CARDS).content.decode()
    assert "The bot says it as soon as" not in client.get(CARDS).content.decode()
