"""The consoles for leads and consent records. Evidence can be added here, never changed."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action
from unfold.views import ChangeList

from leads import clock
from leads.admin.phone_form import PhoneForm
from leads.compliance import ConsentKind, Purpose, Reason
from leads.consent import faults_of, record_consent
from leads.do_not_call import entries_of
from leads.eligibility import decide, region_said
from leads.lead_entry import derive_place
from leads.list_filters import When
from leads.long_lists import KnownValues, asked_for, found_among, of_whom
from leads.market_packs import market_packs
from leads.market_rules import MarketPack, stale_rules
from leads.models import ConsentRecord, Lead, PackAcknowledgement
from leads.once import once_a_page
from leads.rules_in_force import rules_in_force
from leads.said import code
from leads.telling import told
from leads.zones import MEND, zone_named

SEARCH_HELP = _("A name, the beginning of a number with + and country code, or the last digits of a number")


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name and zone_named(name) is None:
            raise forms.ValidationError(told(MEND))
        return name

    def clean_custom_fields(self) -> Any:
        return self.cleaned_data["custom_fields"] or {}  # an emptied box is JSON's null


class NewLeadForm(PhoneForm, LeadForm):
    """Market and time zone follow from the number, where it tells."""


class ConsentForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_evidence(self) -> Any:
        return self.cleaned_data["evidence"] or {}

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if not self.errors:
            for fault in faults_of(ConsentRecord(**entered), now=clock.now()):
                self.add_error(fault.field, told(fault.message))
        return entered


_CONSENT_FIELDS = [
    ("kind", "purpose"),
    ("controller", "covers_automated_voice"),
    ("channel", "grade"),
    ("given_at", "expires_at"),
    "wording",
    ("language", "wording_version"),
    "evidence",
    ("lawful_basis", "source"),
]


class ConsentInline(StackedInline):  # type: ignore[misc]
    model = ConsentRecord
    form = ConsentForm
    fields = _CONSENT_FIELDS
    extra = 0
    tab = True
    show_change_link = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LeadList(ChangeList):  # type: ignore[misc]
    """Asks once a page who is on the do-not-call list: the database cannot join leads with digests."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        on_list = entries_of(lead.phone for lead in self.result_list)
        for lead in self.result_list:
            lead.is_on_list = lead.phone in on_list


