"""What the pages of an import show: the steps, each column with its guess, what consent is worth in each country, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads import clock, import_desk, import_files, import_order, import_work
from leads.admin.import_forms import FIELD_WORDS, countries
from leads.import_mapping import ColumnGuess, country_guess, faults_of_layout, guesses_of
from leads.import_order import ConsentSource, ImportOrder
from leads.import_preview import Preview, from_json, why_attested_is_too_little
from leads.import_stage import AT_WORK, Stage, percent
from leads.market_packs import market_packs
from leads.models import Lead, LeadImport
from leads.rules_in_force import rules_in_force
from leads.said import code
from leads.spreadsheet import Row
from leads.telling import told
from leads.words import Purpose

N_HEADING_ROWS = 10


@dataclass(frozen=True, slots=True)
class Step:
    title: Any
    url: str
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class ColumnShown:
    guess: ColumnGuess
    field: str  # as it is chosen
    name: str  # of the box

    @property
    def is_changed(self) -> bool:
        return self.field != self.guess.field


@dataclass(frozen=True, slots=True)
class Worth:
    """What somebody's word for a list is worth for calls to one country."""

    country: str
    n_people: int
    lacking: tuple[str, ...]  # empty: they may be called, as far as consent goes


def page_of(kept: LeadImport, word: str) -> str:
    return reverse(f"admin:leads_leadimport_{word}", args=[kept.pk])


def next_page(kept: LeadImport) -> str:
    """Where to go on."""
    if kept.stage == Stage.COLUMNS:
        return page_of(kept, "columns")
    return page_of(kept, "preview") if kept.stage in (Stage.CHECKING, Stage.CHECKED) else page_of(kept, "change")


def steps_of(kept: LeadImport | None, now: str) -> list[Step]:
    """`now`: begin, columns, preview, consent or change."""
    words = [("begin", _("File")), ("columns", _("Columns")), ("preview", _("Check")), ("consent", _("Consent")), ("change", _("Import"))]
    place = [word for word, _title in words].index(now)
    shown = []
    for n, (word, title) in enumerate(words):
        may_go = kept is not None and kept.stage in (Stage.COLUMNS, Stage.CHECKED, Stage.CHECKING) and n < place and word != "begin"
        shown.append(Step(title, page_of(kept, word) if may_go and kept is not None else "", n < place, n == place))
    return shown


def columns_shown(kept: LeadImport, rows: list[Row]) -> dict[str, Any]:
    order = import_order.from_json(kept.order)
    layout = order.layout
    guesses = guesses_of(rows, layout.heading_row)
    fields = [*layout.fields, *(guess.field for guess in guesses[len(layout.fields) :])]
    guess = country_guess(rows, layout) if "phone" in layout.fields else None
    return {
        "columns": [ColumnShown(each, field, f"field-{each.place}") for each, field in zip(guesses, fields, strict=False)],
        "groups": [(group, list(words.items())) for group, words in FIELD_WORDS.items()],
        "heading_rows": [(row.number, " · ".join(filter(None, row.cells[:4]))[:60]) for row in rows[:N_HEADING_ROWS]],
        "heading_row": layout.heading_row,
        "countries": countries(),
        "market": order.market,
        "country": guess,
        "faults": [told(fault) for fault in faults_of_layout(layout)],
    }


def preview_shown(kept: LeadImport) -> dict[str, Any]:
    held = import_work.preview_of(kept) if kept.stage == Stage.CHECKED else None
    preview = from_json(held) if held else None
    order = import_order.from_json(kept.order)
    given = order.attestation
    return {
        "preview": preview,
        "own_language": Lead._meta.get_field("language").default,  # of a new lead whose row says none
        "is_decided": order.consent != ConsentSource.UNDECIDED,
        "consent": order.consent.value,
        "attestation": given,
        "worth": worth_of(preview.markets, given.purpose, covers_automated_voice=given.covers_automated_voice) if preview and given else [],
        "in_the_way": told(import_desk.one_at_a_time_words(kept)) if import_desk.same_file(kept).filter(stage=Stage.IMPORTING).exists() else "",
    }


def worth_of(markets: Mapping[str, int], purpose: Purpose, *, covers_automated_voice: bool) -> list[Worth]:
    found = []
    for market, n_people in markets.items():
        pack = market_packs().get(market)
        if pack is None:
            found.append(Worth(market, n_people, (str(_("There are no calling rules for this country, so nobody there is called.")),)))
            continue
        demand = rules_in_force(pack, "", "", at=clock.now()).purposes[purpose].consent
        lacking = why_attested_is_too_little(demand, covers_automated_voice=covers_automated_voice)
        found.append(Worth(told(pack.name), n_people, tuple(map(told, lacking))))
    return found


def worth_by_purpose(preview: Preview | None) -> list[tuple[Any, list[Worth]]]:
    """For the page that asks: before anybody chose, with the machine's voice named."""
    if preview is None:
        return []
    return [(told(code(purpose)), worth_of(preview.markets, purpose, covers_automated_voice=True)) for purpose in Purpose]


def progress_of(kept: LeadImport) -> dict[str, Any]:
    """For the page that looks again by itself. `is_waiting`: no worker has it."""
    at_work = kept.stage in AT_WORK
    return {
        "stage": kept.stage,
        "percent": percent(kept.n_rows_done, kept.n_rows),
        "n_done": kept.n_rows_done,
        "n_rows": kept.n_rows,
        "is_waiting": at_work and not import_files.is_worked_on(kept.file_key),
    }


def same_file_shown(kept: LeadImport) -> LeadImport | None:
    return import_desk.same_file(kept).first()


def order_of(kept: LeadImport) -> ImportOrder:
    return import_order.from_json(kept.order)
