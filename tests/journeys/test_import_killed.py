"""The worker is killed in the middle of an import, and the next one goes on: nobody is entered twice, nobody is left out."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sautiqual.crash_test.database import own_database
from sautiqual.processes import Processes, Program, manage
from tests.journeys.stage import until
from tests.migrated import copy_to

pytestmark = pytest.mark.journey

N_ROWS = 6_000
WORKER = manage("worker", "db_worker", "--interval", "0.1")


def scene(*arguments: str) -> Program:
    return Program("scene", ("-m", "tests.journeys.import_scene", *arguments))


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    with own_database(os.environ.get("DATABASE_URL", ""), tmp_path, prefix="import") as url:
        copy_to(url)
        yield url


def asked(url: str, question: str) -> Any:
    opened: Any = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20) if url.startswith("sqlite") else psycopg.connect(url)
    with closing(opened) as connection:
        return connection.execute(question).fetchone()


async def test_a_worker_killed_half_way_is_followed_by_another(tmp_path: Path, database_url: str):
    environment = {"DATABASE_URL": database_url, "IMPORT_ROOT": str(tmp_path / "imports"), "LOG_LEVEL": "WARNING"}
    async with Processes(environment) as processes:
        assert await (await processes.start(scene("begin", str(N_ROWS)))).wait() == 0
        worker = await processes.start(WORKER)

        def half_way() -> bool:
            return 0 < int(asked(database_url, "SELECT n_people_done FROM leads_leadimport")[0]) < N_ROWS

        await until(half_way, "some are entered, and not all")
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        stage, n_done = asked(database_url, "SELECT stage, n_people_done FROM leads_leadimport")
        assert (stage, n_done < N_ROWS) == ("importing", True)
        assert asked(database_url, "SELECT count(*) FROM leads_lead")[0] == n_done, "what is entered and what is told are one"

        assert await (await processes.start(scene("tend"))).wait() == 0
        await processes.start(WORKER)
        await until(lambda: asked(database_url, "SELECT stage FROM leads_leadimport")[0] == "done", "it is done")

    counts = "n_rows, n_rows_done, n_new, n_repeated, n_rejected, n_consents"
    n_rows, n_rows_done, n_new, n_repeated, n_rejected, n_consents = asked(database_url, f"SELECT {counts} FROM leads_leadimport")
    n_leads = asked(database_url, "SELECT count(*) FROM leads_lead")[0]
    assert (n_rows, n_rows_done) == (N_ROWS + 1, N_ROWS + 1)
    assert n_leads == n_new == n_consents == asked(database_url, "SELECT count(*) FROM leads_consentrecord")[0]
    assert n_new + n_repeated + n_rejected == n_rows
    assert n_leads > N_ROWS / 2
