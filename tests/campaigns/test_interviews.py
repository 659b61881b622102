"""Answers, score, transcript and opt-out: saved for good, and no row twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.events import Party, Progress
from bridge.reports import AnswerReport, TurnReport
from campaigns import interviews, recordings
from campaigns.briefs import kept_answers
from campaigns.models import Answer, Call, Campaign, LiveEvent, Recording, Reservation, Score, Turn
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(campaign, asha) -> Call:
    return live_call(campaign, asha, status="in_progress")


def seats(value: int, **fields) -> AnswerReport:
    return AnswerReport("seats", value, **{"quote": "sixty", "started_ms": 4000, "ended_ms": 4600, "confidence": 0.8, "is_confirmed": True, **fields})


def kinds(call: Call) -> list[str]:
    return [event.kind for event in LiveEvent.objects.filter(call=call)]


def test_an_answer_is_saved_with_its_evidence(call):
    progress = interviews.save_answer(call.pk, seats(60), at=NOW)
    assert progress == Progress("seats", 70, True)
    answer = Answer.objects.get(call=call)
    assert (answer.value, answer.quote, answer.started_ms, answer.ended_ms, answer.is_confirmed) == (60, "sixty", 4000, 4600, True)
    assert answer.saved_at == NOW


def test_the_score_says_why(call):
    interviews.save_answer(call.pk, seats(60), at=NOW)
    score = Score.objects.get(call=call)
    assert (score.points, score.threshold, score.is_hot) == (70, 70, True)
    assert score.reasons == [{"question": "seats", "points": 70, "why": "a large team", "knock_out": False}]


def test_the_newest_answer_counts_and_there_is_one_row(call):
    interviews.save_answer(call.pk, seats(60), at=NOW)
    progress = interviews.save_answer(call.pk, seats(5), at=NOW)
    assert (progress.score, progress.is_hot) == (0, False)
    assert Answer.objects.get(call=call).value == 5


def test_nobody_of_a_survey_is_hot_whatever_their_score(call):
    Campaign.objects.update(kind=Campaign.Kind.SURVEY)
    assert interviews.save_answer(call.pk, seats(60), at=NOW) == Progress("seats", 70, False)
    assert not Score.objects.get(call=call).is_hot and "hot" not in kinds(call)
    assert not Reservation.objects.exists()


def test_hot_is_said_once(call):
    for _ in range(2):
        interviews.save_answer(call.pk, seats(60), at=NOW)
    assert kinds(call).count("hot") == 1
    assert kinds(call)[:3] == ["understood", "score", "hot"]


@pytest.mark.parametrize("confidence", [-0.1, 1.7], ids=str)
def test_a_confidence_out_of_range_loses_no_answer(call, confidence):
    interviews.save_answer(call.pk, seats(60, confidence=confidence), at=NOW)
    assert 0 <= Answer.objects.get(call=call).confidence <= 1


def test_what_an_earlier_attempt_has_answered_is_kept_and_counts(call, campaign, asha):
    interviews.save_answer(call.pk, seats(60), at=NOW)
    permission = AnswerReport("permission", True, "yes", 0, 0, 0.9, False)
    interviews.save_answer(call.pk, permission, at=NOW)
    Call.objects.filter(pk=call.pk).update(status="completed")
    second = live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    assert kept_answers(second) == {"seats": 60}  # permission is asked on every call
    assert interviews.save_answer(second.pk, permission, at=NOW).is_hot
    assert kept_answers(second) == {"seats": 60, "permission": True}


def test_a_turn_is_saved_once_and_its_newest_form_counts(call):
    for heard_ms, heard_text in ((None, None), (900, "Hello")):
        interviews.save_turn(call.pk, TurnReport(0, Party.BOT, "Hello, this is Zawadi.", 0, 1800, heard_ms, heard_text))
    turn = Turn.objects.get(call=call)
    assert (turn.party, turn.heard_ms, turn.heard_text) == ("bot", 900, "Hello")


def test_words_that_nobody_knows_are_kept_as_such_until_they_are_known(call):
    line = TurnReport(0, Party.BOT, "Hello, this is Zawadi.", 0, 1800, 1800)
    interviews.save_turn(call.pk, line)
    assert [(turn.are_words_known, turn.heard) for turn in Turn.objects.all()] == [(False, "Hello, this is Zawadi.")]
    interviews.save_turn(call.pk, replace(line, text="Hi, Zawadi here.", heard_text="Hi,", intended=line.text))
    turn = Turn.objects.get(call=call)
    assert (turn.are_words_known, turn.text, turn.heard, turn.intended) == (True, "Hi, Zawadi here.", "Hi,", "Hello, this is Zawadi.")


def test_of_a_line_cut_in_its_first_word_nothing_was_heard(call):
    interviews.save_turn(call.pk, TurnReport(0, Party.BOT, "Hello, this is Zawadi.", 0, 90, 90, ""))
    assert Turn.objects.get(call=call).heard == ""


def test_what_the_callee_said_was_heard_by_us(call):
    interviews.save_turn(call.pk, TurnReport(0, Party.CALLEE, "about sixty", 0, 900))
    assert Turn.objects.get(call=call).heard == "about sixty"


def test_an_opt_out_is_on_the_list_when_it_returns(call, asha):
    interviews.save_opt_out(call.pk, "stop calling me", at=NOW)
    entry = DoNotCallEntry.objects.get(phone=asha.phone)
    assert (entry.origin, entry.entered_at) == ("callee", NOW)
    assert Call.objects.get(pk=call.pk).disposition == "opted_out"


def test_an_opt_out_said_twice_is_one_entry(call):
    for _ in range(2):
        interviews.save_opt_out(call.pk, "stop", at=NOW)
    assert DoNotCallEntry.objects.count() == 1


def test_a_recording_is_attached_once(call, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    recorded = tmp_path / "call.flac"
    recorded.write_bytes(b"fLaC")
    for _ in range(2):
        recordings.attach(call.pk, recorded, duration_ms=61_000)
    recording = Recording.objects.get(call=call)
    assert recording.duration_ms == 61_000
    with recording.file.open("rb") as kept:
        assert kept.read() == b"fLaC"
