"""Why, when, and with what result we call."""

from campaigns.models.call import Answer, Call, DialDecision, Recording, Score, Turn
from campaigns.models.campaign import Campaign, CampaignChange
from campaigns.models.circuit import AttemptSign
from campaigns.models.clip import PreparedClip
from campaigns.models.dialing_stop import DialingStop
from campaigns.models.flight import FlightEntry, Judgement, RuleSheet
from campaigns.models.handoff import Handoff, Rep, StaffCall
from campaigns.models.integration import ApiKey, IdempotentReply
from campaigns.models.live import BusinessClock, LiveEvent, ServerProcess
from campaigns.models.money import MoneyTotal, Organisation
from campaigns.models.phone_line import Line
from campaigns.models.preflight import Preflight, PreflightExclusion
from campaigns.models.privacy import PrivacyAct
from campaigns.models.retry_rule import RetryRule
from campaigns.models.script import Question, Script
from campaigns.models.stranger import StrangerCall
from campaigns.models.voice_session import VoiceSession

__all__ = [
    "Answer",
    "ApiKey",
    "AttemptSign",
    "BusinessClock",
    "Call",
    "Campaign",
    "CampaignChange",
    "DialDecision",
    "DialingStop",
    "FlightEntry",
    "Handoff",
    "IdempotentReply",
    "Judgement",
    "Line",
    "LiveEvent",
    "MoneyTotal",
    "Organisation",
    "Preflight",
    "PreflightExclusion",
    "PreparedClip",
    "PrivacyAct",
    "Question",
    "Recording",
    "Rep",
    "RetryRule",
    "RuleSheet",
    "Score",
    "Script",
    "ServerProcess",
    "StaffCall",
    "StrangerCall",
    "Turn",
    "VoiceSession",
]
