"""A preview for its page: a sample lead, the numbers they see, when their phone may ring, and the words in each language with their sound.

Reads only. The words are those that a call is told (`campaigns.briefs.to_be_said`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bridge.brief import AnswerRules
from bridge.named_time.naming import NamedTime, Precision
from bridge.named_time.saying import in_words
from bridge.phrases import phrases_for
from campaigns.briefs import answer_rules, to_be_said
from campaigns.clips.standing import PREPARED_LINES, approved_clips
from campaigns.inbound_sentences import primary
from campaigns.inbound_words import STANDARD, Tongue
from campaigns.languages import held_in
from campaigns.launch.hours import Place
from campaigns.launch.people_facts import Home, living, places_of
from campaigns.models import Campaign, PreparedClip, Script
from campaigns.preview.sound import speaks
from campaigns.preview.telling import Heard, Kind, Telling, telling_of
from leads import clock
from leads.models import Lead
from leads.phone import as_shown, known_phone, likely_zone
from leads.zones import zone_named

FALLBACK_MARKET, FALLBACK_ZONE = "KE", "Africa/Nairobi"
SAMPLE_TIMES = (time(10), time(15, 30))  # of tomorrow, where the call would name a time


@dataclass(frozen=True, slots=True)
class Sample:
    """Whom the preview is for: nobody real, or a lead of the campaign."""

    market: str
    zone: ZoneInfo
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class InLanguage:
    language: str
    telling: Telling
    clips: Mapping[str, PreparedClip]  # by text: these are played as they are
    is_rendered: bool  # the demonstration voice can say the rest


@dataclass(frozen=True, slots=True)
class Number:
    shown: str
    label: str
    is_simulated: bool


def sample_of(campaign: Campaign | None, lead: Lead | None) -> Sample:
    number = campaign.line.number if campaign else ""
    known = known_phone(number) if number else None
    market = (lead.market if lead else "") or (known.region if known else "") or FALLBACK_MARKET
    zone = zone_named((lead.time_zone if lead else "") or (likely_zone(number) if number else ""))
    return Sample(market, zone or ZoneInfo(FALLBACK_ZONE), lead)


def numbers_of(campaign: Campaign, market: str) -> list[Number]:
    return [Number(as_shown(line.number, in_market=market), line.label, line.is_simulated) for line in campaign.lines()]


def places_to_ring(campaign: Campaign, sample: Sample) -> Sequence[Place]:
    """Where the enrolled leads live; of a sample lead, where that one does; with nobody enrolled, where its number is from."""
    now = clock.now()
    homes = living(campaign)
    if sample.lead is not None or not homes:
        a_phone = sample.lead.phone if sample.lead else campaign.line.number
        homes = [Home(sample.market, sample.zone.key, sample.lead.language if sample.lead else "", 1 if sample.lead else 0, a_phone)]
    return places_of(campaign, homes, now=now)


def machine_rules_of(sample: Sample) -> AnswerRules:
    return answer_rules(sample.market)


def in_each_language(script: Script, campaign: Campaign | None, sample: Sample) -> list[InLanguage]:
    return [in_language(script, language, campaign, sample) for language in script.languages]


def in_language(script: Script, language: str, campaign: Campaign | None, sample: Sample) -> InLanguage:
    said = to_be_said(script, language)
    tongue = Tongue(script, language)
    telling = telling_of(
        said.questions,
        said.lines,
        phrases_for(language),
        times=_times(language, sample.zone, clock.now()),
        to_callers={name: tongue.sentence(name) for name in STANDARD},
        is_survey=campaign.kind == Campaign.Kind.SURVEY if campaign else None,
    )
    prepared = said.lines.texts_of(PREPARED_LINES)
    clips = approved_clips(prepared, voice=campaign.voice, language=language) if campaign else {}
    return InLanguage(language, telling, clips, speaks(primary(language)))


def clip_of(heard: Heard, told: InLanguage) -> PreparedClip | None:
    """Only lines of a call are played from clips; a question of the same words is not."""
    return told.clips.get(heard.text) if heard.kind is Kind.LINE else None


def language_for(lead: Lead, script: Script, campaign: Campaign) -> str:
    return held_in(script, lead.language, voice=campaign.voice)


def _times(language: str, zone: ZoneInfo, now: datetime) -> list[str]:
    local = now.astimezone(zone)
    tomorrow = local.date() + timedelta(days=1)
    named = (NamedTime(datetime.combine(tomorrow, at, tzinfo=zone), Precision.CLOCK) for at in SAMPLE_TIMES)
    return [in_words(each, language, now=local) or f"{each.at:%H:%M}" for each in named]
