"""A launched script, which nobody can change, whatever they try."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from campaigns import campaign_life
from campaigns.models import Question, Script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: Script.objects.filter(pk=s.pk).update(disclosure="Hello."),
        lambda s: Script.objects.filter(pk=s.pk).update(hot_threshold=1),
        lambda s: Script.objects.filter(pk=s.pk).update(launched_at=None),
        lambda s: Question.objects.filter(script=s).update(wording="Something else?"),
        lambda s: Question.objects.filter(key="seats").update(rubric=[]),
        lambda s: Question.objects.create(script=s, key="new", position=9, kind="open", wording="And?"),
        lambda s: Question.objects.filter(script=s).update(script=Script.objects.create(name="Other", organisation="Acme", disclosure="x")),
    ],
    ids=["its text", "its threshold", "its launch", "a question", "its points", "one more question", "a question moved away"],
)
def test_the_database_refuses_to_change_a_launched_script(script, change):
    campaign_life.freeze(script)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        change(script)


def test_a_question_cannot_be_moved_into_a_launched_script(script):
    campaign_life.freeze(script)
    other = Script.objects.create(name="Other", organisation="Acme", disclosure="x")
    question = Question.objects.create(script=other, key="late", position=1, kind="open", wording="And?")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(script=script)


def test_a_script_that_was_not_launched_may_change(script):
    assert Script.objects.filter(pk=script.pk).update(disclosure="Hello from {organisation}.") == 1
    assert Question.objects.filter(script=script).update(wording="Something else?") == 2


def test_freezing_twice_keeps_the_first_launch(script):
    campaign_life.freeze(script)
    first = Script.objects.get(pk=script.pk).launched_at
    campaign_life.freeze(script)
    assert Script.objects.get(pk=script.pk).launched_at == first


def test_a_new_version_is_a_copy_that_may_change(script):
    campaign_life.freeze(script)
    copy = campaign_life.copy_to_new_version(script)
    assert (copy.version, copy.launched_at, copy.name) == (2, None, script.name)
    assert list(copy.questions.values_list("key", "rubric")) == list(script.questions.values_list("key", "rubric"))
    copy.questions.update(wording="Something else?")
    assert script.questions.first().wording == "Is now a good time?"
