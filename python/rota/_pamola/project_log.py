# SPDX-License-Identifier: Apache-2.0
"""The execution log of the present project, open. Knows nothing of records.

It is a handle of its own on the file that is the log of the process as well (see tell_process): the settings may name
another project later, while a process has one log.
"""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional

from rota import _rota
from rota._pamola import json_log, settings
from rota._pamola.settings import Place

_logs: Dict[Path, _rota.ExecutionLog] = {}
_guard = threading.RLock()


class ProjectLog(NamedTuple):
    place: Place
    log: _rota.ExecutionLog


def current(project_path: Optional[Path] = None) -> ProjectLog:
    """The log of the project that the settings name now; what the original's JSON file has is in it."""
    place = settings.find_place(project_path)
    found = ProjectLog(place, _open(place))
    json_log.read_once(place, found.log)
    return found


def _open(place: Place) -> _rota.ExecutionLog:
    with _guard:
        log = _logs.get(place.log)
        if log is None:
            log = _logs[place.log] = _rota.open_sqlite_log(str(place.log), project_root=str(place.root))
        return log


# ---- the log of the process ----


def tell_process() -> None:
    """Makes the log of this process that of the project, where it is not open yet and nobody has asked for another:
    what tasks of rota.BaseTask record is in the same history. Above the current folder Rota finds a project by its
    `.rota`; another place it is told in the environment."""
    place = settings.find_place()
    untell_process()
    if _expected_of_process() == place.log:
        return
    if place.root in Path.cwd().resolve().parents and place.log.parent.name == ".rota":
        _make_private_folder(place.log.parent)
    if _expected_of_process() != place.log:
        os.environ[settings.ROTA_LOG] = os.environ[settings.ROTA_LOG_OF_INSTALL] = str(place.log)


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        pass  # the log cannot be made there either, and says so when it is opened


def untell_process() -> None:
    told = os.environ.pop(settings.ROTA_LOG_OF_INSTALL, None)
    if told is not None and os.environ.get(settings.ROTA_LOG) == told:
        del os.environ[settings.ROTA_LOG]


def _expected_of_process() -> Path:
    given = os.environ.get(settings.ROTA_LOG)
    if given:
        return Path(os.path.abspath(given))
    path: Any = _rota.find_project().log_path
    return Path(path)


# ---- ends and forks ----


@atexit.register
def close() -> None:
    """Each is opened again when it is asked for. The last to close a log leaves one whole file."""
    with _guard:
        _logs.clear()


def _after_fork() -> None:
    global _guard
    _guard = threading.RLock()


os.register_at_fork(after_in_child=_after_fork)
