"""An answer nobody gave is voided, one that the bot missed is added: both count everywhere at once, and both can be taken back."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from campaigns.admin.review_forms import AddForm
from campaigns.briefs import kept_answers
from campaigns.models import Answer, Call, Question, ReviewAct, Score, VoidedAnswer
from campaigns.privacy.words import take_words
from campaigns.reports.results import results_csv
from campaigns.review import correcting
from campaigns.review.bot_agreement import bot_agreement
from campaigns.review.correcting import Heard, Refused, accept, add_answer, correct_answer, undo, void_answer
from campaigns.review.queues import Filters
from leads.models import AuditEntry
from tests.campaigns.console import administrator, finished_call, shown
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
HEARD = Heard("sixty, I think", 31_000)


def voided(call: Call, reason: str = "she asked a question back", *, minutes: int = 5) -> ReviewAct | Refused:
    return void_answer(call.pk, "seats", reason=reason, by="mosi", at=NOW + timedelta(minutes=minutes))


def added(call: Call, value: object = 60, reason: str = "said at the end", *, minutes: int = 6) -> ReviewAct | Refused:
    return add_answer(call.pk, "seats", value, HEARD, reason=reason, by="mosi", at=NOW + timedelta(minutes=minutes))


def standing(call: Call) -> tuple[object, int, bool, str | None]:
    row = Call.objects.select_related("score").get(pk=call.pk)
    return kept_answers(row).get("seats"), row.score.points, row.score.is_hot, row.disposition


def row_of(campaign) -> dict[str, str]:
    header, row = csv.reader(results_csv(campaign))
    return dict(zip(header, row, strict=True))


# ---- voiding


def test_a_voided_answer_counts_nowhere(call, campaign):
    assert isinstance(voided(call), ReviewAct)
    assert standing(call) == (None, 0, False, "not_qualified")
    assert (row_of(campaign)["seats"], row_of(campaign)["score"]) == ("", "0")


def test_the_act_says_what_was_voided_and_the_evidence_is_kept(call):
    act = voided(call)
    assert (act.before, act.after, act.has_voided) == (60, None, True)
    kept = VoidedAnswer.objects.get()
    assert (kept.value, kept.quote, kept.started_ms, kept.is_confirmed) == (60, "about sixty", 30_100, True)
    assert AuditEntry.objects.get().act == "override"


def test_undoing_brings_the_answer_back_with_its_evidence(call):
    before = Answer.objects.values("value", "quote", "started_ms", "ended_ms", "confidence", "is_confirmed", "saved_at").get()
    undo(voided(call).pk, reason="she did say it", by="juma", at=NOW + timedelta(minutes=6))
    assert Answer.objects.values(*before).get() == before
    assert standing(call) == (60, 70, True, "qualified")
    assert not VoidedAnswer.objects.exists()


def test_an_earlier_attempts_answer_counts_again_when_the_later_is_voided(campaign, call, asha):
    later = finished_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2", provider_call_id="c2", provider_session_id="p2")
    Answer.objects.filter(call=later).update(value=10, saved_at=NOW + timedelta(hours=1))
    voided(later)
    assert standing(later)[:2] == (60, 70)


@pytest.mark.parametrize("reason", ["", " "])
def test_neither_is_done_without_a_reason(call, reason):
    assert voided(call, reason) == Refused(correcting.NO_REASON)
    assert standing(call)[0] == 60
    voided(call)
    assert added(call, reason=reason) == Refused(correcting.NO_REASON)
    assert not Answer.objects.exists()


def test_what_was_not_answered_cannot_be_voided(call):
    voided(call)
    assert voided(call, minutes=7) == Refused(correcting.NO_ANSWER)


def test_its_quote_goes_with_the_words_of_the_call(call):
    voided(call)
    assert take_words([call.pk], now=NOW)["voided_quotes"] == 1
    assert VoidedAnswer.objects.get().quote == ""


# ---- adding


def test_an_added_answer_is_scored_and_reported_like_any_other(call, campaign):
    voided(call)
    act = added(call, 55)
    assert (act.before, act.after, act.has_added) == (None, 55, True)
    assert standing(call) == (55, 70, True, "qualified")
    assert row_of(campaign)["seats"] == "55"
    answer = Answer.objects.get()
    assert (answer.quote, answer.started_ms, answer.confidence) == ("sixty, I think", 31_000, 1.0)


def test_a_call_without_any_answer_gets_its_score_with_the_first(call):
    Score.objects.all().delete()
    Answer.objects.all().delete()
    added(call)
    assert standing(call)[:3] == (60, 70, True)


def test_undoing_an_added_answer_takes_it_away(call):
    voided(call)
    act = added(call)
    undo(act.pk, reason="another speaker", by="mosi", at=NOW + timedelta(minutes=9))
    assert standing(call)[:2] == (None, 0)


def test_an_added_answer_can_be_corrected_and_goes_back_to_the_bots_only_by_steps(call):
    first = voided(call)
    added(call, 10)
    assert undo(first.pk, reason="no", by="mosi", at=NOW) == Refused(correcting.NOT_THE_NEWEST)
    correct_answer(call.pk, "seats", 60, reason="sixty", by="mosi", at=NOW + timedelta(minutes=8))
    assert standing(call)[0] == 60


@pytest.mark.parametrize(("value", "why"), [("many", correcting.NO_VALUE), (None, correcting.NO_VALUE), (True, correcting.NO_VALUE)], ids=str)
def test_it_takes_what_the_question_takes_on_a_call(call, value, why):
    voided(call)
    assert added(call, value) == Refused(why)
    assert not Answer.objects.exists()


def test_where_there_is_an_answer_none_is_added(call):
    assert added(call) == Refused(correcting.IS_ANSWERED)


def test_a_question_of_another_script_is_refused(call):
    act = add_answer(call.pk, "budget", 5, HEARD, reason="so", by="mosi", at=NOW)
    assert act == Refused(correcting.NO_SUCH_QUESTION)


# ---- how often the bot is right


def test_what_the_bot_made_up_counts_against_it(call):
    voided(call)
    accept(call.pk, by="mosi", at=NOW + timedelta(minutes=9))
    [row] = bot_agreement(Filters())
    assert (row.n, row.percent, row.alpha) == (1, 0, None)


def test_what_the_bot_missed_counts_against_it(call):
    Answer.objects.all().delete()
    added(call)
    accept(call.pk, by="mosi", at=NOW + timedelta(minutes=9))
    [row] = bot_agreement(Filters())
    assert (row.n, row.percent) == (1, 0)


# ---- the page


@pytest.fixture
def mosi(client):
    return administrator(client)


def sent(client, call: Call, act: str, form: dict[str, object]):
    return client.post(f"/admin/campaigns/call/{call.pk}/review/{act}/seats/?queue=all", form)


def test_an_answer_is_voided_and_added_on_the_page(client, mosi, call):
    assert sent(client, call, "void", {"void-seats-reason": "made up"}).status_code == 302
    page = shown(client, f"campaigns/call/{call.pk}/review/")
    assert "not answered: what the bot had understood was voided" in page
    assert "voided an answer" in page and "no answer" in page
    form = {"answer-seats-value": "55", "answer-seats-heard_at": "1:05", "answer-seats-quote": "fifty-five", "answer-seats-reason": "at the end"}
    assert sent(client, call, "add", form).status_code == 302
    page = shown(client, f"campaigns/call/{call.pk}/review/")
    assert "heard by a person" in page and "fifty-five" in page and "added an answer" in page
    assert Answer.objects.get().started_ms == 65_000


def test_a_form_without_a_reason_changes_nothing_and_keeps_what_was_typed(client, mosi, call):
    voided(call)
    response = sent(client, call, "add", {"answer-seats-value": "55", "answer-seats-heard_at": "1:65", "answer-seats-reason": "so"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Write minutes and seconds, as in 1:05." in page and 'value="55"' in page
    assert sent(client, call, "void", {}).status_code == 422
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("typed", "ms"), [("", 0), ("0:07", 7000), ("12:30", 750_000)])
def test_the_time_is_read_in_minutes_and_seconds(call, typed, ms):
    form = AddForm(Question.objects.get(key="seats"), {"answer-seats-value": "5", "answer-seats-heard_at": typed, "answer-seats-reason": "so"})
    assert form.is_valid() and form.heard.started_ms == ms
