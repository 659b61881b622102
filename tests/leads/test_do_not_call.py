from __future__ import annotations

from datetime import timedelta

import pytest

from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.conftest import NOW
from tests.leads.races import somebody_else_acts_after_we_looked

Origin = DoNotCallEntry.Origin


def test_it_puts_a_number_on_the_list(db, django_user_model):
    mosi = django_user_model.objects.create_user("mosi")

    entry, is_new = add_to_do_not_call("+254712123401", origin=Origin.STAFF, reason="wrote a letter", at=NOW, by=mosi)

    assert is_new
    assert (entry.phone, entry.origin, entry.reason, entry.entered_at, entry.entered_by) == ("+254712123401", "staff", "wrote a letter", NOW, mosi)


def test_the_first_entry_stays_as_it_was(baraka):
    entry, is_new = add_to_do_not_call(baraka.phone, origin=Origin.API, reason="again", at=NOW)

    assert not is_new
    assert (entry.origin, entry.entered_at) == (Origin.CALLEE, NOW - timedelta(days=1))
    assert DoNotCallEntry.objects.count() == 1


def test_the_entry_outlives_the_lead(baraka):
    baraka.delete()

    assert DoNotCallEntry.objects.filter(phone="+254712123402").exists()


@pytest.mark.parametrize("phone", ["0712123401", "254712123401", "+254 712 123401", "+254712123401\n", ""])
def test_it_refuses_a_spelling_that_would_protect_nobody(db, phone):
    with pytest.raises(ValueError, match="E.164"):
        add_to_do_not_call(phone, origin=Origin.API, reason="", at=NOW)


def test_a_reason_that_is_too_long_does_not_keep_a_number_off_the_list(db):
    entry, _ = add_to_do_not_call("+254712123401", origin=Origin.CALLEE, reason="x" * 600, at=NOW)

    assert len(entry.reason) == 500


def test_two_opt_outs_at_once_end_in_one_row(db):
    phone = "+254712123401"

    def opt_out() -> bool:
        return add_to_do_not_call(phone, origin=Origin.CALLEE, reason="", at=NOW)[1]

    with somebody_else_acts_after_we_looked("leads_donotcallentry", opt_out):
        was_new = opt_out()

    assert not was_new
    assert DoNotCallEntry.objects.get().phone == phone
