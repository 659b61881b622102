"""Each item of the checklist by itself: facts in, state and words out. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.budget import Cap
from campaigns.handoff.slots import Diary, week_of
from campaigns.launch.facts import (
    ClipFacts,
    ConsentFacts,
    Facts,
    Judged,
    LineFacts,
    PackFacts,
    PlatformFacts,
    PreflightFacts,
    ProcessFacts,
    RehearsalFacts,
    RepFacts,
    VoiceFacts,
)
from campaigns.launch.hours import Place, first_ring, share_with_reps
from campaigns.launch.items import Key, State
from leads.rule_table import Window
from tests.campaigns.launch.told import of
from tests.conftest import NOW

OFFICE = ((Window(time(8), time(18)),),) * 7
NAIROBI = Place("KE", "Africa/Nairobi", 40, OFFICE, NOW)
LINE = LineFacts(1, "main", "+254711000001", is_simulated=True, strategy="dial", max_calls_in_flight=10, calls_per_second=1.0)
REAL = replace(LINE, is_simulated=False, checked_at=NOW)
KENYA = PackFacts("KE", 40, "Kenya", "KE-1", date(2026, 11, 1), words_kept_days=365)
PREFLIGHT = PreflightFacts(7, NOW, "mosi", n_queued=40, n_excluded=0, mid_minor=1000, high_minor=2000, n_hot=3, n_reps_needed=1)
ALL_WEEK = week_of({day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})
REHEMA = Diary(1, ZoneInfo("Africa/Nairobi"), ALL_WEEK)
CAPS = (Cap("of this campaign", 100_000, 0, 0), Cap("of this campaign for today", None, 0, 0))
FINE = Facts(
    now=NOW,
    now_real=NOW,
    status="approved",
    kind="qualification",
    pause_reason="",
    obstacles=(),
    script_id=1,
    n_questions=3,
    script_languages=("en-KE",),
    n_enrolled=40,
    n_looked_at=40,
    n_queued=40,
    by_language={"en": 30, "": 10},
    places=(NAIROBI,),
    packs=(KENYA,),
    consent=ConsentFacts({"recorded": 40}),
    judged=Judged(NOW, 40, 0, (), is_by_preflight=False),
    n_do_not_call=5,
    do_not_call_at=NOW,
    lines=(LINE,),
    voice=VoiceFacts(("embedded",), is_for_rehearsal=True),
    platform=PlatformFacts(is_real=False),
    clips=ClipFacts(5, 0),
    caps=CAPS,
    next_minor=500,
    old_prices=(),
    reps=RepFacts(1, 1, 0, 1, (REHEMA,), None),
    is_language_matched=True,
    waits_for_reps=True,
    preflight=PREFLIGHT,
    is_preflight_at_work=False,
    approved_by="mosi",
    approved_at=NOW,
    is_recorded=True,
    n_keys=1,
    n_webhooks=1,
    n_webhooks_off=0,
    n_webhooks_failing=0,
    stopped="",
    processes=ProcessFacts(1, 50, NOW, NOW, 0),
    max_calls_in_flight=5,
    rehearsal=RehearsalFacts("mosi", NOW),
)


def test_where_nothing_is_wrong_every_item_is_fine():
    assert {item.key: item.state for item in of(FINE).items} == dict.fromkeys(Key, State.FINE)


@pytest.mark.parametrize(
    ("key", "changes", "state", "words", "mend"),
    [
        (Key.LEADS, {"n_enrolled": 0, "n_queued": 0}, State.HURTS, "Nobody is enrolled", "enrol"),
        (Key.LEADS, {"n_queued": 0}, State.HURTS, "No call is queued", "enrol"),
        (Key.SCRIPT, {"n_questions": 0}, State.HURTS, "asks no question", "script"),
        (Key.REHEARSAL, {"rehearsal": RehearsalFacts("mosi", NOW, "in a hurry")}, State.HURTS, "in a hurry", "script"),
        (Key.LANGUAGES, {"by_language": {"sw": 12, "en": 28}}, State.HURTS, "speak sw: 12", "script"),
        (Key.LANGUAGES, {"voice": VoiceFacts(("embedded",), unspoken=("sw",))}, State.HURTS, "does not speak sw", "campaign"),
        (Key.VOICE, {"voice": VoiceFacts(("gemini",))}, State.UNKNOWN, "only a check or a call shows", "manage.py check_voice gemini"),
        (Key.VOICE, {"voice": VoiceFacts(("gemini",), dead="Nobody is called.")}, State.STOPS, "Nobody is called.", "campaign"),
        (Key.VOICE, {"voice": VoiceFacts(("gemini",), passed_over="It is slow.")}, State.HURTS, "It is slow.", "manage.py check_voice gemini"),
        (Key.CLIPS, {"clips": ClipFacts(5, 5, is_required=True, mute=("apology",))}, State.HURTS, "apology", "clips"),
        (Key.CLIPS, {"clips": ClipFacts(5, 4, n_to_listen=1)}, State.HURTS, "wait for somebody to listen: 1", "clips"),
        (Key.PLATFORM, {"platform": PlatformFacts(True, True, 0, "https://x.example")}, State.HURTS, "No signing secret", ""),
        (Key.LINE, {"lines": (replace(REAL, checked_at=None),)}, State.HURTS, "no finished check", "check_line"),
        (Key.LINE, {"max_calls_in_flight": 90}, State.HURTS, "together only 10", "line"),
        (Key.LINE, {"lines": (LINE, replace(LINE, in_the_way=("It is off.",)))}, State.HURTS, "It is off.", "line"),
        (Key.ROUTING, {"lines": (REAL,)}, State.UNKNOWN, "cannot be seen", "manage.py route_number +254711000001"),
        (Key.PACKS, {"packs": (replace(KENYA, n_unverified=2),)}, State.HURTS, "tag U): 2", ""),
        (Key.PACKS, {"packs": (PackFacts("XX", 3),)}, State.HURTS, "no pack", ""),
        (Key.CONSENT, {"consent": ConsentFacts({"recorded": 38}, 2, 0)}, State.HURTS, "Without any consent for this purpose: 2", "leads"),
        (Key.DO_NOT_CALL, {"n_do_not_call": 0}, State.HURTS, "is empty", "do_not_call"),
        (Key.HOURS, {"places": (replace(NAIROBI, opens_at=None),)}, State.HURTS, "No calling hours are near", "leads"),
        (Key.HOURS, {"places": (replace(NAIROBI, opens_at=NOW + timedelta(days=2)),)}, State.HURTS, "26 Nov 2026, 10:00", ""),
        (Key.BUDGET, {"caps": (Cap("of this campaign", None, 0, 0),)}, State.HURTS, "nothing ends its spending", "campaign"),
        (Key.BUDGET, {"caps": (Cap("of this campaign", 1_500, 0, 0),)}, State.HURTS, "run dry", "campaign"),
        (Key.BUDGET, {"caps": (Cap("of this campaign", 100, 0, 0),)}, State.STOPS, "no room for one more call", "campaign"),
        (Key.BUDGET, {"old_prices": ("The prices are old.",)}, State.HURTS, "The prices are old.", ""),
        (Key.REPS, {"reps": RepFacts()}, State.HURTS, "No rep is assigned", "campaign"),
        (Key.REPS, {"reps": RepFacts(2, 0, 2)}, State.HURTS, "without a verified number, who are not rung: 2", "reps"),
        (Key.REPS, {"preflight": replace(PREFLIGHT, n_reps_needed=4)}, State.HURTS, "needs 4 reps", "reps"),
        (Key.REPS, {"reps": RepFacts(1, 1, 0, 1, (REHEMA,), frozenset({"sw"}))}, State.HURTS, "No rep speaks: en", "reps"),
        (Key.REPS, {"reps": RepFacts(1, 1, 0, 1, (), None)}, State.HURTS, "no rep is at work", "reps"),
        (Key.REPS, {"reps": RepFacts(1, 1, 0, 0, (REHEMA,), None)}, State.HURTS, "no phone rings until one is", "reps"),
        (Key.RECORDING, {"n_keys": 0}, State.HURTS, "without encryption", ""),
        (Key.WEBHOOKS, {"n_webhooks_off": 2}, State.HURTS, "Switched off: 2", "webhooks"),
        (Key.WEBHOOKS, {"n_webhooks_failing": 1}, State.HURTS, "failed last attempt: 1", "webhooks"),
        (Key.STOP, {"stopped": "Mosi stopped it."}, State.STOPS, "Mosi stopped it.", "home"),
        (Key.SERVER, {"processes": ProcessFacts(0, 0, NOW, NOW)}, State.STOPS, "No server process", "manage.py run"),
        (Key.DIALER, {"processes": ProcessFacts(1, 5, NOW - timedelta(minutes=4), NOW)}, State.STOPS, "No dialer", "manage.py run"),
        (Key.WORKER, {"processes": ProcessFacts(1, 5, NOW, NOW, 3)}, State.HURTS, "for a minute: 3", "manage.py run"),
        (Key.WORKER, {"processes": ProcessFacts(1, 5, NOW, None)}, State.UNKNOWN, "No job has run today", "manage.py run"),
        (Key.PREFLIGHT, {"preflight": replace(PREFLIGHT, warnings=("It is slow.",))}, State.HURTS, "It is slow.", "preflight"),
        (Key.APPROVAL, {"status": "draft"}, State.STOPS, "Nobody has approved", "approve"),
        (Key.STATUS, {"status": "closed"}, State.STOPS, "closed for good", "campaigns"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_mend(key, changes, state, words, mend):
    told = of(replace(FINE, **changes))

    assert (told.state(key), words in told.words(key)) == (state, True), told.words(key)
    assert mend in told.mends(key) or (mend == "" and "" in [*told.mends(key), ""])


def test_the_weakest_consent_is_named():
    told = of(replace(FINE, consent=ConsentFacts({"written": 10, "attested": 30})))

    assert "Consent by “attested”: 30 of 40." in told.words(Key.CONSENT)
    assert "The weakest evidence among them is “attested”." in told.words(Key.CONSENT)


def test_who_would_be_refused_is_told_by_reason():
    judged = Judged(
        NOW, 40, 7, (("do_not_call", 5, "Nothing to mend."), ("zone_unknown", 2, "Set the zone.")), is_by_preflight=True, is_out_of_date=True
    )
    told = of(replace(FINE, judged=judged))

    assert told.state(Key.CONSENT) is State.HURTS
    assert "refuse 7 of 40" in told.words(Key.CONSENT)
    assert "out of date" in told.words(Key.CONSENT)
    assert "2: zone unknown. Set the zone." in told.words(Key.CONSENT)


def test_who_calls_without_waiting_for_reps_is_not_told_to_wait():
    away = RepFacts(1, 1, 0, 0, (REHEMA,), None)
    assert of(replace(FINE, waits_for_reps=False, reps=away)).state(Key.REPS) is State.FINE


def test_a_survey_needs_no_reps():
    assert of(replace(FINE, kind="survey", reps=RepFacts())).state(Key.REPS) is State.FINE


class TestHours:
    def test_the_first_phone_rings_where_it_opens_first(self):
        later = replace(NAIROBI, opens_at=NOW + timedelta(hours=3))
        assert first_ring([later, replace(NAIROBI, opens_at=NOW + timedelta(hours=1)), replace(NAIROBI, opens_at=None)]) == NOW + timedelta(hours=1)
        assert first_ring([]) is None

    @pytest.mark.parametrize(
        ("hours", "share"),
        [(["00:00", "24:00"], 1.0), (["08:00", "13:00"], 0.5), (["19:00", "23:00"], 0.0)],
        ids=["always", "half of it", "only in the night"],
    )
    def test_a_rep_covers_a_share_of_the_calling_time(self, hours, share):
        week = week_of(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), [hours]))
        assert share_with_reps([NAIROBI], [Diary(1, ZoneInfo("Africa/Nairobi"), week)], NOW) == pytest.approx(share)

    def test_reps_are_at_work_on_their_own_clocks(self):
        """Five to seven in Accra is eight to ten in Nairobi."""
        week = week_of(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), [["05:00", "07:00"]]))
        assert share_with_reps([NAIROBI], [Diary(1, ZoneInfo("Africa/Accra"), week)], NOW) == pytest.approx(0.2)

    def test_without_calling_time_there_is_no_share(self):
        assert share_with_reps([replace(NAIROBI, windows=None)], [REHEMA], datetime(2026, 11, 24, tzinfo=UTC)) is None
