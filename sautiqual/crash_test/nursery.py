"""`python -m sautiqual.crash_test.nursery`: a process that has everything imported and forks the victims, so that a restart costs no second.

It opens no connection and starts no thread itself: what a victim does after the fork is what the product's command does. Orders come as
lines of JSON on stdin, news go out as lines on stdout; when stdin ends, every victim is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import select
import signal
import sys
import traceback
from dataclasses import asdict, dataclass

import django

NEWS = (os.WIFSTOPPED, "stopped"), (os.WIFSIGNALED, "killed"), (os.WIFEXITED, "left")


@dataclass(frozen=True, slots=True)
class Life:
    """What one victim is and, if `point` is given, where it strikes at itself."""

    name: str
    kind: str
    url: str = ""  # a server's own
    point: str = ""
    passage: int = 1
    is_suspended: bool = False  # instead of killed

    def as_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    _import_everything()
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    names: dict[int, str] = {}
    _tell({"ready": os.getpid()})
    orders = b""
    while True:
        readable, _, _ = select.select([0, wake], [], [])
        if wake in readable:
            os.read(wake, 1 << 10)
            _report(names)
        if 0 in readable:
            piece = os.read(0, 1 << 12)
            if not piece:
                break
            *lines, orders = (orders + piece).split(b"\n")
            for line in lines:
                life = Life(**json.loads(line))
                names[_bear(life, (wake, waker))] = life.name
    for pid in names:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tell(news: dict[str, object]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


def _report(names: dict[int, str]) -> None:
    while names:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if pid == 0:
            return
        how = next(word for is_so, word in NEWS if is_so(status))
        _tell({"name": names[pid], "pid": pid, "how": how, "code": os.WTERMSIG(status) if how == "killed" else status >> 8})
        if how != "stopped":
            del names[pid]


def _bear(life: Life, to_close: tuple[int, int]) -> int:
    pid = os.fork()
    if pid:
        _tell({"name": life.name, "pid": pid, "how": "born", "code": 0})
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in to_close:
            os.close(descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.setsid()
        _live(life)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # whatever it is, this process must not run on as a second nursery
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _import_everything() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    import uvicorn.loops.uvloop  # noqa: F401
    import uvicorn.protocols.http.httptools_impl  # noqa: F401
    import uvicorn.protocols.websockets.websockets_sansio_impl  # noqa: F401
    from django.core import management
    from django.urls import get_resolver
    from django_tasks_db.management.commands import db_worker  # noqa: F401

    import sautiqual.crash_test.scripted_asgi  # noqa: F401
    from bridge import rules_of_speech
    from campaigns.management.commands import rundialer  # noqa: F401
    from sautiqual.crash_test import patience

    patience.shorten_ends()
    rules_of_speech.make_ready()
    get_resolver().url_patterns  # noqa: B018 - every view is imported
    management.get_commands()


def _live(life: Life) -> None:
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from sautiqual.crash_test import points
    from sautiqual.processes import server

    if life.point:
        strike = points.suspend_this_process if life.is_suspended else points.kill_this_process
        points.arm(points.BY_NAME[life.point], life.passage, strike)
    if life.kind == points.Kind.DIALER:
        execute_from_command_line(["manage.py", "rundialer"])
    elif life.kind == points.Kind.WORKER:
        execute_from_command_line(["manage.py", "db_worker", "--interval", "0.2", "--no-startup-delay", "--no-reload"])
    else:
        settings.SERVER_URL = life.url
        host, port = life.url.removeprefix("http://").split(":")
        _, module, _, *options = server(host, int(port)).arguments
        sys.argv = [module, "sautiqual.crash_test.scripted_asgi:application", *options]
        runpy.run_module(module, run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
