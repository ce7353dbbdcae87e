# SPDX-License-Identifier: Apache-2.0
"""The functions of pamola_core.utils.tasks.execution_log, on Rota's execution log.

What is other than in the original: a log that cannot be read or written is an ExecutionLogError with its cause, also
in record_task_execution, which gave None; the newest execution is the one recorded last, whatever the clocks say; a
file is found by whatever path leads to it, and its newest producer is given; paths are recorded as they are, none is
left out for its characters; what says what ran and how it ended cannot be changed; a cleanup keeps the latest success
of a task and who made a file that exists.

Files that exist are read once when they are recorded, for their hash. Every function writes durably before it returns.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any, ContextManager, Dict, List, Optional, Tuple, Union

from rota import _rota
from rota._pamola import checks, json_log, project_log, project_records, records
from rota._pamola.errors import execution_log_error
from rota._pamola.progress import ProgressManagerProtocol, Step, step
from rota._pamola.settings import DEFAULT_JSON_LOG, find_place

__all__ = [
    "ExecutionLogError",
    "ProgressManagerProtocol",
    "cleanup_old_executions",
    "export_execution_log",
    "find_latest_execution",
    "find_task_by_output",
    "get_task_execution_history",
    "import_execution_log",
    "initialize_execution_log",
    "record_task_execution",
    "remove_execution_record",
    "track_input_files",
    "track_output_files",
    "update_execution_record",
    "validate_execution_log",
]

DEFAULT_EXECUTION_LOG_PATH = DEFAULT_JSON_LOG
DEFAULT_LOCK_TIMEOUT = 10

ExecutionLogError = execution_log_error(__name__)


def initialize_execution_log(
    project_path: Optional[Path] = None, progress_manager: Optional[ProgressManagerProtocol] = None
) -> Path:
    """Opens the execution log, and makes it where there is none. Gives its path: of the JSON file where that is kept
    refreshed, else of Rota's log.

    project_path: the root of the project; None: that of the settings. Raises ExecutionLogError."""
    with _step(progress_manager, "initialize_execution_log", 2, "Initializing execution log") as current:
        project = project_log.current(project_path)
        current.update(1, status="directory_created")
        json_log.refresh(project.place, project.log)
        current.update(1, status="log_initialized")
        return project.place.json_log if json_log.is_kept() else project.place.log


def record_task_execution(
    task_id: str,
    task_type: str,
    success: bool,
    execution_time: float,
    report_path: Path,
    input_datasets: Optional[Dict[str, str]] = None,
    output_artifacts: Optional[List[Any]] = None,
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> Optional[str]:
    """Records an execution that ends now, and gives its task_run_id.

    execution_time: seconds. input_datasets: paths by name. output_artifacts: paths, dicts with "path", or objects with
    `path` and `artifact_type`. Raises ExecutionLogError; it is never None."""
    description = f"Recording execution of task {task_id} in execution log"
    with _step(progress_manager, "record_task_execution", 4, description) as current:
        task_id = checks.task_id_to_record(task_id)
        task_type = checks.text("task_type", task_type, "the type of the task")
        duration = checks.seconds("execution_time", execution_time)
        datasets = checks.paths_by_name("input_datasets", input_datasets)
        artifacts = checks.items("output_artifacts", output_artifacts)
        project = project_log.current()
        current.update(1, status="log_loaded")
        inputs = [file for file in records.input_files(datasets) if file["path"]]
        current.update(1, status="inputs_processed", count=len(inputs))
        outputs = _output_files(artifacts, current)
        current.update(1, status="outputs_processed", count=len(outputs))
        task_run_id = project.log.record_task_execution(
            task_id,
            task_type=task_type,
            state="success" if success else "failed",
            duration=duration,
            inputs=[file["path"] for file in inputs],
            outputs=[file["path"] for file in outputs],
            tags=project_records.tags_of_new(project, str(report_path or ""), inputs, outputs),
        )
        json_log.refresh(project.place, project.log)
        current.update(1, status="log_saved")
        current.info(f"Recorded execution of task {task_id} in execution log")
        return str(task_run_id)


def get_task_execution_history(
    task_id: Optional[str] = None,
    limit: int = 10,
    success_only: bool = False,
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> List[Dict[str, Any]]:
    """The executions that ran and ended, newest first, of one task or (None) of all. Raises ExecutionLogError."""
    of_what = f"task {task_id}" if task_id else "all tasks"
    with _step(progress_manager, "get_execution_history", 1, f"Getting execution history for {of_what}") as current:
        if task_id is not None:
            checks.text("task_id", task_id, "the id of the task, or None,")
        if limit is not None:
            checks.count("limit", limit)
        project = project_log.current()
        found = project_records.history(project.log, task_id or None, limit, success_only)
        current.update(1, status="success", count=len(found))
        return [records.record_of(execution, project.place.root) for execution in found]


def find_latest_execution(
    task_id: str, success_only: bool = True, progress_manager: Optional[ProgressManagerProtocol] = None
) -> Optional[Dict[str, Any]]:
    """The newest execution of a task that ran and ended; None: there is none. Raises ExecutionLogError."""
    with _step(progress_manager, "find_latest_execution", 1, f"Finding latest execution for task {task_id}") as current:
        checks.text("task_id", task_id, "the id of the task")
        project = project_log.current()
        latest = project.log.find_latest_execution(task_id, success_only)
        if latest is not None and not records.has_ended(latest):  # it still runs
            latest = next(iter(project_records.history(project.log, task_id, 1, success_only)), None)
        current.update(1, status="success", found=latest is not None)
        return None if latest is None else records.record_of(latest, project.place.root)


def find_task_by_output(
    file_path: Union[str, Path], progress_manager: Optional[ProgressManagerProtocol] = None
) -> Optional[Dict[str, Any]]:
    """The newest execution that has the file as output; None: there is none. Raises ExecutionLogError."""
    with _step(progress_manager, "find_task_by_output", 1, f"Finding task for output file {file_path}") as current:
        output = checks.path("file_path", file_path)
        project = project_log.current()
        found = project.log.find_task_by_output(output)
        current.update(1, status="success", found=found is not None)
        return None if found is None else records.record_of(found, project.place.root)


def track_input_files(
    task_id: str,
    file_paths: List[Union[str, Path]],
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> bool:
    """Adds input files to the newest execution of a task. False: it never ran. Raises ExecutionLogError."""
    return _track("input", task_id, file_paths, progress_manager)


def track_output_files(
    task_id: str,
    file_paths: List[Union[str, Path]],
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> bool:
    """Adds output files to the newest execution of a task. False: it never ran. Raises ExecutionLogError."""
    return _track("output", task_id, file_paths, progress_manager)


def update_execution_record(
    task_run_id: str, updates: Dict[str, Any], progress_manager: Optional[ProgressManagerProtocol] = None
) -> bool:
    """Sets what is free in a record: "notes", "report_path", "tags", and any key that the original's records do not
    have. False: there is no such execution.

    Raises ExecutionLogError, also for keys that say what ran and how it ended, unless they are given as they are."""
    with _step(progress_manager, "update_execution_record", 1, f"Updating execution record {task_run_id}") as current:
        checks.text("task_run_id", task_run_id, "what record_task_execution gave")
        if not isinstance(updates, dict):
            raise TypeError(f"updates is a {type(updates).__name__}; give a dict")
        project = project_log.current()

        def change(execution: _rota.Execution) -> None:
            record = records.record_of(execution, project.place.root)
            notes, free = records.free_updates(updates, record)
            tags = {**records.tags_of(execution), **free} if free else None
            project.log.update_execution_record(task_run_id, notes=notes, tags=tags)

        if not project_records.change(project, task_run_id, change):
            current.warning(f"Execution record {task_run_id} not found")
            current.update(1, status="not_found")
            return False
        json_log.refresh(project.place, project.log)
        current.update(1, status="success")
        current.info(f"Updated execution record {task_run_id}")
        return True


def remove_execution_record(
    task_run_id: str, progress_manager: Optional[ProgressManagerProtocol] = None
) -> bool:
    """Removes an execution. False: there is no such execution. Raises ExecutionLogError."""
    with _step(progress_manager, "remove_execution_record", 1, f"Removing execution record {task_run_id}") as current:
        checks.text("task_run_id", task_run_id, "what record_task_execution gave")
        project = project_log.current()
        if not project.log.remove_execution_record(task_run_id):
            current.warning(f"Execution record {task_run_id} not found")
            current.update(1, status="not_found")
            return False
        json_log.refresh(project.place, project.log, always=True)
        current.update(1, status="success")
        current.info(f"Removed execution record {task_run_id}")
        return True


def cleanup_old_executions(
    max_age_days: int = 30,
    max_per_task: int = 10,
    dry_run: bool = False,
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> Tuple[int, List[str]]:
    """Removes executions that ended more than so many days ago and are not among the newest of their task. Gives how
    many, and their task_run_ids. Never the latest success of a task, nor the newest producer of a file that exists.

    dry_run: only tell. Raises ExecutionLogError."""
    with _step(progress_manager, "cleanup_old_executions", 3, "Cleaning up old execution records") as current:
        checks.count("max_per_task", max_per_task)
        if max_age_days < 0 or max_per_task < 0:
            raise ValueError(f"max_age_days is {max_age_days} and max_per_task {max_per_task}; neither can be negative")
        project = project_log.current()
        current.update(1, status="log_loaded")
        aged = project.log.cleanup_old_executions(max_age=max_age_days * 86400, dry_run=True).removed
        beyond = project.log.cleanup_old_executions(max_per_task=max_per_task, dry_run=True).removed
        is_aged = {entry.task_run_id for entry in aged}
        old = [entry.task_run_id for entry in beyond if entry.task_run_id in is_aged]
        current.update(1, status="executions_grouped", task_count=len({entry.task_id for entry in beyond}))
        if old and not dry_run:
            removed = project.log.cleanup_old_executions(task_run_ids=old).removed
            old = [entry.task_run_id for entry in removed]
            json_log.refresh(project.place, project.log, always=True)
            current.info(f"Removed {len(old)} old execution records")
        current.update(1, status="success", removed_count=len(old), dry_run=dry_run)
        return len(old), old


def validate_execution_log(
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> Tuple[bool, List[str]]:
    """Looks for what should never be in a log, reading all of it: whether there is nothing, and what there is, a line
    each. Raises ExecutionLogError."""
    with _step(progress_manager, "validate_execution_log", 3, "Validating execution log") as current:
        project = project_log.current()
        current.update(1, status="log_loaded")
        findings = project.log.validate_execution_log()
        current.update(1, status="structure_checked")
        errors = [": ".join(filter(None, (one.rule, one.task_run_id, one.message))) for one in findings]
        current.update(1, status="validation_complete", valid=not errors, error_count=len(errors))
        return not errors, errors


def export_execution_log(
    output_path: Optional[Path] = None,
    format: str = "json",
    progress_manager: Optional[ProgressManagerProtocol] = None,
) -> Path:
    """Writes the log to a file, whole or not at all, and gives its path: as JSON that import_execution_log reads, or as
    CSV with the original's columns.

    output_path: None: execution_log_export_DATE_TIME.FORMAT in the current folder. Raises ExecutionLogError."""
    with _step(progress_manager, "export_execution_log", 3, "Exporting execution log") as current:
        kind = format.lower()
        if kind not in ("json", "csv"):
            raise ValueError(f"the format {format!r} is not known; it is 'json' or 'csv'")
        project = project_log.current()
        current.update(1, status="log_loaded")
        if output_path is None:
            output_path = Path(f"execution_log_export_{datetime.now():%Y%m%d_%H%M%S}.{format}")
        target = Path(output_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        current.update(1, status="directory_created")
        if kind == "json":
            project.log.export_execution_log(str(target), format="json")
        else:
            project_records.write_csv(project, target)
        current.update(1, status="success", format=format)
        current.info(f"Exported execution log to {target}")
        return target


def import_execution_log(
    input_path: Path, merge: bool = False, progress_manager: Optional[ProgressManagerProtocol] = None
) -> bool:
    """Takes the executions of a JSON log, all or none: to those that are there (merge), else in their place.

    Gives True. Raises ExecutionLogError."""
    with _step(progress_manager, "import_execution_log", 3, f"Importing execution log {input_path}") as current:
        project = project_log.current()
        mode = "merge" if merge else "replace"
        summary = project.log.import_execution_log(checks.path("input_path", input_path), mode=mode)
        current.update(1, status="file_loaded")
        json_log.refresh(project.place, project.log, always=True)
        current.update(1, status="merged" if merge else "imported", imported_count=summary.imported, mode=mode)
        current.info(f"Imported execution log from {input_path} ({mode}): {summary.imported} executions")
        return True


# ---- parts ----


def _step(
    manager: Optional[ProgressManagerProtocol], name: str, total: int, description: str
) -> ContextManager[Step]:
    return step(manager, name, total, description, ExecutionLogError)


def _get_execution_log_path() -> Path:
    place = find_place()
    return place.json_log if json_log.is_kept() else place.log


def _output_files(artifacts: List[Any], current: Step) -> List[records.Record]:
    files = []
    for artifact in artifacts:
        file = records.output_file(artifact)
        if file is None or not file["path"]:
            current.warning(f"an output artifact has no path and is left out of the execution log: {artifact!r}")
        else:
            files.append(file)
    return files


def _track(
    direction: str,
    task_id: str,
    file_paths: List[Union[str, Path]],
    manager: Optional[ProgressManagerProtocol],
) -> bool:
    with _step(manager, f"track_{direction}_files", 1, f"Tracking {direction} files for task {task_id}") as current:
        if isinstance(file_paths, (str, os.PathLike)):
            raise TypeError(f"file_paths is one path ({os.fspath(file_paths)!r}); give a list of paths")
        checks.text("task_id", task_id, "the id of the task")
        paths = [checks.path(f"file_paths[{at}]", one) for at, one in enumerate(checks.items("file_paths", file_paths))]
        project = project_log.current()
        latest = project.log.find_latest_execution(task_id, False)
        if latest is None:
            current.warning(f"No execution found for task {task_id}")
            current.update(1, status="no_execution")
            return False
        added = project_records.add_files(project, latest.task_run_id, direction, paths, current.warning)
        json_log.refresh(project.place, project.log, always=True)
        current.update(1, status="success", added=added)
        current.info(f"Updated {direction} files for task {task_id}")
        return True
