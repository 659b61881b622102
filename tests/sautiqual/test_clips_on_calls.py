"""A call gets the clips that were approved for it, and real people nothing that nobody has listened to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bridge.brief import APOLOGIES, CallBrief, LineTraits
from campaigns.briefs import build_brief
from campaigns.clips.judging import approve
from sautiqual.server import Server
from tests.campaigns.clips.conftest import all_approved, draft, kept_elsewhere, real_line, recorded  # noqa: F401 - fixtures
from tests.campaigns.conftest import line, live_call, script  # noqa: F401 - fixtures
from tests.leads.conftest import asha  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call_brief(draft, asha) -> CallBrief:  # noqa: F811
    """Of a call on a real line, by a voice that paraphrases."""
    return build_brief(live_call(draft, asha, voice="openai"))


def clips_of(brief: CallBrief) -> tuple[set[str], dict[str, str], int]:
    """The texts, the digests of those from files, and how many fillers the call's voice gets."""

    async def load() -> tuple[set[str], dict[str, str], int]:
        server = Server()
        try:
            clips = await server._clips_of(brief)
        finally:
            server.desk.close()
            await server._voices.speech.close()
        return set(clips.by_text), dict(clips.sha256s), len(clips.fillers)

    return asyncio.run(load())


def test_a_real_person_hears_nothing_that_nobody_has_listened_to(call_brief):
    assert clips_of(call_brief) == (set(), {}, 0)


def test_a_real_person_hears_what_was_approved(call_brief, draft):  # noqa: F811
    clips = all_approved(draft.script)
    texts, digests, n_fillers = clips_of(call_brief)
    assert texts == set(digests) == {clip.text for clip in clips}
    assert digests[call_brief.lines.disclosure] == clips[0].sha256
    assert n_fillers == 2


def test_a_simulated_person_hears_our_own_speech_until_then(call_brief, draft):  # noqa: F811
    simulated = replace(call_brief, line=LineTraits(is_simulated=True))
    texts, digests, n_fillers = clips_of(simulated)
    assert texts == set(simulated.lines.texts_of(("disclosure", *APOLOGIES)))
    assert (digests, n_fillers) == ({}, 2)
    clip = recorded(draft.script, "disclosure")
    approve(clip, by="mosi")
    assert clips_of(simulated)[1] == {simulated.lines.disclosure: clip.sha256}


@pytest.mark.parametrize(("language", "n_fillers"), [("sw-KE", 2), ("fr-CI", 2), ("am-ET", 2), ("ar-EG", 2), ("pt-MZ", 2), ("ha-NG", 0)])
def test_it_speaks_the_language_of_the_call_if_it_can(call_brief, language, n_fillers):
    simulated = replace(call_brief, line=LineTraits(is_simulated=True), language=language)
    assert clips_of(simulated)[2] == n_fillers
