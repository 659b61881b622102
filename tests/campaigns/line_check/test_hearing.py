"""Whatever the platform's media path is set to, it is heard from what comes back. On a virtual clock, through the simulator's own parts."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import ChannelLayout
from bridge.telephony.simulator.settings import EchoCodec, MediaSettings
from campaigns.line_check.hearing import Received, as_json, from_json, hear
from campaigns.line_check.tones import FRAME_S, long_tone_at_s
from tests.campaigns.line_check.media_path import Operator, hello, played

OPERATOR = Operator(hello())
EDGE_S = 0.005  # half a window: as exactly as the begin of a tone is found
CODEC_S = 0.045  # what the mobile network's codec takes, beside the way
MEDIA = st.builds(
    MediaSettings,
    both_tracks=st.sampled_from(list(ChannelLayout)),
    rate_hz=st.sampled_from([None, 8000]),
    is_callee_right=st.booleans(),
    prebuffer_ms=st.sampled_from([0, 40, 80, 160, 240, 320]),
    honours_kill=st.booleans(),
    jitter=st.sampled_from([0.0, 0.1, 0.3]),
    has_odd_sizes=st.booleans(),
    echo_delay_ms=st.integers(80, 400).map(lambda ms: (ms, ms)),
    echo_gain=st.sampled_from([(0.25, 0.25), (0.35, 0.35), (1.0, 1.0)]),
    echo_codec=st.sampled_from(list(EchoCodec)),
)


@settings(max_examples=40)  # 17 s of audio each
@given(MEDIA, st.integers(0, 2**16), st.sampled_from([0.005, 0.03, 0.15]))
def test_every_setting_of_the_media_path_is_heard(media, seed, way_s):
    received = played(1, media, OPERATOR, seed=seed, way_s=way_s)
    heard = hear(received)
    assert heard.layout == media.both_tracks
    assert heard.rate_hz == (media.rate_hz or 16000)
    if media.both_tracks is ChannelLayout.STEREO:
        assert heard.callee_channel == media.is_callee_right
    if media.both_tracks is ChannelLayout.MONO:
        assert (heard.first_release_ms, heard.long_tone_ms, heard.round_trip_ms) == (None, None, None)
        return
    assert heard.first_release_ms == media.prebuffer_ms
    assert heard.long_tone_ms is not None and heard.round_trip_ms is not None and heard.rate_hz is not None
    assert (heard.long_tone_ms < 2000) is media.honours_kill
    back_s = played_at_s(way_s) + (media.echo_delay_ms[0] / 1000 if media.both_tracks is ChannelLayout.MIXED else 0)
    n_bytes_per_s = 2 * heard.rate_hz * (heard.n_channels or 1)
    earliest_ms, latest_ms = (arrival_ms(received, at_s * n_bytes_per_s) for at_s in (back_s - EDGE_S, back_s + EDGE_S + CODEC_S))
    assert earliest_ms <= heard.round_trip_ms <= latest_ms


def played_at_s(way_s):
    """The frame that plays the long tone's first sample: the first one after it has arrived."""
    return math.ceil(round((long_tone_at_s() + way_s) / FRAME_S, 6)) * FRAME_S


def arrival_ms(received, byte):
    """Of the message that holds it, after the long tone was sent: however long jitter and cuts keep it back."""
    at = int(np.searchsorted(np.cumsum([size for _, size in received.messages]), byte, side="right"))
    return round((received.messages[at][0] - received.sent_at_s) * 1000)


@settings(max_examples=40)
@given(MEDIA, st.integers(0, 2**16))
def test_the_callee_s_track_never_seems_to_hold_our_voice(media, seed):
    heard = hear(played(2, media, OPERATOR, seed=seed))
    assert (heard.layout, heard.n_channels) == (ChannelLayout.MONO, 1)


@pytest.mark.parametrize(
    ("text", "shape", "names"),
    [
        pytest.param("", "none", (), id="none"),
        pytest.param('{"event": "start", "streamSid": "MS_1"}', "flat", ("event", "streamSid"), id="flat"),
        pytest.param('{"metadata": {"callSid": "HD_1"}}', "nested", ("metadata", "metadata.callSid"), id="nested"),
        pytest.param("hello", "no_json", (), id="no JSON"),
        pytest.param("[" * 20_000, "no_json", (), id="nothing but brackets"),
    ],
)
def test_the_first_text_is_told_by_its_names(text, shape, names):
    heard = hear(played(2, MediaSettings(), OPERATOR, first_text=text))
    assert (heard.first_frame, heard.first_frame_names) == (shape, names)


def test_a_stream_that_broke_off_at_once_tells_nothing():
    heard = hear(Received(b"", [], [], False, None))
    assert (heard.rate_hz, heard.layout, heard.first_release_ms, heard.round_trip_ms) == (None, "", None, None)


def test_a_rate_that_is_none_of_the_known_ones_is_not_guessed():
    received = played(1, MediaSettings(), OPERATOR)
    hurried = replace(received, messages=[(at_s * 0.7, size) for at_s, size in received.messages])
    assert hear(hurried).rate_hz is None


def test_two_channels_that_both_hold_our_voice_are_not_taken_for_stereo():
    received = played(1, MediaSettings(both_tracks=ChannelLayout.MIXED), OPERATOR)
    doubled = bytes(b for at in range(0, len(received.pcm), 2) for b in received.pcm[at : at + 2] * 2)
    heard = hear(replace(received, pcm=doubled, messages=[(at_s, 2 * size) for at_s, size in received.messages]))
    assert (heard.n_channels, heard.layout) == (2, "unclear")


def test_a_weak_echo_from_the_callee_s_own_phone_is_not_our_voice():
    media = MediaSettings(both_tracks=ChannelLayout.MIXED, echo_gain=(0.03, 0.03))
    assert hear(played(1, media, OPERATOR)).layout == ChannelLayout.MONO


def test_what_was_heard_can_be_kept_and_read_back():
    heard = hear(played(1, MediaSettings(), OPERATOR))
    assert from_json(json.loads(json.dumps(as_json(heard)))) == heard
