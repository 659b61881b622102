"""A script as a rehearsal needs it: the questions with their points, the ways through them, and when somebody is hot.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.brief import AnswerValue, CallBrief, QuestionBrief
from bridge.route import Steps, goes_on_at
from campaigns.scoring import ScoreResult, score


@dataclass(frozen=True, slots=True)
class Plot:
    brief: CallBrief
    rubrics: Mapping[str, Sequence[Mapping[str, Any]]] = field(hash=False)  # by question
    threshold: int

    @property
    def steps(self) -> Steps:
        return {question.question_id: question.skips for question in self.brief.questions}

    @property
    def questions(self) -> Mapping[str, QuestionBrief]:
        return {question.question_id: question for question in self.brief.questions}

    def score(self, answers: Mapping[str, AnswerValue]) -> ScoreResult:
        """With the very scoring of real calls."""
        return score(self.rubrics, answers, threshold=self.threshold, steps=self.steps)

    def is_hot(self, answers: Mapping[str, AnswerValue]) -> bool:
        """In a survey nobody is handed to a rep."""
        return self.score(answers).is_hot and not self.brief.is_survey

    def way(self, answers: Mapping[str, AnswerValue]) -> list[str]:
        """The questions that these answers lead through, in order; one without an answer leads to the next."""
        keys, way, at = list(self.steps), [], 0
        while at < len(keys):
            way.append(keys[at])
            at = goes_on_at(self.steps, keys, at, answers.get(keys[at]))
        return way
