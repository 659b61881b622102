"""What a call is for, and what consent can be: the words in which rules and records speak.

Pure.
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    MARKETING = "marketing"
    RESEARCH = "research"
    SERVICE = "service"


class ConsentKind(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class ConsentGrade(StrEnum):
    """How good the evidence is, weakest first."""

    ATTESTED = "attested"  # somebody importing a list says so
    RECORDED = "recorded"  # a form, a recording, a keypress
    WRITTEN = "written"  # signed


class LawfulBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_INTEREST = "public_interest"
    LEGITIMATE_INTEREST = "legitimate_interest"
