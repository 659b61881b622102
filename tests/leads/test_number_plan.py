"""The short cut through a country's plan is no guess: whatever it says, the library says of the very number."""

from __future__ import annotations

import math
import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType, timezone

from leads.number_plan import e164_of, n_looked_at, twin_of
from leads.phone import known_phone, to_e164, zones_of

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
E164_ALONE = re.compile(r"\+[1-9][0-9]{6,14}")
DIGITS = "0123456789"


def by_the_library(e164: str) -> tuple[object, ...]:
    """Kind, region and zones of this very number, digit by digit."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return ("no number",)
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return (written == e164, phonenumbers.number_type(number), phonenumbers.region_code_for_number(number), timezone.time_zones_for_number(number))


def examples_of(region: str) -> list[str]:
    """National numbers of each kind that the plan names."""
    numbers = (phonenumbers.example_number_for_type(region, kind) for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN)
    return sorted({phonenumbers.national_significant_number(number) for number in numbers if number is not None})


@st.composite
def numbers_of(draw: st.DrawFn, region: str) -> str:
    """Numbers that the plan may know: an example from which some digits behind a place of chance are changed, added or taken away."""
    example = draw(st.sampled_from(examples_of(region) or ["7123456"]))
    kept = example[: draw(st.integers(0, len(example)))]
    n_more = max(0, len(example) - len(kept) + draw(st.sampled_from([0, 0, 0, 0, -1, 1])))
    return kept + draw(st.text(DIGITS, min_size=n_more, max_size=n_more))


@given(st.data())
@settings(max_examples=100)
def test_a_twin_is_what_the_number_is_in_every_country(data):
    region = data.draw(st.sampled_from(REGIONS))
    e164 = f"+{phonenumbers.country_code_for_region(region)}{data.draw(numbers_of(region))}"
    if E164_ALONE.fullmatch(e164) and (twin := twin_of(e164)):
        assert by_the_library(twin) == by_the_library(e164)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
@settings(max_examples=50)
def test_a_twin_is_what_the_number_is_whatever_the_digits(e164):
    if twin := twin_of(e164):
        assert by_the_library(twin) == by_the_library(e164)


@given(st.data())
@settings(max_examples=100)
def test_digits_as_dialled_at_home_are_read_as_the_library_reads_them(data):
    region = data.draw(st.sampled_from(REGIONS))
    plan = PhoneMetadata.metadata_for_region(region, None)
    prefix = data.draw(st.sampled_from(["", "0", plan.national_prefix or "", str(plan.country_code)]))
    digits = prefix + data.draw(numbers_of(region))
    if e164 := e164_of(digits, region):
        assert e164 == phonenumbers.format_number(phonenumbers.parse(digits, region), PhoneNumberFormat.E164)


@given(st.sampled_from(REGIONS), st.text(DIGITS, min_size=5, max_size=14))
@settings(max_examples=50)
def test_any_digits_are_read_as_the_library_reads_them(region, digits):
    if e164 := e164_of(digits, region):
        assert e164 == phonenumbers.format_number(phonenumbers.parse(digits, region), PhoneNumberFormat.E164)


@pytest.mark.parametrize("region", ["KE", "UG", "TZ", "NG", "GH", "ZA", "RW", "ET", "EG", "GB", "DE", "US"])
def test_the_markets_have_a_short_cut(region):
    """Else the import of a list would be slow again, and nobody would notice."""
    code = str(phonenumbers.country_code_for_region(region))
    number = next(number for number in examples_of(region) if not number.startswith(code))
    assert twin_of(f"+{code}{number}") is not None
    assert e164_of(number, region) is not None


def test_numbers_that_differ_behind_their_decisive_digits_have_one_twin_and_stay_two():
    assert twin_of("+254712345678") == twin_of("+254712399999")
    assert known_phone("+254712399999").e164 == "+254712399999"
    assert zones_of("+254712399999") == ("Africa/Nairobi",)


@pytest.mark.parametrize("e164", ["+5493411234567", "+999123456789", "+80012345678", "+881612345678"])
def test_a_number_that_may_be_rewritten_or_has_no_country_stands_for_itself(e164):
    assert twin_of(e164) is None


@pytest.mark.parametrize(
    ("digits", "region"),
    [
        pytest.param("254712345678", "KE", id="may be with its country"),
        pytest.param("000712345678", "KE", id="the way out of the country"),
        pytest.param("0712 345678", "KE", id="not digits alone"),
        pytest.param("0712345678", "", id="no market"),
        pytest.param("0712345678", "XX", id="no such market"),
        pytest.param("3416123456", "AR", id="a plan that rewrites"),
    ],
)
def test_what_can_be_read_two_ways_is_left_to_the_library(digits, region):
    assert e164_of(digits, region) is None


def test_a_number_of_one_country_never_answers_for_another():
    assert to_e164("0712345678", region="KE").region == "KE"
    assert to_e164("0712345678", region="UG").region == "UG"


@pytest.mark.parametrize(
    ("pattern", "n_digits"),
    [
        (r"\d{9}", 0),
        (r"7\d{8}", 1),
        (r"(?:7\d\d|1(?:0[0-8]|1\d))\d{6}", 3),
        (r"\d{3}5\d", 4),
        (r"(?:12){3}\d", 6),
        (r"\d{2,4}5", 5),
        (r"1?2?\d{5}", 2),
        (r"(?:\d*5)?", math.inf),
        (r"\d(?:\d{2,3})?7", 5),
        (r"0|1$", 1),
        (r"\d*5", math.inf),
        (r"(?:12)*", math.inf),
        (r"(?!7)\d", math.inf),
        (r"(\d)\1", math.inf),
    ],
)
def test_it_knows_how_far_a_pattern_looks(pattern, n_digits):
    assert n_looked_at(pattern) == n_digits


@given(st.sampled_from(CODES), st.data())
@settings(max_examples=100)
def test_no_pattern_of_a_plan_sees_behind_where_it_is_said_to_look(code, data):
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
    plan = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    kinds = [plan.general_desc, plan.mobile, plan.fixed_line, plan.toll_free, plan.voip]
    pattern = data.draw(st.sampled_from([kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]))
    number = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii")))
    n_looked = int(min(len(number), n_looked_at(pattern)))  # it is a float, because a pattern may look for ever
    tail = data.draw(st.text(DIGITS, min_size=len(number) - n_looked, max_size=len(number) - n_looked))
    assert re.fullmatch(pattern, number[:n_looked] + tail)
