"""Whatever ends a command that plays apart, nothing that it started lives on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sautiqual.settings import BASE_DIR
from sautiqual.simulate_handoffs.apart import run_apart

WITHIN_S = 60.0
# Starts a module that stops with it, as the simulation starts its server process, tells both ids, and is cut short by nothing but signals.
CHILD = """
import os, pathlib, subprocess, sys, time
from sautiqual.with_parent import stop_with_parent
stop_with_parent(int(sys.argv[2]))
sleeper = subprocess.Popen(
    [sys.executable, "-m", "sautiqual.with_parent", str(os.getpid()), "http.server", "0", "--bind", "127.0.0.1"],
    start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
pathlib.Path(sys.argv[1] + ".new").write_text(f"{os.getpid()} {sleeper.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
PARENT = """
import os, sys
from sautiqual.simulate_handoffs.apart import run_apart
sys.exit(run_apart([sys.executable, "-c", sys.argv[2], sys.argv[1], str(os.getpid())], dict(os.environ)))
"""


def lives(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(is_so: object, *, within_s: float = WITHIN_S) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_it_ends_with_the_status_of_what_it_ran():
    assert run_apart([sys.executable, "-c", "raise SystemExit(3)"], os.environ) == 3


def test_what_was_killed_has_the_status_a_shell_gives_it():
    assert run_apart([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], os.environ) == 128 + signal.SIGKILL


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL], ids=lambda how: how.name)
def test_nothing_lives_on(how: signal.Signals, tmp_path: Path):
    told = tmp_path / "ids"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(told), CHILD], cwd=BASE_DIR)
    until(told.exists)
    ids = [int(each) for each in told.read_text().split()]
    try:
        assert all(lives(each) for each in ids)
        parent.send_signal(how)
        assert parent.wait(WITHIN_S) == (-how if how is signal.SIGKILL else 128 + how)
        until(lambda: not any(lives(each) for each in ids))
    finally:
        for each in filter(lives, ids):
            os.kill(each, signal.SIGKILL)
