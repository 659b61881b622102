"""Scripts of the console and the queue say their words in the reader's language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import override

from campaigns.models import Rep
from campaigns.page_words import PAGE_WORDS
from campaigns.templatetags.page_words import page_words

SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "sautiqual").rglob("*.js"))
LOOKED_UP = re.compile(r'\btold\("((?:[^"\\]|\\.)*)"')
# Chosen from, and looked up by their value.
BY_VALUE = {"yes", "no"}


def known(html: str) -> dict[str, str]:
    found = re.search(r'<script id="sq-words" type="application/json">(.*?)</script>', html)
    assert found, "the page has no words for its scripts"
    words = json.loads(found[1])
    assert isinstance(words, dict)
    return words


def test_the_server_knows_every_text_that_a_script_looks_up_and_no_other():
    looked_up = {text for path in SCRIPTS for text in LOOKED_UP.findall(path.read_text())}

    assert len(looked_up) > 50, "the reader found too little"
    assert set(PAGE_WORDS) == looked_up | BY_VALUE


def test_each_has_swahili_words_with_the_same_blanks():
    with override("sw"):
        told = known(page_words())

    assert set(told) == set(PAGE_WORDS)
    assert [text for text, words in told.items() if sorted(re.findall(r"\{\w+\}", text)) != sorted(re.findall(r"\{\w+\}", words))] == []


def test_in_english_a_script_says_what_is_written_in_it():
    with override("en"):
        assert known(page_words()) == {}


@pytest.mark.parametrize("path", [path for path in SCRIPTS if "told(" in path.read_text() and path.name != "words.js"], ids=lambda path: path.name)
def test_who_looks_up_words_imports_that(path: Path):
    assert re.search(r'^import \{ told \} from "\.{1,2}/words\.js";$', path.read_text(), re.MULTILINE)


@pytest.mark.django_db
def test_the_reps_page_has_them(client: Client):
    user = User.objects.create_user("rehema")
    Rep.objects.create(user=user, name="Rehema", number="+254711000900")
    client.force_login(user)

    assert known(client.get("/queue/", headers={"Accept-Language": "sw"}).content.decode())["Connecting …"] == "Inaunganisha …"
    assert known(client.get("/queue/", headers={"Accept-Language": "en"}).content.decode()) == {}
