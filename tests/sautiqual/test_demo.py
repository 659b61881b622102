"""The demo's parts that need no telephone: its cast, its report, and where it refuses to run."""

from __future__ import annotations

import io
import socket
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.persona import Persona, load_personas
from bridge.telephony.simulator.settings import SimulatorSettings
from campaigns.models import Call, Campaign, DialDecision, Handoff, Line, Rep
from campaigns.states import CallStatus, HandoffStatus
from leads import clock
from leads.eligibility import decide
from leads.market_packs import market_packs
from leads.models import Lead
from leads.pack_review import packs_nobody_answers_for
from sautiqual.demo import cast
from sautiqual.demo.play import cpu_line, still_free, what_happened, where_to_look
from sautiqual.demo.report import outcome, person, rings_allowed, table
from sautiqual.processes import ProcessDied

EVERYONE = load_personas(SimulatorSettings().personas_folder)
PEOPLE = [persona for persona in EVERYONE if persona.expected]


@pytest.fixture
def demo(db: None, settings) -> Any:
    settings.PUBLIC_URL = ""
    instant = cast.load(PEOPLE, EVERYONE, dialect=Dialect.SDK, layout=ChannelLayout.MONO, voice="embedded")
    yield instant
    clock.set_offset(timedelta())


def persona(name: str) -> Persona:
    return next(one for one in PEOPLE if one.name == name)


def call_of(name: str) -> Call:
    return Call.objects.get(lead__phone=persona(name).number)


class TestCast:
    def test_everybody_has_a_queued_call_and_a_written_consent(self, demo: datetime):
        assert Call.objects.filter(status=CallStatus.QUEUED).count() == len(PEOPLE)
        assert all(lead.consent_records.exists() for lead in Lead.objects.all())

    @pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.name)
    def test_compliance_alone_decides_who_is_called(self, demo: datetime, one: Persona):
        lead = Lead.objects.get(phone=one.number)
        campaign = call_of(one.name).campaign
        decision = decide(lead, purpose=campaign.purpose, controller=campaign.controller, attempts=(), at=demo)
        refused = "+".join(refusal.reason for refusal in decision.refusals)
        verdict = "waits" if decision.opens_at else "blocked"
        assert (f"{verdict}:{refused}" if refused else "") == (one.expected if one.is_forbidden else "")

    def test_each_line_has_its_own_rep_and_strategy(self, demo: datetime):
        strategies = {line.number: line.strategy for line in Line.objects.all()}
        assert strategies == {cast.LINE_A: "dial", cast.LINE_B: "callback", cast.LINE_C: "dial"}
        assert all(campaign.reps.count() == 1 for campaign in Campaign.objects.all())
        assert all(rep.is_verified for rep in Rep.objects.all())

    def test_it_starts_when_the_market_packs_have_grown_old_too(self, demo: datetime):
        later = demo + timedelta(days=400)
        assert [pack.market for pack in packs_nobody_answers_for(["KE"], at=later)] == ["KE"]
        cast.answer_for_old_packs(User.objects.get(username=cast.MANAGER_LOGIN), at=later)
        assert packs_nobody_answers_for(market_packs(), at=later) == ()

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            pytest.param(datetime(2026, 11, 22, 12, tzinfo=UTC), date(2026, 11, 23), id="a Sunday"),
            pytest.param(datetime(2026, 11, 27, 12, tzinfo=UTC), date(2026, 11, 30), id="a Friday"),
            pytest.param(datetime(2026, 11, 27, 22, tzinfo=UTC), date(2026, 11, 30), id="Saturday in Nairobi already"),
            pytest.param(datetime(2026, 12, 11, 12, tzinfo=UTC), date(2026, 12, 14), id="Jamhuri Day on a Saturday"),
            pytest.param(datetime(2026, 12, 24, 12, tzinfo=UTC), date(2026, 12, 28), id="Christmas and a weekend"),
        ],
    )
    def test_business_time_starts_on_the_next_working_morning(self, at: datetime, day: date):
        start = cast.next_working_morning(at)
        assert (start.date(), start.hour) == (day, 10)


