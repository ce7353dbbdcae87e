# SPDX-License-Identifier: Apache-2.0
"""An execution as the dict that the original's functions give, and what of such a dict has a place in an execution.

What an execution has no place for is in its tags: the path of the report under "report_path", what
update_execution_record was given under its own names, and under "pamola" how files were called, each with its name in
the log:
    {"input_files": [["data/a.csv", {"name": "customers", "path": "../data/a.csv"}]], "output_files": [...]}
Knows nothing of how a log is kept.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from rota import _rota

Record = Dict[str, Any]
# A file's name in the log, and what the record says of it.
NamedFile = Tuple[str, Record]

FILE_LISTS = ("input_files", "output_files")
OWN_TAG = "pamola"
# Those that say what ran, when, and how it ended.
PROOF_KEYS = frozenset(
    "task_id task_type task_run_id timestamp success execution_time input_files output_files hostname state "
    "started_at finished_at".split()
)
_PLAIN_STATES = ("success", "failed")
# An execution in another state has not run, or has not ended.
_ENDED_STATES = frozenset("success failed timeout cancelled lost".split())


def has_ended(execution: _rota.Execution) -> bool:
    """True for what the original would have a record of."""
    return execution.state in _ENDED_STATES


def tags_of(execution: _rota.Execution) -> Record:
    tags: Any = execution.tags
    return dict(tags)


# ---- from an execution to a record ----


def record_of(execution: _rota.Execution, root: Path) -> Record:
    """The record, with the original's keys first. `root`: the project's folder."""
    tags = tags_of(execution)
    imported = _imported_record(execution)
    record = _of_columns(execution, tags, root)
    if imported is not None:
        record = _of_import(execution, imported, tags, record, root)
    if execution.notes:
        record["notes"] = execution.notes
    _add_tags(tags, record)
    return record


def _of_columns(execution: _rota.Execution, tags: Mapping[str, Any], root: Path) -> Record:
    record: Record = {
        "task_id": execution.task_id,
        "task_type": execution.task_type,
        "task_run_id": execution.task_run_id,
        "timestamp": naive_local_text(execution),
        "success": execution.success,
        "execution_time": execution.execution_time,
        "report_path": tags.get("report_path", ""),
        "input_files": _files(execution.inputs, _named_files(tags, "input_files"), _default_input, root),
        "output_files": _files(execution.outputs, _named_files(tags, "output_files"), _default_output, root),
        "hostname": execution.host,
    }
    if execution.state not in _PLAIN_STATES:
        record["state"] = execution.state
    return record


def _imported_fields(execution: _rota.Execution) -> Record:
    fields: Any = execution.imported_fields
    return dict(fields)


def _imported_record(execution: _rota.Execution) -> Optional[Mapping[str, Any]]:
    record = _imported_fields(execution).get("record")
    return record if isinstance(record, dict) else None


def _of_import(
    execution: _rota.Execution, imported: Mapping[str, Any], tags: Mapping[str, Any], columns: Record, root: Path
) -> Record:
    """An imported execution comes back as its record was, with what was added since."""
    record = dict(columns)
    absent = {"timestamp", "report_path", *_imported_fields(execution).get("absent", [])} - imported.keys()
    for key in absent:
        if not (key in FILE_LISTS and record[key]) and not (key == "report_path" and key in tags):
            record.pop(key, None)
    for key, value in imported.items():
        if key in FILE_LISTS:
            record[key] = _merged_files(execution, key, value, tags, root)
        elif key not in ("notes", "tags") and key not in tags:  # what may have been changed since
            record[key] = value
    return record


def _merged_files(
    execution: _rota.Execution, key: str, value: Any, tags: Mapping[str, Any], root: Path
) -> List[Record]:
    files = [dict(file) for file in value or [] if isinstance(file, dict)]
    of_names = _imported_fields(execution).get("names")
    names = of_names.get(key) if isinstance(of_names, dict) else None
    paths = [file["path"] for file in files if file.get("path")]
    known = set(names if isinstance(names, list) else paths)
    is_input = key == "input_files"
    stamps = [stamp for stamp in (execution.inputs if is_input else execution.outputs) if stamp.path not in known]
    default = _default_input if is_input else _default_output
    return files + _files(stamps, _named_files(tags, key), default, root)


def _files(stamps: Iterable[_rota.FileStamp], named: List[NamedFile], default: Any, root: Path) -> List[Record]:
    files = [dict(file) for _, file in named]
    known = {name for name, _ in named}
    return files + [default(stamp.path, root) for stamp in stamps if stamp.path not in known]


def _default_input(name: str, root: Path) -> Record:
    return {"name": os.path.basename(name), "path": str(root / name)}


def _default_output(name: str, root: Path) -> Record:
    return {"path": str(root / name), "type": file_type(name), "description": ""}


def _named_files(tags: Mapping[str, Any], key: str) -> List[NamedFile]:
    own = tags.get(OWN_TAG)
    listed = own.get(key) if isinstance(own, dict) else None
    if not isinstance(listed, list):
        return []
    return [(pair[0], pair[1]) for pair in listed if _is_named_file(pair)]


def _is_named_file(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], dict)


def _add_tags(tags: Mapping[str, Any], record: Record) -> None:
    free = {key: value for key, value in tags.items() if key not in (OWN_TAG, "report_path")}
    for key, value in free.items():
        record.setdefault(key, value)
    if free and "tags" not in free:
        record["tags"] = free


def naive_local_text(execution: _rota.Execution) -> str:
    """When it ended (or began, while it runs), as the original writes times: local, without a zone."""
    moment: Any = execution.finished_at or execution.started_at
    local: datetime = moment.astimezone()
    return local.replace(tzinfo=None).isoformat()


def file_type(path: str) -> str:
    return os.path.splitext(path)[1].lstrip(".")


# ---- from what the original's functions are given to an execution ----


def input_files(datasets: Optional[Mapping[str, Any]]) -> List[Record]:
    """What a record says of these input datasets, by name."""
    return [{"name": str(name), "path": os.fspath(path)} for name, path in (datasets or {}).items()]


def output_file(artifact: Any) -> Optional[Record]:
    """What a record says of an artifact: a path, a dict with one, or an object with `path` and `artifact_type`. None
    for anything else."""
    if isinstance(artifact, (str, os.PathLike)):
        path = os.fspath(artifact)
        return {"path": path, "type": file_type(str(path)), "description": ""}
    if isinstance(artifact, dict) and artifact.get("path"):
        return {
            "path": os.fspath(artifact["path"]),
            "type": artifact.get("type", "unknown"),
            "description": artifact.get("description", ""),
        }
    if hasattr(artifact, "path") and hasattr(artifact, "artifact_type"):
        return {
            "path": os.fspath(artifact.path),
            "type": artifact.artifact_type,
            "description": getattr(artifact, "description", ""),
        }
    return None


def with_named_files(tags: Mapping[str, Any], key: str, files: Iterable[NamedFile], root: Path) -> Dict[str, Any]:
    """The tags, with how these files were called where the log alone would not tell it."""
    default = _default_input if key == "input_files" else _default_output
    told = [[name, plain(file)] for name, file in files if file != default(name, root)]
    if not told:
        return dict(tags)
    own = dict(tags.get(OWN_TAG) or {})
    own[key] = [*own.get(key, []), *told]
    return {**tags, OWN_TAG: own}


def are_tracked(record: Record, key: str) -> List[str]:
    """The paths that a record has already."""
    return [str(file.get("path", "")) for file in record.get(key, [])]


def free_updates(updates: Mapping[str, Any], record: Record) -> Tuple[Optional[str], Dict[str, Any]]:
    """The notes and the tags that updates set; ValueError where they would change what says what ran."""
    refused = sorted(key for key in updates if key in PROOF_KEYS and updates[key] != record.get(key))
    if refused:
        raise ValueError(
            f"{', '.join(refused)} cannot be changed: {'they say' if len(refused) > 1 else 'it says'} what ran and how "
            "it ended; add files with track_input_files and track_output_files, and remarks under other keys"
        )
    free = {str(key): plain(value) for key, value in updates.items() if key not in PROOF_KEYS}
    notes = free.pop("notes", None)
    if isinstance(free.get("tags"), dict):
        free.update(free.pop("tags"))
    if OWN_TAG in free:
        raise ValueError(f"the key {OWN_TAG!r} is used for how files were called; take another one")
    return (None if notes is None else str(notes)), free


def plain(value: Any) -> Any:
    """The value as JSON has it; what JSON has no form for as its text."""
    return json.loads(json.dumps(value, default=_plain_text))


def _plain_text(value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a number of numpy
        return value.item()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)
