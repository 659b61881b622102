from __future__ import annotations

import pytest

from bridge.telephony.simulator.billing import cost_minor


@pytest.mark.parametrize(
    ("connected_s", "streamed_s", "minor"),
    [
        pytest.param(0.0, 0.0, 0, id="never connected"),
        pytest.param(0.02, 0.0, 5, id="a started second counts whole"),
        pytest.param(60.0, 0.0, 300, id="KES 3.00 a minute"),
        pytest.param(90.0, 0.0, 450, id="per second, not per minute"),
        pytest.param(60.0, 60.0, 350, id="the stream costs KES 0.50 more"),
        pytest.param(1.0, 1.0, 6, id="rounded up once: 5.83"),
        pytest.param(6.0, 6.0, 35, id="the fractions of all seconds together"),
    ],
)
def test_it_bills_by_the_started_second(connected_s: float, streamed_s: float, minor: int) -> None:
    assert cost_minor(connected_s, streamed_s) == minor
