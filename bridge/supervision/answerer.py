"""Who may have picked up. Pure: words only."""

from __future__ import annotations

from enum import StrEnum


class Answerer(StrEnum):
    PERSON = "person"
    VOICEMAIL = "voicemail"
    SCREENING = "screening"  # a phone, or somebody's office, that asks who is calling before it lets anybody through
    IVR = "ivr"  # a menu of keys, or its queue with music
    ANNOUNCEMENT = "announcement"  # the network says that nobody can be reached
    FAX = "fax"  # or a modem
    SILENCE = "silence"
