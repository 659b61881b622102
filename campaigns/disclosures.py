"""What a campaign's callees must be told at the start and its script does not say, in words: by the market packs in force where its leads live.

Reads only. What a text says is judged in disclosure_parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from bridge.brief import QuestionRole
from campaigns.disclosure_parts import NAMES, Opening, example_of, knows_language, missing_parts
from campaigns.lived_in import markets_lived_in
from campaigns.models import Campaign, Script
from leads import clock
from leads.market_packs import market_packs
from leads.market_rules import DisclosurePart, MarketPack
from leads.rules_in_force import rules_in_force
from leads.said import sentence
from leads.words import Purpose

Lacking: TypeAlias = Mapping[str, tuple[DisclosurePart, ...]]  # by market


def disclosure_obstacles(campaign: Campaign) -> list[str]:
    """Each part that its script leaves out and a market of its leads demands, with its mend. One query, over enrolled leads of such markets."""
    script = campaign.script
    lacking = {language: _lacking(campaign, market_packs(), language) for language in script.languages if _has_disclosure(script, language)}
    lived_in = markets_lived_in(campaign, among=chain.from_iterable(lacking.values()))
    return [said for language in script.languages for said in _obstacles_in(script, lacking.get(language), lived_in, language)]


def not_told_in(campaign: Campaign, markets: Iterable[str]) -> list[str]:
    """The same for leads who live in these markets. A market without a pack demands nothing: nobody there is called."""
    known = sorted({*markets} & market_packs().keys())
    languages = campaign.script.languages
    return [sentence for language in languages for sentence in _in_words(campaign.script, _lacking(campaign, known, language), language)]


def leaves_out(script: Script, part: DisclosurePart, *, market: str, purpose: str, language: str) -> bool:
    """Whether callees of this market must be told this part and this script does not say it in this language, whatever its campaign records."""
    pack = market_packs().get(market)
    return pack is not None and part in _demanded(pack, Purpose(purpose)) and part in missing_parts(_opening(script, language), [part])


def _has_disclosure(script: Script, language: str) -> bool:
    return language == script.language or bool(script.telling(language).disclosure.strip())


def _obstacles_in(script: Script, lacking: Lacking | None, lived_in: Sequence[str], language: str) -> list[str]:
    """`lacking` None: it has no disclosure in this language at all."""
    if lacking is None:
        mend = sentence("Say that an AI calls, for whom, that it is recorded, and how to stop it; or take the language out of the script.")
        return [
            sentence("The script %(script)s has no disclosure in the language “%(language)s”. %(mend)s", script=script, language=language, mend=mend)
        ]
    return _in_words(script, {market: lacking[market] for market in lived_in if market in lacking}, language)


def _lacking(campaign: Campaign, markets: Iterable[str], language: str) -> dict[str, tuple[DisclosurePart, ...]]:
    opening = _opening(campaign.script, language)
    untold = () if campaign.is_recorded else (DisclosurePart.RECORDING_AND_RECIPIENTS,)
    demanded = {market: _demanded(market_packs()[market], Purpose(campaign.purpose)) for market in markets}
    missing = {market: missing_parts(opening, [part for part in parts if part not in untold]) for market, parts in demanded.items()}
    return {market: parts for market, parts in missing.items() if parts}


def _demanded(pack: MarketPack, purpose: Purpose) -> tuple[DisclosurePart, ...]:
    """By the day alone: no region has disclosure rules of its own."""
    rules = rules_in_force(pack, "", "", at=clock.now()).purposes.get(purpose)
    return rules.disclosure.parts if rules else ()


def _opening(script: Script, language: str) -> Opening:
    telling = script.telling(language)
    return Opening(
        language=telling.language,
        organisation=script.organisation,
        disclosure=telling.disclosure,
        asks_permission=script.questions.filter(role=QuestionRole.PERMISSION).exists(),
        is_vouched_for=telling.is_vouched_for,
    )


def _in_words(script: Script, lacking: Mapping[str, tuple[DisclosurePart, ...]], language: str) -> list[str]:
    """By part, in the order in which they are said; that it names who calls is demanded everywhere."""
    demanded_by = {part: [market_packs()[market].name for market, parts in lacking.items() if part in parts] for part in DisclosurePart}
    unnamed = missing_parts(_opening(script, language), [DisclosurePart.ORGANISATION])
    return [_sentence(script, part, names, language) for part, names in demanded_by.items() if names or part in unnamed]


def _sentence(script: Script, part: DisclosurePart, markets: list[str], language: str) -> str:
    told = sentence("The disclosure of the script %(script)s", script=script)
    if language != script.language:
        told = sentence("%(told)s in the language “%(language)s”", told=told, language=language)
    if part is DisclosurePart.ORGANISATION:
        return sentence(
            "%(told)s does not name %(organisation)s. Write {organisation} where the name belongs.", told=told, organisation=script.organisation
        )
    demanded = sentence("(demanded in %(markets)s)", markets=", ".join(markets))
    if part is DisclosurePart.PERMISSION_TO_CONTINUE:
        return sentence(
            "The script %(script)s has no question whether it is a good time %(demanded)s. Add one with that role.", script=script, demanded=demanded
        )
    mend = sentence(
        "Say for example: “%(example)s” If it says so in other words, answer for the text on the script's page.",
        example=example_of(part, language),
    )
    if not knows_language(language):
        return sentence(
            "Whether the disclosure of the script %(script)s says %(part)s %(demanded)s cannot be seen in the language %(language)s. %(mend)s",
            script=script,
            part=NAMES[part],
            demanded=demanded,
            language=language,
            mend=mend,
        )
    return sentence("%(told)s does not say %(part)s %(demanded)s. %(mend)s", told=told, part=NAMES[part], demanded=demanded, mend=mend)
