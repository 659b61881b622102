"""From what was seen to what a line is like and how it should be set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import ChannelLayout
from campaigns.line_check.finding import TITLES, Name, Outcome
from campaigns.line_check.findings import LineSettings, conclude, health_note
from campaigns.line_check.hearing import Heard, as_json
from campaigns.line_check.seen import (
    Delivered,
    Document,
    Door,
    For,
    HandedOut,
    HungUp,
    Placed,
    Probed,
    Record,
    Signing,
    Stage,
    StreamClosed,
    StreamOpened,
    Waited,
)

NEW_LINE = LineSettings("sdk", "dial", "inbound_track", "mono", 160)
HEARD = Heard(16000, 2, "stereo", 0, 1280, 1, False, (-20.0, -60.0), (-100.0, -16.0), 160, 80, 60, 1000, "nested", ("event",), 1)
CLEAN = replace(HEARD, n_channels=1, layout="mono", callee_channel=None, own_dbfs=(-100.0,), voice_dbfs=(-60.0,), long_tone_ms=None)


def whole(first: Heard = HEARD, second: Heard = CLEAN, *, door: Door = Door.CALL, sent_as: str = "sdk"):
    """A check on a platform that goes on."""
    return [
        Probed("https"), Placed(sent_as),
        Delivered(door, state="Answered", digits="1", digits_name="Digits", content_type="application/json", is_tls=True),
        HandedOut(Document.FIRST_STREAM), StreamOpened(1, is_tls=True), StreamClosed(1, True, as_json(first)),
        Delivered(Door.CALL, Stage.AFTER_STREAM), HandedOut(Document.SECOND_STREAM), StreamOpened(2), StreamClosed(2, True, as_json(second)),
        Delivered(Door.CALL, Stage.FINAL), HandedOut(Document.GOODBYE), Record("completed", ("call_id",), was_answered=True),
    ]  # fmt: skip


DEAD_AIR = [*whole()[:6], Waited(For.AFTER_FIRST_STREAM), HungUp(True), Record("completed", ("call_id",), was_answered=True)]
HANGS_UP = [*whole()[:6], Record("completed", ("call_id",), was_answered=True)]


def found(seen, line=NEW_LINE):
    return {each.name: each for each in conclude(seen, line).findings}


def changes(seen, line=NEW_LINE):
    return {each.setting: each.new for each in conclude(seen, line).proposals}


def test_a_line_that_is_set_as_it_is_stays_so():
    result = conclude(whole(), NEW_LINE)
    assert (result.proposals, result.missing) == ((), ())


@pytest.mark.parametrize(
    ("seen", "strategy", "wanted"),
    [
        pytest.param(whole(), "callback", {"strategy": "dial"}, id="goes on"),
        pytest.param(DEAD_AIR, "dial", {"strategy": "callback"}, id="dead air"),
        pytest.param(HANGS_UP, "dial", {"strategy": "callback"}, id="hangs up"),
        pytest.param(DEAD_AIR, "callback", {}, id="dead air, and set so"),
        pytest.param(DEAD_AIR, "another", {}, id="a strategy that does not rest on it"),
        pytest.param(whole()[:3], "dial", {}, id="not found out"),
    ],
)
def test_the_strategy_follows_what_comes_after_a_stream(seen, strategy, wanted):
    assert changes(seen, replace(NEW_LINE, strategy=strategy)) == wanted


MIXED = replace(HEARD, n_channels=1, layout="mixed", callee_channel=None)
SILENT = replace(CLEAN, first_release_ms=None, round_trip_ms=None)
SWAPPED = replace(HEARD, callee_channel=1)
LEAKS = replace(CLEAN, own_dbfs=(-16.0,), layout="mixed")


@pytest.mark.parametrize(
    ("first", "second", "line", "wanted"),
    [
        pytest.param(HEARD, CLEAN, ("inbound_track", "mono"), {}, id="the callee's track holds the callee alone"),
        pytest.param(HEARD, CLEAN, ("both_tracks", "stereo"), {}, id="both, and apart"),
        pytest.param(HEARD, CLEAN, ("both_tracks", "mixed"), {"layout": "stereo"}, id="both, apart, and set as mixed"),
        pytest.param(
            MIXED, CLEAN, ("both_tracks", "stereo"), {"track": "inbound_track", "layout": "mono"}, id="mixed, where the callee alone can be had"
        ),
        pytest.param(MIXED, LEAKS, ("inbound_track", "mono"), {"track": "both_tracks", "layout": "mixed"}, id="the callee's track is not obeyed"),
        pytest.param(SWAPPED, CLEAN, ("both_tracks", "stereo"), {"track": "inbound_track", "layout": "mono"}, id="the sides are the wrong way round"),
        pytest.param(SILENT, CLEAN, ("both_tracks", "stereo"), {"track": "inbound_track", "layout": "mono"}, id="both tracks are the callee's"),
    ],
)
def test_track_and_layout_are_those_in_which_the_callee_is_heard_best(first, second, line, wanted):
    assert changes(whole(first, second), replace(NEW_LINE, track=line[0], layout=line[1])) == wanted


@given(st.sampled_from([HEARD, MIXED, SILENT, SWAPPED]), st.sampled_from([CLEAN, LEAKS]), st.booleans())
def test_what_is_proposed_is_a_line_that_its_own_form_accepts(first, second, is_dead):
    for line in (NEW_LINE, replace(NEW_LINE, track="both_tracks", layout="stereo"), replace(NEW_LINE, track="both_tracks", layout="mixed")):
        seen = whole(first, second)
        after = replace(line, **changes(DEAD_AIR if is_dead else seen, line))
        assert (after.track == "inbound_track") is (after.layout == ChannelLayout.MONO)
        assert conclude(DEAD_AIR if is_dead else seen, after).proposals == ()


def test_what_is_held_back_is_set():
    assert changes(whole(replace(HEARD, first_release_ms=0))) == {"prebuffer_ms": 0}


@pytest.mark.parametrize(
    ("seen", "dialect", "wanted"),
    [
        pytest.param(whole(door=Door.ROUTING), "sdk", "pages", id="the address we send along is not obeyed"),
        pytest.param(whole(sent_as="pages", door=Door.ROUTING), "pages", "sdk", id="its record is spelled as in the SDK"),
    ],
)
def test_the_dialect_is_the_one_that_is_obeyed(seen, dialect, wanted):
    assert changes(seen, replace(NEW_LINE, dialect=dialect)) == {"dialect": wanted}


@pytest.mark.parametrize(("long_tone_ms", "is_obeyed"), [(1000, True), (1999, True), (2000, False), (3000, False)])
def test_a_tone_that_stops_half_way_was_killed(long_tone_ms, is_obeyed):
    assert found(whole(replace(HEARD, long_tone_ms=long_tone_ms)))[Name.KILL_AUDIO].value is is_obeyed


@pytest.mark.parametrize(("key", "value"), [("1", True), ("2", False), ("7", None)])
def test_where_our_voice_does_not_come_back_the_operator_says_whether_it_stopped(key, value):
    seen = whole(SILENT)
    asked = [*seen[:7], HandedOut(Document.QUESTION), Delivered(Door.CALL, Stage.AFTER_STREAM, digits=key), *seen[7:]]
    assert found(asked)[Name.KILL_AUDIO].value is value


@pytest.mark.parametrize(
    ("seen", "missing"),
    [
        pytest.param([Probed("https", "It cannot be reached.")], [Name.REACH, Name.STREAM, Name.AFTER_STREAM], id="we do not reach ourselves"),
        pytest.param(
            [Placed("sdk"), Delivered(Door.ROUTING, signing=Signing.WRONG)], [Name.STREAM, Name.AFTER_STREAM], id="refused for its signature"
        ),
        pytest.param([*whole()[:4], Waited(For.STREAM)], [Name.STREAM, Name.AFTER_STREAM], id="no socket"),
        pytest.param([*whole()[:5], StreamClosed(1, False, as_json(HEARD))], [Name.AFTER_STREAM], id="the operator hung up during the tones"),
    ],
)
def test_what_a_line_cannot_be_used_without_is_missing_with_the_words_what_to_do(seen, missing):
    result = conclude(seen, NEW_LINE)
    assert [each.name for each in result.missing] == missing
    assert all(each.words for each in result.missing)


def signed(*signings: tuple[Signing, int | None]):
    first, *others = [Delivered(Door.CALL, signing=signing, secret_index=index, signature_form="bare") for signing, index in signings]
    return found([Placed("sdk"), first, *others])[Name.SIGNATURE]


def test_signatures_are_told_with_the_secret_that_fits():
    assert "secret 2 on call" in signed((Signing.VERIFIED, 1)).words
    assert signed((Signing.VERIFIED, 0), (Signing.WRONG, None)).outcome is Outcome.NOT_FOUND
    assert "not checked" in signed((Signing.UNCHECKED, None)).value


@given(st.lists(st.sampled_from([*whole(), *DEAD_AIR, Waited(For.END), HungUp(False)]), max_size=15))
def test_whatever_was_seen_every_finding_has_its_words_once(seen):
    result = conclude(seen, NEW_LINE)
    assert sorted(each.name for each in result.findings) == sorted(Name)
    assert all(each.words and each.title == TITLES[each.name] for each in result.findings)
    assert len(health_note(result, on="2026-11-24")) <= 300
