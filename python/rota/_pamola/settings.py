# SPDX-License-Identifier: Apache-2.0
"""Where the project of a PAMOLA program is, and its two logs: Rota's, and the JSON file of the original.

Looks at the environment and the file system each time, as the original does. Knows nothing of what is in the logs.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional, Set

logger = logging.getLogger(__name__)

DEFAULT_JSON_LOG = "configs/execution_log.json"
ROTA_LOG = "ROTA_LOG"
# Has the value of ROTA_LOG where install() has set it: nobody has asked for that place then.
ROTA_LOG_OF_INSTALL = "ROTA_PAMOLA_LOG"
KEEP_JSON = "ROTA_PAMOLA_JSON"

_warned_of: Set[str] = set()


@dataclass(frozen=True)
class Place:
    """A project, all paths absolute."""

    root: Path
    log: Path
    json_log: Path


def find_place(project_path: Optional[Path] = None) -> Place:
    """The project of this process now, or the one at `project_path`."""
    root = find_root() if project_path is None else Path(project_path).resolve()
    given = _given_log() if project_path is None else None
    json_log = os.environ.get("PAMOLA_EXECUTION_LOG_PATH") or DEFAULT_JSON_LOG
    return Place(root, given or root / ".rota" / "log.db", root / json_log)


def wants_json_log() -> bool:
    """Whether the environment asks for a JSON file that is kept refreshed."""
    return os.environ.get(KEEP_JSON, "") not in ("", "0")


def find_root() -> Path:
    """As the original: PAMOLA_PROJECT_ROOT, else the nearest folder upward with .pamolaProject or
    configs/prj_config.yaml (or .json), else with .git, else the current one; a project of Rota (.rota, rota.toml) comes
    before .git."""
    given = os.environ.get("PAMOLA_PROJECT_ROOT")
    if given:
        root = Path(given).resolve()
        if (root / ".pamolaProject").exists() or (root / "configs").is_dir():
            return root
        _warn_of(
            f"PAMOLA_PROJECT_ROOT is {given}, which is no project: it has neither .pamolaProject nor configs; it is "
            "not used, so make one of them there or unset the variable"
        )
    current = os.path.realpath(os.getcwd())
    for is_root in (_is_pamola_project, _is_rota_project, _is_repository):
        found = next(filter(is_root, _upward(current)), None)
        if found is not None:
            return Path(found)
    return Path(current)


def _given_log() -> Optional[Path]:
    given = os.environ.get(ROTA_LOG)
    if not given or given == os.environ.get(ROTA_LOG_OF_INSTALL):
        return None
    return Path(os.path.abspath(given))


def _is_pamola_project(folder: str) -> bool:
    return any(
        os.path.exists(f"{folder}/{name}")
        for name in (".pamolaProject", "configs/prj_config.yaml", "configs/prj_config.json")
    )


def _is_rota_project(folder: str) -> bool:
    return os.path.isdir(f"{folder}/.rota") or os.path.isfile(f"{folder}/rota.toml")


def _is_repository(folder: str) -> bool:
    return os.path.exists(f"{folder}/.git")


def _upward(folder: str) -> Iterator[str]:
    for _ in range(_max_depth()):
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _max_depth() -> int:
    text = os.environ.get("PAMOLA_MAX_SEARCH_DEPTH", "20")
    if text.strip().isdigit():
        return int(text)
    _warn_of(f"PAMOLA_MAX_SEARCH_DEPTH is {text!r}, which is no number; 20 folders upward are looked at")
    return 20


def _warn_of(message: str) -> None:
    if message not in _warned_of:
        _warned_of.add(message)
        logger.warning("%s", message)
