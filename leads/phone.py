"""What people type into a phone column → E.164, its market, its kind and its possible time zones; or what is wrong and the mend.

Pure. Nothing is guessed: a number that could be read two ways is a problem, not a number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, shortnumberinfo, timezone

from leads.number_plan import e164_of, twin_of
from leads.said import N_
from leads.zones import zone_named


class NumberKind(StrEnum):
    MOBILE = "mobile"
    FIXED_LINE = "fixed_line"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    PERSONAL_NUMBER = "personal_number"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"


# Everything else either costs extra, is a company's switchboard service, or rings no person.
CALLABLE_KINDS = frozenset({NumberKind.MOBILE, NumberKind.FIXED_LINE, NumberKind.FIXED_LINE_OR_MOBILE, NumberKind.VOIP})


class PhoneFault(StrEnum):
    EMPTY = "empty"
    SPREADSHEET = "spreadsheet"
    TWO_NUMBERS = "two_numbers"
    LETTERS = "letters"
    EXTENSION = "extension"
    NO_COUNTRY = "no_country"
    SHORT_CODE = "short_code"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_IN_USE = "not_in_use"
    KIND_REFUSED = "kind_refused"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that exists in its country's plan. `region` is the market: the number's own region, not its country code's."""

    e164: str
    region: str  # ISO 3166, two letters
    kind: NumberKind


@dataclass(frozen=True, slots=True)
class PhoneProblem:
    """Why the text is not a number we may ring, with a sentence that says what to write instead."""

    fault: PhoneFault
    mend: str
    e164: str = ""  # only with KIND_REFUSED: a real number, yet not one to ring


_MENDS = {
    PhoneFault.EMPTY: N_("There is no number here. Write it in the international form, for example +254712345678."),
    PhoneFault.SPREADSHEET: N_("A spreadsheet cut digits off this number. Format the column as text, enter the number again and export once more."),
    PhoneFault.TWO_NUMBERS: N_("There is more than one number here. Keep one, and give the other a row of its own."),
    PhoneFault.LETTERS: N_("There are letters in this number. Write digits only, for example +254712345678."),
    PhoneFault.EXTENSION: N_("An extension cannot be dialled. Leave it out, or give the person's direct number."),
    PhoneFault.NO_COUNTRY: N_("The country is missing. Start with + and the country code, for example +254712345678, or name the market."),
    PhoneFault.SHORT_CODE: N_("This is a short code or an emergency number, not a person's number. Write the full number."),
    PhoneFault.TOO_SHORT: N_("Digits are missing. Compare it with the source and write the full number, for example +254712345678."),
    PhoneFault.TOO_LONG: N_("There are too many digits. Keep one number and leave out extensions, for example +254712345678."),
    PhoneFault.NOT_IN_USE: N_("No such number is in use in its country. Check the digits; a number of another country needs + and the country code."),
    PhoneFault.KIND_REFUSED: N_("This is a toll-free, premium, shared-cost or service number. Give the person's own mobile or landline number."),
}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SCIENTIFIC = re.compile(r"\+?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_FLOAT_TAIL = re.compile(r"(?<=[0-9])\.0+$")  # 254712345678.0: a number cell that went through a float, no digit lost
_SEPARATORS = re.compile(r"[,;/|&\n\r\t]|\s(?:or|and|au|na|ou|et)\s", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:ext\.?|extension|;ext=|x|#)\s*[0-9]{1,7}$", re.IGNORECASE)
_IDD_PREFIX = re.compile(r"^0{2,3}[ .-]*(?=[1-9])")  # 00 nearly everywhere, 000 in Kenya, Uganda and Tanzania
_MIN_DIGITS_OF_A_NUMBER = 7  # fewer on one side of a separator are a part of one number: 0712/345678
_MAX_E164_DIGITS = 15

_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL_NUMBER,
    PhoneNumberType.PAGER: NumberKind.PAGER,
    PhoneNumberType.UAN: NumberKind.UAN,
    PhoneNumberType.VOICEMAIL: NumberKind.VOICEMAIL,
}

# phonenumbers 9.0.43 answers Atlantic/Canary for +212, an hour away from Casablanca for most of the year (measured 22 Nov 2026).
_ZONES_OF_CALLING_CODE = {212: ("Africa/Casablanca",)}


def to_e164(text: str, *, region: str) -> Phone | PhoneProblem:
    """Read one number. `region` (ISO 3166) is used for numbers written without a country code; "" means they must have one."""
    typed = _tidied(text)
    written = typed if typed.startswith("+") else e164_of(typed, region)
    if written and (phone := known_phone(written)) is not None:
        return _unless_refused(phone)
    fault = _fault_of_text(typed)
    if fault is not None:
        return PhoneProblem(fault, _MENDS[fault])
    try:
        number = phonenumbers.parse(_IDD_PREFIX.sub("+", typed), region or None)
    except NumberParseException as unreadable:
        fault = _fault_of_parsing(unreadable, n_digits=_n_digits(typed))
        return PhoneProblem(fault, _MENDS[fault])
    return _judged(number, typed, region)


def known_phone(e164: str) -> Phone | None:
    """The number behind a stored E.164, of any kind; None if it is not E.164 or no such number is in use."""
    if not _E164.fullmatch(e164):
        return None
    twin = twin_of(e164)
    known = _known(twin or e164)
    if known is None or twin is None:
        return known[0] if known else None
    return Phone(e164, known[0].region, known[0].kind)


def zones_of(e164: str) -> tuple[str, ...]:
    """Every time zone in which this number's owner may live, as far as the number tells; () if it tells nothing."""
    known = _known(twin_of(e164) or e164) if _E164.fullmatch(e164) else None
    return known[1] if known else ()


@lru_cache(maxsize=2**17)
def _known(e164: str) -> tuple[Phone, tuple[str, ...]] | None:
    """Kept for the numbers asked about last, because a decision asks several times about its number and a
    preflight decides on every lead several times, in no order (figures: README, Measured)."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return None
    phone = _phone(number)
    return (phone, _zones(number)) if phone else None


def _zones(number: PhoneNumber) -> tuple[str, ...]:
    override = _ZONES_OF_CALLING_CODE.get(number.country_code or 0)
    if override is not None:
        return override
    # Etc/Unknown is the library's word for "no idea"; zone_named knows it is no place.
    return tuple(name for name in timezone.time_zones_for_number(number) if zone_named(name) is not None)


def as_shown(e164: str, *, in_market: str) -> str:
    """As a phone of this market shows who calls: without the country's code at home, with it abroad. What is no number stays as it is."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    is_home = phonenumbers.region_code_for_number(number) == in_market
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL)


