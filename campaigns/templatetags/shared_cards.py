"""Cards as HTML, drawn once and shared by all pages of this process that show the same: a lead is offered to many reps in the same instant.

A card is kept by every value that its template reads, the language and the zone, so what is kept can never be out of date. What is a rep's
own stands around it, in the templates that use this tag.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from campaigns.handoff.cards import Card
from campaigns.handoff.heat import HeatLeft

register = template.Library()
N_KEPT = 500  # of one to three kilobytes each


@register.simple_tag
def shared_card(template_name: str, card: Card, *, is_barred: bool = False) -> SafeString:
    """The card by this template. `is_barred`: the rep cannot ring anybody now."""
    return _drawn(template_name, _as_shown(card), is_barred, get_language(), get_current_timezone_name())


def _as_shown(card: Card) -> Card:
    """Without what no template reads, or reads only in steps: else no two pages would show the same."""
    return replace(card, reservation_id=None, heat=HeatLeft(card.heat.percent / 100))


@lru_cache(N_KEPT)
def _drawn(template_name: str, card: Card, is_barred: bool, language: str | None, zone: str) -> SafeString:
    """`language` and `zone` are those in force: part of the key alone."""
    return render_to_string(template_name, {"card": card, "is_barred": is_barred})
