# SPDX-License-Identifier: Apache-2.0
"""Plans and runs of whole graphs, of classes in Python and in C++."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Union

from rota import _native, _registry, _rota
from rota._registry import TaskRegistry

Arguments = Mapping[str, Mapping[str, Any]]


def plan(
    task_ids: Sequence[str] = (),
    *,
    force: bool = False,
    arguments: Optional[Arguments] = None,
    registry: Optional[TaskRegistry] = None,
    log: Optional[_rota.ExecutionLog] = None,
) -> _rota.Plan:
    """Decide what will run, what not, and why.

    `task_ids`: these with all that they need; none: all that are registered. `arguments`: by task id. Raises
    PlanError that names a cycle, or all dependencies that are not there; ArgumentError for arguments that do not fit.
    """
    if isinstance(task_ids, str):
        raise TypeError(f"task ids are given as a list: [{task_ids!r}]")
    return _rota.make_plan(
        _plan_registry(registry),
        log if log is not None else _rota.process_log(),
        list(task_ids),
        force,
        _arguments_by_task(arguments or {}),
    )


def _arguments_by_task(arguments: Arguments) -> Dict[str, Dict[str, Any]]:
    for task_id, given in arguments.items():
        if not isinstance(given, Mapping):
            raise TypeError(
                f"arguments are given by task id, as {{'t_clean': {{'threads': 4}}}}, and those of {task_id!r} are "
                f"{given!r}"
            )
    return {task_id: dict(given) for task_id, given in arguments.items()}


def run(
    task_ids: Sequence[str] = (),
    *,
    force: bool = False,
    arguments: Optional[Arguments] = None,
    registry: Optional[TaskRegistry] = None,
    log: Optional[_rota.ExecutionLog] = None,
    executor: str = "process",
    jobs: int = 0,
    observer: Any = None,
    stop_at_failure: bool = False,
    pools: Optional[Mapping[str, int]] = None,
    force_restart: bool = False,
) -> _rota.RunSummary:
    """Run what `plan` shows, each task after all that it needs; give what became of it, true where all succeeded.

    `executor`: "process" (worker processes; classes of Python must be importable there, or be those of a script that
    guards its main part) or "inline" (threads of this process). `jobs`: at the same time; 0: one for each processor.
    `observer`: an object with any of run_started(run_id), task_started(task_id),
    task_finished(task_id, outcome), task_retried(task_id, outcome, delay), task_logged(task_id, level, message), called
    one at a time from another thread.

    Ctrl-C: the first starts nothing more and waits, the second asks what runs to end, the third kills it (what runs in
    threads of this process is waited for); then KeyboardInterrupt is raised. ValueError for numbers below 0.
    """
    if jobs < 0 or any(size < 0 for size in (pools or {}).values()):
        raise ValueError(f"jobs and the sizes of pools are 0 or more, not {jobs} and {dict(pools or {})}")
    made = _plan_registry(registry)
    used_log = log if log is not None else _rota.process_log()
    decided = plan(task_ids, force=force, arguments=arguments, registry=registry, log=used_log)
    if executor == "process":
        _require_importable(decided, registry or _registry._process)
    return _rota.run_plan(
        decided,
        made,
        used_log,
        executor,
        jobs,
        observer,
        stop_at_failure,
        dict(pools or {}),
        force_restart,
        [sys.executable, "-m", "rota._worker"],
    )


def draw_graph(
    task_ids: Sequence[str] = (),
    *,
    format: str = "dot",  # noqa: A002: as the command calls it
    registry: Optional[TaskRegistry] = None,
    log: Optional[_rota.ExecutionLog] = None,
) -> str:
    """The tasks and what each needs, coloured by how they stand: dot, svg (drawn by Graphviz), mermaid or json."""
    used_log = log if log is not None else _rota.process_log()
    return plan(task_ids, registry=registry, log=used_log).draw(used_log, format)


def report(
    run_id: Optional[str] = None,
    *,
    output: Union[None, str, "os.PathLike[str]"] = None,
    format: str = "html",  # noqa: A002: as the command calls it
    registry: Optional[TaskRegistry] = None,
    log: Optional[_rota.ExecutionLog] = None,
) -> str:
    """A run afterwards, the newest where none is named: a page that stands alone ("html": graph, timeline,
    durations, failures with their output, files), or Chrome's trace events ("trace"). Written to `output` where that is
    given. Raises PlanError where there is no such run.
    """
    used_log = log if log is not None else _rota.process_log()
    name = run_id if run_id is not None else _rota.find_newest_run(used_log)
    executions = [] if name is None else used_log.get_task_execution_history(run_id=name, limit=0)
    if name is None or not executions:
        raise _rota.PlanError(f"there is no run {run_id} in the log" if run_id else "the log holds no run yet")
    outputs = {one.task_run_id: _end_of_output(used_log.project_root, one.output_path) for one in executions}
    text = _rota.report_of_run(
        used_log, _plan_registry(registry), name, format, {key: one for key, one in outputs.items() if one}
    )
    if output is not None:
        _write_whole(output, text)
    return text


_MOST_OUTPUT = 64 * 1024


def _end_of_output(root: Path, output_path: str) -> str:
    """Of what an execution printed; "" where that is not there any more. Nothing outside of .rota/output is read."""
    folder = (root / ".rota" / "output").resolve()
    try:
        file = (root / output_path).resolve(strict=True)
        if not output_path or folder not in file.parents:
            return ""
        with open(file, "rb") as opened:
            opened.seek(max(0, os.fstat(opened.fileno()).st_size - _MOST_OUTPUT))
            return opened.read(_MOST_OUTPUT).decode("utf-8", "replace")
    except OSError:
        return ""


def _write_whole(path: Union[str, "os.PathLike[str]"], text: str) -> None:
    """The whole file, or what was there before."""
    place = os.fspath(path)
    new = f"{place}.{os.getpid()}.new"
    try:
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(new, place)
    except OSError:
        if os.path.exists(new):
            os.unlink(new)
        raise


def _plan_registry(registry: Optional[TaskRegistry]) -> _rota.TaskRegistry:
    made = _rota.TaskRegistry()
    for task_id, task_class in (registry or _registry._process)._all().items():
        if issubclass(task_class, _native.NativeTask):
            made.register_native(task_class._native)
            continue
        file, identity = _registry.source_of(task_class)
        metadata: Dict[str, Any] = dict(_registry.get_task_metadata(task_class), task_id=task_id)
        made.register_python(task_class, metadata, file, identity)
    return made


def _require_importable(decided: _rota.Plan, registry: TaskRegistry) -> None:
    """Workers import the classes: one that they cannot find is told before anything begins."""
    lost = []
    for step in decided.steps:
        task_class = registry.get_task_class(step["task_id"])
        if not step["will_run"] or task_class is None or issubclass(task_class, _native.NativeTask):
            continue
        if _registry.source_of(task_class)[0] is None:
            lost.append(step["task_id"])
    if lost:
        raise _rota.PlanError(
            f"{', '.join(lost)}: worker processes cannot import the class, which is not at the top of a module in a "
            "file; move it there, or run with executor='inline'"
        )
