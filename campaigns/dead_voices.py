"""Voices that a server process has found dead: each process says so on its row, the dialer keeps to it, and people read what is to be mended.

Nothing is stored on a campaign: it goes on by itself as soon as a process has heard one of its voices again, or has gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from bridge.events import VoiceFault
from bridge.voice.breakers import DeadVoice
from campaigns.models import ServerProcess
from leads.said import N_, listed, sentence

MENDS = {
    VoiceFault.KEY: N_("its provider refuses the key; make a new one there, set it, and restart the server"),
    VoiceFault.QUOTA: N_("its provider's quota is used up; look at plan, billing and limits there"),
    VoiceFault.UNREACHABLE: N_("its provider cannot be reached; look at the network, the address that is set, and the provider's status page"),
    VoiceFault.CUT: N_("its provider cuts sessions off; look at the provider's status page"),
    VoiceFault.REFUSED: N_("its provider refuses what we ask for; look at the model and the address that are set"),
    VoiceFault.GARBAGE: N_("what its provider sends cannot be read; look at the address that is set, and for a newer version of SautiQual"),
    VoiceFault.SILENT: N_("its provider's sessions open and say nothing; look at the provider's status page"),
    VoiceFault.MISSING: N_("something that it needs is not installed on the server; its log says what"),
}


@dataclass(frozen=True, slots=True)
class PassedOver:
    voice: str
    fault: VoiceFault
    since: datetime  # real time, of the process that has found it dead first

    @property
    def mend(self) -> str:
        return MENDS[self.fault]


def report(server: ServerProcess, dead: Mapping[str, DeadVoice]) -> None:
    now = timezone.now()
    rows = {name: {"fault": one.fault.value, "since": (now - timedelta(seconds=one.for_s)).isoformat()} for name, one in dead.items()}
    ServerProcess.objects.filter(pk=server.pk).update(dead_voices=rows)


def can_speak(server: ServerProcess, voices: Sequence[str]) -> bool:
    """Whether one of these voices is alive there. `voices`: () for whatever voice."""
    return not voices or any(voice not in server.dead_voices for voice in voices)


def dead_everywhere(servers: Sequence[ServerProcess], voices: Sequence[str]) -> bool:
    """No living server has any of these voices. False: one has, or there is no server at all."""
    return bool(servers) and not any(can_speak(server, voices) for server in servers)


def dead_somewhere(servers: Sequence[ServerProcess], voices: Sequence[str]) -> list[PassedOver]:
    """Those of these voices that some living server passes over, in the campaign's order."""
    return [_found_first(voice, servers) for voice in voices if any(voice in server.dead_voices for server in servers)]


def why_nobody_speaks(servers: Iterable[ServerProcess], voices: Sequence[str]) -> str:
    """In words, when no living server has any of these voices; "": one has, or there is no server at all."""
    alive = list(servers)
    if not dead_everywhere(alive, voices):
        return ""
    each = listed([_sentence(found) for found in dead_somewhere(alive, voices)], " ")
    return sentence(
        "Nobody is called: no voice of this campaign works at the moment. %(each)s It goes on by itself once one is heard again.", each=each
    )


def passed_over(servers: Iterable[ServerProcess], voices: Sequence[str]) -> str:
    """In words, which voices are passed over while others speak; "": none."""
    dead = dead_somewhere(list(servers), voices)
    return listed([*map(_sentence, dead), sentence("The voices behind it speak meanwhile.")], " ") if dead else ""


def _found_first(voice: str, servers: Sequence[ServerProcess]) -> PassedOver:
    found = min((server.dead_voices[voice] for server in servers if voice in server.dead_voices), key=lambda one: str(one["since"]))
    return PassedOver(voice, VoiceFault(found["fault"]), datetime.fromisoformat(found["since"]))


def _sentence(found: PassedOver) -> str:
    since = f"{timezone.localtime(found.since):%H:%M}"
    return sentence("“%(voice)s” is passed over since %(since)s: %(mend)s.", voice=found.voice, since=since, mend=sentence(found.mend))