@admin.register(Lead)
class LeadAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["__str__", "phone", "market", "time_zone", "language", "source", "is_on_do_not_call", "created_at"]
    list_filter = [("market", KnownValues), ("time_zone", KnownValues), ("language", KnownValues), ("source", KnownValues), ("created_at", When)]
    list_filter_submit = True
    search_fields = ["name", "phone", "external_id"]
    search_help_text = SEARCH_HELP
    # By what an index can put in order. Not by number: who sees some campaigns only would wait for seconds, and a number's beginning is searched for.
    sortable_by = ["created_at"]
    ordering = ["-created_at", "id"]
    inlines = [ConsentInline]
    actions_list = ["import_list"]

    @action(description=_("Import a list"), permissions=["import"], icon="upload_file")
    def import_list(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:leads_leadimport_add")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    def get_form(self, request: HttpRequest, obj: Lead | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=LeadForm if change else NewLeadForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Lead | None = None) -> list[str]:
        entered = ["phone", "name", "time_zone", "language", "source", "external_id", "custom_fields"]
        return ["may_we_call_now", "market", *entered] if obj else entered

    def get_readonly_fields(self, request: HttpRequest, obj: Lead | None = None) -> list[str]:
        # Consent was given for this number: another number is another lead.
        return ["may_we_call_now", "market", "phone"] if obj else []

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LeadList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str) -> tuple[QuerySet[Lead], bool]:
        if not search_term.strip():
            return queryset, False
        counted = self.get_paginator(request, queryset, self.list_per_page).counted  # by the console's rights: fewer of who sees some campaigns only
        return found_among(queryset, asked_for(search_term, self.get_search_fields(request)), counted=counted), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # erased instead, which keeps what protects them and leaves no file behind

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        if not change:
            derive_place(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for record in formset.save(commit=False):
            record_consent(record, now=clock.now(), by=request.user)  # type: ignore[arg-type]

    @admin.display(description=_("do not call"), boolean=True)
    def is_on_do_not_call(self, lead: Any) -> bool:
        return bool(lead.is_on_list)

    @admin.display(description=_("May we call now?"))
    @once_a_page
    def may_we_call_now(self, lead: Lead) -> SafeString:
        return format_html(
            "{}<p>{}</p>{}",
            format_html_join("", "{}", ((_verdict(lead, purpose),) for purpose in Purpose)),
            _("For the organisation named in the newest consent. Earlier calls are counted when a campaign dials."),
            _rules_read(market_packs().get(lead.market)),
        )


def _verdict(lead: Lead, purpose: Purpose) -> SafeString:
    """Yes or no for one purpose, with every reason and where the hours come from."""
    given = list(lead.consent_records.filter(kind=ConsentKind.GIVEN))
    newest = next((record for record in given if record.purpose == purpose), given[0] if given else None)
    eligibility = decide(lead, purpose=purpose, controller=newest.controller if newest else "", attempts=(), at=clock.now())
    # No consent is reason enough; that it names no organisation either would only confuse.
    sentences = [refusal.sentence for refusal in eligibility.refusals if refusal.reason != Reason.CONTROLLER_MISSING]
    pack = market_packs().get(lead.market)
    rules = rules_in_force(pack, lead.phone, region_said(lead.custom_fields.get("region")), at=clock.now()).purposes[purpose] if pack else None
    origins = [(_("Hours by"), rules.hours.origin), (_("Consent by"), rules.consent.origin)] if rules else []
    return format_html(
        '<p><strong>{}: {}</strong></p><ul class="list-disc ml-4">{}</ul><div class="mb-2 text-xs">{}</div>',
        capfirst(told(code(purpose))),
        _("yes") if eligibility.is_allowed else _("no"),
        format_html_join("", "<li>{}</li>", ((told(sentence),) for sentence in sentences)),
        format_html_join("", "<p>{} ({}): {}</p>", ((words, origin.tag.name.lower(), origin.source) for words, origin in origins)),
    )


def _rules_read(pack: MarketPack | None) -> SafeString:
    if pack is None:
        return format_html("<p>{}</p>", _("There are no calling rules for this market."))
    stale = stale_rules(pack, on=clock.now().date())
    warning = format_html(" {} {}.", _("Not read again for 180 days:"), ", ".join(stale)) if stale else ""
    return format_html("<p>{} {}.{}</p>", _("Rules:"), pack.version, warning)


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ModelAdmin):  # type: ignore[misc]
    form = ConsentForm
    list_display = ["lead", "kind", "purpose", "controller", "covers_automated_voice", "grade", "given_at", "expires_at"]
    list_filter = ["kind", "purpose", "grade", "covers_automated_voice", ("channel", KnownValues), ("given_at", When)]
    list_filter_submit = True
    list_select_related = ["lead"]
    search_fields = ["lead__name", "lead__phone", "lead__external_id"]
    search_help_text = SEARCH_HELP
    sortable_by = ["given_at"]
    autocomplete_fields = ["lead"]

    def get_fields(self, request: HttpRequest, obj: ConsentRecord | None = None) -> list[Any]:
        set_by_us = ["pack_version", "evidence_hash", "recorded_by", "recorded_at"]
        return ["lead", *_CONSENT_FIELDS, *(set_by_us if obj else [])]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[ConsentRecord], search_term: str) -> tuple[QuerySet[ConsentRecord], bool]:
        if not search_term.strip():
            return queryset, False
        return of_whom(self, request, queryset, search_term, path="lead"), False

    def get_readonly_fields(self, request: HttpRequest, obj: ConsentRecord | None = None) -> list[str]:
        return ["recorded_at"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ConsentRecord, form: Any, change: bool) -> None:
        record_consent(obj, now=clock.now(), by=request.user)  # type: ignore[arg-type]


@admin.register(PackAcknowledgement)
class PackAcknowledgementAdmin(ModelAdmin):  # type: ignore[misc]
    """To read only: `manage.py acknowledge_pack` asks whether there is anything to answer for."""

    list_display = ["pack_version", "acknowledged_by", "acknowledged_at"]
    list_select_related = ["acknowledged_by"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
