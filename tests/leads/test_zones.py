from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.zones import zone_named


@pytest.mark.parametrize("name", ["Africa/Nairobi", "Europe/London", "America/Argentina/Buenos_Aires", "Indian/Mauritius"])
def test_it_knows_the_zone_of_a_place(name):
    zone = zone_named(name)

    assert zone is not None
    assert zone.key == name


@pytest.mark.parametrize(
    "name",
    ["", "UTC", "Etc/UTC", "Etc/Unknown", "Etc/GMT+3", "EST", "+03:00", "Africa", "Africa/", "Africa/Nairob", "Nairobi", "Africa/../x", "Africa/\0"],
)
def test_it_refuses_what_is_not_the_name_of_a_place(name):
    assert zone_named(name) is None


@given(st.text(max_size=30).map("Africa/".__add__))
def test_it_never_raises(name):
    zone = zone_named(name)
    assert zone is None or zone.key == name
