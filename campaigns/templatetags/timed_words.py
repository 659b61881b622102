"""A turn's words as HTML, each to be played from: a long call has thousands, and a template takes its time over each.

Only what a template would do: nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from campaigns.review.word_times import TimedWord

register = template.Library()


@register.simple_tag
def timed_words(words: Sequence[TimedWord], no_audio: object) -> SafeString:
    """Each with a space behind it. `no_audio`: why nothing can be played; empty: it can."""
    not_heard = escape(gettext("not heard:"))
    return mark_safe("".join(_word(word, not_heard, has_audio=not no_audio) for word in words))


def _word(word: TimedWord, not_heard: str, *, has_audio: bool) -> str:
    if word.started_ms is None:
        return f'<span class="sq-unheard"><span class="sq-sr">({not_heard}) </span>{escape(word.text)}</span> '
    other = " other" if word.is_other else ""
    seek = f' data-seek-ms="{word.started_ms}"' if has_audio else ""
    return f'<span class="sq-word{other}"{seek}>{escape(word.text)}</span> '
