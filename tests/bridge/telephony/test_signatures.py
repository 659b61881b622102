from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.signatures import SignatureForm, sign, verify
from tests.conftest import NOW

BODY = b'{"kind":"call.completed"}'
NUMBER_SECRET, SUBSCRIPTION_SECRET = "number-secret", "whsec_subscription"
SECRETS = (NUMBER_SECRET, SUBSCRIPTION_SECRET)


def test_the_timestamped_form_signs_the_body_before_the_time():
    seconds = str(int(NOW.timestamp()))
    expected = hmac.new(b"number-secret", BODY + b"." + seconds.encode(), hashlib.sha256).hexdigest()
    assert sign(BODY, NUMBER_SECRET, at=NOW) == f"t={seconds},v1={expected}"


def test_the_bare_form_signs_the_body_alone():
    assert sign(BODY, NUMBER_SECRET, at=NOW, form=SignatureForm.BARE) == hmac.new(b"number-secret", BODY, hashlib.sha256).hexdigest()


@given(
    body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()), form=st.sampled_from(SignatureForm)
)
def test_what_we_sign_we_believe(body, secret, form):
    assert verify(sign(body, secret, at=NOW, form=form), body, [secret], now=NOW)


@given(body=st.binary(max_size=60), other=st.binary(max_size=60), form=st.sampled_from(SignatureForm))
def test_a_signature_holds_for_its_body_only(body, other, form):
    assert verify(sign(body, NUMBER_SECRET, at=NOW, form=form), other, SECRETS, now=NOW) == (body == other)


@given(st.text(max_size=80))
def test_any_other_header_is_refused_without_an_error(header):
    assert not verify(header, BODY, SECRETS, now=NOW)


@pytest.mark.parametrize("form", list(SignatureForm))
@pytest.mark.parametrize("secret", SECRETS)
def test_either_of_two_secrets_will_do(secret, form):
    assert verify(sign(BODY, secret, at=NOW, form=form), BODY, SECRETS, now=NOW)


@pytest.mark.parametrize("form", list(SignatureForm))
@pytest.mark.parametrize("secrets", [(), ("",), ("another",)], ids=["none", "empty", "another"])
def test_without_the_right_secret_nothing_is_believed(secrets, form):
    assert not verify(sign(BODY, NUMBER_SECRET, at=NOW, form=form), BODY, secrets, now=NOW)


def test_an_empty_secret_cannot_be_guessed():
    assert not verify(sign(BODY, "", at=NOW), BODY, ["", NUMBER_SECRET], now=NOW)


@pytest.mark.parametrize(
    ("age_s", "is_believed"),
    [
        pytest.param(0, True, id="just now"),
        pytest.param(300, True, id="300 s old"),
        pytest.param(301, False, id="301 s old"),
        pytest.param(-300, True, id="300 s ahead"),
        pytest.param(-301, False, id="301 s ahead"),
    ],
)
def test_an_old_signature_is_refused(age_s, is_believed):
    assert verify(sign(BODY, NUMBER_SECRET, at=NOW - timedelta(seconds=age_s)), BODY, SECRETS, now=NOW) is is_believed


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda header: None, id="no header"),
        pytest.param(lambda header: "", id="empty"),
        pytest.param(lambda header: header.replace("v1=", "v2="), id="only another version"),
        pytest.param(lambda header: header.split(",")[0], id="no signature"),
        pytest.param(lambda header: header.split(",")[1], id="no time"),
        pytest.param(lambda header: f"t={int(NOW.timestamp()) - 1}," + header, id="two times"),
        pytest.param(lambda header: header.replace("t=", "t=0"), id="the time spelt otherwise"),
        pytest.param(lambda header: header.replace("t=", "t=-"), id="a time that is none"),
        pytest.param(lambda header: "t=" + "9" * 5000 + ",v1=00", id="an endless time"),
        pytest.param(lambda header: header[:-1], id="one digit short"),
        pytest.param(lambda header: header.upper(), id="in capitals"),
        pytest.param(lambda header: header + "é", id="not ASCII"),
    ],
)
def test_a_header_that_was_touched_is_refused(change):
    assert not verify(change(sign(BODY, NUMBER_SECRET, at=NOW)), BODY, SECRETS, now=NOW)


def test_blanks_and_later_versions_beside_the_signature_do_no_harm():
    header = sign(BODY, NUMBER_SECRET, at=NOW).replace(",", ", v2=abc , ")
    assert verify(f" {header} ", BODY, SECRETS, now=NOW)


def test_one_of_several_signatures_is_enough():
    assert verify(sign(BODY, NUMBER_SECRET, at=NOW) + ",v1=00", BODY, SECRETS, now=NOW)
