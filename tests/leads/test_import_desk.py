"""An import in the console, from the file that is brought to the leads that come of it; every file here is made as people make it."""

from __future__ import annotations

import os
import stat
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import import_desk, import_files, import_order, import_work, tasks
from leads.consent import withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.entry_refused import EntryRefused
from leads.import_columns import CUSTOM, Layout
from leads.import_order import ConsentSource
from leads.import_stage import Stage
from leads.models import AuditEntry, ConsentRecord, DoNotCallEntry, Lead, LeadImport
from leads.words import Purpose
from tests.conftest import NOW
from tests.leads.import_scene import ASHA, DAUDI, MOSI, begun, imported, mapped, preview
from tests.leads.test_spreadsheet import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path / "imports"
    return settings.IMPORT_ROOT


@pytest.fixture
def mosi(django_user_model):
    return django_user_model.objects.create_user("mosi")


# ---- the file ---------------------------------------------------------------------------------------------------------------------


def test_a_list_is_kept_where_only_this_account_reads_it(mosi, folder):
    kept = begun(f"phone\n{ASHA}\n", mosi)

    path = folder / kept.file_key / "list"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (kept.stage, kept.n_bytes, kept.imported_by) == (Stage.COLUMNS, 20, mosi)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "The file is empty", id="empty"),
        pytest.param(b"\n,,\n\n", "The file is empty", id="empty rows alone"),
        pytest.param(b"phone,name\n", "only headings", id="only headings"),
        pytest.param(xlsx(["phone", "name"]), "only headings", id="only headings, xlsx"),
        pytest.param(b"PK\x03\x04 half", "save it again", id="damaged"),
        pytest.param(b"%PDF-1.7", "This is a PDF", id="PDF"),
    ],
)
def test_a_file_with_nobody_in_it_is_refused_with_the_mend_and_not_kept(mosi, folder, content, word):
    with pytest.raises(EntryRefused, match=word):
        begun(content, mosi)

    assert not LeadImport.objects.exists()
    assert list(folder.glob("*")) == []


def test_a_file_that_is_too_large_is_not_read_to_its_end_and_not_kept(mosi, folder, settings):
    settings.IMPORT_MAX_MB, n_read = 1, 0

    def pieces():
        nonlocal n_read
        for _ in range(200):
            n_read += 1
            yield bytes(2**20)

    with pytest.raises(EntryRefused, match="larger than 1 MB"):
        import_desk.begin(pieces(), file_name="long.csv", by=mosi)
    assert n_read == 2
    assert list(folder.glob("*")) == []


def test_how_a_file_was_read_is_told(mosi):
    assert "Windows-1252" in begun("phone;name\n+254712123401;Zoë\n".encode("cp1252"), mosi).remarks[0]


# ---- columns ----------------------------------------------------------------------------------------------------------------------


def test_a_choice_with_a_fault_is_kept_so_that_only_the_fault_has_to_be_mended(mosi):
    kept = begun(f"a,b\n{ASHA},Asha\n", mosi)

    with pytest.raises(EntryRefused, match="No column holds the phone number"):
        import_desk.save_layout(kept, Layout(1, (CUSTOM, "name")), market="KE")

    kept.refresh_from_db()
    assert import_order.from_json(kept.order).layout.fields == (CUSTOM, "name")
    assert kept.stage == Stage.COLUMNS


def test_the_country_of_numbers_without_one_is_asked_for_once(mosi):
    kept = begun("phone\n0712123401\n0712123402\n", mosi)

    with pytest.raises(EntryRefused, match="Numbers such as 0712123401 .* which country"):
        mapped(kept, market="")
    assert mapped(kept, market="KE").n_new == 2


def test_the_country_is_not_asked_for_where_the_others_tell_it(mosi):
    kept = begun("phone\n+254712123402\n0712123401\n", mosi)

    assert import_order.from_json(kept.order).market == "KE"


# ---- what would come of it ----------------------------------------------------------------------------------------------------------


NUMBERS = {
    "00254712123401": "new",
    "0712 123 402": "new",
    "7.12E+08": "cut digits off",
    "0712123403 / 0733123403": "more than one number",
    "O712123404": "letters",
    "+25471": "Digits are missing",
    "071212340": "No such number is in use",
    "999": "short code",
    "0800 720 553": "toll-free",
    "020 2123456": "new",
}


