"""What the pages of an import ask for: the file, what each column holds, and where consent comes from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from leads import clock
from leads.import_columns import CUSTOM, IGNORED, Layout
from leads.import_order import ConsentSource, ImportOrder
from leads.import_rows import MAX_LINE, MAX_PARAGRAPHS, MAX_WORD, Attestation
from leads.market_packs import market_packs
from leads.models import ConsentRecord
from leads.telling import told
from leads.words import Purpose

FIELD_WORDS: dict[Any, dict[str, Any]] = {
    _("The person"): {
        "phone": _("Phone number (needed)"),
        "name": _("Name"),
        "market": _("Country, two letters"),
        "time_zone": _("Time zone, for example Africa/Nairobi"),
        "language": _("Language, for example sw-KE"),
        "source": _("Where we got this person’s data"),
        "external_id": _("Id in your own system"),
    },
    _("Their consent"): {
        "consented": _("Agreed: yes or no"),
        "purpose": _("What they agreed to"),
        "given_at": _("When they agreed"),
        "channel": _("How they agreed"),
        "wording": _("The words they were shown or told"),
        "wording_version": _("Version of these words"),
        "controller": _("The organisation they agreed with"),
        "covers_automated_voice": _("Words name automated or AI voice: yes or no"),
        "grade": _("Grade of the evidence"),
        "lawful_basis": _("Lawful basis"),
        "expires_at": _("When consent ends"),
        "evidence": _("Where the proof is"),
    },
    _("Else"): {CUSTOM: _("Keep under its heading"), IGNORED: _("Leave out")},
}
PURPOSE_WORDS = {
    Purpose.MARKETING: _("Marketing: offers and sales"),
    Purpose.RESEARCH: _("Research: surveys"),
    Purpose.SERVICE: _("Service: about something they have or asked for"),
}
CHANNELS = ("paper form", "web form", "phone call", "recording", "in person", "message")
MAX_FIELDS = 200


def entered_layout(posted: QueryDict) -> Layout:
    """As the page of columns sends it; a row that is no number is the first one."""
    row = posted.get("heading_row", "1")
    fields: list[str] = []
    while len(fields) < MAX_FIELDS and (field := posted.get(f"field-{len(fields)}")) is not None:
        fields.append(field)
    return Layout(int(row) if row.isdecimal() and len(row) < 8 else 1, tuple(fields))


def countries() -> list[tuple[str, str]]:
    """Those that have calling rules here; a number of another country must name it."""
    return sorted(((market, told(pack.name)) for market, pack in market_packs().items()), key=lambda each: each[1])


class ConsentForm(forms.Form):
    source = forms.ChoiceField(label=_("Where does the consent of these people come from?"), widget=UnfoldAdminRadioSelectWidget)
    purpose = forms.ChoiceField(
        label=_("What did they agree to?"), required=False, choices=[(each.value, words) for each, words in PURPOSE_WORDS.items()],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    controller = forms.CharField(
        label=_("With which organisation?"),
        required=False,
        max_length=MAX_LINE,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "sq-controllers"}),
        help_text=_("As the words named it. A campaign may call for this organisation only"),
    )
    channel = forms.CharField(
        label=_("How did they agree?"),
        required=False,
        max_length=MAX_WORD,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "sq-channels"}),
        help_text=_("For example: paper form, web form, phone call"),
    )
    wording = forms.CharField(
        label=_("Which words were they shown or told?"),
        required=False,
        max_length=MAX_PARAGRAPHS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Word for word, in their language. They are kept with each person"),
    )
    covers_automated_voice = forms.BooleanField(
        label=_("These words say that an automated or AI voice may call"), required=False, widget=UnfoldBooleanWidget
    )
    i_answer = forms.BooleanField(
        label=_("I answer for it that everybody on this list agreed to this. My name and the time are kept with each of them."),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, order: ImportOrder, by: str, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_initial(order))
        self._by = by
        of_list = [(ConsentSource.LIST.value, _("The list says it: each row names its own consent"))] if order.names_consent else []
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            *of_list,
            (ConsentSource.ATTESTED.value, _("I answer for it: they agreed, and the list does not say so itself")),
            (ConsentSource.NONE.value, _("Nobody has agreed yet: keep them as leads that are not called")),
        ]

    @property
    def controllers(self) -> list[str]:
        """Organisations that consent names already, to choose from."""
        return list(ConsentRecord.objects.exclude(controller="").order_by("controller").values_list("controller", flat=True).distinct()[:20])

    @property
    def channels(self) -> tuple[str, ...]:
        return CHANNELS

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("source") == ConsentSource.ATTESTED:
            for name in ("purpose", "controller", "channel", "wording"):
                if not entered.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for consent that you answer for."))
            if not entered.get("i_answer"):
                self.add_error("i_answer", _("Without your word there is no consent. Tick it, or choose “Nobody has agreed yet”."))
        return entered

    def chosen(self) -> ConsentSource:
        return ConsentSource(self.cleaned_data["source"])

    def attestation(self) -> Attestation | None:
        if self.chosen() != ConsentSource.ATTESTED:
            return None
        entered = self.cleaned_data
        return Attestation(
            self._by[:MAX_LINE],
            clock.now(),
            Purpose(entered["purpose"]),
            entered["controller"],
            entered["channel"],
            entered["wording"],
            entered["covers_automated_voice"],
        )


def _initial(order: ImportOrder) -> dict[str, Any]:
    decided = "" if order.consent == ConsentSource.UNDECIDED else order.consent.value
    source = decided or (ConsentSource.LIST.value if order.names_consent else "")
    given = order.attestation
    if given is None:
        return {"source": source}
    return {
        "source": source,
        "purpose": given.purpose.value,
        "controller": given.controller,
        "channel": given.channel,
        "wording": given.wording,
        "covers_automated_voice": given.covers_automated_voice,
    }  # the word itself is given anew each time
