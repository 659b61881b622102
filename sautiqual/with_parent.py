"""`python -m sautiqual.with_parent PARENT MODULE …`: runs the module, and stops it when the process that started it (its id: PARENT) is gone,
however that ended.

A parent that is killed cannot stop anybody. Asked by its id twice a second: a child whose parent is gone has another one.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

LOOK_EVERY_S = 0.5
ENDS_WITHIN_S = 15.0


def stop_with_parent(parent_id: int) -> None:
    """From now on, in a thread: SIGTERM to ourselves when this parent is gone, and SIGKILL if that was not enough."""
    threading.Thread(target=_watch, args=(parent_id,), name="with-parent", daemon=True).start()


def _watch(parent_id: int) -> None:
    while os.getppid() == parent_id:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ENDS_WITHIN_S)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    stop_with_parent(int(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
