"""The pages of a review: who may see them, what they show, and that a form does what it says."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from django.core.files.base import ContentFile

from campaigns.admin.review_forms import AnswerForm
from campaigns.models import Answer, Call, Handoff, Question, Recording, ReviewAct, Score, Script, Turn
from tests.campaigns.console import administrator, shown, sign_in
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.review.test_queues import many_calls
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LIST = "campaigns/call/review/"


@pytest.fixture
def mosi(client):
    return administrator(client)


def address(call: Call, act: str = "") -> str:
    return f"campaigns/call/{call.pk}/review/{act}"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def sent(client, call: Call, act: str, form: dict[str, object] | None = None):
    return client.post(f"/admin/{address(call, act)}?queue=all", form or {})


def recorded(call: Call, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    soundfile.write(out, np.full((16_000, 2), 12_800, dtype=np.int16), 16_000, format="FLAC", subtype="PCM_16")
    Recording.objects.create(call=call, file=ContentFile(out.getvalue(), name="call.flac"), duration_ms=1000)


# ---- the queues


def test_the_queues_show_how_many_calls_wait_in_each(client, mosi, cold_call):
    page = words(shown(client, LIST))
    assert "Unsure answers 1" in page and "Opted out 0" in page and "All 1" in page
    assert "Asha" in page and "not qualified" in page


def heading(page: str) -> str:
    return words(re.findall(r"<h2>.*?</h2>", page, re.DOTALL)[-1]).strip()


def test_it_opens_at_the_first_queue_that_has_something_and_stays_there(client, mosi, call):
    Call.objects.update(disposition="opted_out")
    Score.objects.update(points=1)
    page = shown(client, LIST)
    assert heading(page) == "Opted out" and "?queue=opted_out" in page
    assert re.search(r'aria-current="page"><span>Opted out</span>', page)
    assert "/review/?queue=opted_out" in page, "the next call is looked for in the same queue"


def test_the_order_of_the_queues_decides(client, mosi, cold_call):
    Score.objects.update(points=70)
    assert heading(shown(client, LIST)) == "Unsure answers"
    Answer.objects.update(is_confirmed=True)
    assert heading(shown(client, LIST)) == "Near the threshold"


def test_a_queue_that_is_asked_for_is_shown_even_if_it_is_empty(client, mosi, call):
    assert heading(shown(client, f"{LIST}?queue=opted_out")) == "Opted out"


def test_where_no_queue_has_anything_it_says_so(client, mosi):
    page = shown(client, LIST)
    assert (
        heading(page) == "Nothing to review"
        and "No queue has a call for you." in page
        and 'aria-current="page"' not in page[page.index("sq-queues") :]
    )


def test_a_queue_with_nothing_in_it_says_so(client, mosi, call):
    assert "No call is waiting here." in shown(client, f"{LIST}?queue=opted_out")


def test_a_call_found_right_is_listed_with_its_reviewer_when_all_are_shown(client, mosi, call):
    sent(client, call, "accept/")
    assert "Asha" not in shown(client, f"{LIST}?queue=all")
    assert "mosi, found right" in words(shown(client, f"{LIST}?queue=all&all=on"))


@pytest.mark.parametrize("asked", ["queue=nonsense", "since=yesterday", "campaign=x&script=-1", "language=%F0%9F%98%80", "page=99"])
def test_what_cannot_be_read_is_as_if_it_were_not_asked(client, mosi, call, asked):
    shown(client, f"{LIST}?{asked}")


def test_only_calls_of_the_last_thirty_days_unless_asked(client, mosi, call):
    Call.objects.update(answered_at=NOW - timedelta(days=32))
    assert "Asha" not in shown(client, f"{LIST}?queue=all")
    assert "Asha" in shown(client, f"{LIST}?queue=all&since=")


def test_a_long_queue_is_paged_and_asks_the_database_no_more(client, mosi, campaign, django_assert_max_num_queries):
    many_calls(campaign, 60)
    with django_assert_max_num_queries(21):  # two of them for what is hidden from who is to judge it blind
        page = shown(client, f"{LIST}?queue=all&page=2")
    assert page.count("/review/?queue=all") >= 25
    assert "page 2 of 3" in page


# ---- one call


def test_it_shows_answers_with_quote_and_span_the_score_with_reasons_and_every_word(client, mosi, cold_call):
    page = shown(client, address(cold_call))
    text = words(page)
    assert "10 seats sixteen 0:30.1 – 0:31.7 sure: 40 %" in text
    assert "0 hot from 70" in text
    assert "not heard:) seats" in text, "what the callee did not hear is told to those who cannot see grey"


def test_without_a_recording_it_says_why_and_no_word_can_be_played(client, mosi, call):
    page = shown(client, address(call))
    assert "There is no recording of this call." in page
    assert "data-seek-ms" not in page and "<audio" not in page


def test_with_one_each_heard_word_plays_from_its_time(client, mosi, call, settings, tmp_path):
    recorded(call, settings, tmp_path)
    page = shown(client, address(call))
    assert re.findall(r'sq-word" data-seek-ms="(\d+)">(\w+)', page) == [("1000", "How"), ("1666", "many"), ("2600", "about"), ("3000", "sixty")]


def test_the_waveform_is_sent_as_numbers(client, mosi, call, settings, tmp_path):
    recorded(call, settings, tmp_path)
    assert json.loads(shown(client, address(call, "waveform/"))) == {"piece_ms": 20.0, "channels": [[100] * 50] * 2}


def test_a_sound_that_cannot_be_read_is_told_in_words(client, mosi, call, settings, tmp_path):
    recorded(call, settings, tmp_path)
    recording = Recording.objects.get()
    recording.file.storage.delete(recording.file.name)
    assert "cannot be read" in json.loads(shown(client, address(call, "waveform/"), 404))["why"]


def test_a_long_call_asks_the_database_no_more_than_a_short_one(client, mosi, call, django_assert_max_num_queries):
    Turn.objects.bulk_create(Turn(call=call, position=10 + i, party="bot", text="and so on", started_ms=i, ended_ms=i + 1) for i in range(300))
    script = Script.objects.create(name="Long", organisation="Acme", disclosure="This is a bot.")
    asked = [Question(script=script, key=f"q{i}", position=i, kind="yes_no", wording="So?") for i in range(20)]
    Answer.objects.bulk_create(Answer(call=call, question=each, value=True, saved_at=NOW) for each in Question.objects.bulk_create(asked))
    Call.objects.update(script=script)
    with django_assert_max_num_queries(18):
        assert shown(client, address(call)).count("data-answer=") == 20


def test_an_answer_of_an_earlier_attempt_is_heard_and_corrected_there(client, mosi, call, campaign, asha):
    later = Call.objects.create(
        campaign=campaign, lead=asha, script=call.script, attempt_number=2, status="completed", due_at=NOW, dialled_at=NOW, answered_at=NOW
    )
    page = shown(client, address(later))
    assert address(call) in page and 'id="correct-seats"' not in page


# ---- what is done


def test_a_corrected_answer_counts_and_the_page_tells_who_did_it(client, mosi, cold_call):
    response = sent(client, cold_call, "answer/seats/", {"answer-seats-value": "60", "answer-seats-reason": "She says sixty."})
    assert response.status_code == 302 and response.url.endswith("review/?queue=all")
    assert Answer.objects.get().value == 60
    text = words(shown(client, address(cold_call)))
    assert "mosi corrected an answer" in text and "before: 10 seats → 60 seats" in text and "“She says sixty.”" in text
    assert "70 hot from 70" in text


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"answer-seats-value": "60", "answer-seats-reason": ""}, "This field is required."),
        ({"answer-seats-value": "many", "answer-seats-reason": "so"}, "Enter a number."),
        ({"answer-seats-value": "10", "answer-seats-reason": "so"}, "That is what stands there already."),
    ],
)
def test_what_cannot_be_kept_is_shown_again_with_what_to_mend(client, mosi, cold_call, form, complaint):
    response = sent(client, cold_call, "answer/seats/", form)
    page = response.content.decode()
    assert response.status_code == 422 and complaint in page
    assert re.search(r'id="correct-seats"\s+open', page), "the form is open"
    assert not ReviewAct.objects.exists()


def test_a_score_is_set_and_undone(client, mosi, call):
    sent(client, call, "score/", {"score-points": "40", "score-is_hot": "no", "score-reason": "a student"})
    act = ReviewAct.objects.get()
    assert "70, hot, by the rubric → 40, not hot, by hand" in words(shown(client, address(call)))
    sent(client, call, f"undo/{act.pk}/", {f"undo-{act.pk}-reason": "no student"})
    call.score.refresh_from_db()
    assert (call.score.points, call.score.is_hot, ReviewAct.objects.count()) == (70, True, 2)


def test_found_right_goes_on_to_the_next_call_of_the_queue(client, mosi, campaign):
    older, newer = many_calls(campaign, 2)
    assert str(older.pk) in sent(client, newer, "accept/").url
    assert sent(client, older, "accept/").url == f"/admin/{LIST}?queue=all"
    assert ReviewAct.objects.filter(kind="accepted", done_by="mosi").count() == 2


def test_a_lead_that_turned_hot_is_given_to_a_rep_by_hand_alone(client, mosi, cold_call, campaign):
    rehema = make_rep("Rehema", "+254722000011", campaign)
    assert "Hot by correction" not in shown(client, address(cold_call))
    sent(client, cold_call, "answer/seats/", {"answer-seats-value": "60", "answer-seats-reason": "sixty"})
    assert "Nobody has this lead" in shown(client, address(cold_call)) and not Handoff.objects.exists()
    sent(client, cold_call, "promise/", {"promise-rep": str(rehema.pk), "promise-at": ""})
    assert (Handoff.objects.get().status, Handoff.objects.get().rep) == ("promised", rehema)
    assert "Nobody has this lead" not in shown(client, address(cold_call))


def test_opening_the_address_of_an_act_does_nothing(client, mosi, call):
    assert client.get(f"/admin/{address(call, 'accept/')}").status_code == 302
    assert not ReviewAct.objects.exists()


@pytest.mark.parametrize("act", ["nonsense/", "undo/x/", "undo/00000000-0000-0000-0000-000000000000/", "answer/nonsense/"])
def test_acts_that_there_are_none_of(client, mosi, call, act):
    assert sent(client, call, act).status_code == 404


def test_a_call_nobody_answered_has_no_review(client, mosi, call):
    Call.objects.update(answered_at=None)
    shown(client, address(call), 404)


# ---- who may


@pytest.mark.parametrize("where", ["", "waveform/"])
def test_who_may_not_see_calls_reviews_none(client, call, where):
    sign_in(client, "zuri")
    assert client.get(f"/admin/{address(call, where)}").status_code == 403
    assert client.get(f"/admin/{LIST}").status_code == 403


def test_who_may_see_calls_may_listen_and_correct_nothing(client, call):
    sign_in(client, "amina", "view_call")
    page = shown(client, address(call))
    assert "Correct the answer" not in page and "Found right" not in page and "Set it by hand" not in page
    for act in ("accept/", "answer/seats/", "score/", "promise/"):
        assert sent(client, call, act).status_code == 403
    assert not ReviewAct.objects.exists()


def test_who_may_correct_may_not_promise_calls(client, call):
    sign_in(client, "amina", "view_call", "add_reviewact")
    assert "Correct the answer" in shown(client, address(call))
    assert sent(client, call, "promise/").status_code == 403


def test_while_the_lead_is_on_the_phone_the_page_says_so_and_has_no_forms(client, mosi, call):
    Call.objects.create(campaign=call.campaign, lead=call.lead, attempt_number=2, status="ringing", due_at=NOW)
    page = shown(client, address(call))
    assert "The lead is on the phone now." in page and "Correct the answer" not in page


# ---- the form of an answer, by kind


@pytest.mark.parametrize(
    ("kind", "sent_value", "given"),
    [
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("number", "12.5", 12.5),
        ("timeline", "30", 30),
        ("one_of", "red", "red"),
        ("many_of", ["red", "blue"], ["red", "blue"]),
        ("scale", "4", 4),
        ("money", "1500", 1500),
        ("open", "in Kisumu", "in Kisumu"),
    ],
)
def test_each_kind_of_question_is_read_as_it_is_stored(kind, sent_value, given):
    form = AnswerForm(Question(key="q", kind=kind, choices=["red", "blue"]), None, {"answer-q-value": sent_value, "answer-q-reason": "so"})
    assert form.is_valid(), form.errors
    assert form.given == given and isinstance(form.given, bool) is isinstance(given, bool)
