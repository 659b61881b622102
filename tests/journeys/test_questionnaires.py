"""Scripts that branch and speak two languages, from REST to the saved answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bridge.telephony.simulator.persona import Rule
from tests.journeys.people import answering, asked
from tests.journeys.stage import Stage, values
from tests.journeys.voices import GOOD_TIME, LINES, QUESTIONS, SWAHILI

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

DECIDER, SEATS = QUESTIONS
CHANNELS: dict[str, Any] = {"key": "channels", "kind": "many_of", "wording": "SMS or phone?", "choices": ["SMS", "phone"]}
SPENDING: dict[str, Any] = {
    "key": "spending",
    "kind": "money",
    "unit": "KES",
    "wording": "What do you spend?",
    "rubric": [{"when": {"at_least": 20_000}, "points": 40, "why": "spends much"}],
}
IN_SWAHILI: dict[str, dict[str, Any]] = {
    "good_time": {"wording": "Je, ni wakati mzuri?"},
    "decider": {"wording": "Wewe ndiye mwamuzi?"},
    "seats": {"wording": "Viti vingapi?"},
    "channels": {"wording": "Ujumbe au simu?", "choices": ["ujumbe", "simu"]},
    "spending": {"wording": "Unatumia pesa ngapi?"},
}


def in_both(question: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**question, "translations": {"sw": IN_SWAHILI[question["key"]]}, **fields}


async def test_a_call_in_swahili_follows_the_answers_and_keeps_them_in_the_scripts_own_words(shared: Stage):
    lead = await shared.lead(answering("good_time_yes", "decider_no", "seats_some", "seats_some", "confirm_yes"), language="sw-KE")
    passes_seats = [{"when": {"equals": False}, "to": "channels"}]
    questions = [in_both(GOOD_TIME), in_both(DECIDER, skips=passes_seats), in_both(SEATS), in_both(CHANNELS), in_both(SPENDING)]
    told: dict[str, Any] = {"sw": {"disclosure": SWAHILI["disclosure"], "lines": {"cold_close": "Asante, ni hayo tu. Kwaheri."}}}
    script: dict[str, Any] = {"questions": questions, "translations": told, "hot_threshold": 70, "lines": LINES}
    campaign_id = await shared.campaign([lead], voice="scripted_swahili", script=script)

    [call] = await shared.first_calls_over(campaign_id)

    assert (call["language"], call["disposition"]) == ("sw", "not_qualified")
    assert values(call) == {"decider": False, "channels": ["SMS", "phone"], "spending": 50_000}
    assert call["answers"][-1]["is_confirmed"]  # an amount is said back
    said = " ".join(turn["text"] for turn in call["transcript"] if turn["party"] == "bot")
    wordings = [IN_SWAHILI[key]["wording"] for key in ("good_time", "decider", "channels", "spending")]
    assert all(words in said for words in [SWAHILI["disclosure"], *wordings, "shilingi 50000 za Kenya, ni sawa?", told["sw"]["lines"]["cold_close"]])
    assert IN_SWAHILI["seats"]["wording"] not in said
    assert "Thank you" not in said
    assert (await shared.http.get(f"campaigns/{campaign_id}/results.csv")).text.splitlines()[1].endswith("False,,SMS; phone,50000")


async def test_an_answer_that_ends_the_interview_makes_it_complete(shared: Stage):
    lead = await shared.lead(answering("good_time_yes", "decider_no"))
    ends = {**DECIDER, "skips": [{"when": {"equals": False}, "to": ""}]}
    campaign_id = await shared.campaign([lead], voice="scripted_no_decider", script={"questions": [GOOD_TIME, ends, SEATS]})

    [call] = await shared.first_calls_over(campaign_id)

    assert (values(call), call["disposition"], call["aapor_code"]) == ({"decider": False}, "not_qualified", "1.1")
    assert call["language"] == "en-KE"
    said = [turn["text"] for turn in call["transcript"] if turn["party"] == "bot"]
    assert not any(SEATS["wording"] in text for text in said)
    assert LINES["cold_close"] in said[-1]


async def test_a_person_answers_every_kind_of_question_and_is_really_heard(shared: Stage):
    person = asked(good="good_time_yes", letter="choices_first_and_last", likely="scale_eight", spend="amount_fifty_thousand")
    person = replace(person, rules=(Rule(when="is that right", confirms=True), *person.rules))
    lead = await shared.lead(person)
    channels = {**CHANNELS, "wording": "By phone, letter or message?", "choices": ["phone", "letter", "message"]}
    rating = {"key": "rating", "kind": "scale", "minimum": 0, "maximum": 10, "wording": "From zero to ten, how likely?"}
    script = {"questions": [GOOD_TIME, channels, rating, SPENDING], "lines": LINES}
    campaign_id = await shared.campaign([lead], voice="embedded", script=script, kind="survey")

    [call] = await shared.first_calls_over(campaign_id)

    assert values(call) == {"channels": ["phone", "message"], "rating": 8, "spending": 50_000}
    assert call["disposition"] == "interviewed"
