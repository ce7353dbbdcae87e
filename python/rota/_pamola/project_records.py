# SPDX-License-Identifier: Apache-2.0
"""Reading and changing the executions of a project as records. Knows nothing of progress and of the JSON file."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from rota import _rota
from rota._pamola import records
from rota._pamola.file_lock import locked
from rota._pamola.project_log import ProjectLog

_PAGE = 500
_CSV_COLUMNS = (
    "task_id task_type task_run_id timestamp success execution_time report_path input_files_count output_files_count "
    "hostname"
).split()


def tags_of_new(
    project: ProjectLog, report_path: str, inputs: List[records.Record], outputs: List[records.Record]
) -> Dict[str, Any]:
    """What a record has besides what every execution has."""
    tags: Dict[str, Any] = {"report_path": report_path} if report_path else {}
    for key, files in (("input_files", inputs), ("output_files", outputs)):
        tags = records.with_named_files(tags, key, named(project, files), project.place.root)
    return tags


def named(project: ProjectLog, files: List[records.Record]) -> List[records.NamedFile]:
    return [(str(project.log.path_in_log(file["path"])), file) for file in files]


def history(
    log: _rota.ExecutionLog, task_id: Optional[str], limit: Optional[int], success_only: bool
) -> List[_rota.Execution]:
    is_bounded = limit is not None and limit >= 0
    found: List[_rota.Execution] = []
    for execution in _newest_first(log, task_id, success_only, min(limit, _PAGE) if is_bounded and limit else _PAGE):
        if is_bounded and limit is not None and len(found) >= limit:
            break
        if records.has_ended(execution):
            found.append(execution)
    return found[:limit]


def _newest_first(
    log: _rota.ExecutionLog, task_id: Optional[str], success_only: bool, page_size: int
) -> Iterator[_rota.Execution]:
    before = 0
    while True:
        page = log.get_task_execution_history(
            task_id, limit=page_size, success_only=success_only, before_sequence=before
        )
        yield from page
        if len(page) < page_size:
            return
        before = page[-1].started_sequence


def add_files(
    project: ProjectLog, task_run_id: str, direction: str, paths: List[str], warn: Callable[[str], None]
) -> int:
    """Those that exist with what they are now, the others by name; each once. Gives how many were not there before."""
    key = f"{direction}_files"
    is_there = {path: os.path.isfile(path) for path in paths}
    for path in (path for path in paths if not is_there[path]):
        warn(f"{path} is no file now; its name is kept, and it is not found by find_task_by_output")
    stamped = [path for path in is_there if is_there[path]]
    added: List[str] = []

    def add(execution: _rota.Execution) -> None:
        known = records.are_tracked(records.record_of(execution, project.place.root), key)
        added.extend(path for path in is_there if path not in known)
        if stamped:
            track = project.log.track_input_files if direction == "input" else project.log.track_output_files
            track(task_run_id, stamped)
        files = [_tracked_file(path, direction) for path in added]
        before = records.tags_of(execution)
        tags = records.with_named_files(before, key, named(project, files), project.place.root)
        if tags != before:
            project.log.update_execution_record(task_run_id, tags=tags)

    change(project, task_run_id, add)
    return len(added)


def _tracked_file(path: str, direction: str) -> records.Record:
    file = {"path": path}
    if direction == "output":
        file["type"] = records.file_type(path)
    return {**file, "added_at": datetime.now().isoformat()}


def change(project: ProjectLog, task_run_id: str, make: Callable[[_rota.Execution], None]) -> bool:
    """One reader and writer of the tags of executions at a time. False: there is no such execution."""
    with locked(f"{project.place.log}.pamola.lock"):
        execution = project.log.find_execution(task_run_id)
        if execution is None:
            return False
        make(execution)
    return True


def write_csv(project: ProjectLog, target: Path) -> None:
    import csv  # both are slow to import, and seldom needed
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, _CSV_COLUMNS)
            writer.writeheader()
            for execution in reversed(history(project.log, None, None, False)):
                writer.writerow(_csv_row(records.record_of(execution, project.place.root)))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _csv_row(record: records.Record) -> Dict[str, Any]:
    row = {key: _cell(record.get(key, "")) for key in _CSV_COLUMNS}
    row["input_files_count"] = len(record.get("input_files", []))
    row["output_files_count"] = len(record.get("output_files", []))
    return row


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is kept from it by a leading '."""
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple("=+-@\t\r")) else value
