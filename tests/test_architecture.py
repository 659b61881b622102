"""The arrows between the parts, the list of pure modules, and who may place calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("leads", "campaigns", "bridge", "sautiqual")
MAY_IMPORT = {
    "leads": {"leads"},
    "bridge": {"bridge"},
    "campaigns": {"campaigns", "leads", "bridge"},
    "sautiqual": {"sautiqual", "campaigns", "leads", "bridge"},
}
PURE = [
    "leads/number_plan.py",
    "leads/phone.py",
    "leads/words.py",
    "leads/said.py",
    "leads/masking.py",
    "leads/compliance.py",
    "leads/stricter.py",
    "leads/rules_in_force.py",
    "leads/opening.py",
    "leads/rule_age.py",
    "leads/holiday_calendar.py",
    "leads/rule_table.py",
    "leads/market_rules.py",
    "leads/machine_rules.py",
    "leads/organisation_rules.py",
    "leads/spreadsheet.py",
    "leads/headings.py",
    "leads/do_not_call_rows.py",
    "leads/entered_lead.py",
    "leads/import_cells.py",
    "leads/import_columns.py",
    "leads/import_rows.py",
    "leads/import_mapping.py",
    "leads/import_order.py",
    "leads/import_stage.py",
    "leads/import_preview.py",
    "leads/import_people.py",
    "campaigns/rehearsing/plot.py",
    "campaigns/rehearsing/people.py",
    "campaigns/rehearsing/play.py",
    "campaigns/rehearsing/speech.py",
    "campaigns/rehearsing/talk.py",
    "campaigns/rehearsing/verdict.py",
    "campaigns/states.py",
    "campaigns/terms.py",
    "campaigns/obstacles.py",
    "campaigns/preview/telling.py",
    "campaigns/launch/items.py",
    "campaigns/launch/hours.py",
    "campaigns/launch/facts.py",
    "campaigns/launch/set_up.py",
    "campaigns/launch/people.py",
    "campaigns/launch/checklist.py",
    "campaigns/percentiles.py",
    "campaigns/recording_rules.py",
    "campaigns/listening/rules.py",
    "campaigns/watch/stages.py",
    "campaigns/watch/troubles.py",
    "campaigns/breaker.py",
    "campaigns/calling_times.py",
    "campaigns/preflight/census.py",
    "campaigns/preflight/chances.py",
    "campaigns/preflight/purse.py",
    "campaigns/preflight/queue.py",
    "campaigns/preflight/tally.py",
    "campaigns/preflight/again.py",
    "campaigns/preflight/latest.py",
    "campaigns/preflight/plan.py",
    "campaigns/preflight/engine.py",
    "campaigns/preflight/forecast.py",
    "campaigns/preflight/warnings.py",
    "campaigns/outcomes.py",
    "campaigns/funnel.py",
    "campaigns/period.py",
    "campaigns/charts.py",
    "campaigns/day_parts.py",
    "campaigns/aapor.py",
    "campaigns/retries.py",
    "campaigns/retry_words.py",
    "campaigns/promises.py",
    "campaigns/pacing.py",
    "campaigns/priority.py",
    "campaigns/budget.py",
    "campaigns/old_prices.py",
    "campaigns/voice_cost/entries.py",
    "campaigns/voice_cost/prices.py",
    "campaigns/voice_cost/reckoning.py",
    "campaigns/clips/wording.py",
    "campaigns/clips/sound.py",
    "campaigns/line_check/seen.py",
    "campaigns/line_check/tones.py",
    "campaigns/line_check/hearing.py",
    "campaigns/line_check/guide.py",
    "campaigns/line_check/delivery.py",
    "campaigns/line_check/finding.py",
    "campaigns/line_check/findings.py",
    "campaigns/line_check/way.py",
    "campaigns/line_check/sound.py",
    "campaigns/line_check/requests.py",
    "campaigns/disclosure_words.py",
    "campaigns/disclosure_parts.py",
    "campaigns/scoring.py",
    "campaigns/telling_answers.py",
    "campaigns/script_check.py",
    "campaigns/further_sentences.py",
    "campaigns/spoken_words.py",
    "campaigns/replay/rescoring.py",
    "campaigns/replay/drawing.py",
    "campaigns/review/agreement.py",
    "campaigns/review/differing.py",
    "campaigns/review/measuring.py",
    "campaigns/review/peaks.py",
    "campaigns/review/sight.py",
    "campaigns/review/word_times.py",
    "campaigns/question_faults.py",
    "campaigns/scripting/text.py",
    "campaigns/scripting/difference.py",
    "campaigns/scripting/merging.py",
    "campaigns/scripting/missing.py",
    "campaigns/scripting/check.py",
    "campaigns/scripting/change_words.py",
    "campaigns/scripting/flow.py",
    "campaigns/scripting/flow_picture.py",
    "campaigns/inbound_rules.py",
    "campaigns/reports/why_words.py",
    "campaigns/reports/evidence/canonical.py",
    "campaigns/reports/evidence/document.py",
    "campaigns/reports/evidence/facts.py",
    "campaigns/reports/evidence/lettering.py",
    "campaigns/reports/evidence/of_call.py",
    "campaigns/reports/evidence/of_person.py",
    "campaigns/reports/evidence/of_record.py",
    "campaigns/reports/evidence/of_talk.py",
    "campaigns/reports/evidence/standing.py",
    "campaigns/reports/waiting_words.py",
    "campaigns/judge/record.py",
    "campaigns/judge/ruling.py",
    "campaigns/judge/rights.py",
    "campaigns/judge/limits.py",
    "campaigns/judge/flow.py",
    "campaigns/judge/court.py",
    "campaigns/judge/planting.py",
    "campaigns/privacy/deciding.py",
    "campaigns/privacy/telling.py",
    "campaigns/handoff/slots.py",
    "campaigns/handoff/states.py",
    "campaigns/integrations/webhooks/addresses.py",
    "campaigns/integrations/webhooks/event_types.py",
    "campaigns/integrations/webhooks/retrying.py",
    "campaigns/handoff/heat.py",
    "campaigns/handoff/leg_end.py",
    "campaigns/handoff/talk_words.py",
    "campaigns/handoff/sentence.py",
    "campaigns/handoff/routing.py",
    "campaigns/handoff/wrap_up.py",
    "campaigns/handoff/entered_hours.py",
    "campaigns/handoff/number_check.py",
    "campaigns/handoff/result.py",
    "campaigns/handoff/states.py",
    "campaigns/handoff/words.py",
    "bridge/brief.py",
    "bridge/events.py",
    "bridge/slots.py",
    "bridge/notes.py",
    "bridge/reports.py",
    "bridge/commands.py",
    "bridge/conversation.py",
    "bridge/interview.py",
    "bridge/phrases.py",
    "bridge/values.py",
    "bridge/conditions.py",
    "bridge/route.py",
    "bridge/named_time.py",
    "bridge/opt_out.py",
    "bridge/rules_of_speech.py",
    "bridge/robot_question.py",
    "bridge/turns.py",
    "bridge/supervision.py",
    "bridge/playback.py",
    "bridge/heard.py",
    "bridge/voice/embedded/spoken_text.py",
    "bridge/voice/said_again.py",
    "bridge/voice/weakest.py",
    "bridge/same_words.py",
    "bridge/callee_track.py",
    "bridge/no_recording.py",
    "bridge/timing.py",
    "bridge/audio.py",
    "bridge/echo.py",
    "bridge/wire.py",
    "bridge/ports.py",
    "bridge/usage.py",
    "bridge/watchdog.py",
    "bridge/voice/amounts.py",
    "bridge/voice/breaker.py",
    "bridge/voice/clips.py",
    "bridge/voice/ear.py",
    "bridge/voice/levelling.py",
    "bridge/voice/past.py",
    "bridge/voice/weakest.py",
    "bridge/voice/prompting.py",
    "bridge/voice/faults_by_status.py",
    "bridge/voice/openai_socket/address.py",
    "bridge/voice/openai_socket/faults.py",
    "bridge/voice/openai_socket/fields.py",
    "bridge/voice/openai_socket/upload.py",
    "bridge/voice/openai_socket/usage.py",
    "bridge/voice/openai_realtime/outgoing.py",
    "bridge/voice/openai_realtime/incoming.py",
    "bridge/voice/openai_realtime/faults.py",
    "bridge/voice/openai_realtime/usage.py",
    "bridge/voice/openai_realtime/spoken.py",
    "bridge/voice/openai_realtime/utterances.py",
    "bridge/voice/openai_realtime/turnstile.py",
    "bridge/voice/openai_realtime/listening.py",
    "bridge/voice/openai_realtime/dialogue.py",
    "bridge/voice/fakes/openai_socket/checking.py",
    "bridge/voice/fakes/openai_realtime/checking.py",
    "bridge/voice/fakes/openai_realtime/wording.py",
    "bridge/voice/fakes/openai_realtime/counting.py",
    "bridge/voice/openai_live/outgoing.py",
    "bridge/voice/openai_live/incoming.py",
    "bridge/voice/openai_live/faults.py",
    "bridge/voice/openai_live/usage.py",
    "bridge/voice/openai_live/coverage.py",
    "bridge/voice/openai_live/outlet.py",
    "bridge/voice/openai_live/utterances.py",
    "bridge/voice/openai_live/backend.py",
    "bridge/voice/openai_live/listening.py",
    "bridge/voice/openai_live/dialogue.py",
    "bridge/voice/fakes/openai_live/checking.py",
    "bridge/voice/fakes/openai_live/wording.py",
    "bridge/voice/cascade/settings.py",
    "bridge/voice/cascade/faults.py",
    "bridge/voice/cascade/outgoing.py",
    "bridge/voice/cascade/chat.py",
    "bridge/voice/cascade/transcript.py",
    "bridge/voice/cascade/memory.py",
    "bridge/voice/cascade/sentences.py",
    "bridge/voice/cascade/wav.py",
    "bridge/voice/cascade/sound.py",
    "bridge/voice/cascade/spoken.py",
    "bridge/voice/cascade/shared.py",
    "bridge/voice/cascade/utterance.py",
    "bridge/voice/fakes/openai_http/faults.py",
    "bridge/voice/fakes/openai_http/checking.py",
    "bridge/voice/fakes/openai_http/replies.py",
    "bridge/voice/embedded/understanding.py",
    "bridge/voice/gemini/calls.py",
    "bridge/voice/gemini/capability.py",
    "bridge/voice/gemini/dialogue.py",
    "bridge/voice/gemini/faults.py",
    "bridge/voice/gemini/fidelity.py",
    "bridge/voice/gemini/hearing.py",
    "bridge/voice/gemini/incoming.py",
    "bridge/voice/gemini/outgoing.py",
    "bridge/voice/gemini/settings.py",
    "bridge/voice/gemini/setup.py",
    "bridge/voice/gemini/turns.py",
    "bridge/voice/gemini/uplink.py",
    "bridge/voice/gemini/usage.py",
    "bridge/voice/gemini/utterance.py",
    "bridge/voice/fakes/gemini/protocol.py",
    "bridge/voice/fakes/gemini/faults.py",
    "bridge/telephony/dialect.py",
    "bridge/telephony/signatures.py",
    "bridge/telephony/webhooks.py",
    "bridge/telephony/answer_xml.py",
    "sautiqual/voice_check/findings.py",
]
IMPURE = {
    "django", "asgiref", "channels", "ninja", "asyncio", "socket", "ssl", "http", "urllib.request", "httpx", "websockets", "uvicorn",
    "logging", "random", "secrets", "time", "os", "subprocess", "threading", "multiprocessing", "concurrent",
}  # fmt: skip
CLOCK_READS = {"now", "utcnow", "today", "uuid4"}


def modules(*parts: str) -> Iterator[Path]:
    for part in parts:
        yield from (p for p in (ROOT / part).rglob("*.py") if "migrations" not in p.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module or ""


def expand(name: str) -> list[Path]:
    """A pure module, or every module of the package it has grown into."""
    path = ROOT / name
    return [path] if path.exists() else sorted(path.with_suffix("").rglob("*.py"))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_only_what_the_arrows_allow(part: str):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(part)
        for name in imports(path)
        if name.split(".")[0] in PARTS and name.split(".")[0] not in MAY_IMPORT[part]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_knows_no_framework_network_clock_or_chance(name: str):
    paths = expand(name)
    assert paths, f"{name} is on the list of pure modules but does not exist"
    wrong = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in paths
        for imported in imports(path)
        if imported in IMPURE or imported.split(".")[0] in IMPURE
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_reads_no_clock(name: str):
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in expand(name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_READS
    ]
    assert wrong == []


def test_only_the_dialer_and_the_staff_calls_place_calls():
    callers = {
        str(path.relative_to(ROOT))
        for path in modules("campaigns", "leads", "sautiqual")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "place_call"
    }
    assert callers == {"campaigns/dialer.py", "campaigns/staff_calls.py"}


def test_the_audio_path_never_reaches_the_orm():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("bridge")
        if "management" not in path.parts and path.name != "apps.py"
        for name in imports(path)
        if name.startswith("django")
    ]
    assert wrong == []


def test_nothing_hides_an_import_inside_a_function_to_dodge_a_cycle():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("leads", "campaigns", "bridge")
        if path.name != "apps.py"  # Django's place for what registers itself once the apps are there
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PARTS
    ]
    assert wrong == []
