# SPDX-License-Identifier: Apache-2.0
"""The execution log as Python's callers give it their values: what is of the wrong type or size is told by name."""

from __future__ import annotations

import datetime
import os
import pathlib
import signal
import threading
import time
from typing import Any

import pytest

import rota


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("value", ["2025-01-01", [1], object()])
def test_a_moment_that_is_none_is_a_type_error_with_its_name(name: str, value: Any) -> None:
    log = rota.open_memory_log()
    with pytest.raises(TypeError, match=f"{name} is a datetime or a number of seconds since 1970, not"):
        log.get_task_execution_history(**{name: value})


def test_a_moment_is_a_datetime_or_seconds() -> None:
    log = rota.open_memory_log()
    log.record_task_execution("t_a")
    now = datetime.datetime.now(datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    assert len(log.get_task_execution_history(since=now - hour, until=now + hour)) == 1
    assert log.get_task_execution_history(since=(now + hour).timestamp()) == []
    with pytest.raises(ValueError, match="since is a time out of range"):
        log.get_task_execution_history(since=float("inf"))


def test_arguments_that_are_no_dict_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="arguments are given as a dict, not as list"):
        rota.open_memory_log().record_task_execution("t_a", arguments=[1])  # type: ignore[arg-type]


def test_a_number_below_0_is_a_value_error_with_its_name() -> None:
    log = rota.open_memory_log()
    with pytest.raises(ValueError, match="limit is 0 or more, not -1"):
        log.get_task_execution_history(limit=-1)
    with pytest.raises(ValueError, match="limit is 0 or more, not -2"):
        log.find_tasks_by_input("a", limit=-2)
    with pytest.raises(ValueError, match="limit is 0 or more, not -3"):
        log.changes_since(0, limit=-3)
    with pytest.raises(ValueError, match="limit is 0 or more, not -4"):
        log.watch(0, limit=-4)
    with pytest.raises(ValueError, match="max_per_task is 0 or more, not -5"):
        log.cleanup_old_executions(max_per_task=-5)


def test_watching_ends_with_ctrl_c() -> None:
    log = rota.open_memory_log()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        log.watch(0, timeout=60)
    assert time.monotonic() - begin < 30


def test_runs_and_their_plans_are_read_back(run_script: Any, project: pathlib.Path) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "flow.py").write_text(
        "import rota\nclass A(rota.BaseTask):\n    task_id = 't_a'\n"
        "    def configure_operations(self): self.add_operation(lambda: True, name='nothing')\n"
    )
    run_script("import rota; rota.register_discovered_tasks(); rota.run(force=True); rota.run(force=True)")
    log = rota.open_sqlite_log(project / ".rota" / "log.db")
    newest, older = log.get_run_history()
    assert newest["started_at"] > older["finished_at"] and newest["resumes"] == ""
    assert log.find_run(older["run_id"]) == older and log.find_run("none") is None
    assert log.get_run_history(1) == [newest]
    assert "t_a" in (log.find_plan(older["plan_hash"]) or "") and log.find_plan("none") is None
    (first, second) = log.get_task_execution_history()
    assert log.find_task_run_ids("") == sorted([first.task_run_id, second.task_run_id])
    assert log.find_task_run_ids(first.task_run_id[:13]) == [first.task_run_id]