def test_each_number_is_taken_or_says_what_to_mend(mosi):
    # A quotation mark keeps the number with a slash in one cell.
    shown = mapped(begun("phone\n" + "\n".join(NUMBERS) + "\n", mosi))

    assert {row.phone if row.mends else written: row.result for row, written in zip(shown.rows, NUMBERS, strict=True)} == {
        written: "new" if word == "new" else "rejected" for written, word in NUMBERS.items()
    }
    for row, word in zip(shown.rows, NUMBERS.values(), strict=True):
        assert word == row.result or word in " ".join(mend for _column, mend in row.mends)
    assert [kind.n_rows for kind in shown.problems] == [1] * 7


def test_numbers_that_excel_kept_as_numbers_are_read_whole(mosi):
    shown = mapped(begun(xlsx(["phone", "name"], [254712123401.0, "Asha"], [712123402, "Baraka"], ["0712123403", "Chiku"]), mosi))

    assert [row.phone for row in shown.rows] == ["+254712123401", "+254712123402", "+254712123403"]


def test_the_preview_counts_every_row_and_enters_nobody(mosi, asha, chiku):
    add_to_do_not_call(ASHA, origin=DoNotCallEntry.Origin.CALLEE, reason="", at=NOW)
    text = f"phone,name,language\n{ASHA},Asha Juma,sw-KE\n{ASHA},,\n{DAUDI},Daudi,\n12,x,\n{chiku.phone},{chiku.name},\n"

    shown = mapped(begun(text, mosi))

    assert (shown.n_rows, shown.n_new, shown.n_updated, shown.n_unchanged, shown.n_repeated, shown.n_rejected) == (5, 1, 1, 1, 1, 1)
    assert (shown.n_on_do_not_call, shown.n_without_consent, shown.markets) == (1, 3, {"KE": 2, "GH": 1})
    first, again, daudi, wrong, _chiku = shown.rows
    assert (first.result, first.phone, first.market, first.zone, first.language) == ("updated", ASHA, "KE", "Africa/Nairobi", "sw-KE")
    assert first.is_on_do_not_call and not daudi.is_on_do_not_call
    assert (again.result, daudi.result, wrong.result) == ("repeated", "new", "rejected")
    assert not Lead.objects.filter(phone=DAUDI).exists()


def test_consent_that_was_taken_back_is_seen_once_somebody_answers_for_the_list(mosi, chiku):
    withdraw_consent(chiku, purpose=Purpose.MARKETING, channel="call", at=NOW - timedelta(days=1), now=NOW)
    kept = begun(f"phone\n{chiku.phone}\n{DAUDI}\n", mosi)
    assert mapped(kept).n_rejected == 0

    import_desk.save_consent(kept, ConsentSource.ATTESTED, MOSI)

    assert (preview(kept).n_good, preview(kept).n_rejected) == (1, 1)
    assert preview(kept).rows[1].consent == "marketing, attested, names the machine voice"


def test_a_file_that_proves_unreadable_further_down_goes_back_with_the_word(mosi):
    kept = begun(f"phone,name\n{ASHA},Asha\n" + "\n" * 10 + f"{DAUDI},x\n" * 300 + f'{DAUDI},"never closed\n', mosi)

    import_desk.save_layout(kept, import_order.from_json(kept.order).layout, market="")

    assert (kept.stage, "quotation mark" in kept.failure) == (Stage.COLUMNS, True)


def test_a_long_list_is_checked_by_the_worker(mosi, monkeypatch):
    monkeypatch.setattr(import_desk, "AT_ONCE_UP_TO", 10)
    kept = begun(f"phone\n{ASHA}\n", mosi)
    import_desk.save_layout(kept, Layout(1, ("phone",)), market="")
    assert kept.stage == Stage.CHECKING

    import_work.check(kept.pk, token=kept.run_token)

    assert preview(kept).n_new == 1


def test_a_check_of_columns_that_were_changed_meanwhile_counts_no_more(mosi, monkeypatch):
    monkeypatch.setattr(import_desk, "AT_ONCE_UP_TO", 10)
    kept = begun(f"phone\n{ASHA}\n", mosi)
    import_desk.save_layout(kept, Layout(1, ("phone",)), market="")
    older = kept.run_token
    import_desk.save_layout(kept, Layout(1, ("phone",)), market="KE")

    import_work.check(kept.pk, token=older)

    kept.refresh_from_db()
    assert kept.stage == Stage.CHECKING


# ---- importing --------------------------------------------------------------------------------------------------------------------


