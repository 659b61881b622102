"""How one request of the platform is read: spelling, proof, and nothing that names anybody."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.signatures import SignatureForm, sign
from campaigns.line_check.delivery import read_delivery
from campaigns.line_check.seen import Door, Signing, as_json, from_json, kind_of
from tests.conftest import NOW

FORM = {"sessionId": "HD_1", "callerNumber": "+254711000001", "callSessionState": "Answered", "Digits": "1"}


def read(body: bytes, *, secrets=("a", "b"), door=Door.CALL, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_delivery(body, named, {}, door=door, is_tls=True, secrets=secrets, now=NOW)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(urlencode(FORM).encode(), "application/x-www-form-urlencoded"), (json.dumps(FORM).encode(), "application/json")],
    ids=["form", "json"],
)
def test_a_voice_callback_tells_its_spelling(body, content_type):
    delivered, event = read(body, Content_Type=f"{content_type}; charset=utf-8")
    assert (delivered.state, delivered.digits_name, delivered.digits, delivered.content_type) == ("Answered", "Digits", "1", content_type)
    assert delivered.names == ("Digits", "callSessionState", "callerNumber", "sessionId")
    assert event.session_id == "HD_1"


def test_no_number_and_no_id_is_kept():
    delivered, _ = read(urlencode(FORM).encode())
    assert "254711000001" not in json.dumps(as_json(delivered))
    assert "HD_1" not in json.dumps(as_json(delivered))


def test_fields_inside_an_envelope_are_named_with_it():
    delivered, _ = read(b'{"kind": "call.completed", "data": {"status": "completed"}}', door=Door.EVENTS)
    assert (delivered.event_kind, delivered.state, delivered.names) == ("call.completed", "completed", ("data", "data.status", "kind"))


@pytest.mark.parametrize("form", list(SignatureForm))
@pytest.mark.parametrize(
    ("signer", "secrets", "signing", "index"),
    [
        pytest.param("b", ("a", "b"), Signing.VERIFIED, 1, id="by the second of ours"),
        pytest.param("c", ("a", "b"), Signing.WRONG, None, id="by somebody else's"),
        pytest.param("c", (), Signing.UNCHECKED, None, id="and we have none"),
    ],
)
def test_whose_secret_signed_it_is_told(form, signer, secrets, signing, index):
    body = urlencode(FORM).encode()
    delivered, _ = read(body, secrets=secrets, X_Sautikit_Signature=sign(body, signer, at=NOW, form=form))
    assert (delivered.signing, delivered.secret_index, delivered.signature_form) == (signing, index, form)


def test_what_is_not_signed_is_taken_all_the_same():
    delivered, event = read(urlencode(FORM).encode())
    assert (delivered.signing, event.digits) == (Signing.NONE, "1")


@given(st.binary(max_size=200), st.sampled_from(list(Door)))
def test_anything_can_be_read_kept_and_read_back(body, door):
    delivered, _ = read(body, door=door)
    assert from_json(kind_of(delivered), json.loads(json.dumps(as_json(delivered)))) == delivered
