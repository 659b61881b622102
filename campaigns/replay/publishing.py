"""A replayed rubric as the next version of its script. The version that was replayed, launched or not, stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from campaigns.campaign_life import copy_to_new_version
from campaigns.models import Question, RubricReplay, Script
from campaigns.scoring import BadRubric, read_rubrics
from leads.said import sentence

NOT_DONE = sentence("This replay has no result yet.")
SCRIPT_CHANGED = sentence("The script was changed since this replay. Replay it again, so that you see what you publish.")


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Nothing was made. `why`, in words for who asked."""

    why: str


def why_not(kept: RubricReplay) -> str:
    """What is in the way; "": nothing."""
    if not kept.is_done:
        return NOT_DONE
    if kept.published_as is not None:
        return sentence("It was published already, as %(script)s.", script=kept.published_as)
    if kept.script.revision != kept.revision:
        return SCRIPT_CHANGED
    return ""


def publish(replay_id: UUID, *, by: str) -> Script | NotPublished:
    """Copy and changed rubric in one transaction; once a replay."""
    with transaction.atomic():
        kept = RubricReplay.objects.select_for_update(of=("self",)).select_related("script", "published_as").get(pk=replay_id)
        if why := why_not(kept):
            return NotPublished(why)
        try:
            read_rubrics(kept.rubrics)
        except BadRubric as problem:
            return NotPublished(str(problem))
        version = copy_to_new_version(kept.script)
        Script.objects.filter(pk=version.pk).update(hot_threshold=kept.threshold)
        for question in Question.objects.filter(script=version, key__in=kept.rubrics):
            Question.objects.filter(pk=question.pk).update(rubric=kept.rubrics[question.key])
        kept.published_as, kept.published_by = version, by[:150]
        kept.save(update_fields=["published_as", "published_by"])
        version.refresh_from_db()
        return version
