from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import override_settings

from leads.do_not_call import (
    add_many_to_do_not_call,
    add_to_do_not_call,
    entries_of,
    is_on_do_not_call,
    removals_of,
    take_off_do_not_call,
)
from leads.do_not_call_rows import Listing
from leads.entry_refused import EntryRefused
from leads.models import DoNotCallEntry, DoNotCallRemoval, InstallationSecret, Lead
from leads.phone_digest import DigestKeyLost, digests_of, digests_to_enter
from tests.conftest import NOW
from tests.leads.races import somebody_else_acts_after_we_looked

Origin = DoNotCallEntry.Origin
ASHA, BARAKA = "+254712123401", "+254712123402"


def enter(phone: str, **fields: Any) -> DoNotCallEntry:
    return add_to_do_not_call(phone, **{"origin": Origin.API, "reason": "", "at": NOW, **fields})[0]


# ---- putting on -----------------------------------------------------------------------------------------------------------------


def test_it_puts_a_number_on_the_list(db, django_user_model):
    mosi = django_user_model.objects.create_user("mosi")

    entry, is_new = add_to_do_not_call(ASHA, origin=Origin.STAFF, reason="wrote a letter", at=NOW, by=mosi)

    assert is_new
    assert (entry.phone, entry.origin, entry.reason, entry.entered_at, entry.entered_by) == (ASHA, "staff", "wrote a letter", NOW, mosi)
    assert is_on_do_not_call(ASHA) and not is_on_do_not_call(BARAKA)


def test_the_first_entry_stays_as_it_was(baraka):
    entry, is_new = add_to_do_not_call(baraka.phone, origin=Origin.API, reason="again", at=NOW)

    assert not is_new
    assert (entry.origin, entry.entered_at, entry.phone) == (Origin.CALLEE, NOW - timedelta(days=1), BARAKA)
    assert DoNotCallEntry.objects.count() == 1


def test_the_entry_outlives_the_lead_whose_it_was(baraka):
    assert DoNotCallEntry.objects.get().lead == baraka

    baraka.delete()

    assert DoNotCallEntry.objects.get().lead is None
    assert is_on_do_not_call(BARAKA)


@pytest.mark.parametrize("phone", ["0712123401", "254712123401", "+254 712 123401", "+254712123401\n", ""])
def test_it_refuses_a_spelling_that_would_protect_nobody(baraka, phone):
    with pytest.raises(ValueError, match="E.164"):
        enter(phone)
    with pytest.raises(ValueError, match="E.164"):
        is_on_do_not_call(phone)


def test_a_reason_that_is_too_long_does_not_keep_a_number_off_the_list(db):
    assert len(enter(ASHA, reason="x" * 600).reason) == 500


def test_two_opt_outs_at_once_end_in_one_row(db):
    def opt_out() -> bool:
        return add_to_do_not_call(ASHA, origin=Origin.CALLEE, reason="", at=NOW)[1]

    with somebody_else_acts_after_we_looked("leads_donotcallentry", opt_out):
        was_new = opt_out()

    assert not was_new
    assert DoNotCallEntry.objects.get().phone == ASHA


# ---- numbers that may not be kept -------------------------------------------------------------------------------------------------


def test_a_number_that_may_not_be_kept_is_known_again_by_its_digest_alone(db):
    entry = enter(ASHA, keep_number=False)

    assert entry.phone is None
    assert is_on_do_not_call(ASHA) and not is_on_do_not_call(BARAKA)
    assert "712123401" not in f"{entry} {DoNotCallEntry.objects.values().get()}"


def test_asking_not_to_keep_a_number_makes_its_entry_forget_it(baraka):
    entry, is_new = add_to_do_not_call(baraka.phone, origin=Origin.API, reason="erase me", at=NOW, keep_number=False)

    entry.refresh_from_db()
    assert (is_new, entry.phone, entry.origin) == (False, None, Origin.CALLEE)
    assert is_on_do_not_call(BARAKA)


