"""The shapes of the REST API for scripts as they are kept; what is sent is in `script_schemas`, because a campaign brings its script along."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from campaigns.script_schemas import ScriptIn


class ScriptChange(ScriptIn):
    """The script whole, as it is to be; questions that are not in it are removed."""

    revision: int | None = Field(None, ge=0, description="The one it was read at; or send it as If-Match")


class ScriptRow(Schema):
    id: int
    name: str
    version: int
    language: str
    languages: list[str] = Field(alias="further_languages", description="Further ones")
    revision: int = Field(description="One more with every saved change")
    launched_at: datetime | None = Field(description="From then on this version never changes; copy it to a new one")


class QuestionOut(Schema):
    key: str
    kind: str
    role: str
    wording: str
    reask_wording: str
    choices: list[str]
    unit: str
    minimum: float | None
    maximum: float | None
    is_read_back: bool
    rubric: list[dict[str, Any]]
    skips: list[dict[str, Any]]
    translations: dict[str, dict[str, Any]]


class ScriptFaultOut(Schema):
    question_key: str = Field(description="Empty: of the script as a whole")
    message: str


class WaiverIn(Schema):
    by: str = Field(min_length=1, max_length=150, description="Who answers for it; the key's name is kept, too")
    why: str = Field(min_length=1, max_length=1000)


class RehearsalOut(Schema):
    """Of the script as it reads now."""

    state: Literal["passed", "waived", "missing", "not_needed"] = Field(description="not_needed: this version was launched already")
    by: str = Field(description="Who rehearsed or waived it; empty: nobody yet")
    at: datetime | None
    why: str = Field(description="Of a waiver")
    obstacles: list[str] = Field(description="Why no campaign may start with it, with the mend; empty: one may")


class ScriptOut(ScriptRow):
    bot_name: str
    organisation: str
    hot_threshold: int
    disclosure: str
    disclosure_vouched_by: str
    lines: dict[str, str]
    translations: dict[str, dict[str, Any]]
    questions: list[QuestionOut]
    faults: list[ScriptFaultOut] = Field(description="What keeps it from being launched, with its mend; empty: nothing")
    rehearsal: RehearsalOut
