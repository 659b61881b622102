"""The table of retry rules: edited in place, each change kept in the row's history with both values, and put back as shipped on request."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override
from unfold.admin import ModelAdmin
from unfold.decorators import action

from campaigns.admin.confirm import confirm
from campaigns.admin.quick_select import QuickSelect
from campaigns.models import RetryRule
from campaigns.outcomes import NEVER_AGAIN, AttemptOutcome
from campaigns.retries import SHIPPED
from campaigns.retry_rules import restore_shipped
from campaigns.retry_words import rule_in_words
from leads.telling import told

EDITED = ["is_final", "delay_minutes", "n_day_parts", "max_attempts", "aapor_code"]
AS_SHIPPED = Case(*(When(outcome=outcome, then=Value(place)) for place, outcome in enumerate(SHIPPED)), output_field=IntegerField())


class RetryRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of an outcome that is final for good only the code can be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if why := NEVER_AGAIN.get(self.instance.outcome):
            for name in set(self.fields) & set(EDITED) - {"aapor_code"}:  # who only looks gets none
                self.fields[name].disabled = True
                self.fields[name].widget.attrs["title"] = told(why)


@admin.register(RetryRule)
class RetryRuleAdmin(ModelAdmin):  # type: ignore[misc]
    form = RetryRuleForm
    list_display = ["name", *EDITED, "in_words", "shipped"]
    list_editable = EDITED
    list_display_links = ["name"]
    list_per_page = len(AttemptOutcome)
    fields = ["name", "in_words", *EDITED, "shipped"]
    readonly_fields = ["name", "in_words", "shipped"]
    actions_list = ["restore"]
    actions = None

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        return [AS_SHIPPED.asc()]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{**kwargs, "form": RetryRuleForm})

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_choice_field(db_field, request, **{**kwargs, "widget": QuickSelect()})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_change_permission(request))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> str:
        """Who changed it and when the history knows; what, from which value to which, it is told here."""
        with override(settings.LANGUAGE_CODE):  # kept, and read by others
            return "; ".join(f"{form.fields[name].label or name}: {form.initial[name]} → {form.cleaned_data[name]}" for name in form.changed_data)

    @admin.display(description=_("outcome"))
    def name(self, rule: RetryRule) -> str:
        return str(rule)

    @admin.display(description=_("in words"))
    def in_words(self, rule: RetryRule) -> Any:
        return told(NEVER_AGAIN.get(AttemptOutcome(rule.outcome)) or rule_in_words(rule.as_rule()))

    @admin.display(description=_("as shipped"))
    def shipped(self, rule: RetryRule) -> Any:
        as_shipped = SHIPPED[AttemptOutcome(rule.outcome)]
        if rule.as_rule() == as_shipped:
            return _("yes")
        return _("no: %(rule)s, AAPOR %(code)s") % {"rule": told(rule_in_words(as_shipped)), "code": as_shipped.aapor_code}

    @action(description=_("Back to the shipped values"), permissions=["restore"], icon="restart_alt")
    def restore(self, request: HttpRequest) -> HttpResponse:
        back_url = reverse("admin:campaigns_retryrule_changelist")
        if request.method == "POST":
            restored = restore_shipped()
            for row in RetryRule.objects.filter(pk__in=restored):
                self.log_change(request, row, f"back to the shipped values: {rule_in_words(row.as_rule())}")
            messages.success(request, ngettext("%d rule put back.", "%d rules put back.", len(restored)) % len(restored))
            return redirect(back_url)
        changed = [str(row) for row in RetryRule.objects.order_by(AS_SHIPPED) if row.as_rule() != SHIPPED[AttemptOutcome(row.outcome)]]
        return confirm(
            self,
            request,
            None,
            title=_("Put the retry rules back as they were shipped?"),
            sentence=_("These were changed and will be overwritten: %s. Calls that are queued keep their times.") % ", ".join(changed),
            button=_("Put back"),
            obstacles=[] if changed else [str(_("Every rule is as it was shipped."))],
            back_url=back_url,
        )
