"""A select that is put together without templates: the same options as Django's own, and as safe."""

from __future__ import annotations

import re

import pytest
from django import forms

from campaigns.admin.quick_select import QuickSelect

CHOICES = [("", "Select value"), ("a&b", 'A & "<b>"'), ("2.12", "broke off"), (3, "three")]


def options(widget: forms.Select, value: object) -> list[str]:
    return re.findall(r"<option.*?</option>", widget.render("field", value, {"id": "id_field"}), re.DOTALL)


@pytest.mark.parametrize("value", ["", None, "a&b", "2.12", 3, "nothing of these"])
def test_options_are_djangos_own(value):
    assert options(QuickSelect(choices=CHOICES), value) == options(forms.Select(choices=CHOICES), value)
    assert len(options(QuickSelect(choices=CHOICES), value)) == 4


def test_it_is_named_and_marked_as_any_field():
    html = QuickSelect(attrs={"disabled": True, "title": 'why "not"'}, choices=CHOICES).render("field", "", {"id": "id_field"})
    head = re.search(r"<select[^>]*>", html)
    assert head is not None and {'name="field"', 'id="id_field"', 'title="why &quot;not&quot;"'} <= set(re.findall(r'\w+="[^"]*"', head[0]))
    assert " disabled" in head[0]
