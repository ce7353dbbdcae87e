# SPDX-License-Identifier: Apache-2.0
"""A lock between processes that is a file, compatible with that of the package filelock.

Knows nothing of what it guards.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import Iterator

LOCK_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.002


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Holds the lock; its file stays. TimeoutError where another has it for too long, OSError where none can be."""
    handle = _acquire(path)
    try:
        yield
    finally:
        os.close(handle)


def _acquire(path: str) -> int:
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _try_lock(handle) and _is_the_file(handle, path):
            return handle
        os.close(handle)
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process has held {path} for {LOCK_TIMEOUT_SECONDS:.0f} s; find out which")
        time.sleep(_POLL_SECONDS)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_the_file(handle: int, path: str) -> bool:
    """False: who had the lock has removed its file since."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False
