"""Which voices there are, and which of them may speak to real people.

Pure. A voice that is not listed here cannot be chosen, so nobody is rung for a voice that does not exist.
"""

from __future__ import annotations

from types import MappingProxyType

from bridge.ports import VoiceTraits

EMBEDDED = VoiceTraits(name="embedded", speaks_verbatim=True, may_call_real_people=False, languages=("en",))
GEMINI = VoiceTraits(name="gemini", speaks_verbatim=False, may_call_real_people=True)
OPENAI = VoiceTraits(name="openai", speaks_verbatim=False, may_call_real_people=True)
OPENAI_LIVE = VoiceTraits(name="openai_live", speaks_verbatim=False, may_call_real_people=True)
CASCADE = VoiceTraits(name="cascade", speaks_verbatim=True, may_call_real_people=True)
VOICES = MappingProxyType({traits.name: traits for traits in (EMBEDDED, GEMINI, OPENAI, OPENAI_LIVE, CASCADE)})