def test_the_good_rows_become_leads_with_the_attested_consent_and_the_list_is_deleted(mosi, folder):
    kept = begun(f"phone,name\n{ASHA},Asha\n12,x\n", mosi)
    mapped(kept)

    imported(kept, mosi, attestation=MOSI)

    record = ConsentRecord.objects.get()
    assert (kept.stage, kept.n_new, kept.n_rejected, kept.n_rows, kept.n_rows_done, kept.attested_by) == (Stage.DONE, 1, 1, 2, 2, "Mosi")
    assert (record.grade, record.wording, record.channel, record.covers_automated_voice) == ("attested", "Acme may call me.", "paper form", True)
    assert sorted(path.name for path in (folder / kept.file_key).iterdir()) == ["lock", "rejected"]
    headings, [(number, cells, problems)] = import_work.rejected_rows(kept)
    assert (headings, number, cells, "Digits are missing" in problems[0].mend) == (["phone", "name"], 3, ["12", "x"], True)


def test_nothing_is_imported_before_somebody_says_where_consent_comes_from(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)

    with pytest.raises(EntryRefused, match="where the consent"):
        import_desk.start(kept, by=mosi)
    assert not Lead.objects.exists()


def test_consent_by_the_list_needs_a_column_that_is_about_it(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)

    with pytest.raises(EntryRefused, match="No column of this list is about consent"):
        import_desk.save_consent(kept, ConsentSource.LIST, None)


def test_the_start_of_an_import_is_in_the_audit_log_and_names_nobody(mosi):
    kept = begun(f"phone,name\n{ASHA},Asha\n", mosi)
    mapped(kept)
    imported(kept, mosi, attestation=MOSI)

    entry = AuditEntry.objects.get(act="import")
    assert (entry.by, entry.subject_id) == ("mosi", str(kept.pk))
    assert entry.detail == {"n_rows": 1, "consent": "attested", "sha256": kept.sha256}


def test_of_two_who_import_the_same_file_at_once_the_second_is_told(mosi, django_user_model):
    rehema = django_user_model.objects.create_user("rehema")
    first, second = begun(f"phone\n{ASHA}\n", mosi), begun(f"phone\n{ASHA}\n", rehema)
    for kept, by in ((first, mosi), (second, rehema)):
        mapped(kept)
        import_desk.save_consent(kept, ConsentSource.NONE, None)
        if by == mosi:
            import_desk.start(kept, by=by)

    with pytest.raises(EntryRefused, match="being imported at this moment, by mosi"):
        import_desk.start(second, by=rehema)

    assert list(import_desk.same_file(second)) == [first]
    import_work.carry_out(first.pk)
    import_desk.start(second, by=rehema)  # then it may


def test_a_change_after_the_start_is_refused(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    imported(kept, mosi)

    with pytest.raises(EntryRefused, match="nothing of it can be changed"):
        import_desk.save_layout(kept, Layout(1, ("phone",)), market="KE")
    assert not import_desk.discard(kept)


# ---- thrown away ------------------------------------------------------------------------------------------------------------------


def test_what_is_discarded_leaves_no_file(mosi, folder):
    kept = begun(f"phone\n{ASHA}\n", mosi)

    assert import_desk.discard(kept)

    kept.refresh_from_db()
    assert (kept.stage, list(folder.glob("*"))) == (Stage.DISCARDED, [])


def test_after_a_day_the_file_is_deleted_and_the_import_says_so(mosi, folder):
    old, done, fresh = (begun(f"phone\n{ASHA}{n}\n", mosi) for n in range(3))
    mapped(done)
    imported(done, mosi)
    LeadImport.objects.exclude(pk=fresh.pk).update(started_at=timezone.now() - timedelta(days=1, minutes=1))

    tasks.tend_imports()

    old.refresh_from_db()
    done.refresh_from_db()
    assert (old.stage, "within a day" in old.failure, done.stage, done.file_key) == (Stage.DISCARDED, True, Stage.DONE, "")
    assert [path.name for path in folder.iterdir()] == [fresh.file_key]


def test_a_folder_that_no_import_knows_goes_after_a_day(folder):
    stray, young = folder / "0", folder / "1"
    for path in (stray, young):
        path.mkdir(parents=True)
    for path, age in ((stray, timedelta(days=2)), (young, timedelta())):
        touched = (timezone.now() - age).timestamp()
        os.utime(path, (touched, touched))

    tasks.tend_imports()

    assert [path.name for path in folder.iterdir()] == ["1"]


def test_a_list_whose_file_is_gone_says_so_and_is_not_tried_for_ever(mosi):
    kept = begun(f"phone\n{ASHA}\n", mosi)
    mapped(kept)
    import_desk.save_consent(kept, ConsentSource.NONE, None)
    import_desk.start(kept, by=mosi)
    import_files.discard(kept.file_key)

    import_work.carry_out(kept.pk)

    kept.refresh_from_db()
    assert (kept.stage, "Bring it again" in kept.failure, Lead.objects.exists()) == (Stage.FAILED, True, False)
    with pytest.raises(import_files.Gone):
        import_work.rejected_rows(kept)
