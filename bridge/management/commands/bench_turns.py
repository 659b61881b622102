"""`manage.py bench_turns`: interruptions and nods into what simulated voices say, left to themselves and with our turn policy in front."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from random import Random
from typing import Any

from django.core.management.base import BaseCommand

from bridge.brief import TurnControl
from bridge.turns.policy import NOD_PAUSE_S
from bridge.turns.trial import VOICES, Figures, Trial, figures

SOURCE = "Simulated: voices by the figures of τ-voice (sierra-research/tau2-bench, 2026), lengths and pauses assumed. No voice was called."


class Command(BaseCommand):
    help = "Yield rate, back-channel selectivity and time to silence with and without the turn policy, on simulated voices. Nothing is called."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--events", type=int, default=350, help="interruptions of each voice, and as many back-channels (default: %(default)s)")
        parser.add_argument("--pause", type=float, default=NOD_PAUSE_S, help="silence before our detector reports an end (default: %(default)s s)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same figures (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, events: int, pause: float, seed: int, **options: Any) -> None:
        trial = Trial(events, pause)
        rows = [figures(voice, control, trial, Random(seed).random) for voice in VOICES for control in (TurnControl.PROVIDER, TurnControl.LOCAL)]
        if options["json"]:
            self.stdout.write(json.dumps({"source": SOURCE, **asdict(trial), "seed": seed, "rows": [asdict(row) for row in rows]}, indent=2))
            return
        self.stdout.write(f"{'voice':30} {'turns by':9} {'yields':>7} {'ignores nods':>13} {'silence p50':>12} {'p90':>7}")
        for row in rows:
            self.stdout.write(_line(row))
        self.stdout.write(SOURCE)


def _line(row: Figures) -> str:
    times = [f"{seconds:.2f} s" if seconds is not None else "never" for seconds in (row.silence_median_s, row.silence_p90_s)]
    return f"{row.voice:30} {row.control:9} {row.yield_rate:7.0%} {row.selectivity:13.0%} {times[0]:>12} {times[1]:>7}"
