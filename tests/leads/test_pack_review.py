"""Somebody's word for a market pack that nobody has read again for long: who, when, for which version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import MappingProxyType

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction

from leads import clock, pack_review
from leads.entry_refused import EntryRefused
from leads.market_packs import market_packs
from leads.models import PackAcknowledgement
from leads.pack_review import acknowledge_pack, packs_nobody_answers_for

pytestmark = pytest.mark.django_db

YOUNG = datetime(2027, 5, 21, 12, 0, tzinfo=UTC)  # 180 days after the packs were read
OLD = YOUNG + timedelta(days=1)


@pytest.fixture
def mosi() -> User:
    user = User.objects.create_user("mosi", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_packacknowledgement"))
    return user


@pytest.fixture
def clock_at_old(clock_at_now):
    clock.set_offset(OLD - datetime.now(UTC))


def markets(at: datetime) -> list[str]:
    return [pack.market for pack in packs_nobody_answers_for(["KE", "GH", "ZM", ""], at=at)]


def test_a_young_pack_needs_nobodys_word(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert markets(YOUNG) == []


def test_old_packs_need_somebodys_word_and_markets_without_a_pack_have_none():
    assert markets(OLD) == ["GH", "KE"]


def test_a_word_counts_for_its_market_and_is_kept_with_name_time_and_version(mosi):
    kept, is_new = acknowledge_pack("KE", by=mosi, at=OLD)

    assert is_new
    assert (kept.market, kept.pack_version, kept.acknowledged_by, kept.acknowledged_at) == ("KE", "KE-2026-11-22", mosi, OLD)
    assert markets(OLD + timedelta(days=400)) == ["GH"]


def test_a_word_for_one_version_does_not_count_for_the_next(mosi, monkeypatch):
    acknowledge_pack("KE", by=mosi, at=OLD)
    newer = replace(market_packs()["KE"], version="KE-2026-12-01")
    monkeypatch.setattr(pack_review, "market_packs", lambda: MappingProxyType({"KE": newer}))

    assert markets(OLD) == ["KE"]


def test_who_said_it_first_stays_on_record(mosi):
    acknowledge_pack("KE", by=mosi, at=OLD)
    kept, is_new = acknowledge_pack("KE", by=User.objects.create_user("rehema"), at=OLD + timedelta(days=1))

    assert not is_new
    assert (kept.acknowledged_by, kept.acknowledged_at) == (mosi, OLD)


def test_the_database_keeps_one_word_a_version_and_the_person_who_gave_it(mosi):
    acknowledge_pack("KE", by=mosi, at=OLD)

    with pytest.raises(IntegrityError), transaction.atomic():
        PackAcknowledgement.objects.create(market="KE", pack_version="KE-2026-11-22", acknowledged_by=mosi, acknowledged_at=OLD)
    with pytest.raises(models.ProtectedError):
        mosi.delete()


@pytest.mark.parametrize(
    ("market", "at", "words"),
    [
        pytest.param("KE", YOUNG, "needs no acknowledgement", id="read lately"),
        pytest.param("ZM", OLD, "no market pack ZM", id="no such pack"),
    ],
)
def test_a_word_that_nobody_needs_is_refused(mosi, market, at, words):
    with pytest.raises(EntryRefused, match=words):
        acknowledge_pack(market, by=mosi, at=at)

    assert not PackAcknowledgement.objects.exists()


# manage.py acknowledge_pack


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("acknowledge_pack", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_keeps_the_word_and_says_so(mosi, clock_at_old):
    assert run("ke", "--by", "mosi") == "KE-2026-11-22: acknowledged by mosi on 22 May 2027.\n"
    assert run("KE", "--by", "mosi") == "KE-2026-11-22: acknowledged by mosi on 22 May 2027 already.\n"
    assert PackAcknowledgement.objects.get().acknowledged_by == mosi


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("KE", "--by", "nobody"), "no active account nobody", id="nobody"),
        pytest.param(("KE", "--by", "zuri"), "zuri may not acknowledge", id="without the right"),
        pytest.param(("KE", "--by", "gone"), "no active account gone", id="deactivated"),
        pytest.param(("ZM", "--by", "mosi"), "no market pack ZM", id="no such pack"),
    ],
)
def test_the_command_says_why_not(mosi, clock_at_old, arguments, words):
    User.objects.create_user("zuri", is_staff=True)
    User.objects.create_superuser("gone", is_active=False)

    with pytest.raises(CommandError, match=words):
        run(*arguments)

    assert not PackAcknowledgement.objects.exists()
