"""What a check found about sound: how two voices arrive, how ours is played, and how soon. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.brief import ChannelLayout
from campaigns.line_check.finding import Finding, Name, Outcome
from campaigns.line_check.guide import STOPPED_KEY, WENT_ON_KEY
from campaigns.line_check.hearing import OWN_DBFS, VOICE_DBFS, Heard
from campaigns.line_check.tones import KILL_AFTER_S, LONG_S


def of_the_sound(heard: Mapping[int, Heard], key: str) -> Iterator[Finding]:
    """`heard`: by the number of the stream. `key`: what the operator pressed when asked whether the tone stopped."""
    yield _kill_audio(heard.get(1), key)
    yield from _sound(heard)


def _kill_audio(heard: Heard | None, key: str) -> Finding:
    if heard is not None and heard.long_tone_ms is not None:
        middle_ms = 500 * (KILL_AFTER_S + LONG_S)
        return _killed(heard.long_tone_ms < middle_ms, f"measured: of 3.0 s of tone {heard.long_tone_ms / 1000:.1f} s were played")
    if key in (STOPPED_KEY, WENT_ON_KEY):
        return _killed(key == STOPPED_KEY, "by what you heard")
    words = "Our own voice does not come back on this line and nobody could be asked, so it is not known. Calls keep their lead short in any case."
    return Finding(Name.KILL_AUDIO, Outcome.UNKNOWN, None, words)


def _killed(is_obeyed: bool, how: str) -> Finding:
    words = (
        "killAudio is obeyed: an interruption silences the bot at once" if is_obeyed else "killAudio is ignored: what was sent is played to its end"
    )
    return Finding(Name.KILL_AUDIO, Outcome.FOUND, is_obeyed, f"{words} ({how}).")


def _sound(heard: Mapping[int, Heard]) -> Iterator[Finding]:
    first, second = heard.get(1), heard.get(2)
    if first is None:
        nothing = "No stream ran to its end. Start the check again and stay on the line."
        names = (Name.BOTH_TRACKS, Name.CALLEE_SIDE, Name.INBOUND_TRACK, Name.RATE, Name.FRAMES, Name.FIRST_FRAME, Name.PREBUFFER, Name.ROUND_TRIP)
        yield from (Finding(name, Outcome.UNKNOWN, None, nothing) for name in names)
        return
    yield _both_tracks(first)
    yield _callee_side(first)
    yield _inbound_track(second)
    yield _rate(first)
    sizes = "always" if first.n_sizes == 1 else f"mostly, of {first.n_sizes} sizes{' with odd ones' if first.has_odd_sizes else ''},"
    value = {"bytes": first.message_bytes, "sizes": first.n_sizes, "odd": first.has_odd_sizes}
    yield Finding(Name.FRAMES, Outcome.FOUND, value, f"An audio message holds {sizes} {first.message_bytes} bytes.")
    yield _first_frame(first)
    yield _prebuffer(first)
    yield _round_trip(first)


LAYOUT_WORDS: Mapping[str, str] = {
    ChannelLayout.STEREO: "“both tracks” arrive as two channels, each with one voice.",
    ChannelLayout.MIXED: "“both tracks” arrive mixed in one channel: our own voice has to be taken out of it.",
    ChannelLayout.MONO: "“both tracks” hold the callee alone: our own voice does not come back.",
}


def _both_tracks(heard: Heard) -> Finding:
    if heard.layout not in LAYOUT_WORDS:
        return Finding(Name.BOTH_TRACKS, Outcome.NOT_FOUND, None, "How two voices arrive could not be told. Use the callee's track alone.")
    return Finding(Name.BOTH_TRACKS, Outcome.FOUND, heard.layout, LAYOUT_WORDS[heard.layout])


def _callee_side(heard: Heard) -> Finding:
    if heard.layout != ChannelLayout.STEREO or heard.callee_channel is None:
        return Finding(Name.CALLEE_SIDE, Outcome.UNKNOWN, None, "There are no two sides.")
    side = ("left", "right")[heard.callee_channel]
    is_proven = heard.voice_dbfs[heard.callee_channel] > VOICE_DBFS
    proof = "your hello was heard there" if is_proven else "our tone is on the other one; no hello was heard"
    return Finding(Name.CALLEE_SIDE, Outcome.FOUND, side, f"The callee is the {side} channel: {proof}.")


def _inbound_track(heard: Heard | None) -> Finding:
    if heard is None or heard.n_channels is None:
        return Finding(Name.INBOUND_TRACK, Outcome.UNKNOWN, None, "The callee's track could not be tried on this call.")
    is_clean = heard.n_channels == 1 and max(heard.own_dbfs) < OWN_DBFS
    words = "“inbound track” holds the callee alone." if is_clean else "“inbound track” holds our own voice as well: the setting is not obeyed."
    return Finding(Name.INBOUND_TRACK, Outcome.FOUND, "callee_alone" if is_clean else "both", words)


def _rate(heard: Heard) -> Finding:
    if heard.rate_hz is None:
        return Finding(Name.RATE, Outcome.NOT_FOUND, None, "The rate of the audio fits none that is known. Show this check to Sautikit's support.")
    note = "" if heard.rate_hz == 16000 else ", although 16000 was asked for: calls would sound too high and too fast. Do not use this line"
    return Finding(Name.RATE, Outcome.FOUND, heard.rate_hz, f"The audio comes at {heard.rate_hz} samples a second{note}.")


def _first_frame(heard: Heard) -> Finding:
    words = {
        "none": "No text comes before the audio.",
        "flat": "The first message is JSON with its fields at the top",
        "nested": "The first message is JSON with fields inside others",
        "no_json": "The first message is a text that is no JSON.",
    }[heard.first_frame]
    names = f": {', '.join(heard.first_frame_names)}." if heard.first_frame_names else ""
    return Finding(Name.FIRST_FRAME, Outcome.FOUND, heard.first_frame, f"{words}{names}")


def _prebuffer(heard: Heard) -> Finding:
    if heard.first_release_ms is None:
        words = "What the platform holds back cannot be measured where our own voice does not come back. The setting stays as it is."
        return Finding(Name.PREBUFFER, Outcome.UNKNOWN, None, words)
    later = f", later {heard.next_release_ms} ms" if heard.next_release_ms is not None else ""
    return Finding(Name.PREBUFFER, Outcome.FOUND, heard.first_release_ms, f"Held back before the first sound: {heard.first_release_ms} ms{later}.")


def _round_trip(heard: Heard) -> Finding:
    if heard.round_trip_ms is None:
        return Finding(Name.ROUND_TRIP, Outcome.UNKNOWN, None, "The delay cannot be measured where our own voice does not come back.")
    return Finding(Name.ROUND_TRIP, Outcome.FOUND, heard.round_trip_ms, f"Our voice comes back after {heard.round_trip_ms} ms.")
