"""In which language a call is held: the lead's where its script has it and its voice speaks it, else the script's. Reads rows, writes none."""

from __future__ import annotations

from bridge.voice.catalogue import VOICES
from campaigns.inbound_sentences import primary
from campaigns.models import Call, Script


def language_of(call: Call) -> str:
    """BCP-47; of a call whose stream has not opened yet, the one it would be held in. "": it has no script. `call` with its lead and campaign."""
    if call.script is None:
        return ""
    if not call.script.translations:
        return call.language or call.script.language
    return call.language or held_in(call.script, call.lead.language, voice=call.voice or call.campaign.voice)


def held_in(script: Script, language: str, *, voice: str) -> str:
    """`language`: the lead's own, BCP-47, "" where nobody knows it."""
    wanted = primary(language)
    is_spoken = voice not in VOICES or VOICES[voice].speaks(wanted)
    return wanted if wanted != primary(script.language) and wanted in script.translations and is_spoken else script.language
