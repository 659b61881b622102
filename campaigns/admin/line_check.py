"""Checks of phone lines: whose phone is rung and what it costs, the steps while they happen, what was found, and its settings saved."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from campaigns import money, staff_calls
from campaigns.access.viewer import viewer_of, viewer_on
from campaigns.admin.confirm import confirm
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.line_check.applying import apply, result_from, why_not_apply
from campaigns.line_check.finding import Finding, Outcome
from campaigns.line_check.findings import Proposal
from campaigns.line_check.guide import MAX_CALL_S, Step, steps_of
from campaigns.line_check.notes import seen_of
from campaigns.line_check.running import begin, carry_out_later, end_broken_off
from campaigns.models import Line, LineCheck, Rep
from campaigns.reports.progress import kes
from leads import clock
from leads.telling import told

COLOURS = {Outcome.FOUND: "success", Outcome.NOT_FOUND: "danger", Outcome.UNKNOWN: "warning"}
WORDS = {Outcome.FOUND: _("found"), Outcome.NOT_FOUND: _("not found"), Outcome.UNKNOWN: _("unknown")}
NOT_BEGUN_AFTER_S = 15


class OperatorForm(forms.Form):
    """Whose phone is rung: a rep's, whose number somebody has verified."""

    rep = forms.ModelChoiceField(Rep.objects.none(), label=_("Whose phone"), empty_label=None, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reps = viewer_of(user).within(Rep.objects.filter(is_verified=True, user__is_active=True)).select_related("user")
        reps = reps.order_by(Case(When(user=user, then=0), default=1), "name")  # whoever asks comes first
        self.fields["rep"].queryset = reps  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Shown:
    """A check as its page shows it."""

    steps: tuple[Step, ...]
    rows: tuple[tuple[Finding, Any, str], ...]  # with the outcome in words, and its colour
    proposals: tuple[tuple[Proposal, Any], ...]  # with the name of the setting
    why_not_apply: str
    has_begun: bool
    is_waiting_long: bool


def ask_for_check(model_admin: Any, request: HttpRequest, line: Line) -> HttpResponse:
    """A GET explains it, the POST starts it."""
    form = OperatorForm(request.POST or None, user=request.user)
    reps = form.fields["rep"].queryset  # type: ignore[attr-defined]
    nobody = str(_("No rep has a verified number. Add yourself under Reps and have your number verified."))
    obstacles = staff_calls.why_not_check(line, reps[0]) if reps else [nobody]
    if request.method == "POST" and not obstacles and form.is_valid():
        check = begin(line, form.cleaned_data["rep"], by=request.user.get_username())
        if isinstance(check, LineCheck):
            carry_out_later.enqueue(str(check.pk))
            return redirect("admin:campaigns_linecheck_change", check.pk)
        obstacles = check
    most = kes(money.line_check_minor(0, MAX_CALL_S, now=clock.now()))
    sentence = _(
        "One call from %(line)s to the phone you choose, of about a minute. A voice says what to do: press 1, say hello, be silent while tones "
        "are played. What the platform does is noted and shown step by step. It costs what any call costs, at most %(most)s. The line's "
        "settings are changed only when you say so afterwards."
    )
    title = _("Check “%s”") % line
    words = sentence % {"line": line.number, "most": most}
    return confirm(model_admin, request, line, title=title, sentence=words, button=_("Ring and check"), obstacles=obstacles, form=form)


@admin.register(LineCheck)
class LineCheckAdmin(ReadOnlyAdmin):
    change_form_template = "admin/campaigns/line_check/change_form.html"
    list_display = ["__str__", "line", "rep", "started_by", "started_at", "state", "applied_by"]
    list_filter = ["line"]
    list_select_related = ["line", "rep"]
    fields = ["started_at"]  # the page has a template of its own

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see a line may see what its settings rest on."""
        return request.user.has_perm("campaigns.view_line") or bool(super().has_view_permission(request, obj))

    def get_urls(self) -> list[URLPattern]:
        return [path("<uuid:check_id>/save/", self.admin_site.admin_view(self.save_settings), name="campaigns_linecheck_save"), *super().get_urls()]

    @display(description=_("state"), label={str(_("at work")): "info", str(_("broke off")): "danger", str(_("over")): "success"})
    def state(self, check: LineCheck) -> str:
        if check.ended_at is None:
            return str(_("at work"))
        return str(_("broke off") if check.failure else _("over"))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        end_broken_off()
        obj.refresh_from_db()
        more = {"check": obj, "shown": _shown(obj), "may_save": request.user.has_perm("campaigns.change_line")}
        response: HttpResponse = super().render_change_form(request, {**context, **more}, *args, obj=obj, **kwargs)
        return response

    def save_settings(self, request: HttpRequest, check_id: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("campaigns.change_line"):
            raise PermissionDenied
        viewer_on(request).demand_whole_organisation()
        check = get_object_or_404(LineCheck.objects.select_related("line"), pk=check_id)
        if why := apply(check, by=request.user.get_username()):
            messages.error(request, told(why))
        else:
            messages.success(request, _("Saved. The old settings are kept with this check."))
        return redirect("admin:campaigns_linecheck_change", check.pk)


def _shown(check: LineCheck) -> Shown:
    result = result_from(check.findings) if check.findings else None
    is_over = check.ended_at is not None
    steps = tuple(Step(**step) for step in check.steps) if is_over else steps_of(seen_of(check.pk), is_over=False)
    has_begun = check.entries.exists()
    return Shown(
        steps=steps,
        rows=tuple((each, WORDS[each.outcome], COLOURS[each.outcome]) for each in result.findings) if result else (),
        proposals=tuple((each, _name_of(each.setting)) for each in result.proposals) if result else (),
        why_not_apply=why_not_apply(check) if is_over and check.applied_at is None else "",
        has_begun=has_begun,
        is_waiting_long=not has_begun and (clock.now() - check.started_at).total_seconds() > NOT_BEGUN_AFTER_S,
    )


def _name_of(setting: str) -> Any:
    return next(field.verbose_name for field in Line._meta.fields if field.name == setting)
