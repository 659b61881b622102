"""Why, when, and with what result we call."""

from campaigns.models.access import CampaignAccess
from campaigns.models.call import Answer, Call, DialDecision, Recording, Score, Turn
from campaigns.models.campaign import Campaign, CampaignChange
from campaigns.models.circuit import AttemptSign
from campaigns.models.clip import PreparedClip
from campaigns.models.dialing_stop import DialingStop
from campaigns.models.double_review import Adjudication, CalibrationItem, Coding, CodingClaim, ReviewPlan
from campaigns.models.flight import FlightEntry, Judgement, RuleSheet
from campaigns.models.handoff import Handoff, Rep, Reservation, StaffCall, WrapUp
from campaigns.models.integration import ApiKey, IdempotentReply, WebhookDelivery, WebhookEndpoint
from campaigns.models.line_check import LineCheck, LineCheckEntry
from campaigns.models.listening import Listening
from campaigns.models.live import BusinessClock, LiveEvent, ServerProcess
from campaigns.models.live_action import LiveAction
from campaigns.models.money import MoneyTotal, Organisation
from campaigns.models.number_check import NumberCheck
from campaigns.models.phone_line import Line
from campaigns.models.preflight import Preflight, PreflightExclusion
from campaigns.models.privacy import PrivacyAct
from campaigns.models.rehearsal import Rehearsal
from campaigns.models.replay import RubricReplay
from campaigns.models.retry_rule import RetryRule
from campaigns.models.review import ReviewAct, VoidedAnswer, Waveform
from campaigns.models.script import Question, Script
from campaigns.models.stranger import StrangerCall
from campaigns.models.tally import DayTally, StaleDate, TalliedDate, TallyPart
from campaigns.models.voice_session import VoiceSession

__all__ = [
    "Adjudication",
    "Answer",
    "ApiKey",
    "AttemptSign",
    "BusinessClock",
    "CalibrationItem",
    "Call",
    "Campaign",
    "CampaignAccess",
    "CampaignChange",
    "DayTally",
    "Coding",
    "CodingClaim",
    "DialDecision",
    "DialingStop",
    "FlightEntry",
    "Handoff",
    "IdempotentReply",
    "Judgement",
    "Line",
    "LineCheck",
    "LineCheckEntry",
    "Listening",
    "LiveAction",
    "LiveEvent",
    "MoneyTotal",
    "NumberCheck",
    "Organisation",
    "Preflight",
    "PreflightExclusion",
    "PreparedClip",
    "PrivacyAct",
    "Question",
    "Recording",
    "Rehearsal",
    "Rep",
    "Reservation",
    "RetryRule",
    "ReviewAct",
    "ReviewPlan",
    "RubricReplay",
    "RuleSheet",
    "Score",
    "Script",
    "ServerProcess",
    "StaleDate",
    "StaffCall",
    "StrangerCall",
    "TalliedDate",
    "TallyPart",
    "Turn",
    "VoiceSession",
    "VoidedAnswer",
    "Waveform",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WrapUp",
]
