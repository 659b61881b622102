"""The documents we answer a voice callback with: verbs as values, written as XML.

Pure. Writes only what the platform can run: at most 50 actions, absolute URLs of the right scheme, E.164 numbers, text without characters
that XML forbids; anything else is `BadDocument`. `answer_xml_parse` reads documents back.
Source: Sautikit pages on voice actions and the verbs, sautikit-node 0.5.0, read 2026-11-22. The XML is the same in both dialects.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit

from bridge.telephony.dialect import MAX_ACTIONS

STATUS_EVENTS = ("stream-started", "stream-stopped", "stream-error")
ROOM_EVENTS = ("start", "end", "join", "leave")
EMPTY_DOCUMENT = b"<Response></Response>"
MAX_HOST = 512  # of a stream URL; mod_audio_fork.h, the module the platform's socket behaves like
MAX_PATH = 4096  # path and query together; as above

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class BadDocument(ValueError):
    """The platform could not run this; nothing is sent."""


class Track(StrEnum):
    INBOUND = "inbound_track"
    OUTBOUND = "outbound_track"
    BOTH = "both_tracks"


@dataclass(frozen=True, slots=True)
class Stream:
    """Forks the call's audio to `url` (ws or wss).

    `is_connected`: the platform answers and holds the leg while the socket lives; without it the call drops within a second.
    `bidirectional_hz` None: what we send back is played at an undefined rate. `track` None: the platform's default.
    """

    url: str
    name: str = ""
    track: Track | None = Track.INBOUND
    is_connected: bool = True
    output_hz: int = 16000
    bidirectional_hz: int | None = 16000
    status_callback: str | None = None
    status_events: tuple[str, ...] = STATUS_EVENTS


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str = ""  # BCP-47; empty: the platform's default


@dataclass(frozen=True, slots=True)
class Play:
    url: str  # its host must be on the workspace's allow-list


@dataclass(frozen=True, slots=True)
class GetDigits:
    """Speaks the nested verbs, then waits. The digits come in the next voice callback; without any, the next verb runs."""

    prompt: tuple[Say | Play, ...] = ()
    max_digits: int = 1
    timeout_s: int = 5  # counted after the prompt
    finish_on_key: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    numbers: tuple[str, ...]  # E.164
    caller_id: str | None = None  # E.164; None: the call's own
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A named room of the workspace, held until it is over. `flags`: of mod_conference, passed on as they are.

    Who is alone in it hears hold music unless `NO_HOLD_MUSIC` is among the flags.
    """

    name: str
    starts_on_enter: bool = True
    ends_on_exit: bool = False
    flags: tuple[str, ...] = ()
    status_callback: str | None = None


NO_HOLD_MUSIC = "nomoh"  # mod_conference: no music in a room with this member, however few they are


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Connect:
    """Another platform's wrapper: read, never written. It does not hold a call here."""

    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A verb the parser does not know; never written."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""


Verb: TypeAlias = "Stream | Say | Play | GetDigits | Dial | Conference | Redirect | Hangup | Connect | Unknown"


def document(*verbs: Verb) -> bytes:
    """UTF-8 without declaration. Raises BadDocument."""
    if not verbs:
        return EMPTY_DOCUMENT
    response = ET.Element("Response")
    for verb in verbs:
        response.append(_element(verb))
    if sum(1 for element in response.iter() if element.tag != "Number") - 1 > MAX_ACTIONS:
        raise BadDocument(f"more than {MAX_ACTIONS} actions")
    return ET.tostring(response, encoding="unicode").encode()


def empty_document() -> bytes:
    """For every edge of a call that already runs: a second Stream would break it."""
    return EMPTY_DOCUMENT


def stream_document(stream: Stream, *, intro: Say | None = None, next_url: str | None = None) -> bytes:
    """`next_url`: fetched when the stream has ended, on platforms that go on after one."""
    return document(*([intro] if intro else []), stream, *([Redirect(next_url)] if next_url else []))


def room_document(room: Conference, *, beside: Stream | None = None, intro: Say | None = None) -> bytes:
    """`beside`: a stream that runs while the caller is in the room; it holds nothing, the room does. The room's end is the call's."""
    if beside is not None and beside.is_connected:
        raise BadDocument("a stream that holds the call keeps it out of the room")
    return document(*([intro] if intro else []), *([beside] if beside else []), room)


