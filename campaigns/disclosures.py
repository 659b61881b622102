"""What a campaign's callees must be told at the start and its script does not say, in words: by the market packs in force where its leads live.

Reads only. What a text says is judged in disclosure_parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridge.brief import QuestionRole
from campaigns.disclosure_parts import NAMES, Opening, example_of, knows_language, missing_parts
from campaigns.models import Campaign, Script
from leads import clock
from leads.market_packs import market_packs
from leads.market_rules import DisclosurePart, MarketPack
from leads.models import Lead
from leads.rules_in_force import rules_in_force
from leads.words import Purpose


def disclosure_obstacles(campaign: Campaign) -> list[str]:
    """Each part that its script leaves out and a market of its leads demands, with its mend. One query, over enrolled leads of such markets."""
    lacking = _lacking(campaign, market_packs())
    if not lacking:
        return _in_words(campaign.script, {})
    lived_in = Lead.objects.filter(calls__campaign=campaign, market__in=lacking).order_by().values_list("market", flat=True).distinct()
    return _in_words(campaign.script, {market: lacking[market] for market in sorted(lived_in)})


def not_told_in(campaign: Campaign, markets: Iterable[str]) -> list[str]:
    """The same for leads who live in these markets. A market without a pack demands nothing: nobody there is called."""
    return _in_words(campaign.script, _lacking(campaign, sorted({*markets} & market_packs().keys())))


def _lacking(campaign: Campaign, markets: Iterable[str]) -> dict[str, tuple[DisclosurePart, ...]]:
    opening = _opening(campaign.script)
    untold = () if campaign.is_recorded else (DisclosurePart.RECORDING_AND_RECIPIENTS,)
    demanded = {market: _demanded(market_packs()[market], Purpose(campaign.purpose)) for market in markets}
    missing = {market: missing_parts(opening, [part for part in parts if part not in untold]) for market, parts in demanded.items()}
    return {market: parts for market, parts in missing.items() if parts}


def _demanded(pack: MarketPack, purpose: Purpose) -> tuple[DisclosurePart, ...]:
    """By the day alone: no region has disclosure rules of its own."""
    rules = rules_in_force(pack, "", "", at=clock.now()).purposes.get(purpose)
    return rules.disclosure.parts if rules else ()


def _opening(script: Script) -> Opening:
    return Opening(
        language=script.language,
        organisation=script.organisation,
        disclosure=script.disclosure,
        asks_permission=script.questions.filter(role=QuestionRole.PERMISSION).exists(),
        is_vouched_for=script.is_vouched_for,
    )


def _in_words(script: Script, lacking: Mapping[str, tuple[DisclosurePart, ...]]) -> list[str]:
    """By part, in the order in which they are said; that it names who calls is demanded everywhere."""
    demanded_by = {part: [market_packs()[market].name for market, parts in lacking.items() if part in parts] for part in DisclosurePart}
    unnamed = missing_parts(_opening(script), [DisclosurePart.ORGANISATION])
    return [_sentence(script, part, names) for part, names in demanded_by.items() if names or part in unnamed]


def _sentence(script: Script, part: DisclosurePart, markets: list[str]) -> str:
    if part is DisclosurePart.ORGANISATION:
        return f"The disclosure of the script {script} does not name {script.organisation}. Write {{organisation}} where the name belongs."
    demanded = f"(demanded in {', '.join(markets)})"
    if part is DisclosurePart.PERMISSION_TO_CONTINUE:
        return f"The script {script} has no question whether it is a good time {demanded}. Add one with that role."
    mend = f"Say for example: “{example_of(part, script.language)}” If it says so in other words, answer for the text on the script's page."
    if not knows_language(script.language):
        return f"Whether the disclosure of the script {script} says {NAMES[part]} {demanded} cannot be seen in the language {script.language}. {mend}"
    return f"The disclosure of the script {script} does not say {NAMES[part]} {demanded}. {mend}"
