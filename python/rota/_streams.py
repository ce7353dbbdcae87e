# SPDX-License-Identifier: Apache-2.0
"""What Rota writes to stdout and stderr: by one thread at a time, and by none while the process forks.

A stream of Python has a lock. A child that is forked while a thread holds it, or has just been given it, waits for that lock
for ever at its first flush: that thread is not there. It knows nothing of tasks.
"""

from __future__ import annotations

import os
import sys
import threading

_PATIENCE_SECONDS = 3.0
_mutex = threading.RLock()  # the thread that holds it may fork
_forking = threading.local()  # `has_mutex`: this thread took it to fork


def flush() -> None:
    with _mutex:
        for stream in (sys.stdout, sys.stderr):
            try:
                if stream is not None:
                    stream.flush()
            except Exception:  # noqa: BLE001: it is closed, or cannot be written to: nobody could be told
                pass


def write_error(text: str) -> None:
    """To stderr at once."""
    with _mutex:
        try:
            print(text, file=sys.stderr, end="", flush=True)
        except Exception:  # noqa: BLE001: the same
            pass


def _before_fork() -> None:
    _forking.has_mutex = False  # also where Ctrl-C comes while it waits
    # A stream of somebody's own may wait for the thread that forks.
    _forking.has_mutex = _mutex.acquire(timeout=_PATIENCE_SECONDS)


def _after_fork_in_parent() -> None:
    if _forking.has_mutex:
        _mutex.release()


def _after_fork_in_child() -> None:
    global _mutex
    if _forking.has_mutex:
        _mutex.release()
    else:
        _mutex = threading.RLock()


os.register_at_fork(
    before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
)
