"""From whom what was made of a call is hidden now, as `sight` decides it: asked by every page, list, file and reply that would tell. Reads only,
but for `lift_blind`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from campaigns.access.viewer import Viewer
from campaigns.models import Adjudication, CalibrationItem, Call, Coding, CodingClaim, ReviewAct, ReviewPlan
from campaigns.review.queues import Filters, drawn_by, of, with_digest
from campaigns.review.sight import CODERS, Hidden, hidden_from
from leads import audit
from leads.lookups import has_row
from leads.models import AuditEntry

MAY_JUDGE, MAY_PLAN = "campaigns.add_reviewact", "campaigns.change_campaign"
LIFTED = "blind lifted"


def hidden_calls(viewer: Viewer, path: str = "") -> Q | None:
    """The condition that a call is hidden from this viewer. `path`: to the call, with "__" behind it. None: nothing is.

    Written so that PostgreSQL looks at the few attempts of one interview at a time, and only in campaigns that may hide anything: of all that is
    hidden at once it would make a list first.
    """
    found = viewer.once("blind", lambda: _open_to(viewer))
    if found is None:
        return None
    campaign_ids, calls = found
    of_case = calls.filter(lead=OuterRef(f"{path}lead"), campaign=OuterRef(f"{path}campaign"))
    return Q(**{f"{path}campaign__in": campaign_ids}) & has_row(of_case)


def _open_to(viewer: Viewer) -> tuple[Collection[int], QuerySet[Call]] | None:
    """The calls because of which something is hidden from this viewer, and campaigns that have all of them. None: there are none."""
    if viewer.user is None:
        return None
    hidden, name = hidden_from(may_judge=viewer.may(MAY_JUDGE), may_plan=viewer.may(MAY_PLAN)), viewer.user.get_username()
    if hidden is Hidden.NONE:
        return None
    if hidden is Hidden.ALL:
        found = _Blind.now(name)
        return (found.campaign_ids, found.calls(name)) if found.campaign_ids else None
    taken = CodingClaim.objects.filter(coder=name).values_list("call_id", "call__campaign_id").first()
    return ([taken[1]], open_for(name).filter(pk=taken[0])) if taken else None


def hidden_among(calls: Iterable[Call], viewer: Viewer) -> frozenset[UUID]:
    """One query beside those that find the rule, and none where no call is of a campaign that may hide anything."""
    found = viewer.once("blind", lambda: _open_to(viewer))
    asked = [call for call in calls if call.campaign_id in found[0]] if found else []
    if not found or not asked:
        return frozenset()
    because_of = found[1].filter(lead__in={call.lead_id for call in asked}, campaign__in={call.campaign_id for call in asked})
    cases = set(because_of.values_list("lead_id", "campaign_id"))
    return frozenset(call.pk for call in asked if (call.lead_id, call.campaign_id) in cases)


def hides(call: Call, viewer: Viewer) -> bool:
    return bool(hidden_among([call], viewer))


def without_hidden(rows: QuerySet[Any], viewer: Viewer, path: str = "") -> QuerySet[Any]:
    """For a list that a row is on because of what was made of its call."""
    condition = hidden_calls(viewer, path)
    return rows if condition is None else rows.exclude(condition)


def open_for(coder: str) -> QuerySet[Call]:
    """Calls that this person may still be asked to judge, or holds, and has not seen what was made of: blind ones. Two queries find out where."""
    return _Blind.now(coder).calls(coder)


@dataclass(frozen=True, slots=True)
class _Blind:
    """Which campaigns have calls that are judged blind: few, or none. So not every call is asked for its campaign's plan."""

    percents: Mapping[int, int]  # of the campaigns that draw calls to be judged twice, blind
    known: frozenset[int]  # campaigns with calls of a calibration set that others have picked

    @classmethod
    def now(cls, coder: str) -> _Blind:
        plans = ReviewPlan.objects.filter(is_blind=True, double_percent__gt=0)
        known = CalibrationItem.objects.filter(retired_at=None).exclude(picked_by=coder).order_by()
        campaign_ids = known.values_list("call__campaign_id", flat=True).distinct()
        return cls(dict(plans.values_list("campaign_id", "double_percent")), frozenset(campaign_ids))

    @property
    def campaign_ids(self) -> list[int]:
        return sorted({*self.percents, *self.known})

    def calls(self, coder: str) -> QuerySet[Call]:
        known = CalibrationItem.objects.filter(call=OuterRef("pk"), retired_at=None)
        either = Q(pk__in=())
        if self.known:
            either |= Q(Exists(known.exclude(picked_by=coder)))
        if self.percents:
            either |= drawn_by(self.percents) & Q(script__isnull=False) & ~Q(Exists(known)) & ~Q(_are_both_in()) & ~Q(_is_decided())
        return unseen_by(coder, with_digest(of(Filters())).filter(either, words_gone_at=None))


def _are_both_in() -> Exists:
    codings = Coding.objects.filter(call=OuterRef("pk"), purpose=Coding.Purpose.DOUBLE).order_by().values("call")
    return Exists(codings.annotate(n=Count("pk")).filter(n__gte=CODERS))


def _is_decided() -> Exists:
    return Exists(Adjudication.objects.filter(call=OuterRef("pk")))


def is_blind_for(call: Call, coder: str) -> bool:
    """Whether this person may still be asked to judge this very call without having seen it."""
    return open_for(coder).filter(pk=call.pk).exists()


def unseen_by(coder: str, calls: QuerySet[Any]) -> QuerySet[Any]:
    """Those that this person has neither reviewed, nor judged, nor been shown."""
    reviewed = ReviewAct.objects.filter(call=OuterRef("pk"), done_by=coder)
    coded = Coding.objects.filter(call=OuterRef("pk"), coder=coder)
    shown = AuditEntry.objects.filter(subject="call", by=coder, act=audit.Act.SHOW, detail__what=LIFTED).order_by()
    return calls.filter(~Exists(reviewed), ~Exists(coded)).exclude(pk__in=[UUID(each) for each in shown.values_list("subject_id", flat=True)])


def lift_blind(call: Call, *, by: str) -> None:
    """Who is shown it, and the other attempts at the same interview with it, will not be asked to judge them. In the audit log."""
    for each in open_for(by).filter(lead=call.lead_id, campaign=call.campaign_id):
        audit.record(by, audit.Act.SHOW, "call", each.pk, campaign_id=each.campaign_id, what=LIFTED)
        CodingClaim.objects.filter(call=each, coder=by).delete()
