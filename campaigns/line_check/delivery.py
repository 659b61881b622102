"""One request of the platform as a check sees it: its spelling, its proof, and what it says of the call.

Pure. A signature is looked at, never demanded: the token of a check's address is the proof, and a wrong secret is what is to be found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bridge.telephony.dialect import SIGNATURE_HEADER, Field, read_fields, squeeze
from bridge.telephony.signatures import SignatureForm, verify
from bridge.telephony.webhooks import ENVELOPES, ProviderEvent, Unreadable, decode_body, parse_webhook
from campaigns.line_check.seen import Delivered, Door, Signing, Stage, names_of

_DIGITS = ("digits", "dtmfdigits")


def read_delivery(
    body: bytes,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    *,
    door: Door,
    stage: Stage = Stage.START,
    is_tls: bool,
    secrets: Sequence[str],
    now: datetime,
) -> tuple[Delivered, ProviderEvent]:
    """What cannot be read is an event that says nothing."""
    event = parse_webhook(body, headers=headers, query=query)
    if isinstance(event, Unreadable):
        event = ProviderEvent()
    decoded = decode_body(body)
    record = {} if isinstance(decoded, Unreadable) else decoded
    header = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER.lower()), None)
    signing, index = _signing(header, body, secrets, now)
    inner = [each for name in ENVELOPES if isinstance(each := record.get(name), dict)]
    delivered = Delivered(
        door=door,
        stage=stage,
        state=next((fields[Field.STATUS][:40] for fields in map(read_fields, (record, *inner)) if Field.STATUS in fields), ""),
        event_kind=event.kind[:60],
        names=names_of(record, ENVELOPES),
        digits_name=next((name[:60] for name in record if squeeze(name) in _DIGITS), "") if event.digits else "",
        digits=(event.digits or "")[:1],
        content_type=next((value for name, value in headers.items() if name.lower() == "content-type"), "").partition(";")[0][:60].lower(),
        is_tls=is_tls,
        signing=signing,
        signature_form=_form(header),
        secret_index=index,
    )
    return delivered, event


def _signing(header: str | None, body: bytes, secrets: Sequence[str], now: datetime) -> tuple[Signing, int | None]:
    if not header:
        return Signing.NONE, None
    if not secrets:
        return Signing.UNCHECKED, None
    index = next((at for at, secret in enumerate(secrets) if verify(header, body, [secret], now=now)), None)
    return (Signing.WRONG if index is None else Signing.VERIFIED), index


def _form(header: str | None) -> str:
    if not header:
        return ""
    return SignatureForm.TIMESTAMPED if "=" in header else SignatureForm.BARE
