"""Who asks, and what they may see: their limit to campaigns, and whether people and numbers are shown to them.

Every list, page, export and REST call asks here. What this table does not name, a person with a limit does not see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from campaigns.access.roles import SEE_NUMBERS, SEE_PEOPLE, SHOW_NUMBER
from campaigns.models import ApiKey, Call, Campaign, CampaignAccess, Script

# From each table to the campaign its rows belong to.
CAMPAIGN_OF: Mapping[str, str] = {
    "campaigns.campaign": "pk",
    "campaigns.campaignchange": "campaign",
    "campaigns.call": "campaign",
    "campaigns.recording": "call__campaign",
    "campaigns.reviewact": "call__campaign",
    "campaigns.reviewplan": "campaign",
    "campaigns.codingclaim": "call__campaign",
    "campaigns.coding": "call__campaign",
    "campaigns.adjudication": "call__campaign",
    "campaigns.calibrationitem": "call__campaign",
    "campaigns.voidedanswer": "call__campaign",
    "campaigns.waveform": "recording__call__campaign",
    "campaigns.handoff": "call__campaign",
    "campaigns.listening": "call__campaign",
    "campaigns.preflight": "campaign",
    "campaigns.preflightexclusion": "preflight__campaign",
    "campaigns.flightentry": "campaign_id",
    "leads.auditentry": "campaign_id",
}
# From each table to the lead it is about: who has a call in one of their campaigns.
LEAD_OF: Mapping[str, str] = {"leads.lead": "pk", "leads.consentrecord": "lead"}
# The same for everybody who may see them at all, and changed by nobody with a limit: other campaigns stand on them.
SHARED = frozenset(
    {
        "campaigns.line",
        "campaigns.linecheck",
        "campaigns.retryrule",
        "campaigns.dialingstop",
        "leads.holidayconfirmation",
        "leads.packacknowledgement",
    }
)
# What a person with a limit may add without seeing it: nobody is called because of it.
ADDED_UNSEEN = frozenset({"leads.donotcallentry", "leads.lead"})
Found = TypeVar("Found")
MANY = 30_000  # calls: with more, leads are not gathered from them, but looked up one by one in the order in which they are asked for


@dataclass(frozen=True, slots=True)
class Viewer:
    user: User | None  # None: a key of the organisation's own, which may all
    limit: frozenset[int] | None  # ids of campaigns; None: all
    sees_numbers: bool
    sees_people: bool
    _known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # for the request

    def may(self, permission: str) -> bool:
        return self.user is None or self.user.has_perm(permission)

    @property
    def campaigns(self) -> QuerySet[Campaign]:
        rows: QuerySet[Campaign] = self.within(Campaign.objects.all())
        return rows

    def within(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """For a table that belongs to no campaign and is not shared: nothing."""
        if self.limit is None:
            return rows
        label = rows.model._meta.label_lower
        if label in SHARED:
            return rows
        condition = self._condition(label)
        return rows.none() if condition is None else rows.filter(condition)

    def _condition(self, label: str) -> Q | None:
        if label in CAMPAIGN_OF:
            return Q(**{f"{CAMPAIGN_OF[label]}__in": self.limit})
        if label in LEAD_OF:
            return self._has_call(LEAD_OF[label])
        if label == "leads.leadimport":  # a list holds people of no campaign yet
            return Q(imported_by=self.user)
        if label == "campaigns.script":  # theirs, and drafts that nobody uses yet
            others = Campaign.objects.exclude(pk__in=self.limit or ()).values("script")
            return Q(campaigns__in=self.limit or ()) | (
                Q(campaigns=None) & ~Q(pk__in=others) & ~Q(Exists(Call.objects.filter(script=OuterRef("pk"))))
            )
        if label == "campaigns.rehearsal":
            return Q(script__in=self.within(Script.objects.all()).values("pk"))
        if label in {"campaigns.rep", "campaigns.numbercheck"}:
            reps = Campaign.reps.through.objects.filter(campaign__in=self.limit or ()).values("rep")
            return Q(rep__in=reps) if label == "campaigns.numbercheck" else Q(pk__in=reps)
        return None

    def _has_call(self, lead: str) -> Q:
        """Of the lead at `lead`. Written so that PostgreSQL cannot make a join of the look-up: it would put all calls in order for fifty rows."""
        calls = Call.objects.filter(campaign__in=self.limit or ()).order_by()
        if not self._has_many_calls():
            return Q(**{f"{lead}__in": calls.values("lead")})
        return Q(IsNull(Subquery(calls.filter(lead=OuterRef(lead)).values("lead")[:1]), False))

    def _has_many_calls(self) -> bool:
        return self.once("many", lambda: Call.objects.filter(campaign__in=self.limit or ()).order_by().values("pk")[: MANY + 1].count() > MANY)

    def once(self, name: str, find: Callable[[], Found]) -> Found:
        """What is found out once a request."""
        if name not in self._known:
            self._known[name] = find()
        found: Found = self._known[name]
        return found

    def may_add(self, label: str) -> bool:
        return self.limit is None or label in ADDED_UNSEEN or self._is_theirs(label)

    def may_change(self, label: str) -> bool:
        return self.limit is None or self._is_theirs(label)

    def _is_theirs(self, label: str) -> bool:
        return label not in SHARED and (label in CAMPAIGN_OF or label in LEAD_OF or self._condition(label) is not None)

    def demand_people(self) -> None:
        if not self.sees_people:
            raise PermissionDenied

    def demand_whole_organisation(self) -> None:
        if self.limit is not None:
            raise PermissionDenied

    @property
    def sees_all(self) -> bool:
        return self.limit is None and self.sees_people and self.sees_numbers


ORGANISATION = Viewer(None, None, sees_numbers=True, sees_people=True)


def viewer_of(user: User | AnonymousUser | Any) -> Viewer:
    if not isinstance(user, User) or not user.is_active:
        return Viewer(User(is_active=False), frozenset(), sees_numbers=False, sees_people=False)
    return Viewer(user, limit_of(user), sees_numbers=user.has_perm(SEE_NUMBERS), sees_people=user.has_perm(SEE_PEOPLE))


def viewer_of_key(key: ApiKey) -> Viewer:
    return ORGANISATION if key.owner is None else viewer_of(key.owner)


def viewer_on(request: Any) -> Viewer:
    """Made once a request. The API sets it from its key; everywhere else it is who is signed in."""
    kept: Viewer | None = getattr(request, "viewer", None)
    if kept is None:
        kept = request.viewer = viewer_of(request.user)
    return kept


def campaigns_of(user: User) -> QuerySet[Campaign]:
    return viewer_of(user).campaigns


def limit_of(user: User) -> frozenset[int] | None:
    """None: all campaigns. One query."""
    if user.is_superuser:
        return None
    rows = list(CampaignAccess.objects.filter(user=user).values_list("campaigns", flat=True))
    return frozenset(pk for pk in rows if pk is not None) if rows else None  # no campaign in it: one row, with a null


def may_show_number(viewer: Viewer) -> bool:
    return viewer.may(SHOW_NUMBER)


def let_in(user: User | AnonymousUser, campaign: Campaign) -> None:
    """Who makes a campaign sees it. Without a limit there is nothing to do."""
    access = CampaignAccess.objects.filter(user=user.pk).first()
    if access is not None:
        access.campaigns.add(campaign)
