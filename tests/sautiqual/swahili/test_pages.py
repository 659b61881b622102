"""Every page of the console and the queue, read in Swahili: no English sentence of ours is on it.

A word is English if our English texts use it and our Swahili ones never do. The pages are those of the walk.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from campaigns.admin.script_form import sentences
from tests.campaigns.access.planted import planted
from tests.campaigns.access.walk import addresses
from tests.campaigns.conftest import campaign, foreseen_for_nobody, line, loopback, script, server  # noqa: F401 - the world that is planted
from tests.campaigns.console import administrator, recorded
from tests.leads.conftest import asha  # noqa: F401
from tests.sautiqual.swahili.english import ENGLISH, english_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

# Somebody's own words: names, what was asked, answered and agreed to, and where it came from.
PEOPLES = re.compile(
    r"zebra|zawadi|acme|\bjuma\b|\bdemo\b|seats?\b|good time|about sixty|a large team|too small|a list\b|fair in nairobi|web form|i agree that"
    r"|https?://|^(?:about|how|many|how many|do|you|need\?|words|permission|paper)$|^i am \{bot_name\}",
    re.IGNORECASE,
)
# English by rule: what machines say and are told by, sources of the law, and the name of the language itself.
MACHINES = re.compile(
    r"^English\b|^consent$|^Role: \w+$|\b(?:lead|call|handoff|callback|webhook)\.[a-z_]+|^cost minor: "
    r"|\((?:custom|law|code|regulator)\): |estimated\)$|\bmon, tue, wed|_FORMS\b",
    re.IGNORECASE,
)
# Django's own, said within a context or by parts, which our catalog does not reach.
FRAMEWORK = re.compile(
    r"^Tasks Database Backend$"
    r"|'Control', au 'Command'|Campaign-rep relationship| \| "
)


def read_pages(client: Client) -> dict[str, str]:
    pages = {}
    for address in addresses():
        if address.is_api:
            continue
        reply = client.get(address.path, headers={"Accept-Language": "sw"})
        if not reply.streaming and "html" in reply.headers.get("Content-Type", ""):
            pages[address.path] = reply.content.decode()
    return pages


def is_ours(piece: str) -> bool:
    """A piece in which nothing of somebody's own, of a machine's or of the framework's stands."""
    return not (PEOPLES.search(piece) or MACHINES.search(piece) or FRAMEWORK.search(piece))


def test_no_page_in_swahili_says_something_of_ours_in_english(client, campaign, asha, tmp_path, settings):  # noqa: F811
    planted(campaign, asha, lambda call: recorded(call, tmp_path, settings))
    administrator(client)
    pages = read_pages(client)
    spoken = {text for _occasion, text, _is_own in sentences(campaign.script)}  # what the bot says, in the language of the script
    found = {
        (path, piece): words for path, html in pages.items() for piece, words in english_in(html).items() if piece not in spoken and is_ours(piece)
    }

    assert len(pages) > 150, "the walk found too little"
    assert found == {}


@pytest.mark.parametrize("sentence", ["The newest preflight is still at work. Wait for it.", "not qualified", "nobody has approved it"])
def test_an_english_sentence_would_be_seen(sentence: str):
    seen = english_in(f'<p>Kampeni</p><p title="{sentence}">{sentence}</p><script>{sentence}</script><p lang="en">{sentence}</p>')

    assert list(seen) == [sentence] and is_ours(sentence)


def test_a_swahili_page_is_not_taken_for_english():
    assert english_in("<p>Hakuna aliye kwenye foleni. Andikisha wateja watarajiwa kwanza.</p>") == {}
    assert {"the", "which", "queued"} <= ENGLISH
