from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.phone import CALLABLE_KINDS, NumberKind, Phone, PhoneFault, PhoneProblem, known_phone, likely_zone, to_e164, zones_of

KENYAN = "+254712345678"


@pytest.mark.parametrize(
    "typed",
    [
        "+254712345678",
        "254712345678",
        "0712345678",
        "712345678",
        "0712 345 678",
        "0712-345-678",
        "(0712) 345678",
        "0712/345678",
        "+254 (0)712 345678",
        "00254712345678",
        "00 254 712 345 678",
        "000254712345678",
        "'0712345678",
        "’0712345678",
        "254712345678.0",
        "\u202a+254 712 345 678\u202c",
        "\ufeff0712345678",
        "0712\u00a0345\u00a0678",
        "０７１２３４５６７８",
        "tel:+254712345678",
        "  +254712345678\n",
    ],
)
def test_it_reads_what_people_type_in_kenya(typed):
    assert to_e164(typed, region="KE") == Phone(KENYAN, "KE", NumberKind.MOBILE)


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("08021234567", "NG", "+2348021234567"),
        ("071 123 4567", "ZA", "+27711234567"),
        ("0231234567", "GH", "+233231234567"),
        ("0712345678", "UG", "+256712345678"),
        ("0621234567", "TZ", "+255621234567"),
        ("0720123456", "RW", "+250720123456"),
        ("0911234567", "ET", "+251911234567"),
        ("0712345678", "ET", "+251712345678"),  # Safaricom Ethiopia
        ("01001234567", "EG", "+201001234567"),
    ],
)
def test_it_reads_local_numbers_of_every_market(typed, region, e164):
    phone = to_e164(typed, region=region)

    assert isinstance(phone, Phone)
    assert (phone.e164, phone.region) == (e164, region)


def test_it_takes_the_market_from_the_number_and_not_from_the_default():
    assert to_e164("+27711234567", region="KE") == Phone("+27711234567", "ZA", NumberKind.MOBILE)


def test_it_knows_that_a_country_code_is_not_a_market():
    assert to_e164("+447911123456", region="KE") == Phone("+447911123456", "GG", NumberKind.MOBILE)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        pytest.param("", PhoneFault.EMPTY, id="nothing"),
        pytest.param(" ' ", PhoneFault.EMPTY, id="only an apostrophe"),
        pytest.param("--", PhoneFault.EMPTY, id="only a dash"),
        pytest.param("7.12346E+08", PhoneFault.SPREADSHEET, id="Excel"),
        pytest.param("2,54712E+11", PhoneFault.SPREADSHEET, id="Excel with a decimal comma"),
        pytest.param("7e8", PhoneFault.SPREADSHEET, id="short scientific"),
        pytest.param("0712345678 / 0722345678", PhoneFault.TWO_NUMBERS, id="slash"),
        pytest.param("0712345678,0722345678", PhoneFault.TWO_NUMBERS, id="comma"),
        pytest.param("+254 712 345 678 or +254 733 123 456", PhoneFault.TWO_NUMBERS, id="or"),
        pytest.param("0712345678\n0722345678", PhoneFault.TWO_NUMBERS, id="two lines"),
        pytest.param("0712345678 0722345678", PhoneFault.TOO_LONG, id="two numbers and a space"),
        pytest.param("0712345678abc", PhoneFault.LETTERS, id="letters"),
        pytest.param("0800 FLOWERS", PhoneFault.LETTERS, id="vanity"),
        pytest.param("+254712345678 ext 12", PhoneFault.EXTENSION, id="extension"),
        pytest.param("+254712345678x12", PhoneFault.EXTENSION, id="extension x"),
        pytest.param("999", PhoneFault.SHORT_CODE, id="emergency"),
        pytest.param("40404", PhoneFault.SHORT_CODE, id="short code"),
        pytest.param("+25471234", PhoneFault.TOO_SHORT, id="digits missing"),
        pytest.param("+25471234567890", PhoneFault.TOO_LONG, id="digits too many"),
        pytest.param("+999712345678", PhoneFault.NO_COUNTRY, id="no such country"),
        pytest.param("0012345678", PhoneFault.NOT_IN_USE, id="junk of a possible length"),
        pytest.param("+881612345678", PhoneFault.NOT_IN_USE, id="satellite, no market"),
        pytest.param("0800 723 253", PhoneFault.KIND_REFUSED, id="toll-free"),
        pytest.param("+254900223456", PhoneFault.KIND_REFUSED, id="premium"),
        pytest.param("+2347001234567", PhoneFault.KIND_REFUSED, id="UAN"),
        pytest.param("+27860123456", PhoneFault.KIND_REFUSED, id="shared cost"),
    ],
)
def test_it_refuses_and_says_what_is_wrong(typed, fault):
    problem = to_e164(typed, region="KE")

    assert isinstance(problem, PhoneProblem)
    assert problem.fault == fault
    assert problem.mend.endswith(".")


def test_it_never_guesses_a_country():
    problem = to_e164("0712345678", region="")

    assert isinstance(problem, PhoneProblem)
    assert problem.fault == PhoneFault.NO_COUNTRY
    assert "+254712345678" in problem.mend


def test_it_tells_the_number_of_a_line_that_must_not_be_rung_so_that_it_can_be_put_on_do_not_call():
    problem = to_e164("0800 723 253", region="KE")

    assert isinstance(problem, PhoneProblem)
    assert problem.e164 == "+254800723253"


@given(st.text(max_size=40), st.sampled_from(["KE", "ZA", "EG", "", "XX"]))
def test_it_never_raises_and_never_lets_a_number_through_that_is_not_in_use(text, region):
    phone = to_e164(text, region=region)

    if isinstance(phone, Phone):
        assert known_phone(phone.e164) == phone
        assert phone.kind in CALLABLE_KINDS


@given(st.from_regex(r"(\+|00|0)?[0-9]{6,13}", fullmatch=True))
def test_it_reads_its_own_result_as_the_same_number(text):
    phone = to_e164(text, region="KE")

    if isinstance(phone, Phone):
        assert to_e164(phone.e164, region="") == phone


@pytest.mark.parametrize("stored", ["", "0712345678", "254712345678", "+254712345678\n", "+254 712345678", "+2540254712345678", "+254"])
def test_it_knows_no_phone_behind_text_that_is_not_e164(stored):
    assert known_phone(stored) is None
    assert zones_of(stored) == ()
    assert likely_zone(stored) == ""


@pytest.mark.parametrize(
    ("e164", "zones"),
    [
        pytest.param("+254712345678", ("Africa/Nairobi",), id="Kenya"),
        pytest.param("+212650123456", ("Africa/Casablanca",), id="Morocco, which the library puts on the Canaries"),
        pytest.param("+212528812345", ("Africa/Casablanca",), id="Western Sahara"),
        pytest.param("+243991234567", ("Africa/Kinshasa", "Africa/Lubumbashi"), id="DR Congo has two"),
    ],
)
def test_it_names_every_zone_the_owner_may_live_in(e164, zones):
    assert zones_of(e164) == zones


def test_it_derives_a_zone_only_if_there_is_exactly_one():
    assert likely_zone("+254712345678") == "Africa/Nairobi"
    assert likely_zone("+243991234567") == ""
    assert likely_zone("+79123456789") == ""


def test_it_never_takes_the_librarys_unknown_for_a_zone():
    assert "Etc/Unknown" not in zones_of("+881612345678")
    assert zones_of("+2540254712345678") == ()
