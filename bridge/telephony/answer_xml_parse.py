"""Answer documents read back into verbs, for the simulated platform and for tests.

Pure. As lenient as the platform: unknown verbs are kept, wrong values fall back to the platform's defaults. Only what is no XML,
or no `<Response>`, is `BadDocument`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from bridge.telephony.answer_xml import (
    BadDocument,
    Conference,
    Connect,
    Dial,
    GetDigits,
    Hangup,
    Play,
    Redirect,
    Say,
    Stream,
    Track,
    Unknown,
    Verb,
)
from bridge.telephony.dialect import MAX_ACTIONS

MAX_DOCUMENT_BYTES = 256 * 1024
NESTING = frozenset({"Connect", "GetDigits"})  # may hold verbs, but not one another: a document cannot exhaust the stack


def parse_document(body: bytes) -> tuple[Verb, ...]:
    """Raises BadDocument."""
    if len(body) > MAX_DOCUMENT_BYTES:
        raise BadDocument("document too large")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadDocument("a document may not define entities")
    try:
        response = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError) as error:  # the last two: an encoding that is not one
        raise BadDocument("not XML") from error
    if response.tag != "Response":
        raise BadDocument("no <Response>")
    if len(response) > MAX_ACTIONS:
        raise BadDocument(f"more than {MAX_ACTIONS} actions")
    return tuple(_verb(element) for element in response)


def _verb(element: ET.Element) -> Verb:
    text = (element.text or "").strip()
    match element.tag:
        case "Stream":
            return _stream(element)
        case "Say":
            return Say(text, element.get("language", ""))
        case "Play":
            return Play(text)
        case "GetDigits":
            return _get_digits(element)
        case "Dial":
            return _dial(element, text)
        case "Conference":
            return _conference(element, text)
        case "Redirect":
            return Redirect(text)
        case "Hangup":
            return Hangup()
        case "Connect":
            return Connect(tuple(_verb(child) for child in element if child.tag not in NESTING))
    return Unknown(element.tag, tuple(element.attrib.items()), text)


def _stream(element: ET.Element) -> Stream:
    track = element.get("track", "")
    return Stream(
        url=element.get("url", ""),
        name=element.get("name", ""),
        track=Track(track) if track in set(Track) else None,
        is_connected=_flag(element, "connect", otherwise=False),
        output_hz=_whole(element, "outputSamplingRate") or 16000,
        bidirectional_hz=_whole(element, "bidirectionalSamplingRate"),
        status_callback=element.get("statusCallback"),
        status_events=tuple(element.get("statusEvents", "").split()),
    )


def _conference(element: ET.Element, text: str) -> Conference:
    return Conference(
        name=element.get("name", "") or text,
        starts_on_enter=_flag(element, "startOnEnter", otherwise=True),
        ends_on_exit=_flag(element, "endOnExit", otherwise=False),
        flags=tuple(filter(None, element.get("flags", "").split("|"))),
        status_callback=element.get("statusEventsCallbackUrl"),
    )


def _get_digits(element: ET.Element) -> GetDigits:
    steps = (_verb(child) for child in element if child.tag not in NESTING)
    prompt = tuple(verb for verb in steps if isinstance(verb, Say | Play))
    max_digits = _whole(element, "maxDigits", "numDigits")  # the XML's word and the JSON's
    return GetDigits(prompt, max_digits or 0, _whole(element, "timeout") or 5, element.get("finishOnKey", ""))


def _dial(element: ET.Element, text: str) -> Dial:
    listed = [(number.text or "").strip() for number in element.iter("Number")]
    fanned_out = element.get("phoneNumbers", "").split(",")
    numbers = tuple(number.strip() for number in [*listed, *fanned_out, text] if number.strip())
    return Dial(numbers, element.get("callerId"), _whole(element, "timeout"))


def _whole(element: ET.Element, *names: str) -> int | None:
    values = (element.get(name, "") for name in names)
    return next((int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10), None)


def _flag(element: ET.Element, name: str, *, otherwise: bool) -> bool:
    value = element.get(name)
    return otherwise if value is None else value.strip().lower() in {"true", "1", "yes"}
