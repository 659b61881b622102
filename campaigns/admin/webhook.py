"""Webhook endpoints: made here or over REST, their secret shown once; tested, paused, renewed. And the list of what was sent to them."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from campaigns.admin.confirm import asked_for, confirm
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.integrations.webhooks import endpoints
from campaigns.integrations.webhooks.endpoints import EndpointRefused
from campaigns.integrations.webhooks.event_types import ALL, MEANINGS, SUBSCRIBABLE, EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from leads.admin.colours import by_words
from leads.long_lists import KnownValues
from leads.retelling import retold
from leads.telling import told_later

Status = WebhookDelivery.Status
COLOURS = {Status.PENDING: "info", Status.DELIVERED: "success", Status.FAILED: "warning", Status.DEAD: "danger"}


def _meaning(event_type: EventType) -> Any:
    return format_lazy("{} · {}", event_type.value, told_later(MEANINGS[event_type]))


EVENTS = [(ALL, _("Everything, also what later versions tell")), *((each.value, _meaning(each)) for each in SUBSCRIBABLE)]


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.CharField(
        label=_("Address"), widget=UnfoldAdminTextInputWidget, help_text=_("https, reached from the internet. Redirects are not followed")
    )
    event_types = forms.MultipleChoiceField(label=_("Told of"), choices=EVENTS, widget=UnfoldAdminCheckboxSelectMultipleWidget, initial=[ALL])

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        for name in ("url", "event_types"):
            try:
                endpoints.check(**{name: entered.get(name)})
            except EndpointRefused as refused:
                self.add_error(name, retold(refused.message))
        return entered


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):  # type: ignore[misc]
    form = EndpointForm
    list_display = ["__str__", "state", "told_of", "include_personal_data", "failing_since", "created_by"]
    list_filter = ["is_active"]
    search_fields = ["url", "description"]
    actions_detail = ["deliveries", "send_test", "rotate_secret", "pause", "switch_on"]

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> list[Any]:
        entered = ["url", "description", "include_personal_data", "event_types"]
        return ["standing", *entered, "failing_since", "previous_secret_until", ("created_by", "created_at")] if obj else entered

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> list[str]:
        shown = ["standing", "failing_since", "previous_secret_until", "created_by", "created_at"]
        return ["include_personal_data", *shown] if obj else shown

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "include_personal_data":
            field.help_text = _("Sent with each event. It cannot be changed afterwards; without it the lead is told by ids alone.")
        return field

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        entered = {name: form.cleaned_data[name] for name in ("url", "description", "event_types")}
        if change:
            endpoints.change(obj, **entered)
            return
        made = endpoints.create(**entered, include_personal_data=form.cleaned_data["include_personal_data"], by=request.user.get_username())
        obj.pk = made.pk
        _show(request, made.secret)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done as things stand."""
        endpoint = self.get_object(request, str(object_id))
        if endpoint is None:
            return []
        impossible = {"switch_on"} if endpoint.is_active else {"pause", "send_test"}
        return [button for button in super().get_actions_detail(request, object_id) if button.path not in impossible]

    @display(description=_("status"), ordering="is_active", label={"on": "success", "off": "danger", "failing": "warning"})
    def state(self, endpoint: WebhookEndpoint) -> tuple[str, Any]:
        if not endpoint.is_active:
            return "off", _("off")
        return ("failing", _("failing")) if endpoint.failing_since else ("on", _("on"))

    @admin.display(description=_("status"))
    def standing(self, endpoint: WebhookEndpoint) -> str:
        _colour, word = self.state(endpoint)
        return f"{word}. {retold(endpoint.disabled_because)}" if endpoint.disabled_because else str(word)

    @admin.display(description=_("told of"))
    def told_of(self, endpoint: WebhookEndpoint) -> Any:
        return _("everything") if endpoint.event_types == [ALL] else ", ".join(endpoint.event_types)

    # ---- buttons --------------------------------------------------------------------------------------------------------

    @action(description=_("Deliveries"), permissions=["view"], icon="outbox")
    def deliveries(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to_deliveries(asked_for(self, request, object_id))

    @action(description=_("Send a test"), permissions=["change"], icon="send")
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = asked_for(self, request, object_id)
        if request.method != "POST":
            sentence = _("An event of the type webhook.test goes to %(url)s, signed like all others.") % {"url": endpoint.url}
            return confirm(self, request, endpoint, title=_("Send a test event?"), sentence=sentence, button=_("Send a test"))
        try:
            endpoints.send_test(endpoint)
        except EndpointRefused as refused:
            messages.error(request, retold(refused.message))
        else:
            messages.success(request, _("The test is on its way. What came of it is shown here in a moment."))
        return _to_deliveries(endpoint)

    @action(description=_("New secret"), permissions=["change"], icon="key")
    def rotate_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = asked_for(self, request, object_id)
        if request.method != "POST":
            sentence = _("You are shown a new secret, once. For 24 hours both sign, so that the receiver can be changed without a gap.")
            return confirm(self, request, endpoint, title=_("Make a new secret?"), sentence=sentence, button=_("New secret"))
        _show(request, endpoints.rotate_secret(endpoint))
        return redirect("admin:campaigns_webhookendpoint_change", endpoint.pk)

    @action(description=_("Pause"), permissions=["change"], icon="pause")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = asked_for(self, request, object_id)
        if request.method != "POST":
            sentence = _("Nothing is sent to it until it is switched on again. What waits is kept; what happens meanwhile is never told.")
            return confirm(self, request, endpoint, title=_("Pause this endpoint?"), sentence=sentence, button=_("Pause"), is_dangerous=True)
        endpoints.pause(endpoint, by=request.user.get_username())
        messages.success(request, _("Paused."))
        return redirect("admin:campaigns_webhookendpoint_change", endpoint.pk)

    @action(description=_("Switch on"), permissions=["change"], icon="play_arrow")
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = asked_for(self, request, object_id)
        if request.method != "POST":
            sentence = _("What waited for it is sent now, the oldest first. What happened while it was off is not told.")
            return confirm(self, request, endpoint, title=_("Switch this endpoint on?"), sentence=sentence, button=_("Switch on"))
        endpoints.switch_on(endpoint)
        messages.success(request, _("It is told of events again."))
        return redirect("admin:campaigns_webhookendpoint_change", endpoint.pk)


def _to_deliveries(endpoint: WebhookEndpoint) -> HttpResponse:
    return redirect(f"{reverse('admin:campaigns_webhookdelivery_changelist')}?endpoint__id__exact={endpoint.pk}")


def _show(request: HttpRequest, secret: str) -> None:
    messages.warning(request, _("Copy this secret now, it is not shown again: %(secret)s") % {"secret": secret})


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["type", "state", "endpoint", "n_attempts", "went_wrong", "next_attempt_at", "created_at"]
    list_filter = ["status", ("type", KnownValues), "endpoint"]
    list_select_related = ["endpoint"]
    search_fields = ["event_id"]
    ordering = ["-id"]
    sortable_by = ["created_at"]
    actions = ["send_again"]
    fields = [
        "type", "state", "event_id", "to", "payload", ("n_attempts", "last_status"), "went_wrong", "response",
        "created_at", "delivered_at", "next_attempt_at",
    ]  # fmt: skip
    readonly_fields = ["state", "to", "went_wrong"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_webhookdelivery")

    @display(description=_("status"), ordering="status", label=by_words(Status.choices, COLOURS))
    def state(self, delivery: WebhookDelivery) -> str:
        return delivery.get_status_display()

    @admin.display(description=_("what went wrong"))
    def went_wrong(self, delivery: WebhookDelivery) -> str:
        return retold(delivery.last_error)

    @admin.display(description=_("endpoint"))
    def to(self, delivery: WebhookDelivery) -> SafeString:
        address = reverse("admin:campaigns_webhookendpoint_change", args=[delivery.endpoint_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, delivery.endpoint)

    @admin.action(description=_("Send the chosen ones again"), permissions=["send"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        """Those whose endpoint is off stay as they are."""
        n_sent = n_off = 0
        for delivery in deliveries.select_related("endpoint"):
            try:
                endpoints.send_again(delivery)
            except EndpointRefused:
                n_off += 1
            else:
                n_sent += 1
        if n_sent:
            sentence = ngettext("%d delivery is on its way again.", "%d deliveries are on their way again.", n_sent)
            self.message_user(request, sentence % n_sent, messages.SUCCESS)
        if n_off:
            sentence = ngettext("%d was not sent: its endpoint is off.", "%d were not sent: their endpoint is off.", n_off)
            self.message_user(request, sentence % n_off, messages.WARNING)
