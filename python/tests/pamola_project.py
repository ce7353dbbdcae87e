# SPDX-License-Identifier: Apache-2.0
"""Projects, processes and a small pamola_core for the tests of rota.pamola."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

ORIGINAL_KEYS = (
    "task_id task_type task_run_id timestamp success execution_time report_path input_files output_files hostname"
).split()


def environment(**more: str) -> Dict[str, str]:
    """That of a child which finds the package `rota` of this process, without what this one was told of logs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PAMOLA_", "ROTA_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


def start(words: Sequence[str], cwd: Path, **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=cwd,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(words: Sequence[str], cwd: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    process = start(words, cwd, **more)
    out, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


def run_code(code: str, cwd: Path, **more: str) -> str:
    """What a program prints that is run in a process of its own and ends well."""
    done = run(["-c", textwrap.dedent(code)], cwd, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stderr_of(code: str, cwd: Path, **more: str) -> str:
    done = run(["-c", textwrap.dedent(code)], cwd, **more)
    assert done.returncode == 0, done.stderr
    return done.stderr


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return path


# ---- the JSON log of the original ----


def original_record(number: int, task_id: str = "t_old", success: bool = True) -> Dict[str, Any]:
    return {
        "task_id": task_id,
        "task_type": "profiling",
        "task_run_id": f"0b6f1b8e-5c1d-4f0e-9a57-{number:012x}",
        "timestamp": f"2025-05-04T12:{number % 60:02}:14.123456",
        "success": success,
        "execution_time": 1.5,
        "report_path": f"/reports/{number}.json",
        "input_files": [{"name": "customers", "path": "/data/customers.csv"}],
        "output_files": [{"path": "/data/out.csv", "type": "csv", "description": "clean ones"}],
        "hostname": "mill",
    }


def write_json_log(path: Path, records: List[Dict[str, Any]]) -> Path:
    log = {"tasks": {}, "executions": records, "timestamp": "2025-05-04T10:00:00.000001", "version": "1.0.0"}
    return write(path, json.dumps(log))


def read_json_log(path: Path) -> List[Dict[str, Any]]:
    executions: List[Dict[str, Any]] = json.loads(path.read_text())["executions"]
    return executions


# ---- a pamola_core that is installed ----

_SMALL_PAMOLA: Dict[str, str] = {
    "__init__.py": "",
    "errors/__init__.py": "",
    "errors/exceptions.py": """
        class BasePamolaError(Exception):
            def __init__(self, message, error_code=None):
                self.message, self.error_code = message, error_code
                super().__init__(message)

        class ExecutionLogError(BasePamolaError): ...
        class TaskRegistryError(BasePamolaError): ...
        """,
    "utils/__init__.py": "from pamola_core.utils.tasks import BaseTask",
    "utils/tasks/__init__.py": "from pamola_core.utils.tasks.base_task import BaseTask",
    "utils/tasks/execution_log.py": """
        from pamola_core.errors.exceptions import ExecutionLogError

        def record_task_execution(*arguments, **named):
            return "of the original"

        def find_latest_execution(*arguments, **named):
            return None

        def _save_execution_log(data):
            pass
        """,
    "utils/tasks/task_registry.py": """
        from pamola_core.errors.exceptions import TaskRegistryError
        from pamola_core.utils.tasks.execution_log import find_latest_execution

        _task_classes = {}

        def register_task_class(task_id, task_class):
            _task_classes[task_id] = task_class
            return True
        """,
    "utils/tasks/base_task.py": """
        from pamola_core.utils.tasks.execution_log import record_task_execution

        class BaseTask:
            def __init__(self, task_id, task_type, description):
                self.task_id, self.task_type, self.description = task_id, task_type, description

            def configure_operations(self):
                raise NotImplementedError

            def run(self):
                self.configure_operations()
                self.recorded = record_task_execution(self.task_id, self.task_type, True, 0.5, "reports/x.json")
                return True
        """,
}


def install_small_pamola(folder: Path) -> Dict[str, str]:
    """A pamola_core of the original's layout; gives the environment in which it is found."""
    for name, text in _SMALL_PAMOLA.items():
        write(folder / "pamola_core" / name, text)
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}


def spec_document() -> Optional[Path]:
    """The document of the task registry, where this tree lies beside it."""
    document = Path(__file__).resolve().parents[3] / "shared" / "spec" / "task_registry.md"
    return document if document.is_file() else None
