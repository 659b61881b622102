"""Recordings: made only where nobody says no, encrypted where there are keys, and said in words why there is none."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.sealing import KeyMissing, Keys, SealedWriter, key_id
from campaigns import call_desk, recordings
from campaigns.briefs import build_brief, standard_disclosure
from campaigns.call_desk import DatabaseCallDesk
from campaigns.disclosures import not_told_in
from campaigns.models import Call, LiveEvent, Recording
from campaigns.privacy.exporting import export_person
from campaigns.privacy.words import take_words
from campaigns.recording_rules import NotRecorded, why_not
from leads.market_packs import market_packs
from leads.market_rules import RecordingRule
from sautiqual.checks import check_recording_key, check_recordings_open
from tests.campaigns.conftest import live_call
from tests.campaigns.console import SOUND, administrator, finished_call, shown
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def setting(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RECORDING_KEY = setting(NEW, OLD)
    return settings.MEDIA_ROOT


@pytest.fixture
def call(campaign, asha) -> Call:
    return live_call(campaign, asha, status="in_progress", answered_at=NOW)


def made(tmp_path, *keys: bytes):
    path = tmp_path / ("made.sealed" if keys else "made.flac")
    if not keys:
        path.write_bytes(SOUND)
        return path
    with path.open("wb") as stream, SealedWriter(stream, Keys.parse(setting(*keys))) as writer:
        writer.write(SOUND)
    return path


def files(media) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


@pytest.fixture
def kenya_forbids(monkeypatch):
    packs = dict(market_packs())
    packs["KE"] = replace(packs["KE"], recording=RecordingRule(packs["KE"].keep_calls.origin, is_allowed=False))
    monkeypatch.setattr("leads.market_packs.market_packs", lambda: packs)


# ---- whether ----


@pytest.mark.parametrize(
    ("has_refused", "market_allows", "campaign_records", "reason"),
    [
        (False, True, True, None),
        (True, True, True, NotRecorded.CALLEE),
        (True, False, False, NotRecorded.CALLEE),
        (False, False, True, NotRecorded.MARKET),
        (False, True, False, NotRecorded.CAMPAIGN),
    ],
    ids=["nobody minds", "the callee", "the callee first", "the market", "the campaign"],
)
def test_one_no_is_enough(has_refused, market_allows, campaign_records, reason):
    assert why_not(has_refused=has_refused, market_allows=market_allows, campaign_records=campaign_records) is reason


def test_a_call_is_recorded_where_nobody_minds(call):
    assert build_brief(call).is_recorded


def test_a_campaign_that_records_nothing_says_so_to_the_bridge(call):
    call.campaign.is_recorded = False
    assert not build_brief(call).is_recorded


def test_a_market_that_forbids_it_is_obeyed(call, kenya_forbids):
    assert not build_brief(call).is_recorded


def test_nothing_is_recorded_in_a_market_nobody_knows_the_rules_of(call):
    call.lead.market = "XX"
    assert recordings.why_not_recorded(call) is NotRecorded.MARKET


def test_who_has_refused_once_is_not_recorded_on_the_next_call(campaign, asha):
    before = finished_call(campaign, asha)
    recordings.refuse(before.pk, "don't record me")
    again = live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    assert not build_brief(again).is_recorded


def test_why_it_is_not_recorded_is_kept_when_the_stream_opens(call):
    call.campaign.is_recorded = False
    call.campaign.save()
    Call.objects.filter(pk=call.pk).update(stream_opened_at=None)
    brief = call_desk._open(call.stream_token, None)
    assert brief is not None and not brief.is_recorded
    call.refresh_from_db()
    assert call.not_recorded == NotRecorded.CAMPAIGN


def test_a_script_of_an_unrecorded_campaign_need_not_tell_of_a_recording(campaign):
    campaign.script.disclosure = standard_disclosure(is_recorded=False)
    assert any("it is recorded" in sentence for sentence in not_told_in(campaign, ["KE"]))
    campaign.is_recorded = False
    assert not_told_in(campaign, ["KE"]) == []
    assert "recorded" not in campaign.script.disclosure


# ---- a callee's no ----


def test_a_refusal_deletes_what_there_is_and_keeps_why(call, media, tmp_path):
    recordings.attach(call.pk, made(tmp_path, NEW), duration_ms=1000)
    for _ in range(2):
        recordings.refuse(call.pk, "don't record me")
    call.refresh_from_db()
    assert (call.not_recorded, call.recording_refusal) == (NotRecorded.CALLEE, "don't record me")
    assert (files(media), Recording.objects.count()) == ([], 0)
    assert LiveEvent.objects.filter(call=call.pk, kind="not_recorded").count() == 1


def test_a_recording_that_comes_after_a_refusal_is_not_kept(call, media, tmp_path):
    recordings.refuse(call.pk, "don't record me")
    recordings.attach(call.pk, made(tmp_path, NEW), duration_ms=1000)
    assert (files(media), Recording.objects.count()) == ([], 0)


def test_the_report_says_it_again_for_a_desk_that_was_down(call):
    Call.objects.filter(pk=call.pk).update(stream_opened_at=NOW)
    call_desk.finish(call.pk, SessionReport(Outcome.FINISHED, is_disclosure_heard=True, refused_recording="don't record"))
    call.refresh_from_db()
    assert (call.not_recorded, call.recording_refusal) == (NotRecorded.CALLEE, "don't record")


@pytest.mark.django_db(transaction=True)
async def test_the_desk_takes_a_refusal(campaign, asha, closed_connections):
    desk = DatabaseCallDesk()
    call = await desk.threads.run(live_call, campaign, asha)
    await desk.refuse_recording(str(call.pk), "no recording")
    await call.arefresh_from_db()
    assert call.recording_refusal == "no recording"
    desk.close()


def test_the_words_of_a_refusal_go_with_all_other_words(call):
    recordings.refuse(call.pk, "don't record me")
    take_words([call.pk], now=NOW)
    call.refresh_from_db()
    assert (call.not_recorded, call.recording_refusal) == (NotRecorded.CALLEE, "")


# ---- encrypted ----


def test_an_encrypted_recording_is_kept_encrypted_with_the_name_of_its_key(call, media, tmp_path):
    recordings.attach(call.pk, made(tmp_path, NEW), duration_ms=1000)
    recording = Recording.objects.get(call=call)
    assert recording.key_id == key_id(NEW)
    assert SOUND[:32] not in (media / str(recording.file)).read_bytes()
    with recordings.opened(recording) as (sound, size_bytes):
        assert (sound.read(), size_bytes) == (SOUND, len(SOUND))


def test_it_is_played_from_the_middle_like_any_other(client, call, media, tmp_path):
    administrator(client)
    recordings.attach(call.pk, made(tmp_path, OLD), duration_ms=1000)
    response = client.get(f"/admin/campaigns/call/{call.pk}/recording/", headers={"Range": "bytes=100-199"})
    assert (response.status_code, response.content) == (206, SOUND[100:200])
    assert "sq-audio" in shown(client, f"campaigns/call/{call.pk}/change/")


def test_without_its_key_the_page_says_what_to_do(client, call, media, tmp_path, settings):
    administrator(client)
    recordings.attach(call.pk, made(tmp_path, OLD), duration_ms=1000)
    settings.RECORDING_KEY = setting(NEW)
    response = client.get(f"/admin/campaigns/call/{call.pk}/recording/")
    told = f"encrypted with the key {key_id(OLD)}, which RECORDING_KEY does not name. Add it there, behind the others."
    assert (response.status_code, told in response.content.decode()) == (503, True)
    page = shown(client, f"campaigns/call/{call.pk}/change/")
    assert told in page and "sq-audio" not in page


def test_an_export_of_a_person_holds_the_sound_in_the_clear_or_why_not(call, media, tmp_path, settings):
    recordings.attach(call.pk, made(tmp_path, OLD), duration_ms=1000)
    assert base64.b64encode(SOUND).decode() in json.dumps(export_person(call.lead.phone, by="mosi", now=NOW))
    settings.RECORDING_KEY = ""
    assert f"encrypted with the key {key_id(OLD)}" in json.dumps(export_person(call.lead.phone, by="mosi", now=NOW))


def test_a_recording_from_before_there_were_keys_is_read_as_it_is(call, media, tmp_path):
    recordings.attach(call.pk, made(tmp_path), duration_ms=1000)
    recording = Recording.objects.get(call=call)
    with recordings.opened(recording) as (sound, size_bytes):
        assert (recording.key_id, sound.read(), size_bytes) == ("", SOUND, len(SOUND))


REASONS = {"campaign": "records no calls", "market": "forbid it", "callee": "on an earlier call", "notice": "nothing was asked"}


@pytest.mark.parametrize(("not_recorded", "words"), REASONS.items())
def test_the_page_says_why_there_is_none(client, campaign, asha, not_recorded, words):
    administrator(client)
    call = finished_call(campaign, asha, not_recorded=not_recorded)
    assert words in shown(client, f"campaigns/call/{call.pk}/change/")


def test_the_page_quotes_a_refusal(client, campaign, asha):
    administrator(client)
    call = finished_call(campaign, asha, not_recorded="callee", recording_refusal="usinirekodi")
    assert "the callee said “usinirekodi”" in shown(client, f"campaigns/call/{call.pk}/change/")


# ---- checks ----


def test_a_key_that_is_none_stops_the_start(settings):
    settings.RECORDING_KEY = "hello"
    assert [message.id for message in check_recording_key(None)] == ["sautiqual.E006"]
    assert check_recordings_open(None, databases=["default"]) == []
    settings.RECORDING_KEY = setting(NEW)
    assert check_recording_key(None) == []


def test_recordings_whose_key_is_gone_are_counted(call, media, tmp_path, settings):
    recordings.attach(call.pk, made(tmp_path, OLD), duration_ms=1000)
    assert check_recordings_open(None, databases=["default"]) == []
    settings.RECORDING_KEY = setting(NEW)
    assert [message.msg for message in check_recordings_open(None, databases=["default"])] == [
        f"1 recordings are encrypted with the key {key_id(OLD)}, which is not set."
    ]
    with pytest.raises(KeyMissing), recordings.opened(Recording.objects.get(call=call)):
        pass
