# SPDX-License-Identifier: Apache-2.0
"""install() and what goes with it; rota.pamola shows them."""

from __future__ import annotations

import atexit
import logging

from rota import _rota
from rota._pamola import installation, json_log as _json_log, project_log, settings

logger = logging.getLogger("rota.pamola")

_is_at_exit = False


def install(json_log: bool = False) -> None:
    """Makes pamola_core.utils.tasks.task_registry, .execution_log and .base_task importable: Rota's.

    Where a real pamola_core is installed, only the first two take the place of its own, and its BaseTask records in
    Rota's log. It is not imported here. What was imported before is replaced in sys.modules, in its package, and under
    the names by which modules know its functions; what could not be reached is told as a warning. To call it again
    changes nothing.

    The log is `.rota/log.db` under the root of the project as pamola_core finds it (PAMOLA_PROJECT_ROOT,
    .pamolaProject, configs/prj_config.yaml), or where ROTA_LOG points. That tasks of rota.BaseTask come into the same
    log, `.rota` is made where the root is above the current folder, and the environment of this process gets ROTA_LOG
    where it is elsewhere; so call install() before the log of the process is used.

    A JSON log that is there (configs/execution_log.json, or where PAMOLA_EXECUTION_LOG_PATH points) is read once: its
    executions are added, and a broken one is a warning and left as it is. It is read again when it has changed.

    json_log: keep that JSON file refreshed after each write of the functions of execution_log, and at the end of the
    process, for programs that read it; also by ROTA_PAMOLA_JSON=1 in the environment. Each time the whole log is
    written anew, so that a write costs by the length of the history: about 10 ms for every 1,000 executions. What tasks
    of rota.BaseTask record comes with the next write or with refresh_json_log()."""
    installation.begin()
    project_log.tell_process()
    if json_log:
        _json_log.keep(True)
    if _json_log.is_kept():
        _refresh_at_exit_too()
    _read_json_log()


def uninstall() -> None:
    """Takes install() back, also under the names that it has mended. The log stays as it is; a module that imported
    Rota's functions after install() keeps them."""
    if installation.end():
        project_log.untell_process()
        _json_log.keep(False)
        _json_log.forget()


def refresh_json_log() -> None:
    """Writes the JSON file anew where it is kept refreshed, with all that the log has; else nothing."""
    if not _json_log.is_kept():
        return
    project = project_log.current()
    _json_log.refresh(project.place, project.log)


def _read_json_log() -> None:
    if not settings.find_place().json_log.is_file():
        return
    try:
        project_log.current()
    except _rota.Error as error:
        logger.warning("the execution log cannot be opened: %s", error)


def _refresh_at_exit_too() -> None:
    global _is_at_exit
    if not _is_at_exit:
        _is_at_exit = True
        atexit.register(_refresh_at_exit)


def _refresh_at_exit() -> None:
    try:
        if settings.find_place().log.exists():
            refresh_json_log()
    except (OSError, _rota.Error) as error:
        logger.warning("the JSON log is not refreshed: %s", error)
