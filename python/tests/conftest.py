# SPDX-License-Identifier: Apache-2.0
"""What all tests of the package share: a project of its own for each, and scripts that run in a process of their own."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
from typing import Any, Callable, Iterator

import pytest

import rota
from rota import _registry

# Tests may run in the background, where this is ignored, and by their children as well.
signal.signal(signal.SIGINT, signal.default_int_handler)

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def project(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """The current folder is an empty project; the registry of the process is empty before and after."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "rota.toml").touch()
    monkeypatch.chdir(folder)
    for name in ("ROTA_LOG", "ROTA_PATH", "PAMOLA_PROJECT_ROOT", "PAMOLA_EXECUTION_LOG_PATH"):
        monkeypatch.delenv(name, raising=False)
    _registry._task_classes.clear()
    yield folder
    _registry._task_classes.clear()


@pytest.fixture
def log(project: pathlib.Path) -> rota.ExecutionLog:
    return rota.open_sqlite_log(project / ".rota" / "log.db")


@pytest.fixture
def run_script(project: pathlib.Path) -> RunScript:
    """Runs a script in the project, in a process of its own, and gives what became of it."""

    def run(text: str, *words: str, check: bool = True, name: str = "script.py", **environment: str) -> Any:
        script = project / name
        script.write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, str(script), *words],
            cwd=project,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if check and done.returncode:
            pytest.fail(f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    return run
