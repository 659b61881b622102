"""The worker of an import is killed, overtaken or meets a fault of ours: what was entered stays, and another goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from leads import import_desk, import_files, import_work, lead_import, tasks
from leads.consent import withdraw_consent
from leads.import_order import ConsentSource
from leads.import_stage import Stage
from leads.models import ConsentRecord, Lead, LeadImport
from leads.words import Purpose
from tests.conftest import NOW
from tests.leads.import_scene import ASHA, MOSI, begun, mapped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path / "imports"
    return settings.IMPORT_ROOT


@pytest.fixture
def mosi(django_user_model):
    return django_user_model.objects.create_user("mosi")


def test_a_run_that_dies_half_way_is_gone_on_with_and_enters_nobody_twice(mosi, monkeypatch, chiku):
    monkeypatch.setattr(import_work, "BATCH", 20)
    withdraw_consent(chiku, purpose=Purpose.MARKETING, channel="call", at=NOW - timedelta(days=1), now=NOW)
    kept = begun("phone\n12\n" + f"{chiku.phone}\n" + "".join(f"+2547130{n:05}\n" for n in range(50)), mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.ATTESTED, MOSI)
    import_desk.start(kept, by=mosi)
    true_entering, n_parts = lead_import.enter_people, 0

    def killed_in_the_second_part(*args):
        nonlocal n_parts
        n_parts += 1
        if n_parts == 2:
            true_entering(*args)  # written, but not committed
            raise SystemExit
        return true_entering(*args)

    monkeypatch.setattr(import_work, "enter_people", killed_in_the_second_part)
    with pytest.raises(SystemExit):
        import_work.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.stage, kept.n_people_done, kept.n_rows_done, Lead.objects.count()) == (Stage.IMPORTING, 20, 21, 20)

    import_work.carry_out(kept.pk)

    kept.refresh_from_db()
    assert (kept.stage, kept.n_new, kept.n_rejected, kept.n_rows_done) == (Stage.DONE, 50, 2, 52)
    assert (Lead.objects.count(), ConsentRecord.objects.filter(channel="paper form").count()) == (51, 50)
    assert [number for number, _cells, _problems in import_work.rejected_rows(kept)[1]] == [2, 3]


def test_a_run_that_was_overtaken_saves_nothing_more(mosi, monkeypatch):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.NONE, None)
    import_desk.start(kept, by=mosi)
    true_entering = lead_import.enter_people

    def overtaken(*args):
        plan = true_entering(*args)
        LeadImport.objects.filter(pk=kept.pk).update(run_token="another")
        return plan

    monkeypatch.setattr(import_work, "enter_people", overtaken)
    import_work.carry_out(kept.pk)

    assert not Lead.objects.exists()


def test_nobody_works_on_what_somebody_works_on(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.NONE, None)
    import_desk.start(kept, by=mosi)

    with import_files.work_on(kept.file_key) as is_mine:
        import_work.carry_out(kept.pk)
        assert is_mine and not Lead.objects.exists()
    import_work.carry_out(kept.pk)
    assert Lead.objects.exists()


def n_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_tasks_database_dbtaskresult")
        return int(cursor.fetchone()[0])


def test_an_import_whose_worker_died_is_handed_to_the_next(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.NONE, None)
    import_desk.start(kept, by=mosi)
    before = n_jobs()
    tasks.tend_imports()
    assert n_jobs() == before, "it was asked for a moment ago"

    LeadImport.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    with import_files.work_on(kept.file_key):
        tasks.tend_imports()
        assert n_jobs() == before, "somebody is at it"
    LeadImport.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    tasks.tend_imports()
    tasks.tend_imports()
    assert n_jobs() == before + 1


def test_an_import_that_broke_off_by_a_fault_of_ours_goes_on(mosi, monkeypatch):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.NONE, None)
    import_desk.start(kept, by=mosi)
    with monkeypatch.context() as broken:
        broken.setattr(import_work, "enter_people", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_work.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.stage, "can go on" in kept.failure) == (Stage.FAILED, True)

    import_desk.start(kept, by=mosi)
    import_work.carry_out(kept.pk)

    kept.refresh_from_db()
    assert (kept.stage, kept.n_new, kept.failure) == (Stage.DONE, 1, "")
