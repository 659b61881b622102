"""A list of numbers that must not be called comes as a file: every number that can be read is on the list afterwards."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads import do_not_call_import
from leads.do_not_call import is_on_do_not_call
from leads.do_not_call_import import Imported, Manner, import_do_not_call
from leads.models import DoNotCallEntry
from leads.spreadsheet import Unreadable
from tests.conftest import NOW
from tests.leads.test_spreadsheet import xlsx

pytestmark = pytest.mark.django_db

Origin = DoNotCallEntry.Origin
ASHA, BARAKA = "+254712123401", "+254712123402"


def imported(content: bytes, *, is_dry_run: bool = False, **manner: Any) -> Imported:
    return import_do_not_call(content, Manner(**{"origin": Origin.REGISTRY, "at": NOW, **manner}), is_dry_run=is_dry_run)


@pytest.mark.parametrize("heading", ["phone", "Phone Number", "MOBILE_NO.", "msisdn", "Nambari ya simu", "Téléphone", " Tel. "])
def test_the_column_is_found_whatever_people_call_it(heading):
    imported(f"name,{heading}\nAsha,{ASHA}\n".encode())

    assert is_on_do_not_call(ASHA)


@pytest.mark.parametrize("content", [f"{ASHA}\n{BARAKA}\n".encode(), xlsx([ASHA], [BARAKA])], ids=["csv", "xlsx"])
def test_a_register_of_bare_numbers_loses_none_to_a_heading(content):
    assert (imported(content).n_new, is_on_do_not_call(ASHA), is_on_do_not_call(BARAKA)) == (2, True, True)


def test_numbers_are_read_as_people_write_them():
    result = imported(b"phone,country,reason\n0712 123 401,ke,letter\n+254 712-123-402,,\n0800 223 456,KE,\n", market="UG")

    assert (result.n_rows, result.n_new, result.problems) == (3, 3, ())
    assert DoNotCallEntry.objects.get(phone=ASHA).reason == "letter"


def test_a_row_that_is_no_number_is_told_and_the_others_are_taken():
    result = imported(f"Simu\n{ASHA}\n0712\n=1+1\n{BARAKA}\n".encode())

    assert result.n_new == 2
    assert [(problem.row, problem.column, problem.value) for problem in result.problems] == [(3, "Simu", "0712"), (4, "Simu", "=1+1")]
    assert "+254712345678" in result.problems[0].mend and "formula" in result.problems[1].mend


def test_the_same_file_again_changes_nothing():
    content = f"phone\n{ASHA}\n{BARAKA}\n{ASHA}\n".encode()

    assert (imported(content).n_new, imported(content).n_new) == (2, 0)
    assert imported(content).n_known == 3
    assert DoNotCallEntry.objects.count() == 2


def test_numbers_that_may_not_be_kept_leave_a_digest_only():
    imported(f"phone\n{ASHA}\n".encode(), keep_numbers=False)

    assert DoNotCallEntry.objects.get().phone is None
    assert is_on_do_not_call(ASHA)


def test_a_dry_run_counts_and_enters_nothing(baraka):
    result = imported(f"phone\n{ASHA}\n{ASHA}\n{BARAKA}\n12\n".encode(), is_dry_run=True)

    assert (result.n_rows, result.n_new, result.n_known, len(result.problems)) == (4, 1, 2, 1)
    assert not is_on_do_not_call(ASHA)


def test_a_long_list_is_entered_in_parts(monkeypatch):
    monkeypatch.setattr(do_not_call_import, "BATCH", 7)

    assert imported("\n".join(f"+2547130{n:05}" for n in range(50)).encode()).n_new == 50


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"name,age\nAsha,31\n", "No column is called “phone”. The first row says: name, age", id="no numbers"),
        pytest.param(b"PK\x03\x04", "save it again", id="broken"),
    ],
)
def test_a_file_without_numbers_enters_nothing_and_says_so(content, word):
    with pytest.raises(Unreadable, match=word):
        imported(content)
    assert not DoNotCallEntry.objects.exists()


# ---- the command ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, capsys):
    def _run(content: str, *options: str) -> str:
        path = tmp_path / "list.csv"
        path.write_text(content)
        call_command("import_do_not_call", str(path), *options)
        return str(capsys.readouterr().out)

    return _run


def test_the_command_says_what_it_did(run):
    assert run(f"phone\n{ASHA}\n", "--origin", "registry", "--hashed") == "1 rows: 1 numbers put on the do-not-call list, 0 were on it already.\n"
    assert DoNotCallEntry.objects.values_list("origin", "phone").get() == ("registry", None)


def test_the_command_fails_if_a_row_was_not_taken_and_writes_down_which(run, tmp_path):
    errors = tmp_path / "errors.csv"

    with pytest.raises(CommandError, match="1 rows were not taken"):
        run("phone\n0712123401\n0712\n", "--market", "ke", "--errors", str(errors))

    assert is_on_do_not_call(ASHA)
    [told] = csv.DictReader(io.StringIO(errors.read_text(encoding="utf-8-sig")))
    assert (told["row"], told["value"]) == ("3", "0712")


def test_a_dry_run_of_the_command_enters_nothing(run):
    assert "1 numbers would be put on" in run(f"phone\n{ASHA}\n", "--dry-run")
    assert not is_on_do_not_call(ASHA)


def test_a_file_that_is_not_there_is_said_in_words():
    with pytest.raises(CommandError, match="nowhere.csv cannot be read: No such file"):
        call_command("import_do_not_call", "nowhere.csv")
