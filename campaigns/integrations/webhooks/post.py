"""One request to an integrator's server: to an address that was looked at, within ten seconds, following nothing.

Whatever goes wrong is a `Reply` in words; nothing is raised and nothing is logged, because addresses may hold tokens.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import httpx

from campaigns.integrations.webhooks.addresses import is_public, url_fault
from campaigns.integrations.webhooks.retrying import in_words
from leads.said import N_, sentence

TIMEOUT_S = 10.0
CONNECT_S = 4.0  # each address of a name
EXCERPT = 200  # characters
_READ_BYTES = 4 * EXCERPT

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int | None = None  # of HTTP; None: there was no answer
    error: str = ""  # what went wrong, in words; empty for an answer of 2xx
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """Where requests may go."""

    may_be_http: bool
    may_be_private: bool


class NoWay(Exception):
    """The request was not sent; `str()` says why."""


async def resolve_by_system(host: str, port: int) -> list[str]:
    """Numbers of a name, in the order to try them. Raises OSError for a name that has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_kind, address in found))


async def post(
    url: str,
    body: str,
    headers: Mapping[str, str],
    *,
    guard: Guard,
    resolve: Resolve = resolve_by_system,
    trusted: ssl.SSLContext | None = None,
    within_s: float = TIMEOUT_S,
) -> Reply:
    """`trusted`: whose certificates are believed; the usual ones if None."""
    try:
        async with asyncio.timeout(within_s):
            addresses = await _checked_addresses(url, guard, resolve)
            return await _post_to_first(addresses, url, body.encode(), headers, trusted or _usual_trust())
    except TimeoutError:
        return Reply(error=sentence("It did not answer within %(s)s s.", s=f"{within_s:g}"))
    except NoWay as why:
        return Reply(error=str(why))
    except httpx.ConnectError as problem:
        return Reply(error=_unreached(problem))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as problem:
        return Reply(error=sentence("The connection broke off (%(why)s).", why=type(problem).__name__))


async def _checked_addresses(url: str, guard: Guard, resolve: Resolve) -> list[str]:
    if fault := url_fault(url, may_be_http=guard.may_be_http, may_be_private=guard.may_be_private):
        raise NoWay(fault)
    parts = httpx.URL(url)
    try:
        addresses = await resolve(parts.raw_host.decode(), parts.port or (443 if parts.scheme == "https" else 80))
    except OSError:
        raise NoWay(N_("Its name leads to no address.")) from None
    if not addresses:
        raise NoWay(N_("Its name leads to no address."))
    # One private address among public ones is enough: somebody mixes them on purpose.
    if not guard.may_be_private and not all(is_public(address) for address in addresses):
        raise NoWay(N_("Its name leads to a private address, which is not allowed."))
    return addresses


async def _post_to_first(addresses: list[str], url: str, body: bytes, headers: Mapping[str, str], trusted: ssl.SSLContext) -> Reply:
    """Only a connection that was not made is tried at the next address: what was sent may have arrived."""
    for address in addresses[:-1]:
        try:
            return await _post_to(address, url, body, headers, trusted)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return await _post_to(addresses[-1], url, body, headers, trusted)


async def _post_to(address: str, url: str, body: bytes, headers: Mapping[str, str], trusted: ssl.SSLContext) -> Reply:
    """Connects to the number that was checked, never to the name, which might lead elsewhere by now; the certificate is the name's."""
    named = httpx.URL(url)
    sent = {**headers, "host": named.netloc.decode(), "content-type": "application/json", "accept-encoding": "identity", "user-agent": "SautiQual"}
    extensions = {"sni_hostname": named.raw_host.decode()}
    # A client of its own: a kept connection would be shared by all names of one address. No proxy of the environment, which would not be checked.
    async with httpx.AsyncClient(verify=trusted, trust_env=False, timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S)) as client:
        request = client.build_request("POST", named.copy_with(host=address), content=body, headers=sent, extensions=extensions)
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            excerpt = await _beginning(response)
        finally:
            await response.aclose()
    return Reply(response.status_code, "" if response.is_success else in_words(response.status_code), excerpt)


async def _beginning(response: httpx.Response) -> str:
    """The first characters of the answer, for whoever looks for a mistake; the rest is not read."""
    read = b""
    async for part in response.aiter_raw():
        read += part
        if len(read) >= _READ_BYTES:
            break
    return read[:_READ_BYTES].decode(errors="replace").replace("\x00", "")[:EXCERPT]


def _unreached(problem: httpx.ConnectError) -> str:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return N_("Its certificate is not valid for its name, or not trusted.")
        cause = cause.__cause__ or cause.__context__
    return N_("It could not be reached.")


@cache
def _usual_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