class TestReport:
    def test_a_blocked_call_says_every_reason(self, demo: datetime):
        call = call_of("dnc")
        Call.objects.filter(pk=call.pk).update(status=CallStatus.BLOCKED)
        DialDecision.objects.create(call=call, decided_at=demo, is_allowed=False, reasons=[{"reason": "do_not_call"}, {"reason": "zone_unknown"}])
        assert outcome(call_of("dnc")) == "blocked:do_not_call+zone_unknown"

    @pytest.mark.parametrize(
        ("strategy", "is_fallback", "got"),
        [("dial", False, "bridged"), ("dial", True, "bridged_by_callback"), ("callback", False, "bridged_by_callback")],
    )
    def test_a_bridged_call_says_how(self, demo: datetime, strategy: str, is_fallback: bool, got: str):
        call = call_of("hot_dial")
        Handoff.objects.create(call=call, strategy=strategy, is_fallback=is_fallback, status=HandoffStatus.BRIDGED, offered_at=demo)
        assert outcome(call) == got

    def test_somebody_forbidden_who_was_rung_is_never_as_expected(self, demo: datetime):
        call = call_of("dnc")
        Call.objects.filter(pk=call.pk).update(status=CallStatus.BLOCKED)
        DialDecision.objects.create(call=call, decided_at=demo, is_allowed=False, reasons=[{"reason": "do_not_call"}])
        assert person(persona("dnc"), {}).is_as_expected
        assert not person(persona("dnc"), {persona("dnc").number: 1}).is_as_expected

    def test_somebody_rung_twice_is_never_as_expected(self, demo: datetime):
        Call.objects.filter(pk=call_of("busy").pk).update(status=CallStatus.BUSY)
        assert person(persona("busy"), {persona("busy").number: 1}).is_as_expected
        assert not person(persona("busy"), {persona("busy").number: 2}).is_as_expected

    def test_only_who_is_called_right_back_may_ring_twice(self):
        assert [rings_allowed(word) for word in ("blocked:do_not_call", "waits:public_holiday", "bridged", "bridged_by_callback")] == [0, 0, 1, 2]

    def test_who_is_asked_about_again_later_waits(self, demo: datetime):
        call = call_of("outside_hours")
        DialDecision.objects.create(call=call, decided_at=demo, is_allowed=False, reasons=[{"reason": "outside_calling_hours"}])
        assert outcome(call_of("outside_hours")) == "waits:outside_calling_hours"

    def test_who_calls_back_is_told_by_their_own_call(self, demo: datetime):
        queued = call_of("calls_back")
        Call.objects.filter(pk=queued.pk).update(status=CallStatus.NO_ANSWER)
        theirs = {"campaign": queued.campaign, "lead": queued.lead, "occasion": "inbound", "attempt_number": 0, "due_at": demo}
        Call.objects.create(**theirs, status=CallStatus.COMPLETED, disposition="not_qualified")
        one = person(persona("calls_back"), {persona("calls_back").number: 1})
        assert one.got == "called_back:not_qualified" and one.is_as_expected

    def test_the_table_shows_what_differs(self, demo: datetime):
        text = table([person(persona("cold"), {})])
        assert "queued (expected not_qualified, rung 0×)" in text

    def test_processor_time_is_told_by_program_and_by_call(self, demo: datetime):
        people = [replace(person(persona("cold"), {}), seconds=100)]
        assert cpu_line({"dialer": 2.0, "server": 15.0}, people) == (
            "Processor time: dialer 2 s, server 15 s, for 100 s of calls; the server with recognition: 0.15 of a core a call."
        )

    def test_without_a_call_there_is_nothing_to_divide_by(self):
        assert cpu_line({"server": 1.0}, []) == "Processor time: server 1 s, for 0 s of calls."


class TestCommand:
    def test_it_refuses_where_the_outside_can_reach_it(self, settings):
        settings.PUBLIC_URL = "https://calls.example.com"
        with pytest.raises(CommandError, match="PUBLIC_URL"):
            call_command("demo", stdout=io.StringIO())


class TestWhatIsToldOfIt:
    def test_a_port_that_somebody_took_meanwhile_is_told_before_anything_is_started_on_it(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(ProcessDied, match=f"taken the port {port} meanwhile"):
                still_free(f"http://127.0.0.1:{port}")
        still_free(f"http://127.0.0.1:{port}")

    def test_of_a_dead_process_and_what_came_of_it_the_process_is_told(self):
        died = ProcessDied("simulator ended with status 1")
        assert what_happened(ExceptionGroup("all", [ValueError("a rep lost the server"), ExceptionGroup("inner", [died])])) is died

    def test_what_nobody_expected_is_told_as_it_is(self):
        unknown = ExceptionGroup("all", [ValueError("?")])
        assert what_happened(unknown) is unknown

    def test_where_to_look_names_the_console_and_how_to_sign_in(self, settings):
        settings.SERVER_URL = "http://127.0.0.1:8003"
        told = where_to_look("Watch it:")
        assert "http://127.0.0.1:8003/admin/" in told and f"{cast.MANAGER_LOGIN} / {cast.PASSWORD}" in told
