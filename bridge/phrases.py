"""The few words of our own between the script's sentences, by language, and how an answer is said back in them.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bridge.brief import DEFAULT_CURRENCY, AnswerValue, QuestionBrief, QuestionKind
from bridge.values import said_choice


@dataclass(frozen=True, slots=True)
class Phrases:
    thanks: tuple[str, ...]  # before the next question, in turn; mostly nothing
    last_question: str  # before it, when the longest call is nearly over
    quantity_right: str
    word_right: str
    yes: str
    no: str
    now: str
    tomorrow: str
    in_days: str
    in_weeks: str
    in_a_month: str
    in_months: str
    in_a_year: str
    in_years: str
    last_of_many: str  # {}: what stands before it, {}: the last
    amounts: Mapping[str, str]  # by ISO 4217 code


ENGLISH = Phrases(
    thanks=("Thank you.", "", "Great.", ""),
    last_question="One last question.",
    quantity_right="{}, is that right?",
    word_right="I heard {}, is that right?",
    yes="yes",
    no="no",
    now="right away",
    tomorrow="tomorrow",
    in_days="in {} days",
    in_weeks="in about {} weeks",
    in_a_month="in about a month",
    in_months="in about {} months",
    in_a_year="in about a year",
    in_years="in about {} years",
    last_of_many="{} and {}",
    amounts=MappingProxyType(
        {
            "KES": "{} Kenyan shillings",
            "TZS": "{} Tanzanian shillings",
            "UGX": "{} Ugandan shillings",
            "RWF": "{} Rwandan francs",
            "ETB": "{} Ethiopian birr",
            "NGN": "{} naira",
            "GHS": "{} Ghanaian cedis",
            "ZAR": "{} rand",
            "ZMW": "{} Zambian kwacha",
            "XOF": "{} CFA francs",
            "XAF": "{} CFA francs",
            "EGP": "{} Egyptian pounds",
            "MAD": "{} Moroccan dirhams",
            "USD": "{} US dollars",
            "EUR": "{} euros",
            "GBP": "{} pounds sterling",
        }
    ),
)
SWAHILI = Phrases(
    thanks=("Asante.", "", "Vizuri.", ""),
    last_question="Swali la mwisho.",
    quantity_right="{}, ni sawa?",
    word_right="Nimesikia {}, ni sawa?",
    yes="ndiyo",
    no="hapana",
    now="sasa hivi",
    tomorrow="kesho",
    in_days="baada ya siku {}",
    in_weeks="baada ya wiki {} hivi",
    in_a_month="baada ya mwezi mmoja hivi",
    in_months="baada ya miezi {} hivi",
    in_a_year="baada ya mwaka mmoja hivi",
    in_years="baada ya miaka {} hivi",
    last_of_many="{} na {}",
    amounts=MappingProxyType(
        {
            "KES": "shilingi {} za Kenya",
            "TZS": "shilingi {} za Tanzania",
            "UGX": "shilingi {} za Uganda",
            "RWF": "faranga {} za Rwanda",
            "USD": "dola {} za Marekani",
            "EUR": "yuro {}",
        }
    ),
)
# A language we have no words in: values and question marks only.
WORDLESS = Phrases(
    thanks=("",),
    last_question="",
    quantity_right="{}?",
    word_right="{}?",
    yes="+",
    no="-",
    now="0",
    tomorrow="1",
    in_days="{}",
    in_weeks="7 × {}",
    in_a_month="30",
    in_months="30 × {}",
    in_a_year="365",
    in_years="365 × {}",
    last_of_many="{}, {}",
    amounts=MappingProxyType({}),
)


def phrases_for(language: str) -> Phrases:
    return {"en": ENGLISH, "sw": SWAHILI}.get(language.split("-")[0].lower(), WORDLESS)


def said_back(question: QuestionBrief, value: AnswerValue, phrases: Phrases) -> str:
    """An answer, for the callee to agree to."""
    if isinstance(value, bool):
        return phrases.word_right.format(phrases.yes if value else phrases.no)
    if isinstance(value, str | list):
        return phrases.word_right.format(_choices_words(question, [value] if isinstance(value, str) else value, phrases))
    if question.kind is QuestionKind.TIMELINE:
        return phrases.word_right.format(_timeline_words(int(value), phrases))
    if question.kind is QuestionKind.MONEY:
        return phrases.quantity_right.format(amount_in_words(value, question.unit, phrases))
    return phrases.quantity_right.format(f"{value} {question.unit}".strip())


def amount_in_words(amount: float, currency: str, phrases: Phrases) -> str:
    """Whole units of an ISO 4217 currency; one we have no name for is said as its code."""
    code = currency.upper() or DEFAULT_CURRENCY
    # No separators: whoever reads it out may take them for a decimal point.
    return phrases.amounts.get(code, f"{{}} {code}").format(round(amount))


def _choices_words(question: QuestionBrief, stored: Sequence[str], phrases: Phrases) -> str:
    said = [said_choice(question, word) for word in stored]
    return said[0] if len(said) == 1 else phrases.last_of_many.format(", ".join(said[:-1]), said[-1])


def _timeline_words(days: int, phrases: Phrases) -> str:
    """As people say it: nobody who said "next year" wants to hear 365 days."""
    if days < 2:
        return (phrases.now, phrases.tomorrow)[days]
    if days < 14:
        return phrases.in_days.format(days)
    if days < 28:
        return phrases.in_weeks.format(round(days / 7))
    if days < 45:
        return phrases.in_a_month
    if days < 345:
        return phrases.in_months.format(round(days / 30))
    if days < 548:
        return phrases.in_a_year
    return phrases.in_years.format(round(days / 365))
