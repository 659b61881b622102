"""Which addresses are sent to: https, on the public internet, and nothing that only looks like it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.integrations.webhooks.addresses import is_public, url_fault


def fault(url: str, *, may_be_http: bool = False, may_be_private: bool = False) -> str:
    return url_fault(url, may_be_http=may_be_http, may_be_private=may_be_private)


@pytest.mark.parametrize(
    "url", ["https://crm.example.com/hooks?key=a%20b", "https://crm.example.com:8443", "https://8.8.8.8/", "https://[2606:4700::1]/"]
)
def test_a_public_https_address_is_good(url):
    assert fault(url) == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://crm.example.com/", "Use https"),
        ("ftp://crm.example.com/", "not an address"),
        ("crm.example.com", "not an address"),
        ("", "not an address"),
        ("https://", "not an address"),
        ("https://crm.example.com:99999/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https://mosi:secret@crm.example.com/", "Leave user and password out"),
        ("https://@crm.example.com/", "Leave user and password out"),
        ("https://crm.example.com/#top", "follows the #"),
        ("https://crm.example.com/a b", "spaces or signs"),
        ("https://crm.example.com/\r\nHost: x", "spaces or signs"),
        ("https://crm.exämple.com/", "spaces or signs"),
        ("https://crm.example.com/" + "a" * 500, "longer than 500"),
        ("https://localhost/", "is private"),
        ("https://127.0.0.1/", "is private"),
        ("https://169.254.169.254/latest/meta-data", "is private"),
        ("https://[::ffff:10.0.0.1]/", "is private"),
    ],
)
def test_a_bad_address_is_refused_in_words(url, words):
    assert words in fault(url)


def test_http_and_private_addresses_are_let_through_where_that_is_said():
    assert fault("http://127.0.0.1:8080/", may_be_http=True, may_be_private=True) == ""
    assert "is private" in fault("http://127.0.0.1:8080/", may_be_http=True)
    assert "Use https" in fault("http://127.0.0.1:8080/", may_be_private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_number_of_the_internet_is_public(address):
    assert is_public(address)


PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "crm.example.com", "", "1.2.3", "0x7f000001",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_everything_else_is_not(address):
    assert not is_public(address)


@given(
    st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"]), st.integers(0, 2**32 - 1)
)
def test_no_private_number_is_public_however_it_is_written(network, offset):
    block = ip_network(network)
    inside = IPv4Address(int(block.network_address) + offset % block.num_addresses)
    written = [str(inside), str(IPv6Address((0xFFFF << 32) | int(inside))), str(IPv6Address((0x0064FF9B << 96) | int(inside)))]
    assert not any(is_public(one) for one in written)


@given(st.ip_addresses(v=6))
def test_any_number_gets_an_answer(number):
    assert is_public(str(number)) in (True, False)
