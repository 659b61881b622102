"""Which addresses may be sent to: what is written in a URL, and the numbers its name leads to.

Pure. Without this an endpoint could make this server ask machines that only it can reach (SSRF). Unknown means no.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from leads.said import N_

MAX_URL = 500
# RFC 6052: an IPv4 address in the last 32 bits, which a gateway of the network turns back into one.
_NAT64 = IPv6Network("64:ff9b::/96")


def url_fault(url: str, *, may_be_http: bool, may_be_private: bool) -> str:
    """Why nothing is sent to this address, in words; empty: its name may be resolved, and `is_public` asked about what it leads to."""
    if len(url) > MAX_URL:
        return f"The address is longer than {MAX_URL} characters."
    if not url.isascii() or any(sign <= " " or sign == "\x7f" for sign in url):
        return N_("The address has spaces or signs that do not belong there. Encode them.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return N_("This is not an address. Write it like https://crm.example.com/hooks.")
    if parts.scheme not in ("https", "http") or not host:
        return N_("This is not an address. Write it like https://crm.example.com/hooks.")
    if parts.scheme == "http" and not may_be_http:
        return N_("Use https: the address must be encrypted.")
    if parts.username is not None or parts.password is not None:
        return N_("Leave user and password out of the address: who sends is proved by the signature.")
    if parts.fragment:
        return N_("Leave out what follows the #: it is never sent.")
    if not may_be_private and (host == "localhost" or _is_written_private(host)):
        return N_("This address is private. Use one that is reached from the internet.")
    return ""


def _is_written_private(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False  # a name: known when it is resolved
    return not is_public(host)


def is_public(address: str) -> bool:
    """Whether this number is on the public internet, seen through the ways to write an IPv4 address as an IPv6 one. False for what is none."""
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, IPv6Address):
        if stands_for := _ipv4_of(number):
            return _is_open(stands_for)
        tunnelled = number.sixtofour or (number.teredo[1] if number.teredo else None)
        return _is_open(number) and (tunnelled is None or _is_open(tunnelled))
    return _is_open(number)


def _ipv4_of(number: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that this is another spelling of."""
    return number.ipv4_mapped or (IPv4Address(int(number) & 0xFFFF_FFFF) if number in _NAT64 else None)


def _is_open(number: IPv4Address | IPv6Address) -> bool:
    return number.is_global and not (number.is_multicast or number.is_reserved or number.is_unspecified or number.is_link_local)
