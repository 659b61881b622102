"""The shapes of the REST API for scripts: questions, skip rules, points, and the same in further languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import Annotated, Any, Self

from ninja import Field, Schema
from pydantic import StringConstraints, field_validator, model_validator

from bridge.brief import TIMES_IN, Lines, QuestionKind, QuestionRole
from campaigns.inbound_words import STANDARD as INBOUND_SENTENCES
from campaigns.models import Question
from campaigns.question_faults import WrittenQuestion, faults_of
from campaigns.script_check import faults_of_script

SENTENCES = (frozenset(field.name for field in fields(Lines)) | INBOUND_SENTENCES.keys()) - {"disclosure"}


CODE = r"^[a-z]{2,3}$"
Code = Annotated[str, StringConstraints(pattern=CODE)]
"""A language without its country, as BCP-47 has it."""


class QuestionTranslationIn(Schema):
    wording: str = Field(min_length=1)
    reask_wording: str = ""
    choices: list[str] = Field([], description="In the order of the question's choices, which are what is stored")


class ScriptTranslationIn(Schema):
    disclosure: str = Field("", description="Empty: the standard disclosure of this language, if there is one")
    lines: dict[str, str] = Field({}, description="As `lines` of the script")

    @field_validator("lines")
    @classmethod
    def are_known(cls, lines: dict[str, str]) -> dict[str, str]:
        return known_lines(lines)


def known_lines(lines: dict[str, str]) -> dict[str, str]:
    """Raises ValueError for a sentence that nobody says, or that leaves no place for its time."""
    if unknown := sorted(set(lines) - SENTENCES):
        raise ValueError(f"There is no fixed sentence “{unknown[0]}”. There are: {', '.join(sorted(SENTENCES))}.")
    for name, places in TIMES_IN.items():
        if missing := [place for place in places if lines.get(name, "").strip() and place not in lines[name]]:
            raise ValueError(f"Write {missing[0]} where the time belongs, in “{name}”.")
    return lines


class QuestionIn(Schema):
    key: str = Field(pattern=r"^[a-z0-9_-]{1,40}$", description="Short and stable, for exports")
    kind: QuestionKind
    wording: str = Field(min_length=1)
    reask_wording: str = ""
    role: QuestionRole = QuestionRole.ASK
    choices: list[str] = []
    unit: str = Field("", max_length=40, description="Of an amount of money: the currency's ISO 4217 code; empty: KES")
    minimum: float | None = None
    maximum: float | None = None
    is_read_back: bool = False
    rubric: list[dict[str, Any]] = Field([], description='[{"when": {"at_least": 50}, "points": 30, "why": "large team"}], first match counts')
    skips: list[dict[str, Any]] = Field(
        [], description='[{"when": {"equals": false}, "to": "timeline"}], first match counts; only ever further down, "" is the end'
    )

    translations: dict[Code, QuestionTranslationIn] = Field({}, description="By language")

    @model_validator(mode="after")
    def can_be_asked_and_scored(self) -> Self:
        written = WrittenQuestion(self.kind, self.role, self.choices, self.minimum, self.maximum, self.rubric, unit=self.unit, skips=self.skips)
        if faults := faults_of(written):
            raise ValueError(" ".join(f"{fault.field}: {fault.message}" for fault in faults))
        return self


class ScriptIn(Schema):
    name: str = Field(min_length=1, max_length=100)
    language: str = Field("en-KE", max_length=16)
    bot_name: str = Field("Zawadi", max_length=60)
    organisation: str = Field(min_length=1, max_length=100)
    disclosure: str = Field("", description="Empty: the standard disclosure")
    vouch_for_disclosure: bool = Field(
        False, description="You answer for it that this very text says all that must be told, in words that are not recognised; kept with your name"
    )
    hot_threshold: int = Field(70, ge=0, le=100_000)
    lines: dict[str, str] = Field({}, description=f"Fixed sentences of your own, by name: {', '.join(sorted(SENTENCES))}")
    translations: dict[Code, ScriptTranslationIn] = Field(
        {}, description="Further languages, each with a wording for every question. A call is held in the lead's language if it is one of them"
    )
    questions: list[QuestionIn] = Field(min_length=1, max_length=100)

    @field_validator("lines")
    @classmethod
    def are_known(cls, lines: dict[str, str]) -> dict[str, str]:
        return known_lines(lines)

    @field_validator("questions")
    @classmethod
    def can_be_told_apart(cls, questions: list[QuestionIn]) -> list[QuestionIn]:
        key, n = Counter(question.key for question in questions).most_common(1)[0]
        if n > 1:
            raise ValueError(f"Two questions have the key “{key}”. Give each its own.")
        if sum(question.role is QuestionRole.PERMISSION for question in questions) > 1:
            raise ValueError("Permission is asked for once. Give the other questions the role “ask”.")
        return questions

    @model_validator(mode="after")
    def leads_somewhere_in_every_language(self) -> Self:
        written = [Question(**question.model_dump()) for question in self.questions]
        if faults := faults_of_script(written, languages=sorted(self.translations)):
            raise ValueError(" ".join(f"{fault.question_key}: {fault.message}" for fault in faults))
        return self
