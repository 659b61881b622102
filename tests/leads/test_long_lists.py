"""Lists of a million rows: counted so far and no further, searched by what an index knows, filtered by the values there are."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator

from leads.long_lists import BoundedPaginator, asked_for, counts_of, found_among, is_id, page_of, rows_of, up_to, values_of
from leads.models import Lead

pytestmark = pytest.mark.django_db
ALL = ("name", "phone", "external_id")


class Short(BoundedPaginator):
    counted = 30


@pytest.fixture
def mosi(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("mosi"))


def page(client, path: str) -> str:
    return " ".join(client.get(f"/admin/leads/{path}").content.decode().split())


@pytest.fixture
def people() -> list[Lead]:
    return Lead.objects.bulk_create(
        Lead(phone=f"+2547000000{n:02}", name=f"Person {n}", market=("KE", "TZ")[n % 2], source="fair" if n else "", external_id=f"CRM-{n}")
        for n in range(45)
    )


def leads(term: str, fields: tuple[str, ...] = ALL) -> set[str]:
    return set(Lead.objects.filter(asked_for(term, fields)).values_list("name", flat=True))


def test_a_list_is_counted_up_to_its_bound(people):
    pages = Short(Lead.objects.order_by("phone"), 5)

    assert (pages.count, pages.num_pages, pages.has_more) == (30, 6, True)


def test_a_list_that_ends_at_its_bound_has_no_more(people):
    pages = Short(Lead.objects.filter(pk__in=[lead.pk for lead in people[:30]]).order_by("phone"), 5)

    assert (pages.count, pages.has_more) == (30, False)


@pytest.mark.parametrize("number", [1, 3, 4, 9])
def test_a_page_far_down_holds_what_it_holds_without_a_bound(people, number):
    rows = Lead.objects.order_by("-phone")

    assert list(BoundedPaginator(rows, 5).page(number)) == list(Paginator(rows, 5).page(number))


def test_the_count_does_not_grow_with_the_rows(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        pages = Short(Lead.objects.order_by("phone"), 5)
        assert pages.count and pages.has_more


def test_the_console_says_that_there_are_more(client, mosi, people, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "counted", 40)

    assert "more than 40 leads. Search or filter to see the others." in page(client, "lead/")


def test_the_console_says_how_many_there_are(client, mosi, people):
    shown = page(client, "lead/")

    assert "45 leads" in shown and "more than" not in shown


def test_several_counts_are_one_query_that_stops_at_the_bound(people, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("leads.long_lists.COUNTED", 20)
    asked = {"all": Lead.objects.all(), "KE": Lead.objects.filter(market="KE"), "fair": Lead.objects.filter(source="")}

    with django_assert_num_queries(1):
        found = counts_of(asked)
    assert found == {"all": 21, "KE": 21, "fair": 1}
    assert [up_to(n) for n in found.values()] == ["20+", "20+", "1"]


def test_of_nobody_there_are_none(db):
    assert counts_of({"all": Lead.objects.all()}) == {"all": 0} and counts_of({}) == {}


def test_a_filter_offers_the_values_there_are_and_asks_once(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert values_of(Lead.objects.all(), "market") == ["KE", "TZ"]
    assert values_of(Lead.objects.all(), "source") == ["", "fair"]
    assert values_of(Lead.objects.all(), "language") == ["en-KE"]


def test_a_filter_offers_only_what_the_viewers_own_rows_hold(people, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert values_of(Lead.objects.filter(source="fair", market="TZ"), "market") == ["TZ"]


def test_an_empty_table_offers_nothing():
    assert values_of(Lead.objects.filter(market="KE"), "market") == []


@pytest.fixture
def cast() -> None:
    for phone, name, external_id in [
        ("+254712345678", "Asha Wanjiru", "CRM-7"),
        ("+255712345678", "Juma Ndung'u", None),
        ("+254733000111", "Łukasz O", "8"),
    ]:
        Lead.objects.create(phone=phone, name=name, external_id=external_id)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("asha", {"Asha Wanjiru"}),
        ("wanj", {"Asha Wanjiru"}),
        ("wanjiru ASHA", {"Asha Wanjiru"}),
        ("anjiru", set()),
        ("juma asha", set()),
        ("100%", set()),
        ("_", set()),
        ("!?", set()),
        ("+254712", {"Asha Wanjiru"}),
        ("+2547", {"Asha Wanjiru", "Łukasz O"}),
        ("0712 345-678", {"Asha Wanjiru", "Juma Ndung'u"}),
        ("254712345678", {"Asha Wanjiru"}),
        ("00254712345678", {"Asha Wanjiru"}),
        ("000111", {"Łukasz O"}),
        ("CRM-7", {"Asha Wanjiru"}),
        ("8", {"Łukasz O"}),
    ],
)
def test_people_are_found_by_words_numbers_and_ids(cast, term, found):
    assert leads(term) == found


@pytest.mark.parametrize("term", ["+254712345678", "0712345678", "345678"])
def test_who_may_not_search_by_number_finds_nobody_by_one(cast, term):
    assert leads(term, ("name", "external_id")) == set()


def test_who_may_not_search_by_name_finds_nobody_by_one(cast):
    assert leads("asha", ("external_id",)) == set()


def test_of_too_many_people_the_newest_are_shown_and_that_is_said(client, mosi, asha, monkeypatch):
    monkeypatch.setattr("leads.long_lists.FEW", 1)
    monkeypatch.setattr("leads.long_lists.NEWEST", 1)
    Lead.objects.create(phone="+254712999999", name="Asha Other")

    shown = page(client, "consentrecord/?q=Asha")
    assert "More than 1 people fit. Shown is what belongs to the newest 1 of them" in shown
    assert asha.phone not in shown


@pytest.mark.parametrize(("term", "is_one"), [("7d444840-9dc0-11d1-b245-5ffdce74fad2", True), ("asha", False), ("", False)])
def test_an_id_is_known_as_one(term, is_one):
    assert is_id(term) is is_one


@pytest.mark.parametrize("order", [("-created_at", "id"), ("created_at", "-pk"), ("-phone",)])
@pytest.mark.parametrize("term", ["person", "Person 1", "zzyzx"])
def test_what_is_looked_for_once_is_what_is_found_in_the_same_order(people, order, term):
    rows, found = Lead.objects.filter(market="KE").order_by(*order), asked_for(term, ALL)

    assert list(found_among(rows, found, counted=500)) == list(rows.filter(found))
    assert list(found_among(rows, found, counted=10_000)) == list(rows.filter(found))


def test_of_a_list_that_is_counted_to_a_few_one_more_is_found_which_tells_that_there_are_more(people):
    rows = Lead.objects.filter(market="KE").order_by("phone")
    assert list(found_among(rows, asked_for("person", ALL), counted=4)) == list(rows[:5])


def test_leads_are_not_sorted_by_number(mosi, client, people):
    assert page(client, "lead/?o=2").index("+254700000044") < page(client, "lead/?o=2").index("+254700000003"), "the newest first, as without"


@pytest.mark.parametrize("limit", [1, 7, 45, 60])
@pytest.mark.parametrize("offset", [0, 1, 20, 22, 23, 30, 40, 44, 45, 46, 10_000_000])
def test_a_page_however_deep_holds_what_a_plain_slice_holds(people, offset, limit):
    rows = Lead.objects.order_by("-created_at", "id")
    assert page_of(rows, offset, limit, of=45) == list(rows[offset : offset + limit])


def test_a_page_asks_for_keys_and_for_its_own_rows(people, django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        page_of(Lead.objects.order_by("-created_at", "id"), 30, 5, of=45)
    assert [query["sql"].count("custom_fields") > 0 for query in asked.captured_queries] == [False, True]


def test_rows_come_in_the_order_of_their_keys_and_one_that_has_gone_is_left_out(people):
    keys = [people[3].pk, people[1].pk, people[2].pk]
    Lead.objects.filter(pk=people[1].pk).delete()
    assert [lead.name for lead in rows_of(keys, Lead.objects.all())] == ["Person 3", "Person 2"]
