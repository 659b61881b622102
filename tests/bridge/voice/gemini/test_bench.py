from __future__ import annotations

import io
import json

from django.core.management import call_command


def test_the_bench_tells_what_the_library_costs_and_what_is_left_of_it():
    out = io.StringIO()
    call_command("bench_voice_sdk", "--frames", "100", "--json", stdout=out)
    figures = json.loads(out.getvalue())
    assert len(figures) == 10
    assert all(value > 0 for value in figures.values())
