"""From whom what was made of a call is hidden now, as `sight` decides it: asked by every page, list, file and reply that would tell. Reads only,
but for `lift_blind`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from campaigns.access.viewer import Viewer
from campaigns.models import Adjudication, CalibrationItem, Call, Coding, CodingClaim, ReviewAct
from campaigns.review.queues import IS_DRAWN, Filters, of, with_draw
from campaigns.review.sight import CODERS, Hidden, hidden_from
from leads import audit
from leads.models import AuditEntry

MAY_JUDGE, MAY_PLAN = "campaigns.add_reviewact", "campaigns.change_campaign"
LIFTED = "blind lifted"


def hidden_calls(viewer: Viewer, path: str = "") -> Q | None:
    """The condition that a call is hidden from this viewer. `path`: to the call, with "__" behind it. None: nothing is."""
    if viewer.user is None:
        return None
    hidden, name = hidden_from(may_judge=viewer.may(MAY_JUDGE), may_plan=viewer.may(MAY_PLAN)), viewer.user.get_username()
    if hidden is Hidden.NONE:
        return None
    taken = CodingClaim.objects.filter(coder=name).first() if hidden is Hidden.TAKEN else None
    if hidden is Hidden.TAKEN and taken is None:
        return None
    calls = open_for(name).filter(pk=taken.call_id) if taken else open_for(name)
    return Q(Exists(calls.filter(lead=OuterRef(f"{path}lead"), campaign=OuterRef(f"{path}campaign"))))


def hidden_among(calls: Iterable[Call], viewer: Viewer) -> frozenset[UUID]:
    """At most three queries, none for who judges nothing."""
    ids = [call.pk for call in calls]
    condition = hidden_calls(viewer) if ids else None
    if condition is None:
        return frozenset()
    return frozenset(Call.objects.filter(condition, pk__in=ids).values_list("pk", flat=True))


def hides(call: Call, viewer: Viewer) -> bool:
    return bool(hidden_among([call], viewer))


def without_hidden(rows: QuerySet[Any], viewer: Viewer, path: str = "") -> QuerySet[Any]:
    """For a list that a row is on because of what was made of its call."""
    condition = hidden_calls(viewer, path)
    return rows if condition is None else rows.exclude(condition)


def open_for(coder: str) -> QuerySet[Call]:
    """Calls that this person may still be asked to judge, or holds, and has not seen what was made of: blind ones."""
    known = CalibrationItem.objects.filter(call=OuterRef("pk"), retired_at=None)
    codings = Coding.objects.filter(call=OuterRef("pk"), purpose=Coding.Purpose.DOUBLE).order_by().values("call")
    are_both_in = Exists(codings.annotate(n=Count("pk")).filter(n__gte=CODERS))
    is_decided = Exists(Adjudication.objects.filter(call=OuterRef("pk")))
    twice = IS_DRAWN & Q(campaign__review_plan__is_blind=True, script__isnull=False) & ~Exists(known) & ~are_both_in & ~is_decided
    rows = with_draw(of(Filters())).filter(Q(Exists(known.exclude(picked_by=coder))) | twice, words_gone_at=None)
    return unseen_by(coder, rows)


def is_blind_for(call: Call, coder: str) -> bool:
    """Whether this person may still be asked to judge this very call without having seen it."""
    return open_for(coder).filter(pk=call.pk).exists()


def unseen_by(coder: str, calls: QuerySet[Any]) -> QuerySet[Any]:
    """Those that this person has neither reviewed, nor judged, nor been shown."""
    reviewed = ReviewAct.objects.filter(call=OuterRef("pk"), done_by=coder)
    coded = Coding.objects.filter(call=OuterRef("pk"), coder=coder)
    shown = AuditEntry.objects.filter(subject="call", by=coder, act=audit.Act.SHOW, detail__what=LIFTED).values_list("subject_id", flat=True)
    return calls.filter(~Exists(reviewed), ~Exists(coded)).exclude(pk__in=[UUID(each) for each in shown])


def lift_blind(call: Call, *, by: str) -> None:
    """Who is shown it, and the other attempts at the same interview with it, will not be asked to judge them. In the audit log."""
    for each in open_for(by).filter(lead=call.lead_id, campaign=call.campaign_id):
        audit.record(by, audit.Act.SHOW, "call", each.pk, campaign_id=each.campaign_id, what=LIFTED)
        CodingClaim.objects.filter(call=each, coder=by).delete()
