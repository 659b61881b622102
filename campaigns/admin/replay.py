"""Replaying calls with other points, from a script's page: asked for, looked at, taken away as CSV, published. Checks who may; decides nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import confirm
from campaigns.admin.replay_form import ReplayForm, asked_by, rubric_forms
from campaigns.models import RubricReplay, Script
from campaigns.replay import publishing
from campaigns.replay.drawing import HEIGHT, WIDTH, histogram
from campaigns.replay.publishing import NotPublished
from campaigns.replay.rescoring import MOST_LISTED, agreement_of
from campaigns.replay.running import may_see, replay, replays_of
from campaigns.replay.turned import COLD, HOT, turned, turned_csv
from leads.telling import told

MAY_REPLAY, MAY_PUBLISH, MAY_SEE_CALLS = "campaigns.change_script", "campaigns.add_script", "campaigns.view_call"


def replay_urls(model_admin: Any) -> list[URLPattern]:
    """Below those of scripts. Every one of them asks for the rights to change scripts and to view calls."""

    def page(view: Any) -> Any:
        def checked(request: HttpRequest, script_id: int, **kwargs: Any) -> HttpResponse:
            if not (model_admin.has_replay_permission(request) and request.user.has_perm(MAY_SEE_CALLS)):
                raise PermissionDenied
            script = get_object_or_404(model_admin.get_queryset(request), pk=script_id)
            found: HttpResponse = view(model_admin, request, script, **kwargs)
            return found

        return model_admin.admin_site.admin_view(checked)

    return [
        path("<int:script_id>/replay/", page(form_page), name="campaigns_script_replay"),
        path("<int:script_id>/replay/<uuid:replay_id>/", page(result_page), name="campaigns_script_replayed"),
        path("<int:script_id>/replay/<uuid:replay_id>/progress/", page(progress), name="campaigns_script_replay_progress"),
        path("<int:script_id>/replay/<uuid:replay_id>/leads.csv", page(leads_csv), name="campaigns_script_replay_csv"),
        path("<int:script_id>/replay/<uuid:replay_id>/publish/", page(publish_page), name="campaigns_script_replay_publish"),
    ]


def form_page(model_admin: Any, request: HttpRequest, script: Script) -> HttpResponse:
    """`?from=` an earlier replay starts with what was asked there."""
    viewer, sent = viewer_on(request), request.POST if request.method == "POST" else None
    earlier = _earlier(request, script)
    form, rubrics = ReplayForm(script, viewer, sent, earlier), rubric_forms(script, sent, earlier)
    are_valid = sent is not None and all([form.is_valid(), *(each.is_valid() for each in rubrics)])
    if are_valid:
        kept = replay(script, asked_by(form, rubrics), by=request.user.get_username())
        return redirect("admin:campaigns_script_replayed", script.pk, kept.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Replay calls with other points"),
        "script": script,
        "form": form,
        "rubrics": rubrics,
        "replays": replays_of(script, viewer),
        "has_calls": form.fields["calls_of"].queryset.exists(),  # type: ignore[attr-defined]
        "has_errors": sent is not None,
    }
    return TemplateResponse(request, "admin/campaigns/replay/form.html", context, status=422 if sent is not None else 200)


def result_page(model_admin: Any, request: HttpRequest, script: Script, replay_id: UUID) -> HttpResponse:
    kept = _kept(request, script, replay_id)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("What these calls would have scored"),
        "script": script,
        "replay": kept,
        "may_publish": request.user.has_perm(MAY_PUBLISH) and not publishing.why_not(kept),
        "why_not": publishing.why_not(kept) if kept.is_done and kept.published_as is None else "",
        **(_shown(request, kept) if kept.is_done else {}),
    }
    return TemplateResponse(request, "admin/campaigns/replay/result.html", context)


def progress(model_admin: Any, request: HttpRequest, script: Script, replay_id: UUID) -> HttpResponse:
    kept = _kept(request, script, replay_id)
    return JsonResponse({"done": kept.n_done, "of": kept.n_calls, "finished": kept.finished_at is not None})


def leads_csv(model_admin: Any, request: HttpRequest, script: Script, replay_id: UUID) -> HttpResponse:
    """Only a POST: it is an export, and written into the audit log."""
    kept = _kept(request, script, replay_id)
    if request.method != "POST":
        return redirect("admin:campaigns_script_replayed", script.pk, kept.pk)
    headers = {"Content-Disposition": f'attachment; filename="replay-{kept.asked_at:%Y-%m-%d}.csv"'}
    text = turned_csv(kept, viewer_on(request), by=request.user.get_username())
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def publish_page(model_admin: Any, request: HttpRequest, script: Script, replay_id: UUID) -> HttpResponse:
    if not request.user.has_perm(MAY_PUBLISH):
        raise PermissionDenied
    kept = _kept(request, script, replay_id)
    back_url = reverse("admin:campaigns_script_replayed", args=[script.pk, kept.pk])
    why = publishing.why_not(kept)
    if request.method != "POST" or why:
        sentence = _(
            "A new version of “%(name)s” is made with these points and this threshold. Campaigns keep the version they have until somebody edits "
            "them, and this version stays as it is. The new one needs a rehearsal and an approval before it rings anybody."
        )
        title, asked = _("Publish as a new version?"), sentence % {"name": script.name}
        obstacles = [why] if why else []
        return confirm(model_admin, request, script, title=title, sentence=asked, button=_("Publish"), obstacles=obstacles, back_url=back_url)
    made = publishing.publish(kept.pk, by=request.user.get_username())
    if isinstance(made, NotPublished):
        messages.error(request, told(made.why))
        return redirect(back_url)
    model_admin.log_addition(request, made, [{"added": {}}])
    said = _("This is version %(version)s, with the points you replayed. Rehearse it, then choose it in a campaign and have that approved.")
    messages.success(request, said % {"version": made.version})
    return redirect("admin:campaigns_script_change", made.pk)


def _shown(request: HttpRequest, kept: RubricReplay) -> dict[str, Any]:
    found, viewer = kept.found or {}, viewer_on(request)
    hot = found["hot"]
    n_before, n_after = (sum(n for key, n in hot.items() if key.split("-")[place] == "hot") for place in (0, 1))
    n_days, n_reps = found["n_days"] or 1, found["n_reps"]
    return {
        "n": found["n"],
        "n_by_hand": found["n_by_hand"],
        "n_changed": found["n_changed"],
        "table": [hot.get(key, 0) for key in ("hot-hot", "hot-cold", "cold-hot", "cold-cold")],
        "n_hot": (n_before, n_after),
        "a_day": [(n / n_days, n / n_days / n_reps if n_reps else None) for n in (n_before, n_after)],
        "n_reps": n_reps,
        "histogram": histogram(
            found["points_before"], found["points_after"], threshold_before=found["threshold_before"], threshold_after=kept.threshold
        ),
        "size": (WIDTH, HEIGHT),
        "threshold_before": found["threshold_before"],
        "reps": [(_("before"), agreement_of(found["reps_before"])), (_("after"), agreement_of(found["reps_after"]))],
        "lists": [
            (_("Would turn hot"), turned(kept, HOT, viewer), hot.get("cold-hot", 0)),
            (_("Would no longer be hot"), turned(kept, COLD, viewer), hot.get("hot-cold", 0)),
        ],
        "most_listed": MOST_LISTED,
        "sees_people": viewer.sees_people,
    }


def _earlier(request: HttpRequest, script: Script) -> RubricReplay | None:
    try:
        asked = UUID(request.GET.get("from", ""))
    except ValueError:
        return None
    kept = RubricReplay.objects.filter(pk=asked, script__name=script.name).first()
    return kept if kept is not None and may_see(kept, viewer_on(request)) else None


def _kept(request: HttpRequest, script: Script, replay_id: UUID) -> RubricReplay:
    kept = get_object_or_404(RubricReplay.objects.select_related("script", "calls_of", "published_as"), pk=replay_id, script=script)
    if not may_see(kept, viewer_on(request)):
        raise Http404
    return kept
