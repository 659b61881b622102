"""What people write over a column, made comparable. Pure."""

from __future__ import annotations

import unicodedata

from leads.said import N_

_PHONE = (
    "phone", "phone number", "phone no", "phone nr", "telephone", "telephone number", "tel", "tel no", "mobile", "mobile number", "mobile no",
    "mobile phone", "cell", "cell phone", "cell number", "cellphone", "msisdn", "number", "contact number", "whatsapp", "e164",
    "simu", "namba", "nambari", "namba ya simu", "nambari ya simu", "simu ya mkononi", "rununu",
)  # fmt: skip


_MARKET = ("market", "country", "country code", "region", "nchi", "soko")


def key_of(heading: str) -> str:
    """Letters and digits alone, small, accents off: `Phone-No.`, `PHONE NO` and `phone_no` are one heading."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(mark for mark in plain if mark.isalnum())


# The columns that we add to the rows we give back, to be mended and sent again: about the file, not about the person.
MEND, ROW = N_("what to mend"), N_("row in your file")
OURS = frozenset({"whattomend", "rowinyourfile", "chakurekebisha", "safukwenyefailiyako"})  # in each language in which they are given back


def phone_names() -> frozenset[str]:
    return frozenset(key_of(name) for name in _PHONE)


def market_names() -> frozenset[str]:
    return frozenset(key_of(name) for name in _MARKET)
