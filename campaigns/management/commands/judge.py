"""manage.py judge: were all promises kept? Over the real record, over a simulated month, or over one with a promise broken on purpose.

Exit status 0: all were kept. 1: some were broken, and they are named. 2: it could not be judged.
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from campaigns import business_clock
from campaigns.judge import court
from campaigns.judge.court import Verdict, needs_and_limits, promise
from campaigns.judge.judging import counts_as_json, judge_period, violations_as_json
from campaigns.judge.loading import load
from campaigns.judge.month.database import own_database
from campaigns.judge.month.simulation import MONTH, WEEK, simulate
from campaigns.judge.month.world import Size
from campaigns.judge.planting import NothingToPlant, plant
from campaigns.judge.ruling import Invariant
from leads import clock
from leads.management.tables import demand_tables


class Command(BaseCommand):
    help = "Replay the flight record and name every promise that was not kept"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--list", action="store_true", help="the invariants, each with what it promises")
        what.add_argument("--simulate-month", action="store_true", help="play a month with the real dialer, in a database of its own, and judge it")
        what.add_argument("--plant", metavar="INVARIANT", help="break this promise in a simulated week, and judge it")
        what.add_argument("--since", help="judge the real record from here on: 2026-11-24 or 2026-11-24T10:00+03:00")
        parser.add_argument("--until", help="with --since; without it, until now")
        parser.add_argument("--seed", type=int, default=1, help="the same seed is the same month")
        parser.add_argument("--leads", type=int, help="of the simulated month")
        parser.add_argument("--days", type=int, help="of the simulated month")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        verdict, of = self._judged(options)
        if options["json"]:
            self.stdout.write(json.dumps({**of, **as_json(verdict)}))
        else:
            self._tell(verdict, of)
        if not verdict.is_clean:
            sys.exit(1)

    def _judged(self, options: dict[str, Any]) -> tuple[Verdict, dict[str, Any]]:
        if options["since"]:
            demand_tables(returncode=2)
            with contextlib.suppress(business_clock.DemoDatabaseRefused):  # to read is never refused; at worst "now" is not the demo's
                business_clock.apply()
            return _of_the_record(options["since"], options["until"])
        invariant = _invariant(options["plant"]) if options["plant"] else None
        usual = MONTH if invariant is None else WEEK
        size = Size(options["leads"] or usual.n_leads, options["days"] or usual.n_days)
        return _of_a_month(options["seed"], size, invariant)

    def _list(self, *, as_json: bool) -> None:
        if as_json:
            rows = [{"invariant": one.value, "promise": promise(one), "needs": needs_and_limits(one)} for one in Invariant]
            self.stdout.write(json.dumps({"invariants": rows}))
            return
        for invariant in Invariant:
            self.stdout.write(self.style.SUCCESS(invariant.value))
            self.stdout.write(f"  {promise(invariant)}")
            self.stdout.write(f"  {needs_and_limits(invariant)}")

    def _tell(self, verdict: Verdict, of: dict[str, Any]) -> None:
        self.stdout.write(
            f"From {of['since']} until {of['until']}: {verdict.n_entries} entries, {verdict.n_decisions} decisions, {verdict.n_calls} calls."
        )
        self.stdout.write(f"{'invariant':<24}{'kept':>8}{'unjudged':>10}{'broken':>8}")
        for invariant in Invariant:
            n_broken = verdict.n_broken[invariant]
            row = f"{invariant.value:<24}{verdict.n_kept[invariant]:>8}{verdict.n_unjudged[invariant]:>10}{n_broken:>8}"
            self.stdout.write(self.style.ERROR(row) if n_broken else row)
        for violation in verdict.violations:
            self.stdout.write(self.style.ERROR(f"{violation.invariant.value}: {violation.sentence}"))
            self.stdout.write(f"  {violation.at:%Y-%m-%d %H:%M:%S} UTC, call {violation.call_id or 'none'}, entry {violation.entry_id}")
        self.stdout.write(self.style.SUCCESS("Every promise was kept.") if verdict.is_clean else self.style.ERROR("Promises were broken."))


def as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "entries": verdict.n_entries,
        "decisions": verdict.n_decisions,
        "calls": verdict.n_calls,
        "is_clean": verdict.is_clean,
        "violations_per_invariant": {invariant.value: n_broken for invariant, n_broken in verdict.n_broken.items()},
        "invariants": counts_as_json(verdict),
        "violations": violations_as_json(verdict),
    }


def _of_the_record(since: str, until: str | None) -> tuple[Verdict, dict[str, Any]]:
    begins, ends = _instant(since), _instant(until) if until else clock.now()
    if begins >= ends:
        raise CommandError("The period ends before it begins. Give --until a later time.", returncode=2)
    return judge_period(begins, ends), {"since": begins.isoformat(), "until": ends.isoformat()}


def _of_a_month(seed: int, size: Size, planted: Invariant | None) -> tuple[Verdict, dict[str, Any]]:
    with own_database():
        world = simulate(seed, size)
        of = {"since": world.begins.isoformat(), "until": world.ends.isoformat(), "seed": seed, "leads": size.n_leads, "days": size.n_days}
        # Calls that were live at the month's end are played out, a few minutes beyond it.
        after_all = world.ends.replace(year=world.ends.year + 1)
        if planted is None:
            return judge_period(world.begins, after_all), of
        try:
            return court.judge(plant(planted, load(world.begins, after_all))), {**of, "planted": planted.value}
        except NothingToPlant:
            raise CommandError(f"Nothing in this month could break {planted.value}. Try another --seed, or more --leads.", returncode=2) from None


def _invariant(name: str) -> Invariant:
    try:
        return Invariant(name)
    except ValueError:
        raise CommandError(f"There is no invariant “{name}”. There are: {', '.join(Invariant)}.", returncode=2) from None


def _instant(text: str) -> datetime:
    """A date is its midnight, and a time without a zone is one, in the organisation's zone."""
    try:
        read: datetime | date | None = parse_datetime(text) or parse_date(text)
    except ValueError:
        read = None
    if read is None:
        raise CommandError(f"“{text}” is no time. Write 2026-11-24 or 2026-11-24T10:00+03:00.", returncode=2)
    moment = read if isinstance(read, datetime) else datetime.combine(read, time())
    return moment if moment.tzinfo else timezone.make_aware(moment)
