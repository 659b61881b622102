"""What the console and the queue say after something was sent to them, in Swahili: errors beside fields, refusals, confirmations and thanks.

One page of each view of the walk is sent nothing at all, and then nonsense in each of its fields; what that changes is undone before the next.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from campaigns.admin.script_form import sentences
from tests.campaigns.access.planted import planted
from tests.campaigns.access.walk import addresses
from tests.campaigns.conftest import campaign, foreseen_for_nobody, line, loopback, script, server  # noqa: F401 - the world that is planted
from tests.campaigns.console import administrator, recorded
from tests.leads.conftest import asha  # noqa: F401
from tests.sautiqual.swahili.english import english_in
from tests.sautiqual.swahili.test_pages import is_ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

IN_SWAHILI = {"Accept-Language": "sw"}
NONSENSE = "@@ 99"
READY = "/script/ready/"  # what it makes of a ready script is somebody's words, in English


class Fields(HTMLParser):
    """The fields of a page's forms: what is hidden keeps its value."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        if not name or name in ("csrfmiddlewaretoken", "next") or tag not in ("input", "select", "textarea"):
            return
        if tag == "select":  # a browser sends one of its values, or none
            self.sent[name] = ""
            return
        is_kept = known.get("type") in ("hidden", "submit", "button") or name.endswith("_FORMS")
        self.sent[name] = known.get("value") or "" if is_kept else NONSENSE


def nonsense_for(html: str) -> dict[str, str]:
    reader = Fields()
    reader.feed(html)
    return reader.sent


def said_after(client: Client, path: str, sent: dict[str, Any]) -> str:
    """The page that comes of it, "" if it is none; nothing is changed by it."""
    with transaction.atomic():
        reply = client.post(path, sent, headers=IN_SWAHILI, follow=True)
        transaction.set_rollback(True)
    return "" if reply.streaming or "html" not in reply.headers.get("Content-Type", "") else reply.content.decode()


def said_by(client: Client, path: str) -> list[str]:
    before = client.get(path, headers=IN_SWAHILI)
    has_form = not before.streaming and "html" in before.headers.get("Content-Type", "")
    sent: list[dict[str, Any]] = [{}, nonsense_for(before.content.decode())] if has_form else [{}]
    return [said_after(client, path, each) for each in sent]


def test_nothing_is_answered_in_english(client, campaign, asha, tmp_path, settings, monkeypatch):  # noqa: F811
    settings.IMPORT_ROOT = tmp_path / "imports"
    planted(campaign, asha, lambda call: recorded(call, tmp_path, settings))
    administrator(client)
    walked = [address.path for address in addresses() if not (address.is_api or address.is_list) and READY not in address.path]
    paths = {resolve(path).view_name: path for path in walked}.values()  # one of each view
    pages = [(path, html) for path in paths for html in said_by(client, path) if html]
    spoken = {text for _occasion, text, _is_own in sentences(campaign.script)}
    found = {(path, piece): words for path, html in pages for piece, words in english_in(html).items() if piece not in spoken and is_ours(piece)}

    assert len(pages) > 100, "too little was answered"
    assert found == {}


def test_nonsense_is_written_into_every_field_but_the_hidden_ones():
    form = '<input name="name"><input type="hidden" name="revision" value="3"><select name="kind"></select><input name="x-TOTAL_FORMS" value="1">'

    assert nonsense_for(form) == {"name": NONSENSE, "revision": "3", "kind": "", "x-TOTAL_FORMS": "1"}
