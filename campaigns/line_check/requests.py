"""What a check found about the platform's requests: how they are spelled and signed, and which of our addresses they reach. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.telephony.dialect import Dialect, squeeze
from campaigns.line_check.finding import Finding, Name, Outcome
from campaigns.line_check.seen import (
    Delivered,
    Door,
    Placed,
    Record,
    Seen,
    Signing,
    Stage,
)
from leads.said import N_, listed, sentence


def of_the_requests(seen: Sequence[Seen]) -> Iterator[Finding]:
    yield from _requests(seen, [each for each in seen if isinstance(each, Delivered)])


def _requests(seen: Sequence[Seen], delivered: Sequence[Delivered]) -> Iterator[Finding]:
    voice = [each for each in delivered if each.door in (Door.CALL, Door.ROUTING)]
    yield _digits(delivered)
    yield _dialect(seen, voice)
    yield _body(voice)
    yield _signature(delivered)
    states = list(dict.fromkeys(each.state for each in voice if each.state))
    words = sentence("Voice callbacks said: %(states)s.", states=", ".join(states)) if states else N_("No voice callback named a state.")
    yield Finding(Name.STATES, Outcome.FOUND if states else Outcome.NOT_FOUND, states, words)
    yield _events(delivered)
    told = list(dict.fromkeys(each.state for each in delivered if each.door is Door.STREAM_STATUS))
    nothing = N_("A Stream's own status address is told nothing.")
    words = sentence("A Stream's own status address is told: %(states)s.", states=", ".join(told)) if told else nothing
    yield Finding(Name.STREAM_STATUS, Outcome.FOUND if told else Outcome.NOT_FOUND, told, words)


def _digits(delivered: Sequence[Delivered]) -> Finding:
    name = next((each.digits_name for each in delivered if each.digits_name), None)
    if name:
        return Finding(Name.DIGITS, Outcome.FOUND, name, sentence("Keys that are pressed arrive as “%(name)s”.", name=name))
    return Finding(Name.DIGITS, Outcome.NOT_FOUND, None, N_("No key arrived. If you did press 1, this platform cannot ask reps to press a key."))


def _dialect(seen: Sequence[Seen], voice: Sequence[Delivered]) -> Finding:
    """Whether the address that was sent along is obeyed decides: Redirects lead to it in either dialect, to the places below it.

    Where none was sent, the names of the record's fields.
    """
    sent_as = next((each.dialect for each in seen if isinstance(each, Placed)), "")
    if not voice or not sent_as:
        return Finding(Name.DIALECT, Outcome.UNKNOWN, None, N_("The platform asked us nothing, so its spelling is not known."))
    names = {squeeze(name) for each in seen if isinstance(each, Record) for name in each.names}
    if sent_as == Dialect.SDK:
        is_sdk = any(each.door is Door.CALL and each.stage is Stage.START for each in voice)
        obeyed = N_("The answer address that we send along is obeyed: dialect “%(dialect)s”.")
        words = obeyed if is_sdk else N_("The answer address that we send along is not obeyed: dialect “%(dialect)s”.")
    else:
        is_sdk = "callid" in names and "callsid" not in names
        as_sdk = N_("The record of the call is spelled as in the vendor's SDK: dialect “%(dialect)s”.")
        words = as_sdk if is_sdk else N_("The record of the call is spelled as on the vendor's pages: dialect “%(dialect)s”.")
    found = Dialect.SDK if is_sdk else Dialect.PAGES
    return Finding(Name.DIALECT, Outcome.FOUND, found.value, sentence(words, dialect=found.value))


def _body(voice: Sequence[Delivered]) -> Finding:
    if not voice:
        return Finding(Name.BODY, Outcome.UNKNOWN, None, N_("The platform asked us nothing."))
    is_json = "json" in voice[0].content_type
    names = sorted({name for each in voice for name in each.names})
    text = N_("Voice callbacks are JSON with %(names)s.") if is_json else N_("Voice callbacks are forms with %(names)s.")
    return Finding(Name.BODY, Outcome.FOUND, "json" if is_json else "form", sentence(text, names=", ".join(names)))


def _signature(delivered: Sequence[Delivered]) -> Finding:
    signings = {each.signing for each in delivered}
    forms = sorted({each.signature_form for each in delivered if each.signature_form})
    form = forms[0] if forms else ""
    if not delivered:
        return Finding(Name.SIGNATURE, Outcome.UNKNOWN, None, N_("The platform asked us nothing."))
    if signings == {Signing.NONE}:
        return Finding(
            Name.SIGNATURE, Outcome.FOUND, "none", N_("Nothing is signed. Leave SAUTIKIT_SIGNING_SECRETS empty, or every callback is refused.")
        )
    if Signing.WRONG in signings:
        words = sentence(
            "Deliveries are signed (%(form)s), but with none of your secrets: put the number's own secret into SAUTIKIT_SIGNING_SECRETS.", form=form
        )
        return Finding(Name.SIGNATURE, Outcome.NOT_FOUND, "wrong", words)
    if Signing.UNCHECKED in signings:
        words = sentence(
            "Deliveries are signed (%(form)s). Put the number's secret into SAUTIKIT_SIGNING_SECRETS, so that they are checked.", form=form
        )
        return Finding(Name.SIGNATURE, Outcome.FOUND, f"{form}, not checked", words)
    doors = {index: sorted({each.door.value for each in delivered if each.secret_index == index}) for index in _secrets(delivered)}
    used = "; ".join(f"secret {index + 1} on {', '.join(at).replace('_', ' ')}" for index, at in doors.items())
    words = sentence("Signatures are right (%(form)s): %(used)s.", form=form, used=used)
    if Signing.NONE in signings:
        words = listed([words, sentence("Some deliveries bear no signature and would be refused.")], " ")
    return Finding(Name.SIGNATURE, Outcome.FOUND, form, words)


def _secrets(delivered: Sequence[Delivered]) -> list[int]:
    return sorted({each.secret_index for each in delivered if each.secret_index is not None})


def _events(delivered: Sequence[Delivered]) -> Finding:
    events = [each for each in delivered if each.door is Door.EVENTS]
    if not events:
        words = N_("Nothing came to the number's events address: all is learned from voice callbacks, and calls are looked up.")
        return Finding(Name.EVENTS, Outcome.NOT_FOUND, "silent", words)
    names = {name.split(".")[0] for each in events for name in each.names if "." in name}
    shape = "envelope" if "data" in names else "payload" if "payload" in names else "raw"
    kinds = ", ".join(dict.fromkeys(each.event_kind or each.state for each in events))
    words = sentence("The number's events address is told, in the shape “%(shape)s”: %(kinds)s.", shape=shape, kinds=kinds)
    return Finding(Name.EVENTS, Outcome.FOUND, shape, words)
