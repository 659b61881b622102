"""REST for evidence packs, mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.errors import HttpError

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.api import asker
from campaigns.models import Call
from campaigns.reports.evidence.files import FileFormat, reply
from campaigns.reports.evidence.packs import JudgedBlind, Pack, may_export, pack_of_call, pack_of_person
from leads.models import Lead

router = Router(tags=["evidence"])


@router.get("/calls/{call_id}/evidence")
def get_call_evidence(request: HttpRequest, call_id: UUID, format: FileFormat = FileFormat.JSON) -> HttpResponseBase:
    """Everything that proves what happened on one call: `?format=pdf` for paper. The header X-Evidence-SHA256 is the hash of the JSON."""
    viewer = _checked(request)
    call = get_object_or_404(viewer.within(Call.objects.select_related("lead")), id=call_id)
    return _told(request, format, lambda: pack_of_call(call, viewer, by=asker(request), file_format=format))


@router.get("/leads/{lead_id}/evidence")
def get_lead_evidence(request: HttpRequest, lead_id: UUID, format: FileFormat = FileFormat.JSON) -> HttpResponseBase:
    """Everything about one person with all their calls: `?format=pdf` for paper. Of a key with a limit, what happened on its campaigns."""
    viewer = _checked(request)
    lead = get_object_or_404(viewer.within(Lead.objects.all()), id=lead_id)
    return _told(request, format, lambda: pack_of_person(lead.phone, viewer, by=asker(request), file_format=format))


def _checked(request: HttpRequest) -> Viewer:
    viewer = viewer_on(request)
    if not may_export(viewer):
        raise PermissionDenied
    return viewer


def _told(request: HttpRequest, file_format: FileFormat, made: Callable[[], Pack]) -> HttpResponseBase:
    try:
        pack = made()
    except JudgedBlind as blind:
        raise HttpError(403, str(blind)) from blind
    return reply(request, pack, file_format)
