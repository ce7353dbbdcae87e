# SPDX-License-Identifier: Apache-2.0
"""Rota: a task registry with a memory.

Task classes by id (`register_task_class`, `get_task_class`, `discover_task_classes` ...), a log of all that ran that
survives crashes (`process_log`), and whole graphs in order and in parallel (`plan`, `run`). The same registry, log
and runner as the command `rota`, with task classes in Python and in C++ side by side.

Messages go to Python's logging, below the logger "rota".
"""

from __future__ import annotations

import logging as _logging

from rota import _rota
from rota._base_task import (
    BaseTask,
    Operation,
    OperationContext,
    OperationResult,
    OperationStatus,
    TaskConfig,
)
from rota._registry import (
    TaskRegistry,
    check_task_dependencies,
    create_task_instance,
    discover_task_classes,
    get_task_class,
    get_task_metadata,
    list_registered_tasks,
    register_discovered_tasks,
    register_task_class,
)
from rota._rota import (
    AlreadyRunningError,
    ArgumentError,
    Error,
    ExchangeError,
    Execution,
    ExecutionLog,
    LogError,
    Plan,
    PlanError,
    RunSummary,
    TaskRegistryError,
    find_project,
    open_memory_log,
    open_sqlite_log,
    process_log,
)
from rota._runs import draw_graph, plan, report, run

__version__ = ".".join(map(str, _rota.version))

__all__ = [
    "AlreadyRunningError",
    "ArgumentError",
    "BaseTask",
    "Error",
    "ExchangeError",
    "Execution",
    "ExecutionLog",
    "LogError",
    "Operation",
    "OperationContext",
    "OperationResult",
    "OperationStatus",
    "Plan",
    "PlanError",
    "RunSummary",
    "TaskConfig",
    "TaskRegistry",
    "TaskRegistryError",
    "check_task_dependencies",
    "create_task_instance",
    "discover_task_classes",
    "draw_graph",
    "find_project",
    "get_task_class",
    "get_task_metadata",
    "list_registered_tasks",
    "open_memory_log",
    "open_sqlite_log",
    "plan",
    "process_log",
    "register_discovered_tasks",
    "register_task_class",
    "report",
    "run",
]


def _log(level: int, name: str, message: str) -> None:
    """Messages of the C++ library."""
    _logging.getLogger(name if name.partition(".")[0] == "rota" else f"rota.{name}").log(level, "%s", message)


_rota.set_log_sink(_log)
