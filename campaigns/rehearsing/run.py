"""The simulated people of a script, one after the other, in the worker: each is kept as soon as their call is over, so that a page sees them come."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _  # kept, so in English
from django_tasks import task

from campaigns.models import Rehearsal, Script
from campaigns.rehearsing import keeping
from campaigns.rehearsing.briefs import Cast, plot_of_rehearsal
from campaigns.rehearsing.people import Person, people_of
from campaigns.rehearsing.play import Play
from campaigns.rehearsing.plot import Plot
from campaigns.rehearsing.speech import is_understood
from campaigns.rehearsing.verdict import missing_of_person
from campaigns.scoring import BadRubric

logger = logging.getLogger(__name__)

Status = Rehearsal.Status


def rehearse_later(script: Script, cast: Cast, *, by: str) -> Rehearsal:
    """Asked for; the worker carries it out."""
    asked = keeping.begin(script, cast, kind=Rehearsal.Kind.PEOPLE, by=by)
    rehearse_people.enqueue(str(asked.pk))
    return asked


def rehearse_now(script: Script, cast: Cast, *, by: str) -> Rehearsal:
    """The same, with its result."""
    return carry_out(keeping.begin(script, cast, kind=Rehearsal.Kind.PEOPLE, by=by))


@task()
def rehearse_people(rehearsal_id: str) -> None:
    asked = Rehearsal.objects.select_related("script", "campaign").filter(pk=UUID(rehearsal_id), status=Status.RUNNING).first()
    if asked is not None:
        carry_out(asked)


def carry_out(asked: Rehearsal) -> Rehearsal:
    """A fault of ours is kept on it, and raised."""
    try:
        results, status, why = _played(asked)
    except Exception:
        keeping.finish(asked.pk, {}, Status.ABANDONED, why=_("Something went wrong that should not have; the log of the worker has it."))
        raise
    keeping.finish(asked.pk, results, status, why=why)
    asked.refresh_from_db()
    return asked


def _played(asked: Rehearsal) -> tuple[dict[str, Any], Rehearsal.Status, str]:
    plot = plot_of_rehearsal(asked)
    try:
        people = people_of(plot)
    except BadRubric as problem:
        return {}, Status.FAILED, str(problem)
    if not people:
        return {}, Status.FAILED, _("This script asks nothing. Write questions first.")
    results: dict[str, Any] = {"people": [{"who": person.who.value} for person in people], "is_understood": is_understood(asked.language)}
    for number, person in enumerate(people):
        results["people"][number] = _told(plot, person)
        keeping.keep(asked.pk, results)
    is_passed = not any(one["missing"] for one in results["people"])
    return results, Status.PASSED if is_passed else Status.FAILED, ""


def _told(plot: Plot, person: Person) -> dict[str, Any]:
    talk = Play(plot, person).run()
    expected = person.expected
    return {
        "who": person.who.value,
        "at": person.at,
        "meant": dict(person.answers) if expected.is_scored else {},
        "expected": {"outcomes": sorted(expected.outcomes), "is_hot": expected.is_hot, "is_opt_out": expected.is_opt_out},
        "talk": talk.as_json(),
        "missing": missing_of_person(talk, expected),
    }
