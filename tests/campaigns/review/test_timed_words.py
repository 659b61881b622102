"""A turn's words as the transcript shows them: what a template would make of each, in less time."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import override

from campaigns.review.word_times import TimedWord

WORDS = (
    TimedWord("seats", 1250),
    TimedWord('<b>&amp; "sixty"', 1000250, is_other=True),
    TimedWord("o'clock", None),
    TimedWord("", 0),
)
PLAINLY = """{% load i18n %}{% for word in words %}{% if word.started_ms is None %}<span class="sq-unheard"><span class="sq-sr">(\
{% translate "not heard:" %}) </span>{{ word.text }}</span>{% else %}<span class="sq-word{% if word.is_other %} other{% endif %}"\
{% if not no_audio %} data-seek-ms="{{ word.started_ms }}"{% endif %}>{{ word.text }}</span>{% endif %} {% endfor %}"""


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("no_audio", ["", "It was not recorded."], ids=["to be played", "to be read"])
def test_the_words_are_what_a_template_makes_of_them(language, no_audio):
    context = Context({"words": WORDS, "no_audio": no_audio})
    with override(language):
        expected = Template(PLAINLY).render(context)
        assert Template("{% load timed_words %}{% timed_words words no_audio %}").render(context) == expected
    assert "&lt;b&gt;" in expected and ("data-seek-ms" in expected) is not bool(no_audio)


def test_a_turn_without_words_shows_none():
    assert Template("{% load timed_words %}{% timed_words words no_audio %}").render(Context({"words": (), "no_audio": ""})) == ""
