"""The shapes of the REST API for campaigns and calls. Times are RFC 3339, money is KES cents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import field_validator

from bridge.brief import TurnControl
from bridge.events import UsageUnit, VoiceFault
from campaigns import servers
from campaigns.dead_voices import PassedOver, dead_everywhere, dead_somewhere
from campaigns.handoff.schemas import HandoffOut
from campaigns.launch.items import Key, State
from campaigns.models import Call, Campaign, ServerProcess
from campaigns.outcomes import AttemptOutcome
from campaigns.priority import Priority
from campaigns.promises import PromiseState
from campaigns.recording_rules import NotRecorded
from campaigns.reports.why import Step
from campaigns.script_schemas import ScriptIn
from campaigns.states import CallStatus, Disposition
from leads.compliance import Purpose


class CampaignIn(Schema):
    name: str = Field(min_length=1, max_length=100)
    kind: str = Field("qualification", pattern="^(qualification|survey)$")
    purpose: Purpose
    controller: str = Field(min_length=1, max_length=200, description="The organisation named in the consent")
    line: str = Field(description="The number to call from, E.164")
    more_lines: list[str] = Field([], max_length=50, description="Further numbers to share the calls with; a lead keeps the number that called first")
    script: ScriptIn
    voice: str = Field("", max_length=40, description="Empty: the installation's")
    turns: TurnControl = Field(TurnControl.LOCAL, description="Who decides whose turn it is: local, the bridge; provider, the voice itself if it can")
    fallback_voices: list[str] = Field([], max_length=5, description="In this order, when the voice fails in a call")
    is_recorded: bool = Field(True, description="A callee who does not want it is never recorded, nor are calls to a market that forbids it")
    max_calls_in_flight: int = Field(5, ge=1, le=1000)
    max_attempts: int = Field(3, ge=1, le=20, description="Dialled attempts a lead; one more keeps a time that the callee named at the last")
    max_call_s: int = Field(300, ge=30, le=3600, description="Longest call, seconds")
    budget_minor: int | None = Field(None, ge=0, le=10**12, description="KES cents; null: no cap")
    day_budget_minor: int | None = Field(None, ge=0, le=10**12, description="KES cents a day; null: no cap")
    hot_leads_a_rep: float | None = Field(
        1.0, ge=0.05, le=100, description="Hot leads expected at once for each free rep, at most; null: reps do not hold dialing back"
    )


class CampaignOut(Schema):
    id: int
    name: str
    kind: str
    purpose: str
    status: str
    pause_reason: str
    approved_by: str
    approved_at: datetime | None
    controller: str
    script_id: int
    script_name: str = Field(alias="script.name")
    script_version: int = Field(alias="script.version")
    line: str = Field(alias="line.number")
    more_lines: list[str]
    voice: str
    turns: TurnControl
    fallback_voices: list[str]
    is_recorded: bool
    max_calls_in_flight: int
    max_attempts: int
    max_call_s: int
    budget_minor: int | None
    day_budget_minor: int | None
    hot_leads_a_rep: float | None
    created_at: datetime

    @staticmethod
    def resolve_more_lines(campaign: Campaign) -> list[str]:
        return [line.number for line in campaign.more_lines.all()]


class DeadVoiceOut(Schema):
    voice: str
    fault: VoiceFault
    since: datetime
    mend: str


class CampaignNowOut(CampaignOut):
    """And, while it is running, which of its voices can be heard at the moment."""

    dead_voices: list[DeadVoiceOut] = Field(description="Of its voices, those that are passed over on some server, and what is to be mended")
    is_mute: bool = Field(description="No server has any of its voices, so nobody is called; it goes on by itself once one is heard again")

    @staticmethod
    def resolve_dead_voices(campaign: Campaign) -> list[PassedOver]:
        return dead_somewhere(_servers_of(campaign), campaign.voices)

    @staticmethod
    def resolve_is_mute(campaign: Campaign) -> bool:
        return dead_everywhere(_servers_of(campaign), campaign.voices)


def _servers_of(campaign: Campaign) -> list[ServerProcess]:
    return list(servers.alive()) if campaign.status == Campaign.Status.RUNNING else []


class MendOut(Schema):
    words: str
    command: str  # "": it is made in the console


class LaunchItemOut(Schema):
    key: Key
    state: State
    title: str
    found: list[str]
    mends: list[MendOut]


class LaunchOut(Schema):
    campaign_id: int
    status: str
    n_stops: int
    first_ring_at: datetime | None  # by hours and holidays; null: none is near, or nobody is enrolled
    items: list[LaunchItemOut]


class CampaignChangeOut(Schema):
    changed_at: datetime
    changed_by: str
    from_status: str
    to_status: str
    why: str
    preflight_id: int | None


class PreflightOut(Schema):
    id: int
    campaign_id: int
    status: str = Field(description="at_work, finished or failed")
    asked_at: datetime
    asked_by: str
    seed: int
    digest: str
    finished_at: datetime | None
    failure: str
    result: dict[str, Any] | None


class ExcludedOut(Schema):
    lead_ids: list[UUID]
    next_page: int | None


class EnrolIn(Schema):
    lead_ids: list[UUID] = Field(min_length=1, max_length=10_000)


class EnrolOut(Schema):
    enrolled: int
    already_enrolled: int


class TakenOutOut(Schema):
    taken_out: int = Field(description="Leads whose queued call is canceled")
    being_called: int = Field(description="Leads whose call has begun: it goes on, and another attempt may follow")


class CallRow(Schema):
    id: UUID
    campaign_id: int
    lead_id: UUID
    occasion: Call.Occasion = Field(description="campaign: we called; promised: a rep called back; inbound: they called us")
    attempt_number: int = Field(description="0: they called us, which is no attempt")
    status: CallStatus
    disposition: Disposition | None
    hangup_cause: str
    due_at: datetime
    priority: str = Field(description="promised, broken_off or ordinary: in this order what is due is placed")
    promise_due_at: datetime | None = Field(description="The promised time, which this attempt is to keep")
    dialled_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    talk_s: int | None
    cost_minor: int | None = Field(description="Of the telephone; null: the platform has sent no price yet")
    voice_cost_minor: int | None = Field(description="Of the AI voice, KES cents; null: not known, or not yet")
    language: str = Field(description="In which the call is held, BCP-47; empty: the bot has not spoken on it")
    is_hidden: bool = Field(
        description="The key's owner is to judge the call blind: until they have, disposition, outcome, answers, score and hand-off are left out"
    )

    @field_validator("priority", mode="before")
    @classmethod
    def is_a_word(cls, priority: int) -> str:
        return Priority(priority).name.lower()


class AnswerOut(Schema):
    question_id: str = Field(alias="question.key")
    value: Any
    quote: str
    started_ms: int
    ended_ms: int
    confidence: float
    is_confirmed: bool
    call_id: UUID = Field(description="The call it was given on: this one, or an earlier attempt at the same interview; the times are of that call")
    attempt_number: int = Field(alias="call.attempt_number")


class ScoreOut(Schema):
    points: int
    threshold: int
    is_hot: bool
    reasons: list[dict[str, Any]]


class TurnOut(Schema):
    position: int
    party: str
    text: str = Field(description="What was said; by the bot, as far as its voice told us")
    intended: str = Field(description="The script's line, where the bot said it in other words; else empty")
    said_for: str = Field(description="Of a bot's turn: the person of ours whose sentence the bot said; else empty")
    started_ms: int
    ended_ms: int
    heard_ms: int | None = Field(description="Of a bot's turn: how much of it the callee heard")
    heard_text: str = Field(description="The words from the beginning of `text` that the callee heard to their end")
    are_words_known: bool = Field(description="false: the voice did not tell its words, `text` is the script's and `heard_text` is empty")


class DialDecisionOut(Schema):
    decided_at: datetime
    is_allowed: bool
    reasons: list[dict[str, Any]]
    pack_version: str
    consent_record_id: UUID | None


class VoiceSessionOut(Schema):
    voice: str
    open_s: float
    is_discarded: bool = Field(description="It was made ready for the call and not needed; billed all the same")
    usage: dict[str, dict[UsageUnit, float]] = Field(description="By model: tokens, seconds or characters")
    cost_usd: float | None = Field(description="null: not known")
    unknown: list[str] = Field(description="Why it is not known, and what to do")


class MoneyOut(Schema):
    reserved_minor: int
    cost_minor: int | None = Field(description="Of the telephone")
    currency: str
    voice_reserved_minor: int
    voice_cost_minor: int | None = Field(description="Of the AI voice, KES cents; null: not known, or not yet")
    total_minor: int | None = Field(description="Telephone and AI voice; null while a part is not known")
    voice_sessions: list[VoiceSessionOut]


class PromiseOut(Schema):
    state: PromiseState
    late_s: int = Field(description="Seconds beyond the promised time, until it was kept or until now; 0: not late")


class TimingOut(Schema):
    """At the callee's ear, measured on the recording's clock whether or not the call was recorded."""

    first_word_ms: int | None = Field(description="From the opening of the media stream until the bot was heard; null: it never was")
    voice_to_voice_ms: list[int] = Field(description="From the end of the callee's speech until the bot was heard, turn by turn")
    overlap_ms: int = Field(description="Both spoke")
    longest_silence_ms: int | None = Field(description="Nobody did; null: not measured")


class DisclosureOut(Schema):
    is_heard: bool | None = Field(description="To its end, and in these very words")
    heard_ms: int | None
    clip_sha256: str = Field(description="Of the prepared file it was played from; empty: the voice said it itself")
    clip_ms: int | None = Field(description="Length of that file")
    text: str = Field(description="What the file says")
    approved_by: str = Field(description="Who listened to the file before, and answers for it")
    approved_at: datetime | None


class CallOut(CallRow):
    outcome: AttemptOutcome | None = Field(description="What its end means for the next attempt; null: it has not ended")
    aapor_code: str | None
    promised_for: datetime | None = Field(description="For when another call was promised on this one: the callee's time, or ours after a fault")
    promise: PromiseOut | None = Field(description="Whether this attempt keeps its promise; null: it has none to keep")
    failure: str
    script_name: str | None
    script_version: int | None
    voice: str
    is_disclosure_heard: bool | None = Field(description="Heard to its end, in the words of the script; null: the call did not get so far")
    disclosure_proof: str = Field(description="How that is known: clip, read_out or transcribed; empty: not heard")
    disclosure: DisclosureOut | None = Field(description="What is known of it; null: no session told")
    not_recorded: NotRecorded | None = Field(description="Why there is no recording; null: the call is recorded, or has not begun")
    recording_refusal: str = Field(description="The callee's words against a recording; empty: they did not mind")
    timing: TimingOut
    answers: list[AnswerOut]
    score: ScoreOut | None
    transcript: list[TurnOut]
    dial_decisions: list[DialDecisionOut]
    handoff: HandoffOut | None
    money: MoneyOut


class WhyGroundOut(Schema):
    reason: str
    sentence: str
    inputs: dict[str, Any] = Field(description="What it was decided on")


class WhyEventOut(Schema):
    at: datetime
    local_time: str = Field(description="On the lead's wall; empty: their time zone is not known")
    step: Step
    sentence: str
    call_id: UUID
    campaign_id: int
    campaign: str
    attempt_number: int
    is_allowed: bool | None = Field(description="Of a decision; null for every other step")
    reasons: list[WhyGroundOut] = Field(alias="grounds", description="Of a decision; of a queued call, what the rules would say now")
    pack_version: str
    consent_record_id: UUID | None
    notes: list[str] = Field(description="Of a decision: how old its rules were, and who answered for old ones")


class WhyOut(Schema):
    phone: str
    lead_id: UUID | None = Field(description="null: no lead has this number")
    time_zone: str
    summary: list[str]
    events: list[WhyEventOut] = Field(description="Oldest first")


class CallPage(Schema):
    items: list[CallRow]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null: this was the last")
