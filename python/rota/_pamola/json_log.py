# SPDX-License-Identifier: Apache-2.0
"""The JSON file of the original beside Rota's log: read once, and kept refreshed where that is asked for.

A file beside Rota's log, `<log>.pamola.json`, remembers which JSON file was read into it or written from it, so that a
later process need not look into one that has not changed. Knows nothing of records.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple

from rota import _rota
from rota._pamola.file_lock import locked
from rota._pamola.settings import Place, wants_json_log

logger = logging.getLogger("rota.pamola.execution_log")

_is_kept = False
_read: Set[Place] = set()
_broken: Set[Place] = set()
_guard = threading.RLock()


def keep(is_kept: bool) -> None:
    """Whether this process refreshes the JSON file after its writes."""
    global _is_kept
    _is_kept = is_kept


def is_kept() -> bool:
    return _is_kept or wants_json_log()


def forget() -> None:
    """As if nothing had been read by this process."""
    with _guard:
        _read.clear()
        _broken.clear()


def read_once(place: Place, log: _rota.ExecutionLog) -> None:
    """Takes what the JSON file has and the log has not, unless that was done with the file as it is."""
    if place in _read:
        return
    with _guard:
        if place in _read:
            return
        _read.add(place)
        found = _identity(place.json_log)
        if found is None or _is_remembered(place, found, log):
            return
        if _import(place, log):
            _remember(place, found, log)


def refresh(place: Place, log: _rota.ExecutionLog, *, always: bool = False) -> None:
    """Writes the JSON file where it is kept. Unless `always`, another process that has written it with what the log has
    now spares it. What cannot be written is told: the log has it all the same."""
    if not is_kept():
        return
    try:
        with _guard:
            _refresh(place, log, always)
    except (OSError, _rota.Error) as error:
        logger.warning(
            "%s is not refreshed: %s; the execution log itself is complete, mend the cause and call "
            "rota.pamola.refresh_json_log()",
            place.json_log,
            error,
        )


def _refresh(place: Place, log: _rota.ExecutionLog, always: bool) -> None:
    sequence = log.last_sequence()
    place.json_log.parent.mkdir(parents=True, exist_ok=True)
    with locked(f"{place.json_log}.lock"):  # which the original takes too
        found = _identity(place.json_log)
        is_ours = found is not None and _is_remembered(place, found, log)
        if is_ours and not always and _remembered(place)["sequence"] >= sequence:
            return
        if found is not None and not is_ours and not _import(place, log):
            return
        written = log.last_sequence()
        _write(place, log)
        now = _identity(place.json_log)
        if now is not None:
            _remember(place, now, log, written)


def _import(place: Place, log: _rota.ExecutionLog) -> bool:
    """False: the file is broken, which is told once."""
    if place in _broken:
        return False
    try:
        summary = log.import_execution_log(str(place.json_log), mode="merge", skip_bad=True)
    except _rota.Error as error:
        _broken.add(place)
        logger.warning("%s is not read and left as it is: %s", place.json_log, error)
        return False
    if summary.skipped:
        logger.warning(
            "%s: %d executions were left out, the first because: %s; the file is left as it is",
            place.json_log,
            summary.skipped,
            next(iter(summary.problems), "unknown"),
        )
    return True


def _write(place: Place, log: _rota.ExecutionLog) -> None:
    """The whole file or nothing, and as readable for others as it was."""
    target = place.json_log.resolve()
    try:
        mode: Optional[int] = target.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = None
    handle, name = _new_file_beside(target)
    os.close(handle)
    try:
        log.export_execution_log(name, format="json")
        if mode is not None:
            os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _new_file_beside(target: Path) -> Tuple[int, str]:
    import tempfile  # slow to import, and seldom needed

    return tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)


# ---- what is remembered ----


def _identity(path: Path) -> Optional[List[int]]:
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]


def _memory_path(place: Place) -> Path:
    return place.log.with_name(place.log.name + ".pamola.json")


def _log_identity(place: Place) -> Optional[List[int]]:
    found = _identity(place.log)
    return None if found is None else found[:2]


def _remembered(place: Place) -> Dict[str, Any]:
    try:
        memory = json.loads(_memory_path(place).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _is_remembered(place: Place, json_is: List[int], log: _rota.ExecutionLog) -> bool:
    """Whether this file is in this log: another one of the same name may even have its inode, but fewer changes."""
    memory = _remembered(place)
    sequence = memory.get("sequence")
    return (
        memory.get("json_log") == str(place.json_log)
        and memory.get("json_is") == json_is
        and memory.get("log_is") == _log_identity(place)
        and isinstance(sequence, int)
        and sequence <= log.last_sequence()
    )


def _remember(place: Place, json_is: List[int], log: _rota.ExecutionLog, sequence: Optional[int] = None) -> None:
    """`sequence`: how much of the log is in the file; None: it was read."""
    memory = {
        "json_log": str(place.json_log),
        "json_is": json_is,
        "log_is": _log_identity(place),
        "sequence": log.last_sequence() if sequence is None else sequence,
    }
    target = _memory_path(place)
    try:
        handle, name = _new_file_beside(target)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(memory, file)
        os.replace(name, target)
    except OSError as error:  # the next process reads the JSON file again
        logger.debug("cannot remember in %s: %s", target, error)


def _after_fork() -> None:
    global _guard
    _guard = threading.RLock()


os.register_at_fork(after_in_child=_after_fork)
