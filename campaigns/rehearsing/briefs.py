"""What the bot is told for a rehearsal: the very script of a call, on a line of no platform, for somebody who is certainly there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from bridge.brief import EVERYBODY_IS_A_PERSON, CallBrief, CalleeClock, Limits, LineTraits, TurnControl
from bridge.voice.catalogue import EMBEDDED
from campaigns.briefs import question_brief, script_lines
from campaigns.models import Campaign, Question, Rehearsal, Script
from campaigns.rehearsing.plot import Plot

PREFIX = "rehearsal-"  # of the call's id and of the socket's token: nothing of it is looked for among calls
PREBUFFER_MS = 160  # what the page holds before it plays, see static/sautiqual/rehearse/player.js


@dataclass(frozen=True, slots=True)
class Cast:
    """Beside the script, what a rehearsal is held with."""

    language: str
    voice: str = EMBEDDED.name
    campaign: Campaign | None = None


def call_id_of(rehearsal: Rehearsal) -> str:
    return f"{PREFIX}{rehearsal.pk}"


def new_token() -> str:
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


def plot_of(script: Script, cast: Cast, *, call_id: str, at: datetime | None = None) -> Plot:
    """`at`: when the talk begins, aware, on the clock of whoever talks; None: on none. `script` as it stands in the database."""
    questions = list(script.questions.order_by("position", "pk"))
    campaign = cast.campaign
    brief = CallBrief(
        call_id=call_id,
        voice=cast.voice,
        language=cast.language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=tuple(question_brief(question, cast.language) for question in questions),
        lines=script_lines(script, cast.language),
        limits=Limits(max_call_s=float(campaign.max_call_s)) if campaign else Limits(),
        line=LineTraits(prebuffer_ms=PREBUFFER_MS, has_captions=True, is_simulated=True),
        turns=TurnControl(campaign.turns) if campaign else TurnControl.LOCAL,
        answer_rules=EVERYBODY_IS_A_PERSON,
        is_survey=_is_survey(campaign, questions),
        is_recorded=False,
        clock=CalleeClock(at) if at else None,
    )
    return Plot(brief, {question.key: question.rubric for question in questions}, script.hot_threshold)


def _is_survey(campaign: Campaign | None, questions: list[Question]) -> bool:
    """Without a campaign: a script in which nothing has points."""
    return campaign.kind == Campaign.Kind.SURVEY if campaign else not any(question.rubric for question in questions)


def plot_of_rehearsal(rehearsal: Rehearsal, *, at: datetime | None = None) -> Plot:
    cast = Cast(rehearsal.language, rehearsal.voice or EMBEDDED.name, rehearsal.campaign)
    return plot_of(rehearsal.script, cast, call_id=call_id_of(rehearsal), at=at)
