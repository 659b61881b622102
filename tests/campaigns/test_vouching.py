"""Who answers for which text of a script is told to the audit log once, for each language on its own."""

from __future__ import annotations

import pytest

from campaigns.models import Script
from campaigns.vouching import log_vouching, vouched_texts
from leads.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def script() -> Script:
    translations = {"sw": {"disclosure": "Mimi ni AI.", "lines": {}}, "fr": {"disclosure": "", "lines": {}}}
    return Script.objects.create(name="Acme", organisation="Acme", disclosure="I am an AI.", language="en-KE", translations=translations)


def told() -> list[tuple[str, str]]:
    return [(entry.by, entry.detail["language"]) for entry in AuditEntry.objects.filter(act="waive", subject="script").order_by("id")]


def says_so(script: Script, by: str, *languages: str) -> None:
    before = vouched_texts(script)
    for language in languages:
        script.vouch(by=by, language=language)
    script.save()
    log_vouching(script, before, by=by)


def test_each_language_is_told_on_its_own_and_an_empty_text_is_nobodys(script):
    says_so(script, "mosi", "", "sw", "fr")
    assert told() == [("mosi", "en-KE"), ("mosi", "sw")]
    assert vouched_texts(script) == {"en-KE": "I am an AI.", "sw": "Mimi ni AI."}


def test_who_saves_it_again_says_nothing_new(script):
    says_so(script, "mosi", "sw")
    says_so(script, "zuri", "sw")
    assert told() == [("mosi", "sw")]


def test_for_another_text_somebody_has_to_say_it_anew(script):
    says_so(script, "mosi", "")
    script.disclosure = "I am an assistant."
    assert vouched_texts(script) == {}
    says_so(script, "zuri", "")
    assert told() == [("mosi", "en-KE"), ("zuri", "en-KE")]
