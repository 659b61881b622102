from __future__ import annotations

import re
from datetime import timedelta

import pytest

from campaigns.admin.call_page import call_page, clock_of
from campaigns.models import Call, DialDecision
from campaigns.spoken_words import Part, SplitTurn
from tests.campaigns.conftest import enrolled
from tests.campaigns.console import SOUND, administrator, finished_call, recorded, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def mosi(client):
    return administrator(client)


def page(client, call: Call) -> str:
    """The words of the page, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown(client, f"campaigns/call/{call.pk}/change/"))).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0:00.0"), (96, "0:00.1"), (30_100, "0:30.1"), (59_949, "0:59.9"), (59_960, "1:00.0"), (60_000, "1:00.0"), (125_440, "2:05.4")],
)
def test_offsets_read_as_minutes_and_seconds(ms, text):
    assert clock_of(ms) == text


def test_it_shows_status_disposition_and_hangup_cause_as_three_things(client, mosi, campaign, asha):
    words = page(client, finished_call(campaign, asha))

    assert "Status completed" in words
    assert "Disposition qualified" in words
    assert "Hangup cause NORMAL_CLEARING" in words


def test_it_shows_the_aapor_code_of_its_end(client, mosi, campaign, asha):
    assert "AAPOR code 1.1 complete (qualified)" in page(client, finished_call(campaign, asha))


def test_a_call_that_failed_says_of_what_and_says_it_once(client, mosi, campaign, asha):
    call = enrolled(campaign, asha)
    failed = {"status": "failed", "hangup_cause": "UNALLOCATED_NUMBER", "dialled_at": NOW, "ended_at": NOW}
    Call.objects.filter(pk=call.pk).update(**failed)
    words = page(client, call)
    assert "What went wrong number not in service" in words
    assert "AAPOR code 4.3 number not in service Hangup cause" in words


def test_it_shows_a_promise_that_is_late_and_how_late(client, mosi, campaign, asha):
    call = enrolled(campaign, asha)
    Call.objects.filter(pk=call.pk).update(priority=0, promise_due_at=NOW - timedelta(minutes=75, seconds=5))
    words = page(client, call)
    assert "AAPOR code none yet" in words
    assert "08:44:55: late by 1 h 15 min" in words


def test_it_shows_an_answer_with_its_evidence(client, mosi, campaign, asha):
    words = page(client, finished_call(campaign, asha))

    assert "60 seats about sixty 0:30.1 – 0:31.7 sure: said back and agreed" in words


def test_a_question_without_an_answer_is_shown_as_such(client, mosi, campaign, asha):
    assert "Permission Is now a good time? not answered" in page(client, finished_call(campaign, asha))


def test_it_shows_what_the_callee_did_not_hear(campaign, asha):
    words = [turn.words for turn in call_page(finished_call(campaign, asha)).turns]

    assert words == [SplitTurn((Part("How many"),), (Part("seats do you need?"),)), SplitTurn((Part("about sixty"),), ())]


def test_what_was_not_heard_is_told_to_those_who_cannot_see_grey(client, mosi, campaign, asha):
    words = page(client, finished_call(campaign, asha))

    assert "How many (not heard: seats do you need? )" in words
    assert "Grey and slanted was said by the bot and not heard" in words


def test_words_of_the_bots_own_are_shown_beside_the_scripts(client, mosi, campaign, asha):
    call = finished_call(campaign, asha)
    call.turns.filter(position=0).update(text="So, how many chairs?", heard_text="So, how many chairs?", intended="How many seats?")
    (own, *_rest) = [turn.words.heard for turn in call_page(call).turns]

    assert own == (Part("So,", is_other=True), Part("how many"), Part("chairs?", is_other=True))
    assert "So, how many chairs? The script says: How many seats?" in page(client, call)


def test_a_voice_that_did_not_tell_its_words_is_not_shown_as_unheard(client, mosi, campaign, asha):
    call = finished_call(campaign, asha)
    call.turns.filter(position=0).update(heard_text="", are_words_known=False)
    words = page(client, call)

    assert "How many seats do you need? The script’s words. The voice did not tell its own." in words
    assert "not heard:" not in words


@pytest.mark.parametrize(
    ("is_heard", "proof", "told"),
    [
        (True, "clip", "a recording was played"),
        (True, "read_out", "the voice read it out"),
        (True, "transcribed", "word for word, as the provider transcribed it"),
        (True, "", "heard to its end"),
        (False, "", "not heard to its end in the words of the script"),
    ],
)
def test_it_says_how_it_is_known_that_the_disclosure_was_heard(client, mosi, campaign, asha, is_heard, proof, told):
    call = finished_call(campaign, asha, is_disclosure_heard=is_heard, disclosure_proof=proof)

    assert told in page(client, call)


def test_turns_are_shown_in_the_order_in_which_they_were_heard(campaign, asha):
    call = finished_call(campaign, asha)
    call.turns.create(position=2, party="callee", text="hello", started_ms=40, ended_ms=900)

    assert [turn.at for turn in call_page(call).turns] == ["0:00.0", "0:01.0", "0:02.6"]


def test_it_explains_the_score(client, mosi, campaign, asha):
    assert "70 hot from 70 70 a large team" in page(client, finished_call(campaign, asha))


def test_it_shows_money_and_speed(client, mosi, campaign, asha):
    words = page(client, finished_call(campaign, asha))

    assert "Telephone KES 4.90" in words
    assert "KES 21.00 (released: the price is final)" in words
    assert "half of the turns 1200 ms The slowest turn 4000 ms Both spoke 240 ms Longest silence 5200 ms" in words


def test_it_shows_the_hand_off(client, mosi, campaign, asha):
    assert "Status bridged Rep none took it Strategy dial" in page(client, finished_call(campaign, asha))


def test_a_refusal_is_shown_in_words_with_what_it_was_decided_on(client, mosi, campaign, baraka):
    call = enrolled(campaign, baraka)
    Call.objects.update(status="blocked", ended_at=NOW)
    reason = {"reason": "do_not_call", "sentence": "This number is on the do-not-call list.", "inputs": {}}
    DialDecision.objects.create(call=call, decided_at=NOW, is_allowed=False, reasons=[reason], facts={"market": "KE", "is_on_dnc": True})

    words = page(client, call)

    assert "not allowed This number is on the do-not-call list." in words
    assert "On the do-not-call list yes" in words
    assert "Time zone not known" in words


def test_a_call_without_anything_says_so_everywhere(client, mosi, campaign, asha):
    words = page(client, enrolled(campaign, asha))

    for missing in (
        "none yet: it is set at the end",
        "none: not dialled",
        "Not decided yet",
        "No answers were given.",
        "Nobody spoke.",
        "Not scored: no answers.",
        "None: the lead was not hot.",
        "Answered not yet",
    ):
        assert missing in words, missing


def test_an_answered_call_without_a_recording_says_so(client, mosi, campaign, asha):
    assert "There is no recording of this call." in page(client, finished_call(campaign, asha))


def test_it_links_the_other_attempts(client, mosi, campaign, asha):
    first = finished_call(campaign, asha)
    second = finished_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")

    assert f"/admin/campaigns/call/{first.pk}/change/" in shown(client, f"campaigns/call/{second.pk}/change/")


def test_the_recording_can_be_played_from_the_middle(client, mosi, campaign, asha, tmp_path, settings):
    recording = recorded(finished_call(campaign, asha), tmp_path, settings)

    assert "sq-audio" in shown(client, f"campaigns/call/{recording.call_id}/change/")
    response = client.get(f"/admin/campaigns/call/{recording.call_id}/recording/", headers={"Range": "bytes=100-199"})
    assert (response.status_code, response.content, response["Content-Type"]) == (206, SOUND[100:200], "audio/flac")


def test_a_recording_whose_file_is_gone_is_not_found(client, mosi, campaign, asha, tmp_path, settings):
    recording = recorded(finished_call(campaign, asha), tmp_path, settings)
    recording.file.storage.delete(str(recording.file.name))

    assert client.get(f"/admin/campaigns/call/{recording.call_id}/recording/").status_code == 404
    assert "The file of this recording is gone." in page(client, recording.call)


def test_nobody_hears_a_recording_without_the_right_to_see_calls(client, campaign, asha, tmp_path, settings):
    recording = recorded(finished_call(campaign, asha), tmp_path, settings)
    sign_in(client, "zuri")

    assert client.get(f"/admin/campaigns/call/{recording.call_id}/recording/").status_code == 403


def test_not_even_an_administrator_edits_a_call(client, mosi, campaign, asha):
    call = finished_call(campaign, asha)

    assert client.post(f"/admin/campaigns/call/{call.pk}/change/", {"status": "busy"}).status_code == 403
    assert client.get("/admin/campaigns/call/add/").status_code == 403
    assert client.post(f"/admin/campaigns/call/{call.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_page_of_a_long_call_asks_the_database_no_more(client, mosi, campaign, asha, django_assert_max_num_queries):
    call = finished_call(campaign, asha)
    for n in range(2, 40):
        call.turns.create(position=n, party="bot", text="Are you still there?", started_ms=n * 1000, ended_ms=n * 1000 + 900)
        call.dial_decisions.create(decided_at=NOW + timedelta(seconds=n), is_allowed=True)

    with django_assert_max_num_queries(20):
        words = page(client, call)
    assert words.count("Are you still there?") == 38
