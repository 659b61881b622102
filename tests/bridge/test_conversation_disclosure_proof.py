"""What the report proves of the disclosure: from which file it was played, and how much of it was heard."""

from __future__ import annotations

import pytest

from bridge.events import StreamClosed
from bridge.ports import VoiceTraits
from bridge.voice.clips import ClipFile
from tests.bridge.conversing import GOOD_TIME, LINES, MS_PER_CHARACTER, Rehearsal, brief
from tests.bridge.test_conversation_answering import PROMPT

LENGTH_MS = len(LINES.disclosure) * MS_PER_CHARACTER  # as the bot of the rehearsal says it
SHA256 = "5e" * 32


def native(duration_ms: int) -> VoiceTraits:
    return VoiceTraits("native", speaks_verbatim=False, may_call_real_people=True, clips={LINES.disclosure: ClipFile(SHA256, duration_ms)})


def test_a_clip_that_was_heard_to_its_end_is_named_with_what_was_heard():
    report = Rehearsal(traits=native(LENGTH_MS)).open().until_over()
    assert (report.is_disclosure_heard, report.disclosure_sha256, report.disclosure_heard_ms) == (True, SHA256, LENGTH_MS)


@pytest.mark.parametrize(("duration_ms", "is_heard"), [(LENGTH_MS, True), (LENGTH_MS + 1, False)], ids=["all", "a millisecond less"])
def test_less_than_the_length_of_the_clip_is_not_heard(duration_ms, is_heard):
    assert Rehearsal(traits=native(duration_ms)).open().until_over().is_disclosure_heard is is_heard


def test_a_callee_who_hangs_up_in_the_middle_has_heard_so_much():
    rehearsal = Rehearsal(traits=native(LENGTH_MS)).open()
    rehearsal.waits(2.0)
    rehearsal.happens(StreamClosed())
    assert not rehearsal.report.is_disclosure_heard
    assert rehearsal.report.disclosure_heard_ms == pytest.approx(1950, abs=60)
    assert rehearsal.report.disclosure_sha256 == SHA256


def test_where_nobody_began_to_say_it_no_file_is_named():
    rehearsal = Rehearsal(traits=native(LENGTH_MS))
    rehearsal.does_voice_speak = False
    rehearsal.open()
    rehearsal.happens(StreamClosed())
    assert (rehearsal.report.disclosure_sha256, rehearsal.report.disclosure_heard_ms) == ("", None)


def test_a_voice_that_reads_it_out_has_no_file():
    report = Rehearsal().open().until_over()
    assert (report.is_disclosure_heard, report.disclosure_sha256, report.disclosure_heard_ms) == (True, "", LENGTH_MS)


def test_once_somebody_else_has_come_to_the_phone_only_what_they_heard_counts():
    rehearsal = Rehearsal(brief(GOOD_TIME), traits=native(LENGTH_MS)).open()
    rehearsal.until_asked(LINES.disclosure)
    rehearsal.says(PROMPT, speech_s=3.0)
    rehearsal.waits(2.5)
    rehearsal.happens(StreamClosed())
    assert LINES.who in rehearsal.spoken
    assert (rehearsal.report.is_disclosure_heard, rehearsal.report.disclosure_heard_ms) == (False, None)
