"""Every word that a field can hold has a Swahili one, or is on the list of the machines' own names."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.utils.translation import override

from leads.admin.import_forms import countries
from leads.market_packs import COUNTRIES, market_packs

# Of settings of the phone platform and of audio: a manager compares them with the platform's own pages.
OF_MACHINES = {"pages", "sdk", "dial", "conference", "callback", "mono", "stereo", "mixed"}
FIELDS = [
    f"{model._meta.label}.{field.name}"
    for label in ("leads", "campaigns")
    for model in apps.get_app_config(label).get_models()
    for field in model._meta.fields
    if field.choices
]


@pytest.mark.parametrize("name", FIELDS)
def test_each_choice_has_a_swahili_word(name: str):
    label, _, field_name = name.rpartition(".")
    choices = apps.get_model(label)._meta.get_field(field_name).flatchoices
    with override("en"):
        english = [str(words) for _value, words in choices]
    with override("sw"):
        swahili = [str(words) for _value, words in choices]

    assert [words for words, same in zip(english, swahili, strict=True) if words == same and words not in OF_MACHINES] == []


def test_in_english_a_stored_word_is_shown_as_it_is_stored():
    with override("en"):
        choices = dict(apps.get_model("campaigns.Call")._meta.get_field("disposition").flatchoices)
    assert choices["not_qualified"] == "not_qualified"


def test_the_countries_are_chosen_by_their_swahili_names():
    assert {pack.name for pack in market_packs().values()} == COUNTRIES
    with override("sw"):
        found = countries()
    assert ("DE", "Ujerumani") in found and ("ZA", "Afrika Kusini") in found
    assert found == sorted(found, key=lambda each: each[1])
