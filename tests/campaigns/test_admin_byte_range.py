from __future__ import annotations

from io import BytesIO

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from campaigns.admin.byte_range import RangeNotSatisfiable, ranged_response, wanted_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        pytest.param("bytes=0-", (0, 999), id="all, as a player asks first"),
        pytest.param("bytes=0-0", (0, 0), id="the first byte"),
        pytest.param("bytes=999-", (999, 999), id="the last byte"),
        pytest.param("bytes=200-299", (200, 299), id="a part"),
        pytest.param("bytes=900-5000", (900, 999), id="beyond the end"),
        pytest.param("bytes=-100", (900, 999), id="the last hundred"),
        pytest.param("bytes=-5000", (0, 999), id="more than there is, from the end"),
        pytest.param("", None, id="no range"),
        pytest.param("bytes=-", None, id="nothing said"),
        pytest.param("bytes=5-2", None, id="backwards"),
        pytest.param("bytes=0-1,5-6", None, id="several"),
        pytest.param("lines=0-5", None, id="another unit"),
        pytest.param("bytes=a-b", None, id="no numbers"),
        pytest.param(f"bytes=0-{'9' * 5000}", None, id="a number nobody means"),
    ],
)
def test_it_reads_the_range_as_the_rfc_says(header, wanted):
    assert wanted_range(header, SIZE) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_served(header):
    with pytest.raises(RangeNotSatisfiable):
        wanted_range(header, SIZE)


@given(first=st.integers(0, 2000), last=st.integers(0, 2000), size=st.integers(0, 1500))
def test_it_never_answers_with_bytes_that_do_not_exist(first, last, size):
    try:
        found = wanted_range(f"bytes={first}-{last}", size)
    except RangeNotSatisfiable:
        assert first >= size
        return
    assert found is None or 0 <= found[0] <= found[1] < size


def served(content: bytes, **headers: str):
    return ranged_response(RequestFactory().get("/", headers=headers), BytesIO(content), len(content), content_type="audio/flac")


def test_a_part_comes_with_its_place_in_the_whole():
    response = served(b"0123456789", Range="bytes=2-4")

    assert (response.status_code, response.content, response["Content-Range"]) == (206, b"234", "bytes 2-4/10")


def test_without_a_range_it_sends_all_and_says_that_ranges_work():
    response = served(b"0123456789")

    assert (response.status_code, response.content, response["Accept-Ranges"]) == (200, b"0123456789", "bytes")
    assert "Content-Range" not in response


def test_a_part_of_a_file_that_may_have_changed_is_sent_as_a_whole():
    assert served(b"0123456789", Range="bytes=2-4", If_Range='"abc"').status_code == 200


def test_behind_the_end_it_says_how_long_the_file_is():
    response = served(b"0123456789", Range="bytes=10-")

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */10")


def test_an_empty_file_is_sent_as_one():
    assert served(b"").content == b""
