"""What reviewers did: the database keeps it as it was."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Call, ReviewAct
from campaigns.privacy.words import take_words
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(call) -> ReviewAct:
    seats = call.answers.get().question
    return ReviewAct.objects.create(call=call, kind="answer", question=seats, before=60, after=6, reason="she said six", done_by="mosi", done_at=NOW)


EDITS = [
    {"id": uuid.uuid4()},
    {"kind": "score", "question": None},
    {"before": None},
    {"before": 61},
    {"after": 7},
    {"reason": "another"},
    {"done_by": "juma"},
    {"done_at": NOW.replace(hour=1)},
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: next(iter(edit)))
def test_it_is_never_edited(act, edit):
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        ReviewAct.objects.filter(pk=act.pk).update(**edit)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_correction_without_a_reason_is_refused(act, reason):
    with pytest.raises(IntegrityError, match="needs a reason"), transaction.atomic():
        ReviewAct.objects.create(call=act.call, kind="score", before={}, after={}, reason=reason, done_by="mosi", done_at=NOW)


def test_who_finds_a_call_right_needs_none(call):
    ReviewAct.objects.create(call=call, kind="accepted", done_by="mosi", done_at=NOW)


@pytest.mark.parametrize("fields", [{"kind": "answer", "reason": "so"}, {"kind": "accepted", "done_by": ""}], ids=["of no question", "by nobody"])
def test_it_says_what_and_who(call, fields):
    with pytest.raises(IntegrityError, match="review_act"), transaction.atomic():
        ReviewAct.objects.create(**{"call": call, "done_by": "mosi", "done_at": NOW, **fields})


def test_its_reason_goes_with_the_words_of_the_call_and_the_correction_stays(act, call):
    assert take_words([call.pk], now=NOW)["review_reasons"] == 1
    kept = ReviewAct.objects.get()
    assert (kept.reason, kept.before, kept.after, kept.done_by) == ("", 60, 6, "mosi")


def test_it_goes_with_its_call(act):
    Call.objects.all().delete()
    assert not ReviewAct.objects.exists()
