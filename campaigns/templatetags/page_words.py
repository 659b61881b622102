"""`{% page_words %}`: the words of our scripts in the reader's language, for static/sautiqual/words.js."""

from __future__ import annotations

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns.page_words import PAGE_WORDS

register = template.Library()


@register.simple_tag
def page_words() -> SafeString:
    """Only those that are not English."""
    return json_script({text: said for text in PAGE_WORDS if (said := gettext(text)) != text}, "sq-words")
