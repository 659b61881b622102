"""What the REST API takes and gives for leads, consent and do-not-call. Shapes and lengths only: rules live in the modules that act."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, JsonValue, StringConstraints

from leads.compliance import ConsentGrade, ConsentKind, LawfulBasis, Purpose

MAX_PAGE = 200
MAX_DO_NOT_CALL = 1000
MAX_OFFSET = 10_000_000  # past the largest list by far, and small enough for every database's integers

_Sent = TypeVar("_Sent", str, dict[str, JsonValue])


def _storable(sent: _Sent) -> _Sent:
    """PostgreSQL keeps neither NUL nor half a surrogate pair, and JSON knows no NaN; found here, they are the sender's 422, not our 500."""
    written = json.dumps(sent, ensure_ascii=False, allow_nan=False)
    written.encode()
    if "\\u0000" in written:
        raise ValueError("must not hold the character NUL")
    return sent


Word: TypeAlias = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True), AfterValidator(_storable)]
Line: TypeAlias = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_storable)]
Paragraphs: TypeAlias = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_storable)]
JsonTable: TypeAlias = Annotated[dict[str, JsonValue], AfterValidator(_storable)]
Language: TypeAlias = Annotated[str, StringConstraints(min_length=2, max_length=16, pattern=r"^[A-Za-z0-9-]+$")]
Market: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]


class _Sending(Schema):
    """A misspelt field is refused: `timezone` for `time_zone` would otherwise be a lead that is never called, without a word."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    field: str = Field(description="Name of the field in what was sent")
    message: str = Field(description="What is wrong with it, and what to send instead")


class Problems(Schema):
    errors: list[Problem]


class LeadIn(_Sending):
    phone: Line = Field(description="E.164, or as written in the country named in `market`", examples=["+254712345678"])
    market: Market | None = Field(None, description="ISO 3166 code; needed only for numbers without a country code. Derived from the number.")
    time_zone: Line | None = Field(
        None, description='IANA name. Left out, it is derived if the number leaves only one; "" means unknown. A lead without one is never called.'
    )
    external_id: Line | None = Field(None, description="Your own id of this person; one lead per id")
    name: Line | None = None
    language: Language | None = Field(None, examples=["en-KE"])
    source: Line | None = Field(None, description="Where this person's data was lawfully obtained")
    custom_fields: JsonTable | None = None


class ConsentIn(_Sending):
    kind: ConsentKind
    purpose: Purpose | None = Field(None, description="Must be given with `given`; left out with `withdrawn`, every purpose is meant")
    channel: Word = Field(description="How it was given or withdrawn: web form, paper, recording, keypress, import attestation")
    given_at: AwareDatetime | None = Field(None, description="When it was given or withdrawn; left out: now")
    covers_automated_voice: bool = Field(False, description="The text named automated or AI voice calls")
    controller: Line = Field("", description="The organisation that the text named; needed with `given`")
    wording: Paragraphs = Field("", description="The exact words shown or said; needed for a grade above `attested`")
    language: Annotated[Word, Field(max_length=16)] = ""
    wording_version: Word = ""
    lawful_basis: LawfulBasis = LawfulBasis.CONSENT
    evidence: JsonTable = Field({}, description="Form URL and IP, scan id, clip and offsets; needed for a grade above `attested`")
    grade: ConsentGrade = ConsentGrade.ATTESTED
    source: Line = ""
    expires_at: AwareDatetime | None = None


class ConsentOut(Schema):
    id: UUID
    kind: ConsentKind
    purpose: Purpose
    covers_automated_voice: bool
    controller: str
    wording: str
    language: str
    wording_version: str
    lawful_basis: str
    channel: str
    evidence: dict[str, JsonValue]
    evidence_hash: str
    grade: ConsentGrade
    source: str
    given_at: datetime
    expires_at: datetime | None
    pack_version: str
    recorded_at: datetime


class LeadOut(Schema):
    id: UUID
    phone: str
    name: str
    time_zone: str = Field(description='"" means unknown: never called')
    market: str
    language: str
    source: str
    external_id: str | None
    custom_fields: dict[str, JsonValue]
    created_at: datetime
    updated_at: datetime


class LeadDetail(LeadOut):
    consent_records: list[ConsentOut] = Field(description="Newest first")
    is_on_do_not_call: bool


class DoNotCallQuery(_Sending):
    phone: Line = ""
    limit: int = Field(50, ge=1, le=MAX_PAGE)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)


class LeadQuery(DoNotCallQuery):
    external_id: Line = ""


class LeadPage(Schema):
    count: int
    items: list[LeadOut]


class _DoNotCallSending(_Sending):
    market: Market | None = Field(None, description="ISO 3166 code; needed only for numbers without a country code")
    reason: Annotated[str, StringConstraints(max_length=500, strip_whitespace=True), AfterValidator(_storable)] = ""
    keep_number: bool = Field(True, description="false: only a keyed digest is kept. The number is known again, and can no longer be read")


class DoNotCallIn(_DoNotCallSending):
    phone: Line = Field(description="E.164, or as written in the country named in `market`", examples=["+254712345678"])


class DoNotCallManyIn(_DoNotCallSending):
    phones: list[Line] = Field(description="As `phone` of one entry", min_length=1, max_length=MAX_DO_NOT_CALL)


class DoNotCallMany(Schema):
    n_new: int = Field(description="Numbers that are on the list since this request")
    n_known: int = Field(description="Numbers that were on it, or came more than once")
    errors: list[Problem] = Field(description="Those that are no numbers, by place: `phones[3]`. All others are on the list")


class DoNotCallOut(Schema):
    id: UUID
    phone: str | None = Field(description="null: the number may not be kept; it can only be asked for")
    origin: str
    reason: str
    entered_at: datetime


class DoNotCallPage(Schema):
    count: int
    items: list[DoNotCallOut]
