"""What is in the pack of a call, and of a person."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.access.viewer import viewer_of
from campaigns.models import Call, Campaign, DialDecision, Recording
from campaigns.privacy.erasing import erase
from campaigns.reports.evidence.canonical import canonical, sha256_of
from campaigns.reports.evidence.document import broken_link
from leads import audit
from leads.models import AuditEntry, Lead, LeadImport
from tests.campaigns.access.planted import somebody
from tests.campaigns.console import SOUND, finished_call
from tests.campaigns.evidence.conftest import QUOTE, call_pack, person_pack, section, told
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
ASHA = "+254712123401"


def test_it_names_lead_campaign_controller_and_purpose(spoken):
    call = told(call_pack(spoken), "call")
    assert (call["lead"], call["phone"], call["campaign"], call["purpose"]) == ("Asha", ASHA, "Acme November", "marketing")
    assert call["controller"] == spoken.campaign.controller and call["script"] == "Zawadi from Acme v1"


def test_the_consent_is_there_with_its_text_and_stood_at_the_dial(spoken):
    consent = told(call_pack(spoken), "consent")
    assert consent["wording"].startswith("I agree") and consent["stood_at_the_dial"] is True and consent["is_decided_on"] is True


def test_a_consent_that_was_withdrawn_later_stood_at_the_dial_all_the_same(spoken):
    record = spoken.lead.consent_records.get()
    record.pk, record.kind, record.given_at = None, "withdrawn", NOW + timedelta(hours=1)
    record.save(force_insert=True)
    items = section(call_pack(spoken), "consent")["items"]
    stood = {item["title"].split()[1].rstrip(","): {f["key"]: f["value"] for f in item["facts"]}["stood_at_the_dial"] for item in items}
    assert stood == {"given": True, "withdrawn": False}


def test_every_decision_has_its_facts_and_the_version_of_the_rules(spoken):
    decided = told(call_pack(spoken), "decisions")
    assert decided["is_allowed"] is True and decided["pack_version"].startswith("KE") and decided["facts.market"] == "KE"
    assert "was last read" in decided["age"] and told(call_pack(spoken), "do_not_call")["is_on_list"] is False


def test_the_disclosure_says_how_it_is_known_and_where_it_was_said(spoken):
    said = told(call_pack(spoken), "disclosure")
    assert said["is_heard"] is True and said["proof"].startswith("the voice read it out") and said["heard_ms"] == 5200
    assert (said["started_ms"], said["started_at"]) == (1000, "2026-11-24T07:00:01.000+00:00")


def test_the_opt_out_has_its_words_their_place_and_how_long_it_took(opted_out):
    said = told(call_pack(opted_out), "opt_out")
    assert said["words"] == QUOTE and (said["started_ms"], said["ended_ms"]) == (3000, 4200)
    assert said["in_force_since"] == "2026-11-24T07:00:05.000+00:00" and isinstance(said["delay_ms"], int)


def test_a_call_without_one_says_so(spoken):
    assert "did not ask" in section(call_pack(spoken), "opt_out")["note"]


def test_an_answer_has_quote_span_confidence_and_who_corrected_it_why(spoken):
    answer = told(call_pack(spoken), "answers")
    assert (answer["value"], answer["quote"], answer["confidence"]) == (60, "about sixty", 0.9)
    assert answer["correction"]["before"] == 50 and answer["correction"]["reason"] == "he said sixty" and answer["correction"]["done_by"] == "rehema"


def test_what_was_not_heard_is_told_apart(spoken):
    [bot] = [item for item in section(call_pack(spoken), "transcript")["items"] if item["title"] == "Bot"]
    heard = {fact["key"]: fact for fact in bot["facts"]}
    assert heard["heard"]["value"] == "I am Zawadi," and heard["unheard"] == {
        "key": "unheard",
        "label": "Not heard",
        "value": "an AI. How many seats?",
        "tone": "unheard",
    }


def test_the_score_names_its_rubric_by_digest(campaign, asha):
    score = told(call_pack(finished_call(campaign, asha)), "score")
    assert score["points"] == 70 and score["rubric"] == "Zawadi from Acme v1" and len(score["rubric_sha256"]) == 64


def test_the_recording_is_named_by_the_hash_of_its_sound(spoken):
    kept = told(call_pack(spoken), "recording")
    assert kept["audio_sha256"] == hashlib.sha256(SOUND).hexdigest() == kept["stored_sha256"] and kept["n_bytes"] == len(SOUND)


def test_a_call_without_a_recording_says_why(spoken):
    Recording.objects.all().delete()
    assert "Not recorded" in section(call_pack(spoken), "recording")["note"]
    Call.objects.update(words_gone_at=NOW)
    assert "their period was over" in section(call_pack(Call.objects.get()), "recording")["note"]


def test_a_recording_whose_file_is_gone_says_so(spoken):
    Recording.objects.get().file.storage.delete(Recording.objects.get().file.name)
    assert told(call_pack(spoken), "recording")["why_none"] == "The file is gone."


def test_the_flight_record_and_the_judge_speak_of_the_call(spoken):
    pack = call_pack(spoken)
    kinds = [item["title"] for item in section(pack, "flight_record")["items"]]
    assert {"decision", "dispatch", "ended"} <= set(kinds)
    consent = next(item for item in section(pack, "judge")["items"] if item["title"] == "consent")
    facts = {fact["key"]: fact["value"] for fact in consent["facts"]}
    assert (facts["is_unbroken"], facts["n_kept"]) == (True, 1)


def test_the_judge_finds_a_consent_that_is_not_there(spoken):
    """The pack tells what is wrong with us as well."""
    DialDecision.objects.update(facts={**DialDecision.objects.get().facts, "purpose": "survey"})
    consent = next(item for item in section(call_pack(spoken), "judge")["items"] if item["title"] == "consent")
    facts = {fact["key"]: fact["value"] for fact in consent["facts"]}
    assert facts["is_unbroken"] is False and "no consent for survey" in facts["broken"]["sentence"]


def test_its_hash_is_over_its_canonical_form_and_its_chain_holds(spoken):
    pack = call_pack(spoken)
    body = {name: value for name, value in json.loads(canonical(pack)).items() if name != "sha256"}
    assert pack["sha256"] == hashlib.sha256(canonical(body)).hexdigest() == sha256_of(pack)
    assert broken_link(pack["rows"]) is None


def test_the_same_rows_have_the_same_digests_each_time(spoken):
    first, second = call_pack(spoken), call_pack(spoken)
    digests = [{f"{row['table']}:{row['id']}": row["digest"] for row in pack["rows"]} for pack in (first, second)]
    assert {ref: digest for ref, digest in digests[1].items() if ref in digests[0]} == digests[0]


def test_each_export_stands_in_the_audit_log_with_its_hash(spoken):
    pack = call_pack(spoken)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by, entry.subject_id, entry.detail["evidence_sha256"]) == ("export", "mosi", str(spoken.pk), pack["sha256"])


# ---- a person ---------------------------------------------------------------------------------------------------------------


def test_a_person_comes_with_lists_calls_and_who_played_what(spoken):
    lists = LeadImport.objects.create(file_name="fair.csv", sha256="a" * 64, attested_by="Mosi", started_at=NOW)
    Lead.objects.update(created_by_import=lists)
    audit.record("rehema", audit.Act.PLAY, "call", spoken.pk, campaign_id=spoken.campaign_id)
    pack = person_pack(ASHA)
    assert told(pack, "imports")["file_name"] == "fair.csv" and told(pack, "imports")["attested_by"] == "Mosi"
    assert [part["key"] for part in pack["parts"]] == ["person", f"call:{spoken.pk}"]
    assert "play" in [item["title"] for item in section(pack, "audit")["items"]]


def test_who_was_erased_has_a_pack_of_what_is_left(spoken):
    erase(ASHA, by="mosi", now=NOW)
    pack = person_pack(ASHA)
    assert "No lead has this number" in section(pack, "lead")["note"]
    assert [len(section(pack, key)["items"]) for key in ("consent", "before_erasure", "privacy")] == [1, 1, 1]
    assert "dispatch" in [item["title"] for item in section(pack, "flight_record")["items"]] and "Asha" not in json.dumps(pack)


def test_of_a_stranger_nothing_is_told_and_nothing_breaks(db):
    pack = person_pack("+254712123499")
    assert len(pack["parts"]) == 1 and section(pack, "calls")["items"] == []


def test_nobody_elses_data_is_in_it(spoken, baraka):
    assert baraka.phone not in json.dumps(person_pack(ASHA)) and baraka.name not in json.dumps(person_pack(ASHA))


# ---- who asks ---------------------------------------------------------------------------------------------------------------


def test_who_sees_no_numbers_gets_them_masked_and_the_pack_says_so(spoken, client):
    viewer = viewer_of(somebody(client, without=("see_numbers",)))
    Call.objects.update(cdr={"to": ASHA, "to_digits": 254712123401})
    text = json.dumps(person_pack(ASHA, viewer), ensure_ascii=False)
    assert "712123401" not in text and "+254 7•• ••• 401" in text
    assert spoken.lead.consent_records.get().evidence_hash not in text
    assert json.loads(text)["is_masked"] is True and spoken.line.number in text


def test_a_limited_user_gets_their_campaigns_calls_and_is_told_of_the_rest(spoken, client, line, script):
    other = Campaign.objects.create(name="Other", line=line, script=script, controller="Acme")
    finished_call(other, spoken.lead)
    viewer = viewer_of(somebody(client, only=other))
    pack = person_pack(ASHA, viewer)
    assert len(pack["parts"]) == 2 and str(spoken.pk) not in json.dumps(pack)
    assert "There may be more" in next(fact["value"] for fact in pack["head"] if fact["key"] == "covers")


def test_the_queries_do_not_grow_with_the_calls(campaign, asha):
    def n_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            person_pack(ASHA)
        return len(asked)

    finished_call(campaign, asha)
    person_pack(ASHA)
    of_one = n_queries()
    for attempt in range(2, 32):
        finished_call(campaign, asha, attempt_number=attempt, answer_token=f"a{attempt}", stream_token=f"s{attempt}")
    assert n_queries() <= of_one + 2 and of_one < 80
