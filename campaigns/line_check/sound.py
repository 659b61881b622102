"""What a check found about sound: how two voices arrive, how ours is played, and how soon. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.brief import ChannelLayout
from campaigns.line_check.finding import Finding, Name, Outcome
from campaigns.line_check.guide import STOPPED_KEY, WENT_ON_KEY
from campaigns.line_check.hearing import OWN_DBFS, VOICE_DBFS, Heard
from campaigns.line_check.tones import KILL_AFTER_S, LONG_S
from leads.said import N_, sentence


def of_the_sound(heard: Mapping[int, Heard], key: str) -> Iterator[Finding]:
    """`heard`: by the number of the stream. `key`: what the operator pressed when asked whether the tone stopped."""
    yield _kill_audio(heard.get(1), key)
    yield from _sound(heard)


def _kill_audio(heard: Heard | None, key: str) -> Finding:
    if heard is not None and heard.long_tone_ms is not None:
        middle_ms = 500 * (KILL_AFTER_S + LONG_S)
        return _killed(
            heard.long_tone_ms < middle_ms, sentence("measured: of 3.0 s of tone %(s)s s were played", s=f"{heard.long_tone_ms / 1000:.1f}")
        )
    if key in (STOPPED_KEY, WENT_ON_KEY):
        return _killed(key == STOPPED_KEY, sentence("by what you heard"))
    words = N_(
        "Our own voice does not come back on this line and nobody could be asked, so it is not known. Calls keep their lead short in any case."
    )
    return Finding(Name.KILL_AUDIO, Outcome.UNKNOWN, None, words)


def _killed(is_obeyed: bool, how: str) -> Finding:
    obeyed = N_("killAudio is obeyed: an interruption silences the bot at once (%(how)s).")
    ignored = N_("killAudio is ignored: what was sent is played to its end (%(how)s).")
    return Finding(Name.KILL_AUDIO, Outcome.FOUND, is_obeyed, sentence(obeyed if is_obeyed else ignored, how=how))


def _sound(heard: Mapping[int, Heard]) -> Iterator[Finding]:
    first, second = heard.get(1), heard.get(2)
    if first is None:
        nothing = N_("No stream ran to its end. Start the check again and stay on the line.")
        names = (Name.BOTH_TRACKS, Name.CALLEE_SIDE, Name.INBOUND_TRACK, Name.RATE, Name.FRAMES, Name.FIRST_FRAME, Name.PREBUFFER, Name.ROUND_TRIP)
        yield from (Finding(name, Outcome.UNKNOWN, None, nothing) for name in names)
        return
    yield _both_tracks(first)
    yield _callee_side(first)
    yield _inbound_track(second)
    yield _rate(first)
    value = {"bytes": first.message_bytes, "sizes": first.n_sizes, "odd": first.has_odd_sizes}
    yield Finding(Name.FRAMES, Outcome.FOUND, value, _frame_words(first))
    yield _first_frame(first)
    yield _prebuffer(first)
    yield _round_trip(first)


def _frame_words(heard: Heard) -> str:
    if heard.n_sizes == 1:
        return sentence("An audio message holds always %(bytes)s bytes.", bytes=heard.message_bytes)
    odd = N_("An audio message holds mostly, of %(n)s sizes with odd ones, %(bytes)s bytes.")
    text = odd if heard.has_odd_sizes else N_("An audio message holds mostly, of %(n)s sizes, %(bytes)s bytes.")
    return sentence(text, n=heard.n_sizes, bytes=heard.message_bytes)


LAYOUT_WORDS: Mapping[str, str] = {
    ChannelLayout.STEREO: N_("“both tracks” arrive as two channels, each with one voice."),
    ChannelLayout.MIXED: N_("“both tracks” arrive mixed in one channel: our own voice has to be taken out of it."),
    ChannelLayout.MONO: N_("“both tracks” hold the callee alone: our own voice does not come back."),
}


def _both_tracks(heard: Heard) -> Finding:
    if heard.layout not in LAYOUT_WORDS:
        return Finding(Name.BOTH_TRACKS, Outcome.NOT_FOUND, None, N_("How two voices arrive could not be told. Use the callee's track alone."))
    return Finding(Name.BOTH_TRACKS, Outcome.FOUND, heard.layout, LAYOUT_WORDS[heard.layout])


def _callee_side(heard: Heard) -> Finding:
    if heard.layout != ChannelLayout.STEREO or heard.callee_channel is None:
        return Finding(Name.CALLEE_SIDE, Outcome.UNKNOWN, None, N_("There are no two sides."))
    side = (N_("left"), N_("right"))[heard.callee_channel]
    is_proven = heard.voice_dbfs[heard.callee_channel] > VOICE_DBFS
    proof = sentence("your hello was heard there") if is_proven else sentence("our tone is on the other one; no hello was heard")
    words = sentence("The callee is the %(side)s channel: %(proof)s.", side=sentence(side), proof=proof)
    return Finding(Name.CALLEE_SIDE, Outcome.FOUND, side, words)


def _inbound_track(heard: Heard | None) -> Finding:
    if heard is None or heard.n_channels is None:
        return Finding(Name.INBOUND_TRACK, Outcome.UNKNOWN, None, N_("The callee's track could not be tried on this call."))
    is_clean = heard.n_channels == 1 and max(heard.own_dbfs) < OWN_DBFS
    alone = N_("“inbound track” holds the callee alone.")
    both = N_("“inbound track” holds our own voice as well: the setting is not obeyed.")
    return Finding(Name.INBOUND_TRACK, Outcome.FOUND, "callee_alone" if is_clean else "both", alone if is_clean else both)


def _rate(heard: Heard) -> Finding:
    if heard.rate_hz is None:
        return Finding(
            Name.RATE, Outcome.NOT_FOUND, None, N_("The rate of the audio fits none that is known. Show this check to Sautikit's support.")
        )
    asked = N_("The audio comes at %(hz)s samples a second.")
    other = N_(
        "The audio comes at %(hz)s samples a second, although 16000 was asked for: calls would sound too high and too fast. Do not use this line."
    )
    return Finding(Name.RATE, Outcome.FOUND, heard.rate_hz, sentence(asked if heard.rate_hz == 16000 else other, hz=heard.rate_hz))


def _first_frame(heard: Heard) -> Finding:
    words = {
        "none": N_("No text comes before the audio."),
        "flat": N_("The first message is JSON with its fields at the top: %(names)s."),
        "nested": N_("The first message is JSON with fields inside others: %(names)s."),
        "no_json": N_("The first message is a text that is no JSON."),
    }[heard.first_frame]
    return Finding(Name.FIRST_FRAME, Outcome.FOUND, heard.first_frame, sentence(words, names=", ".join(heard.first_frame_names)))


def _prebuffer(heard: Heard) -> Finding:
    if heard.first_release_ms is None:
        words = N_("What the platform holds back cannot be measured where our own voice does not come back. The setting stays as it is.")
        return Finding(Name.PREBUFFER, Outcome.UNKNOWN, None, words)
    words = sentence("Held back before the first sound: %(ms)s ms.", ms=heard.first_release_ms)
    if heard.next_release_ms is not None:
        words = sentence("Held back before the first sound: %(ms)s ms, later %(later)s ms.", ms=heard.first_release_ms, later=heard.next_release_ms)
    return Finding(Name.PREBUFFER, Outcome.FOUND, heard.first_release_ms, words)


def _round_trip(heard: Heard) -> Finding:
    if heard.round_trip_ms is None:
        return Finding(Name.ROUND_TRIP, Outcome.UNKNOWN, None, N_("The delay cannot be measured where our own voice does not come back."))
    return Finding(Name.ROUND_TRIP, Outcome.FOUND, heard.round_trip_ms, sentence("Our voice comes back after %(ms)s ms.", ms=heard.round_trip_ms))
