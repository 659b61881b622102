"""Leading a live call from its page in the console: by permission, after a question, and what the page then shows."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from campaigns.models import Call, LiveAction, LiveEvent, Rep, Turn
from leads import clock
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, finished_call, shown, sign_in, told
from tests.campaigns.handoff.conftest import make_rep
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
SENTENCE = "Delivery is free this month."
DOORS = ["whisper", "take_over", "end_politely"]


@pytest.fixture
def call(campaign, asha, server) -> Call:
    return live_call(campaign, asha, status="in_progress", server=server, answered_at=NOW, stream_opened_at=timezone.now())


@pytest.fixture
def rehema(campaign) -> Rep:
    return make_rep("Rehema", "+254722000011", campaign, seen_at=clock.now())


@pytest.fixture
def mosi(client):
    return sign_in(client, "mosi", "view_call", "lead_live_call")


def path(call: Call, door: str = "") -> str:
    return f"campaigns/call/{call.pk}/lead/{door}/" if door else f"campaigns/call/{call.pk}/change/"


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def notes() -> list[str]:
    return list(LiveEvent.objects.filter(kind__startswith="note.").order_by("id").values_list("kind", flat=True))


def test_the_page_of_a_live_call_has_the_three_buttons(client, mosi, call):
    html = shown(client, path(call))
    assert [door for door in DOORS if f'href="/admin/{path(call, door)}"' in html] == DOORS


def test_a_call_that_is_over_has_none(client, mosi, campaign, asha):
    assert "/lead/" not in shown(client, path(finished_call(campaign, asha)))


@pytest.mark.parametrize("door", DOORS)
def test_each_asks_first_and_a_get_does_nothing(client, mosi, call, rehema, door):
    assert "<form" in shown(client, path(call, door))
    assert (notes(), LiveAction.objects.count()) == ([], 0)


def test_a_sentence_is_said_under_the_managers_name(client, mosi, call):
    assert told(client, path(call, "whisper"), {"text": SENTENCE}) == [f"The bot says it as soon as it is its turn: “{SENTENCE}”"]
    assert (notes(), LiveAction.objects.get().done_by) == (["note.whisper"], "mosi")


@pytest.mark.parametrize("text", ["", "a" * 201], ids=["nothing", "too much"])
def test_a_sentence_that_cannot_be_said_is_asked_for_again(client, mosi, call, text):
    assert client.post(f"/admin/{path(call, 'whisper')}", {"text": text}).status_code == 200
    assert notes() == []


def test_the_lead_is_given_to_the_rep_who_is_chosen(client, mosi, call, rehema):
    assert "Rehema" in shown(client, path(call, "take_over"))
    (message,) = told(client, path(call, "take_over"), {"rep": rehema.pk})
    assert message.startswith("The lead is Rehema’s")
    assert notes() == ["note.rep_accepted", "note.take_over"]


@pytest.mark.parametrize("fields", [{"is_available": False}, {"is_verified": False}, {"seen_at": None}], ids=lambda fields: next(iter(fields)))
def test_only_reps_who_are_there_can_be_chosen(client, mosi, call, rehema, fields):
    Rep.objects.update(**fields)
    assert "Rehema" not in shown(client, path(call, "take_over"))
    assert client.post(f"/admin/{path(call, 'take_over')}", {"rep": rehema.pk}).status_code == 200
    assert notes() == []


def test_a_call_is_ended_politely(client, mosi, call):
    assert told(client, path(call, "end_politely")) == ["The bot says goodbye and ends the call."]
    assert notes() == ["note.end_politely"]


@pytest.mark.parametrize("door", DOORS)
def test_a_call_that_has_ended_meanwhile_is_told_so(client, mosi, call, rehema, door):
    Call.objects.update(session_ended_at=timezone.now())
    assert "The call is over." in words(shown(client, path(call, door)))
    assert told(client, path(call, door), {"text": SENTENCE, "rep": rehema.pk}) == ["The call is over."]
    assert (notes(), LiveAction.objects.count()) == ([], 0)


@pytest.mark.parametrize("permissions", [[], ["view_call"], ["lead_live_call"], ["view_call", "change_rep", "stop_dialing"]])
@pytest.mark.parametrize("door", DOORS)
def test_nobody_leads_without_both_permissions(client, call, rehema, permissions, door):
    sign_in(client, "zuri", *permissions)
    for reply in (client.get(f"/admin/{path(call, door)}"), client.post(f"/admin/{path(call, door)}", {"text": SENTENCE, "rep": rehema.pk})):
        assert reply.status_code == 403
    assert notes() == []


def test_who_may_only_look_sees_no_buttons(client, call):
    sign_in(client, "zuri", "view_call")
    assert "/lead/" not in shown(client, path(call))


def test_a_rep_does_not_come_in_by_this_door(client, call, rehema):
    client.force_login(rehema.user)
    assert client.post(f"/admin/{path(call, 'whisper')}", {"text": SENTENCE}).status_code == 302
    assert notes() == []


@pytest.mark.parametrize("door", ["shout", "accept"])
def test_there_is_no_other_door(client, mosi, call, door):
    assert client.post(f"/admin/{path(call, door)}").status_code == 404


def test_the_page_tells_who_led_the_call_and_what_came_of_it(client, campaign, asha):
    administrator(client)
    call = finished_call(campaign, asha)
    LiveAction.objects.create(call=call, kind="whisper", text=SENTENCE, done_by="Rehema", done_at=NOW, outcome="cut")
    LiveAction.objects.create(call=call, kind="take_over", rep_name="Rehema", done_by="mosi", done_at=NOW, outcome="done")
    page = words(shown(client, path(call)))
    assert f"Rehema let the bot say “{SENTENCE}”: begun, then the lead spoke" in page
    assert "mosi took the lead over for Rehema: done" in page


def test_a_sentence_of_a_person_stands_under_their_name_in_the_transcript(client, campaign, asha):
    administrator(client)
    call = finished_call(campaign, asha)
    Turn.objects.create(
        call=call, position=2, party="bot", text=SENTENCE, heard_text=SENTENCE, heard_ms=9, started_ms=4000, ended_ms=5000, said_for="Rehema"
    )
    page = words(shown(client, path(call)))
    assert f"Bot, for Rehema {SENTENCE}" in page
    assert page.count("for Rehema") == 1
