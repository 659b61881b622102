"""A pack held against the database: tampering is found in each kind of row, and what went by the rules is told apart."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from campaigns.models import Answer, Call, Turn
from campaigns.privacy.erasing import erase
from campaigns.privacy.keeping import keep_now
from campaigns.reports.evidence.canonical import HASH, canonical, sha256_of
from campaigns.reports.evidence.checking import Finding, NoPack, check
from leads.models import Lead
from tests.campaigns.evidence.conftest import call_pack, person_pack
from tests.campaigns.privacy.conftest import A_YEAR_ON
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
ASHA = "+254712123401"
# A column of each table that somebody might want to change afterwards.
CHANGED = {
    "campaigns.call": "failure",
    "campaigns.answer": "quote",
    "campaigns.turn": "text",
    "campaigns.dialdecision": "pack_version",
    "campaigns.reviewact": "done_by",
    "campaigns.recording": "origin",
    "campaigns.flightentry": "kind",
    "campaigns.rulesheet": "pack_version",
    "campaigns.question": "wording",
    "campaigns.script": "disclosure",
    "leads.lead": "name",
    "leads.consentrecord": "wording",
    "leads.donotcallentry": "reason",
}


def tamper(table: str, column: str, row_id: str, value: str) -> None:
    """By somebody who holds the database and has taken its guards down."""
    model = apps.get_model(table)
    key = model._meta.pk.get_db_prep_value(model._meta.pk.to_python(row_id), connection)
    with connection.cursor() as cursor:
        _without_guards(cursor, model._meta.db_table)
        pk = model._meta.pk.column
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE {pk} = %s", [value, key])


def _without_guards(cursor: Any, table: str) -> None:
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
    else:
        cursor.execute("SET LOCAL session_replication_role = replica")


def first_of(pack: dict[str, Any], table: str) -> str:
    return next(str(row["id"]) for row in pack["rows"] if row["table"] == table)


def test_a_pack_stands_as_long_as_nothing_changes(opted_out):
    pack = person_pack(ASHA)
    checked = check(pack)
    assert checked.is_good and set(checked.findings.values()) == {Finding.SAME}
    assert set(CHANGED) <= {row["table"] for row in pack["rows"]}


@pytest.mark.parametrize("table", CHANGED)
def test_a_row_that_was_changed_is_found(opted_out, table):
    pack = person_pack(ASHA)
    row_id = first_of(pack, table)
    tamper(table, CHANGED[table], row_id, "ended" if CHANGED[table] == "kind" else "provider" if CHANGED[table] == "origin" else "forged")
    checked = check(pack)
    assert checked.findings[f"{table}:{row_id}"] is Finding.CHANGED and not checked.is_good
    assert checked.of(Finding.CHANGED) == [f"{table}:{row_id}"]


def test_a_row_that_was_taken_away_is_found(spoken):
    pack = call_pack(spoken)
    Turn.objects.filter(position=1).delete()
    assert check(pack).of(Finding.MISSING) and not check(pack).is_good


def test_a_quote_that_was_emptied_is_no_retention(spoken):
    pack = call_pack(spoken)
    Answer.objects.update(quote="")
    assert check(pack).of(Finding.CHANGED) == [f"campaigns.answer:{Answer.objects.get().pk}"]


def test_words_whose_period_was_over_are_told_apart(spoken):
    pack = person_pack(ASHA)
    keep_now(A_YEAR_ON, by="mosi")
    checked = check(pack)
    gone = {ref.split(":")[0] for ref in checked.of(Finding.RETAINED_AWAY)}
    assert {"campaigns.turn", "campaigns.recording"} <= gone and checked.is_good
    assert f"campaigns.answer:{Answer.objects.get().pk}" in checked.of(Finding.WORDS_GONE)


def test_another_calls_retention_excuses_nothing(spoken):
    pack = call_pack(spoken)
    Turn.objects.filter(position=1).delete()
    other = Call.objects.create(campaign=spoken.campaign, lead=spoken.lead, attempt_number=9, status="completed", due_at=NOW, words_gone_at=NOW)
    assert other.words_gone_at and not check(pack).is_good


def test_an_erased_person_is_told_apart_and_what_must_stay_is_still_held_to_it(spoken):
    pack = person_pack(ASHA)
    erase(ASHA, by="mosi", now=NOW)
    checked = check(pack)
    assert f"leads.lead:{spoken.lead_id}" in checked.of(Finding.ERASED) and checked.is_good
    assert all(found is Finding.SAME for ref, found in checked.findings.items() if ref.startswith("campaigns.flightentry"))


def test_a_lead_that_is_gone_without_an_erasure_is_missing(spoken):
    pack = person_pack(ASHA)
    Lead.objects.all().delete()
    assert f"leads.lead:{spoken.lead_id}" in check(pack).of(Finding.MISSING)


def test_a_pack_that_was_rewritten_is_found_by_hash_or_chain(spoken):
    pack = call_pack(spoken)
    assert not check({**pack, "parts": []}).is_whole
    rows = [row for row in pack["rows"] if row["table"] != "campaigns.turn"]
    rewritten = {**pack, "rows": rows}
    rewritten[HASH] = sha256_of(rewritten)
    assert check(rewritten).is_whole and check(rewritten).broken_at is not None and not check(rewritten).is_good


@pytest.mark.parametrize("pack", [None, [], {}, {"schema": "sautiqual-evidence/1"}, {"schema": "sautiqual-evidence/1", "rows": [{"table": 1}]}])
def test_what_is_no_pack_is_said_to_be_none(spoken, pack):
    call_pack(spoken)
    with pytest.raises(NoPack):
        check(pack)


def test_a_table_or_an_id_that_cannot_be_is_missing(spoken):
    rows = [{"table": table, "id": "x", "digest": "d", "chain": "c"} for table in ("auth.nothing", "nonsense", "campaigns.call", "campaigns.turn")]
    pack = call_pack(spoken)
    assert set(check({**pack, "rows": rows}).findings.values()) == {Finding.MISSING}


# ---- commands ---------------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*arguments, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("by", ["--call", "--lead", "--phone"])
def test_a_pack_is_written_for_its_owner_alone_and_stands(spoken, tmp_path, by):
    wanted = {"--call": str(spoken.pk), "--lead": str(spoken.lead_id), "--phone": ASHA}[by]
    code, out = run("evidence_pack", by, wanted, "--out", str(tmp_path / "packs"))
    files = sorted((tmp_path / "packs").iterdir())
    assert code == 0 and [file.suffix for file in files] == [".json", ".pdf"] and {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert files[1].read_bytes().startswith(b"%PDF") and json.loads(files[0].read_bytes())["sha256"] in out
    assert run("check_evidence", str(files[0])) == (0, run("check_evidence", str(files[0]))[1])


def test_one_format_alone(spoken, tmp_path):
    run("evidence_pack", "--call", str(spoken.pk), "--out", str(tmp_path), "--format", "json")
    assert [file.suffix for file in tmp_path.iterdir() if file.is_file()] == [".json"]


def test_the_check_ends_with_1_and_names_the_row(spoken, tmp_path):
    (tmp_path / "pack.json").write_bytes(canonical(call_pack(spoken)))
    Turn.objects.filter(position=1).update(text="forged")
    code, out = run("check_evidence", str(tmp_path / "pack.json"))
    assert code == 1 and f"campaigns.turn:{Turn.objects.get(position=1).pk}" in out
    code, out = run("check_evidence", str(tmp_path / "pack.json"), "--json")
    assert code == 1 and json.loads(out)["counts"]["changed"] == 1


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--call", "nonsense", "--out", "x"], "There is no call nonsense"),
        (["--lead", "00000000-0000-4000-8000-000000000000", "--out", "x"], "There is no lead"),
        (["--phone", "12", "--out", "x"], "country code"),
        (["--phone", ASHA, "--out", "x", "--format", "docx"], "is no format"),
        (["--phone", ASHA, "--out", "/dev/null/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_made_is_said(spoken, arguments, said):
    with transaction.atomic(), pytest.raises(CommandError, match=said):
        call_command("evidence_pack", *arguments)


@pytest.mark.parametrize("content", [None, b"\xff", b"{", b"[" * 100_000, b"{}"], ids=["no file", "no text", "no json", "deep", "no pack"])
def test_a_file_that_is_no_pack_ends_with_2(spoken, tmp_path, content):
    file = tmp_path / "x.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("check_evidence", str(file))
    assert refused.value.returncode == 2
