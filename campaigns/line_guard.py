"""May this line be dialled on with this voice, as things are set up? In words, for the person who can mend it.

Fails closed in both directions: a real line never runs on the simulator's terms, a simulated line never reaches a real platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from bridge.brief import HandoffStrategy
from bridge.voice.catalogue import CASCADE, VOICES
from campaigns import voice_setup
from campaigns.clips.standing import missing
from campaigns.models import BusinessClock, Campaign, Line, Script
from campaigns.obstacles import Obstacle, Topic, about, in_sentences
from leads.said import listed, sentence, spaced

# The rep's voice is in the room, too: the bot would take it for the lead's, and record somebody who was told of no recording.
ROOM_NEEDS_ONE_VOICE = sentence("With the hand-off strategy conference the platform must send the callee alone (track “inbound_track”).")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_api_on_loopback() -> bool:
    return (urlsplit(settings.SAUTIKIT_API_URL).hostname or "") in LOOPBACK_HOSTS


def may_speak(line: Line, *voices: str) -> bool:
    """With somebody who has called us. Any of the voices may have to; what they say to callers is not prepared in clips."""
    return all(voice in VOICES and (line.is_simulated or not _is_unfit(voice)) for voice in voices)


def campaign_obstacles(campaign: Campaign, line: Line) -> list[str]:
    """Why nobody may be rung for this campaign on this line now; empty: it may be used."""
    return in_sentences(campaign_obstacles_by_topic(campaign, line))


def campaign_obstacles_by_topic(campaign: Campaign, line: Line) -> list[Obstacle]:
    return obstacles_by_topic(line, *campaign.voices, script=campaign.script)


def obstacles(line: Line, *voices: str, script: Script | None = None) -> list[str]:
    """Why nobody may be rung on this line with these voices now; empty: it may be used.

    `script`: what they would say; its clips, in the first of the voices, let a voice talk that puts things in words of its own.
    """
    return in_sentences(obstacles_by_topic(line, *voices, script=script))


def obstacles_by_topic(line: Line, *voices: str, script: Script | None = None) -> list[Obstacle]:
    found = about(Topic.LINE, _line_obstacles(line))
    found += about(Topic.VOICE, (sentence for voice in voices for sentence in voice_setup.missing(voice)))
    if line.is_simulated:
        return found + about(Topic.PLATFORM, _simulated_obstacles(line))
    known = [voice for voice in voices if voice in VOICES]
    found += about(Topic.PLATFORM, _real_obstacles(line)) + about(Topic.VOICE, _for_rehearsal(known))
    return found + about(Topic.CLIPS, _unprepared(known, script))


def _line_obstacles(line: Line) -> list[str]:
    found: list[str] = [] if line.is_active else [sentence("The phone line %(line)s is not active. Activate it under Phone lines.", line=line)]
    if line.strategy == HandoffStrategy.CONFERENCE and line.track != Line.Track.INBOUND:
        found.append(sentence("The phone line %(line)s sends both voices. %(mend)s", line=line, mend=ROOM_NEEDS_ONE_VOICE))
    return found


def _simulated_obstacles(line: Line) -> list[str]:
    if is_api_on_loopback():
        return []
    return [
        sentence(
            "The phone line %(line)s is simulated, but SAUTIKIT_API_URL is not on this machine. Point it at the simulator, or use a real line.",
            line=line,
        )
    ]


def _is_unfit(voice: str) -> bool:
    """It may not talk with real people in words of its own."""
    return not (VOICES[voice].may_call_real_people and VOICES[voice].speaks_verbatim)


def _for_rehearsal(voices: Sequence[str]) -> list[str]:
    return [
        sentence("The voice “%(voice)s” is for demonstration and rehearsal only. Choose another for a real line.", voice=voice)
        for voice in voices
        if not VOICES[voice].may_call_real_people
    ]


def _unprepared(voices: Sequence[str], script: Script | None) -> list[str]:
    """What the law demands to be said must be said in these words, and be provable: by a clip that somebody has listened to."""
    paraphrasing = [voice for voice in voices if not VOICES[voice].speaks_verbatim]
    if not paraphrasing:
        return []
    said = sentence("The voice “%(voice)s” may put what callees must be told in words of its own.", voice=paraphrasing[0])
    other = sentence("choose one that reads it out, such as “%(voice)s”", voice=CASCADE.name)
    if script is None:
        return [sentence("%(said)s On a real line each campaign needs clips of it, or %(other)s.", said=said, other=other)]
    lacking = missing(script, voices[0])
    if not lacking:
        return []
    names = listed([spaced(name) for name in lacking])
    return [
        sentence(
            "%(said)s On a real line it needs a clip that somebody has listened to and approved, in the voice “%(voice)s” as it is "
            "set now, of these sentences of “%(script)s”: %(names)s. Make them under Clips on the campaign's page, or %(other)s.",
            said=said,
            voice=voices[0],
            script=script,
            names=names,
            other=other,
        )
    ]


def _real_obstacles(line: Line) -> list[str]:
    checks = [
        (
            is_api_on_loopback(),
            sentence("The phone line %(line)s is real, but SAUTIKIT_API_URL points at this machine. Mark the line as simulated.", line=line),
        ),
        (not settings.SAUTIKIT_API_KEY, sentence("SAUTIKIT_API_KEY is not set. Make a key in the Sautikit console and set it.")),
        (not settings.PUBLIC_URL.startswith("https://"), sentence("PUBLIC_URL is not set to an https address, so Sautikit cannot reach us. Set it.")),
        (_is_clock_offset(), sentence("The demo's clock is set ahead of real time in this database. A real line needs a database of its own.")),
    ]
    return [sentence for is_wrong, sentence in checks if is_wrong]


def _is_clock_offset() -> bool:
    return BusinessClock.objects.exclude(offset_s=0).exists()
