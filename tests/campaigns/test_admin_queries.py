"""No page of one row asks the database more where there is more behind the row."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.forms import ModelChoiceField
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.access.roles import Role
from campaigns.models import Answer, Call, Campaign, DialDecision, FlightEntry, LineCheck, Organisation, Question, Rep, Reservation, Script, Turn
from leads.models import AuditEntry, ConsentRecord, Lead
from tests.campaigns.console import administrator, finished_call
from tests.campaigns.growing import grow
from tests.campaigns.many_rows import many_rows
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
MANY = (Lead, Call, ConsentRecord, Answer, Turn, DialDecision, FlightEntry, AuditEntry)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
NAMES = [model._meta.label_lower for model in MODELS]
GROWING = {
    "auth.group": {"auth.user_groups", "auth.group_permissions"},
    "auth.user": {"auth.user_groups"},
    "campaigns.call": {"campaigns.turn", "campaigns.dialdecision"},
    "campaigns.campaign": {"campaigns.call"},
    "campaigns.handoff": {"campaigns.reservation"},
    "campaigns.line": {"campaigns.linecheck"},
    "campaigns.rep": {"campaigns.campaign_reps"},
    "campaigns.script": {"campaigns.question"},
    "leads.lead": {"leads.consentrecord", "campaigns.call"},
}


@pytest.fixture
def world(client, script, line, campaign) -> None:
    many_rows(script, line)
    Organisation.objects.get_or_create()
    call, rep, user = finished_call(campaign, Lead.objects.order_by("pk")[0]), Rep.objects.order_by("pk")[0], User.objects.order_by("pk")[0]
    Reservation.objects.create(handoff=call.handoff, rep=rep, offered_at=NOW, status="declined")
    Campaign.reps.through.objects.create(campaign=campaign, rep=rep)
    LineCheck.objects.update(ended_at=NOW)
    Question.objects.create(
        script=Script.objects.filter(launched_at=None).order_by("pk")[0], key="seats", position=1, kind="number", wording="How many?"
    )
    user.groups.add(Group.objects.get(name=Role.MANAGER.group_name))
    administrator(client)


def queries(client: Any, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address)
    assert response.status_code == 200, address
    return [query["sql"] for query in seen.captured_queries]


def row_of(model: Any) -> Any:
    """Whichever has the most behind it."""
    chosen = {
        "auth.group": {"name": Role.MANAGER.group_name},
        "campaigns.call": {"score__isnull": False},
        "campaigns.handoff": {"call__score__isnull": False},
        "campaigns.line": {"checks__isnull": False},
        "campaigns.script": {"launched_at": None, "questions__isnull": False},
    }
    return model._default_manager.filter(**chosen.get(model._meta.label_lower, {})).order_by("pk").first()


def address_of(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_the_page_of_a_row_asks_as_often_whether_two_or_six_rows_are_behind_it(client, world, model):
    row = row_of(model)
    assert row is not None, "many_rows makes none"
    address = address_of(model, "change", row.pk)
    grow(row, 1)
    queries(client, address)  # what is asked once a process
    few = queries(client, address)
    grown = grow(row, 4)
    many = queries(client, address)

    assert GROWING.get(model._meta.label_lower, set()) <= grown
    assert len(many) == len(few), [sql for sql in many if sql not in few][:10]


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_the_page_of_a_new_row_asks_as_often_however_many_there_are(client, world, model):
    if not admin.site._registry[model].has_add_permission(client.get("/admin/").wsgi_request):
        return
    address = address_of(model, "add")
    if client.get(address).status_code != 200:  # it begins elsewhere
        return
    few = queries(client, address)
    for each in MODELS:
        grow(row_of(each), 3)
    assert len(queries(client, address)) == len(few)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_no_form_offers_rows_that_there_are_a_million_of_in_a_list(client, world, model):
    """They are searched for, or shown and never chosen."""
    request = client.get("/admin/").wsgi_request
    page = admin.site._registry[model]
    if not page.has_add_permission(request) and not page.has_change_permission(request):
        return
    forms = [page.get_form(request), *(inline.get_formset(request).form for inline in page.get_inline_instances(request))]
    chosen = {name: field for form in forms for name, field in form.base_fields.items() if isinstance(field, ModelChoiceField)}
    offered = [name for name, field in chosen.items() if field.queryset.model in MANY and not isinstance(field.widget.widget, AutocompleteMixin)]
    assert offered == []