def likely_zone(e164: str) -> str:
    """The number's time zone if there is exactly one, else "". For use at entry only: at the dial instant nothing is derived."""
    zones = zones_of(e164)
    return zones[0] if len(zones) == 1 else ""


def _tidied(text: str) -> str:
    """Full-width digits made plain, invisible marks and the apostrophe by which spreadsheets keep text as text taken away."""
    plain = unicodedata.normalize("NFKC", text)
    seen = plain if plain.isascii() else "".join(mark for mark in plain if unicodedata.category(mark) != "Cf")
    return _FLOAT_TAIL.sub("", seen.strip().strip("'\"`’‘“”").strip())


def _n_digits(text: str) -> int:
    return sum(mark.isdigit() for mark in text)


def _fault_of_text(typed: str) -> PhoneFault | None:
    if not typed:
        return PhoneFault.EMPTY
    if _SCIENTIFIC.fullmatch(typed):
        return PhoneFault.SPREADSHEET
    if sum(_n_digits(part) >= _MIN_DIGITS_OF_A_NUMBER for part in _SEPARATORS.split(typed)) > 1:
        return PhoneFault.TWO_NUMBERS
    if _EXTENSION.search(typed):
        return PhoneFault.EXTENSION
    if any(mark.isalpha() for mark in typed.removeprefix("tel:")):
        return PhoneFault.LETTERS
    return None


def _fault_of_parsing(unreadable: NumberParseException, *, n_digits: int) -> PhoneFault:
    if n_digits == 0:
        return PhoneFault.EMPTY
    if n_digits > _MAX_E164_DIGITS:
        return PhoneFault.TOO_LONG
    if unreadable.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return PhoneFault.NO_COUNTRY
    return PhoneFault.TOO_SHORT if n_digits < _MIN_DIGITS_OF_A_NUMBER else PhoneFault.NOT_IN_USE


def _judged(number: PhoneNumber, typed: str, region: str) -> Phone | PhoneProblem:
    # By way of what is known of numbers: whoever enters one asks for its zone next, and checking a number is the dear part of a list.
    phone = known_phone(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if phone is None:
        fault = _fault_of_unused(number, typed, region)
        return PhoneProblem(fault, _MENDS[fault])
    return _unless_refused(phone)


def _unless_refused(phone: Phone) -> Phone | PhoneProblem:
    if phone.kind not in CALLABLE_KINDS:
        return PhoneProblem(PhoneFault.KIND_REFUSED, _MENDS[PhoneFault.KIND_REFUSED], e164=phone.e164)
    return phone


def _phone(number: PhoneNumber) -> Phone | None:
    # is_possible_number passes junk of the right length. A number is valid if and only if its plan knows its type, and asking once is cheaper.
    kind = _KINDS.get(phonenumbers.number_type(number))
    region = phonenumbers.region_code_for_number(number)
    if kind is None or region is None or not region.isalpha():  # 001: satellite and international services, which belong to no market
        return None
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), region, kind)


def _fault_of_unused(number: PhoneNumber, typed: str, region: str) -> PhoneFault:
    if region and not typed.startswith("+") and shortnumberinfo.is_possible_short_number_for_region(number, region):
        return PhoneFault.SHORT_CODE
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.TOO_SHORT:
        return PhoneFault.TOO_SHORT
    if possible == phonenumbers.ValidationResult.TOO_LONG:
        return PhoneFault.TOO_LONG
    return PhoneFault.NOT_IN_USE