def say_document(text: str, *, language: str = "") -> bytes:
    """One sentence, then the end of the call."""
    return document(Say(text, language), Hangup())


def dial_document(dial: Dial, *, intro: Say | None = None, next_url: str | None = None) -> bytes:
    """Puts the caller through. `next_url`: what happens when nobody answers, or the other side has hung up."""
    return document(*([intro] if intro else []), dial, *([Redirect(next_url)] if next_url else [Hangup()]))


def brief_document(sentences: Sequence[str], *, language: str = "", timeout_s: int = 10, next_url: str | None = None) -> bytes:
    """What a rep hears before taking a call: the brief, then one key. No key: `next_url`, else the end of the call."""
    prompt = tuple(Say(sentence, language) for sentence in sentences)
    return document(GetDigits(prompt, max_digits=1, timeout_s=timeout_s), Redirect(next_url) if next_url else Hangup())


def _element(verb: Verb) -> ET.Element:
    match verb:
        case Stream():
            return _stream(verb)
        case Say(text, language):
            return _leaf("Say", _text(text), language=language)
        case Play(url):
            return _leaf("Play", _url(url, "http", "https"))
        case GetDigits():
            return _get_digits(verb)
        case Dial():
            return _dial(verb)
        case Conference():
            return _conference(verb)
        case Redirect(url):
            return _leaf("Redirect", _url(url, "http", "https"))
        case Hangup():
            return ET.Element("Hangup")
    raise BadDocument(f"{type(verb).__name__} is read, never written")


def _stream(stream: Stream) -> ET.Element:
    parts = urlsplit(_url(stream.url, "ws", "wss"))
    if len(parts.hostname or "") > MAX_HOST or len(parts.path) + len(parts.query) + 1 > MAX_PATH:
        raise BadDocument("stream URL too long")
    status_callback = _url(stream.status_callback, "http", "https") if stream.status_callback else ""
    return _leaf(
        "Stream",
        "",
        name=_clean(stream.name),
        url=stream.url,
        track=stream.track or "",
        outputSamplingRate=str(stream.output_hz),
        statusCallback=status_callback,
        statusEvents=" ".join(stream.status_events) if status_callback else "",
        connect=_flag(stream.is_connected),
        bidirectionalSamplingRate=str(stream.bidirectional_hz or ""),
    )


def _conference(room: Conference) -> ET.Element:
    status_callback = _url(room.status_callback, "http", "https") if room.status_callback else ""
    return _leaf(
        "Conference",
        "",
        name=_text(room.name),
        startOnEnter=_flag(room.starts_on_enter),
        endOnExit=_flag(room.ends_on_exit),
        flags="|".join(room.flags),
        statusEventsCallbackUrl=status_callback,
        statusEvents=" ".join(ROOM_EVENTS) if status_callback else "",
    )


def _get_digits(verb: GetDigits) -> ET.Element:
    if verb.max_digits < 0 or verb.timeout_s <= 0:
        raise BadDocument("GetDigits needs a time to wait and no negative count")
    element = _leaf("GetDigits", "", maxDigits=str(verb.max_digits), timeout=str(verb.timeout_s), finishOnKey=verb.finish_on_key)
    element.extend(_element(step) for step in verb.prompt)
    return element


def _dial(verb: Dial) -> ET.Element:
    if not verb.numbers:
        raise BadDocument("nobody to dial")
    element = _leaf("Dial", "", callerId=_number(verb.caller_id) if verb.caller_id else "", timeout=str(verb.timeout_s or ""))
    for number in verb.numbers:
        ET.SubElement(element, "Number").text = _number(number)
    return element


def _leaf(tag: str, text: str, **attributes: str) -> ET.Element:
    """Attributes in the given order; empty ones are left out."""
    element = ET.Element(tag, {name: value for name, value in attributes.items() if value})
    element.text = text or None
    return element


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _text(text: str) -> str:
    cleaned = _clean(text).strip()
    if not cleaned:
        raise BadDocument("nothing to say")
    return cleaned


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _number(number: str) -> str:
    if not _E164.fullmatch(number):
        raise BadDocument("not an E.164 number")
    return number


def _url(url: str, *schemes: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadDocument("not a URL") from error
    if parts.scheme not in schemes or not parts.hostname or not url.isprintable() or " " in url:
        raise BadDocument(f"not an absolute URL of {' or '.join(schemes)}")
    return url