def test_a_forgotten_number_is_not_kept_by_being_entered_again(db):
    enter(ASHA, keep_number=False)

    assert enter(ASHA).phone is None
    assert DoNotCallEntry.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"phone": "0712123401"}, id="a number in another form"),
        pytest.param({"phone": ""}, id="neither kept nor not kept"),
        pytest.param({"phone_digest": ""}, id="no digest"),
        pytest.param({"phone_digest": "f" * 63}, id="half a digest"),
        pytest.param({"phone_digest": None}, id="digest missing"),
    ],
)
def test_the_database_itself_refuses_an_entry_that_would_protect_nobody(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        DoNotCallEntry.objects.create(**{"phone": ASHA, "phone_digest": "0" * 64, "origin": "staff", "entered_at": NOW, **fields})


def test_the_same_number_has_one_entry_even_if_it_is_not_kept(db):
    entry = enter(ASHA, keep_number=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        DoNotCallEntry.objects.create(phone=ASHA, phone_digest=entry.phone_digest, origin="staff", entered_at=NOW)


# ---- the key ----------------------------------------------------------------------------------------------------------------------


def test_a_changed_secret_key_makes_nobody_callable(db):
    enter(ASHA, keep_number=False)

    with override_settings(SECRET_KEY="another"):
        assert is_on_do_not_call(ASHA)


def test_two_installations_give_one_number_two_digests(db):
    first = digests_to_enter([ASHA])[ASHA]
    InstallationSecret.objects.update(value="1" * 64)

    assert digests_of([ASHA])[ASHA] != first


def test_a_list_whose_key_is_gone_lets_nobody_be_called(baraka):
    InstallationSecret.objects.all().delete()

    with pytest.raises(DigestKeyLost, match="backup"):
        is_on_do_not_call(ASHA)
    with pytest.raises(DigestKeyLost):
        enter(ASHA)


def test_an_empty_list_needs_no_key(db):
    InstallationSecret.objects.all().delete()

    assert not is_on_do_not_call(ASHA)
    assert enter(ASHA) == entries_of([ASHA])[ASHA]


# ---- long lists -------------------------------------------------------------------------------------------------------------------


def listings(*phones: str) -> list[Listing]:
    return [Listing(phone, reason=f"row {n}") for n, phone in enumerate(phones)]


def test_many_are_entered_as_one_would_be(asha, baraka):
    new = add_many_to_do_not_call(listings(ASHA, BARAKA, "+254712123499", ASHA), origin=Origin.REGISTRY, at=NOW)

    assert new == {ASHA, "+254712123499"}
    entries = entries_of([ASHA, BARAKA, "+254712123499"])
    assert [(entries[p].origin, entries[p].reason) for p in (ASHA, BARAKA)] == [("registry", "row 0"), ("callee", "asked on a call")]
    assert (entries[ASHA].lead, entries["+254712123499"].lead) == (asha, None)


def test_only_who_has_a_lead_is_left_to_be_swept(asha):
    add_many_to_do_not_call(listings(ASHA, BARAKA), origin=Origin.REGISTRY, at=NOW)

    assert [(entry.phone, entry.swept_at) for entry in DoNotCallEntry.objects.order_by("phone")] == [(ASHA, None), (BARAKA, NOW)]


def test_many_that_may_not_be_kept_are_forgotten_also_where_they_were_kept(baraka):
    add_many_to_do_not_call(listings(ASHA, BARAKA), origin=Origin.REGISTRY, at=NOW, keep_number=False)

    assert list(DoNotCallEntry.objects.values_list("phone", flat=True)) == [None, None]
    assert set(entries_of([ASHA, BARAKA])) == {ASHA, BARAKA}


def test_somebody_who_opts_out_during_a_long_entry_does_no_harm(db):
    with somebody_else_acts_after_we_looked("leads_donotcallentry", lambda: enter(ASHA, reason="said so")):
        add_many_to_do_not_call(listings(ASHA, BARAKA), origin=Origin.REGISTRY, at=NOW)

    assert entries_of([ASHA])[ASHA].reason == "said so"
    assert is_on_do_not_call(BARAKA)


def test_asking_about_many_costs_a_query_for_five_hundred(db, django_assert_num_queries):
    phones = [f"+2547130{n:05}" for n in range(1000)]
    add_many_to_do_not_call(listings(*phones), origin=Origin.REGISTRY, at=NOW)

    with django_assert_num_queries(3):
        assert len(entries_of([*phones, ASHA][1:])) == 999


# ---- taking off -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_number", [True, False])
def test_a_superuser_takes_a_number_off_and_answers_for_it(admin_user, keep_number):
    entry = enter(ASHA, reason="wrote to us", keep_number=keep_number)

    take_off_do_not_call(entry, by=admin_user, why="He asked for it by letter of 20 November", at=NOW)

    assert not is_on_do_not_call(ASHA)
    [kept] = removals_of(ASHA)
    assert (kept.phone, kept.reason, kept.removed_by, kept.removed_at) == (ASHA if keep_number else None, "wrote to us", admin_user, NOW)
    assert kept.why == "He asked for it by letter of 20 November"


def test_a_manager_cannot_take_a_number_off(baraka, django_user_model):
    mosi = django_user_model.objects.create_user("mosi", is_staff=True)

    with pytest.raises(PermissionDenied):
        take_off_do_not_call(DoNotCallEntry.objects.get(), by=mosi, why="he is a friend", at=NOW)
    assert is_on_do_not_call(BARAKA)


@pytest.mark.parametrize("why", ["", "  "])
def test_no_number_comes_off_without_a_reason(baraka, admin_user, why):
    with pytest.raises(EntryRefused, match="Say why"):
        take_off_do_not_call(DoNotCallEntry.objects.get(), by=admin_user, why=why, at=NOW)
    assert is_on_do_not_call(BARAKA)


def test_two_who_take_the_same_number_off_leave_one_record(baraka, admin_user):
    entry = DoNotCallEntry.objects.get()
    take_off_do_not_call(entry, by=admin_user, why="his letter", at=NOW)

    with pytest.raises(EntryRefused, match="Somebody else"):
        take_off_do_not_call(entry, by=admin_user, why="his letter", at=NOW)
    assert DoNotCallRemoval.objects.count() == 1


def test_a_number_that_was_taken_off_can_be_entered_again(baraka, admin_user):
    take_off_do_not_call(DoNotCallEntry.objects.get(), by=admin_user, why="his letter", at=NOW)

    entry = enter(BARAKA)

    assert entry.lead == Lead.objects.get(phone=BARAKA)
    assert is_on_do_not_call(BARAKA)
