"""`manage.py supervise_clips`: who answered, as supervision hears it, on a set of synthetic openings of calls."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from bridge.supervision import Answerer
from bridge.telephony.simulator.clip_trial import Row, Trial, confusion, trial
from bridge.telephony.simulator.clips import clips
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.utterance import load_utterances

WAYS = {"sounds and words": True, "sounds alone": False}


class Command(BaseCommand):
    help = "Try answer supervision on synthetic openings of calls: a table of confusion, with the time from the first sound to the verdict."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the tables as JSON, with the clips that were taken for something else")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        library = load_utterances(SimulatorSettings().utterances_folder, has_phone_line=False)
        tried = clips(library.of_group)
        trials = {way: [trial(clip, has_words=has_words) for clip in tried] for way, has_words in WAYS.items()}
        self.stdout.write(_as_json(trials) if json else _as_tables(trials))


def _as_json(trials: dict[str, list[Trial]]) -> str:
    tables = {
        way: {
            "by_answerer": {answerer: asdict(row) for answerer, row in confusion(each).items()},
            "wrong": {one.clip.name: one.verdict.value for one in each if not one.is_right},
        }
        for way, each in trials.items()
    }
    return json.dumps(tables, indent=2)


def _as_tables(trials: dict[str, list[Trial]]) -> str:
    return "\n\n".join(_table(way, confusion(each)) for way, each in trials.items())


def _table(way: str, rows: dict[str, Row]) -> str:
    head = f"{way:16}" + "".join(f"{answerer.value:>13}" for answerer in Answerer) + f"{'median s':>10}{'p95 s':>8}"
    return "\n".join([head, *(_line(name, row) for name, row in rows.items())])


def _line(name: str, row: Row) -> str:
    counts = "".join(f"{row.verdicts[answerer.value]:>13}" for answerer in Answerer)
    return f"{name:16}{counts}{_seconds(row.median_s):>10}{_seconds(row.p95_s):>8}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
