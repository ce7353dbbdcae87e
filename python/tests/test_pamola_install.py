# SPDX-License-Identifier: Apache-2.0
"""rota.pamola.install() with and without a pamola_core, and `python -m rota.pamola`. Each in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamola_project import install_small_pamola, run, run_code, stderr_of, write, write_json_log, original_record

INSTALL = "import rota.pamola, sys; rota.pamola.install()\n"
TASKS = "pamola_core.utils.tasks"


# ---- where no pamola_core is installed ----


def test_the_three_modules_can_be_imported(tmp_path: Path) -> None:
    out = run_code(
        INSTALL
        + f"""
import {TASKS}.execution_log
from {TASKS} import task_registry
from {TASKS}.base_task import BaseTask
from {TASKS}.task_registry import register_task_class, TaskRegistryError
import rota
print(BaseTask is rota.BaseTask, TaskRegistryError is rota.TaskRegistryError, task_registry.__name__)
print(pamola_core.utils.tasks.execution_log.record_task_execution.__module__)
""",
        tmp_path,
    )
    assert out.split() == ["True", "True", f"{TASKS}.task_registry", f"{TASKS}.execution_log"]


def test_what_rota_does_not_provide_is_not_found(tmp_path: Path) -> None:
    done = run(["-c", INSTALL + "import pamola_core.profiling"], tmp_path)
    assert "No module named 'pamola_core.profiling'" in done.stderr


def test_installing_twice_is_installing_once(tmp_path: Path) -> None:
    out = run_code(
        INSTALL
        + f"""
import {TASKS}.execution_log as first
rota.pamola.install()
import {TASKS}.execution_log as second
print(first is second, sum(type(one).__name__ == "PamolaFinder" for one in sys.meta_path))
""",
        tmp_path,
    )
    assert out.split() == ["True", "1"]


def test_uninstalling_leaves_nothing(tmp_path: Path) -> None:
    out = run_code(
        """
import os, sys
before = dict(os.environ), list(sys.meta_path)
import rota.pamola
rota.pamola.install()
import pamola_core.utils.tasks.task_registry
rota.pamola.uninstall()
rota.pamola.uninstall()
assert (dict(os.environ), list(sys.meta_path)) == before
assert not [name for name in sys.modules if name.startswith("pamola_core")]
try:
    import pamola_core
except ModuleNotFoundError:
    print("gone")
""",
        tmp_path,
    )
    assert out == "gone\n"


def test_installing_makes_no_file_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    done = run(["-c", INSTALL], folder)
    assert (done.stdout, done.stderr) == ("", "")
    assert list(folder.iterdir()) == []


# ---- where one is installed ----


def test_an_installed_one_keeps_its_base_task_and_is_not_imported_by_install(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    out = run_code(
        INSTALL
        + f"""
print("pamola_core" in sys.modules)
from {TASKS} import base_task, execution_log, task_registry
print(base_task.BaseTask.__module__, base_task.record_task_execution is execution_log.record_task_execution)
print(task_registry.register_task_class.__code__.co_filename.split("/")[-2:])
""",
        tmp_path,
        **found,
    )
    assert out.splitlines() == ["False", f"{TASKS}.base_task True", "['_pamola', 'task_registry.py']"]


TASK = f"""
class Count(BaseTask):
    def __init__(self):
        super().__init__("t_count", "profiling", "counts")

    def configure_operations(self):
        pass

task = Count()
task.run()
"""


def test_a_task_of_the_installed_one_is_recorded_in_the_log_of_rota(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    out = run_code(
        INSTALL
        + f"from {TASKS}.base_task import BaseTask\n"
        + TASK
        + """
import rota
latest = rota.process_log().find_latest_execution("t_count", True)
print(latest.task_run_id == task.recorded, latest.execution_time, latest.tags["report_path"])
""",
        tmp_path,
        **found,
    )
    assert out == "True 0.5 reports/x.json\n"
    assert (tmp_path / ".rota" / "log.db").exists()


def test_what_was_imported_before_is_replaced_and_mended(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    write(tmp_path / "site" / "user.py", f"from {TASKS}.execution_log import find_latest_execution as find")
    out = run_code(
        f"import sys, user, {TASKS}.task_registry\nfrom {TASKS}.base_task import BaseTask\n"
        + f"old = [sys.modules['{TASKS}.task_registry']]\n"
        + INSTALL
        + TASK
        + f"""
import {TASKS}.execution_log as log, {TASKS}.task_registry as registry, {TASKS}.base_task as base
print(user.find("t_count")["task_run_id"] == task.recorded != "of the original")
print(base.record_task_execution is log.record_task_execution, user.find is log.find_latest_execution)
print(registry is not old[0], sys.modules["{TASKS}"].task_registry is registry)
rota.pamola.uninstall()
print(sys.modules["{TASKS}.task_registry"] is old[0], user.find("t_count"), base.record_task_execution())
""",
        tmp_path,
        **found,
    )
    assert out.splitlines() == ["True", "True True", "True True", "True None of the original"]


def test_classes_that_were_registered_before_are_taken_over(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    out = run_code(
        f"from {TASKS}.base_task import BaseTask\nfrom {TASKS}.task_registry import register_task_class\n"
        + TASK
        + "register_task_class('t_count', Count)\n"
        + INSTALL
        + f"from {TASKS}.task_registry import get_task_class, _task_classes\n"
        + "print(get_task_class('t_count') is Count, list(_task_classes))",
        tmp_path,
        **found,
    )
    assert out == "True ['t_count']\n"


def test_what_cannot_be_mended_is_told(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    write(tmp_path / "site" / "user.py", f"from {TASKS}.execution_log import _save_execution_log as save")
    told = stderr_of("import user\n" + INSTALL, tmp_path, **found)
    assert "user.save" in told and "call install() before pamola_core is imported" in told
    assert len(told.splitlines()) == 1


def test_the_errors_are_those_of_the_installed_one(tmp_path: Path) -> None:
    found = install_small_pamola(tmp_path / "site")
    write(tmp_path / ".rota" / "log.db", "this is no log")
    out = run_code(
        INSTALL
        + f"""
from pamola_core.errors.exceptions import ExecutionLogError, TaskRegistryError
from {TASKS} import execution_log, task_registry
import rota
try:
    execution_log.record_task_execution("t", "x", True, 1.0, "r.json")
except ExecutionLogError as error:
    print(type(error.__cause__).__name__, "log.db" in error.message)
try:
    task_registry.check_task_dependencies("t", "x", ["u"])
except TaskRegistryError as error:
    print(isinstance(error, rota.TaskRegistryError), "log.db" in error.message)
""",
        tmp_path,
        **found,
    )
    assert out.splitlines() == ["LogError True", "True True"]


def test_a_folder_of_that_name_without_the_modules_is_completed(tmp_path: Path) -> None:
    write(tmp_path / "pamola_core" / "mine.py", "x = 1")
    out = run_code(
        INSTALL
        + f"import pamola_core.mine, {TASKS}.task_registry as registry\nprint(pamola_core.mine.x, registry.__name__)",
        tmp_path,
    )
    assert out == f"1 {TASKS}.task_registry\n"


# ---- the project ----

RECORD = INSTALL + (
    f"from {TASKS}.execution_log import record_task_execution as record\n"
    "record('t_a', 'any', True, 0.5, 'r.json')\n"
)
LOCATION = "import rota; print(rota.process_log().location, rota.process_log().project_root)"


def test_the_log_is_under_the_folder_with_the_marker(tmp_path: Path) -> None:
    write(tmp_path / ".pamolaProject", "")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert run_code(RECORD + LOCATION, below) == f"{tmp_path}/.rota/log.db {tmp_path}\n"
    assert not (below / ".rota").exists()


def test_the_log_is_under_the_folder_with_a_configuration(tmp_path: Path) -> None:
    write(tmp_path / "configs" / "prj_config.yaml", "")
    below = tmp_path / "a"
    below.mkdir()
    assert run_code(RECORD + LOCATION, below) == f"{tmp_path}/.rota/log.db {tmp_path}\n"


def test_the_variable_names_the_project(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    (project / "configs").mkdir(parents=True)
    elsewhere.mkdir()
    out = run_code(RECORD + LOCATION, elsewhere, PAMOLA_PROJECT_ROOT=str(project))
    assert out.split()[0] == f"{project}/.rota/log.db"
    assert list(elsewhere.iterdir()) == []


def test_a_variable_that_names_no_project_is_told_once(tmp_path: Path) -> None:
    told = stderr_of(RECORD, tmp_path, PAMOLA_PROJECT_ROOT="/nowhere")
    assert len(told.splitlines()) == 1 and "/nowhere" in told
    assert (tmp_path / ".rota" / "log.db").exists()


def test_a_log_that_was_asked_for_by_rota_s_own_variable_is_taken(tmp_path: Path) -> None:
    write(tmp_path / ".pamolaProject", "")
    asked = tmp_path / "logs" / "mine.db"
    assert run_code(RECORD + LOCATION, tmp_path, ROTA_LOG=str(asked)).split()[0] == str(asked)


def test_tasks_of_rota_and_the_functions_of_the_log_see_one_history(tmp_path: Path) -> None:
    write(tmp_path / ".pamolaProject", "")
    below = tmp_path / "a"
    below.mkdir()
    out = run_code(
        INSTALL
        + f"from {TASKS}.base_task import BaseTask\n"
        + TASK.replace("pass", "self.add_operation(lambda: None, name='count')")
        + f"""
from {TASKS}.execution_log import find_latest_execution
from {TASKS}.task_registry import check_task_dependencies
print(find_latest_execution("t_count")["success"], check_task_dependencies("t", "x", ["t_count"]))
""",
        below,
    )
    assert out == "True True\n"


def test_a_process_that_goes_to_another_project_uses_its_log(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name / ".pamolaProject", "")
    out = run_code(
        RECORD
        + f"""
import os
from {TASKS} import execution_log, task_registry
os.chdir("../two")
print(execution_log.find_latest_execution("t_a"), task_registry.check_task_dependencies("x", "y", ["t_a"]))
record('t_b', 'any', True, 0.5, 'r.json')
print(task_registry.check_task_dependencies("x", "y", ["t_b"]))
os.chdir("../one")
print(execution_log.find_latest_execution("t_a")["task_id"], execution_log.find_latest_execution("t_b"))
""",
        tmp_path / "one",
    )
    assert out.splitlines() == ["None False", "True", "t_a None"]


# ---- the JSON log that is there ----

HISTORY = INSTALL + (
    f"from {TASKS}.execution_log import get_task_execution_history as history\n"
    "print([one['task_run_id'][-1] for one in history(limit=None)])\n"
)


def test_an_existing_json_log_is_read_once(tmp_path: Path) -> None:
    log = write_json_log(tmp_path / "configs" / "execution_log.json", [original_record(1), original_record(2)])
    assert run_code(HISTORY, tmp_path) == "['2', '1']\n"
    removed = INSTALL + (
        f"from {TASKS}.execution_log import remove_execution_record as remove\n"
        f"print(remove({original_record(1)['task_run_id']!r}))"
    )
    assert run_code(removed, tmp_path) == "True\n"
    assert run_code(HISTORY, tmp_path) == "['2']\n"
    write_json_log(log, [original_record(2), original_record(3)])
    assert run_code(HISTORY, tmp_path) == "['3', '2']\n"


def test_dependencies_are_looked_up_in_it(tmp_path: Path) -> None:
    write_json_log(tmp_path / "configs" / "execution_log.json", [original_record(1), original_record(2, "t_no", False)])
    out = run_code(
        INSTALL
        + f"""
from {TASKS}.task_registry import check_task_dependencies as check
print(check("x", "y", ["t_old"]), check("x", "y", ["t_old", "t_no"]))
""",
        tmp_path,
    )
    assert out == "True False\n"


def test_the_variable_names_the_json_log(tmp_path: Path) -> None:
    write_json_log(tmp_path / "logs" / "runs.json", [original_record(7)])
    assert run_code(HISTORY, tmp_path, PAMOLA_EXECUTION_LOG_PATH="logs/runs.json") == "['7']\n"
    elsewhere = write_json_log(tmp_path / "other" / "runs.json", [original_record(8)])
    assert run_code(HISTORY, tmp_path, PAMOLA_EXECUTION_LOG_PATH=str(elsewhere)) == "['8', '7']\n"


def test_a_log_that_was_removed_is_filled_again(tmp_path: Path) -> None:
    write_json_log(tmp_path / "configs" / "execution_log.json", [original_record(1)])
    run_code(HISTORY, tmp_path)
    for file in (tmp_path / ".rota").glob("log.db*"):
        if not file.name.endswith(".pamola.json"):
            file.unlink()
    assert run_code(HISTORY, tmp_path) == "['1']\n"


@pytest.mark.parametrize("text", ["", "{", '{"executions": 5}', "\0\0\0", "[1, 2]"])
def test_a_broken_json_log_is_one_warning_and_left_alone(tmp_path: Path, text: str) -> None:
    log = write(tmp_path / "configs" / "execution_log.json", text)
    told = stderr_of(RECORD + "record('t_b', 'any', True, 0.5, 'r.json')\n", tmp_path)
    assert len(told.splitlines()) == 1 and str(log) in told
    kept = stderr_of(RECORD, tmp_path, ROTA_PAMOLA_JSON="1")
    assert len(kept.splitlines()) == 1
    assert log.read_text() == text


def test_a_json_log_with_one_bad_record_gives_the_others(tmp_path: Path) -> None:
    bad = {**original_record(2), "success": "yes"}
    write_json_log(tmp_path / "configs" / "execution_log.json", [original_record(1), bad, original_record(3)])
    done = run(["-c", HISTORY], tmp_path)
    assert done.stdout == "['3', '1']\n"
    assert len(done.stderr.splitlines()) == 1 and "executions[1]" in done.stderr


# ---- python -m rota.pamola ----

SHOW = f"""
import os, sys
from {TASKS}.task_registry import register_task_class
import helper
print(__name__, sys.argv, helper.x, os.path.basename(sys.path[0]), os.path.basename(__file__))
sys.exit(int(sys.argv[1]))
"""


def test_an_unchanged_script_runs_with_its_arguments_and_its_status(tmp_path: Path) -> None:
    write(tmp_path / "scripts" / "show.py", SHOW)
    write(tmp_path / "scripts" / "helper.py", "x = 17")
    done = run(["-m", "rota.pamola", "scripts/show.py", "3", "-m", "--help"], tmp_path)
    assert done.stdout == "__main__ ['scripts/show.py', '3', '-m', '--help'] 17 scripts show.py\n", done.stderr
    assert done.returncode == 3


def test_a_module_runs_so_too(tmp_path: Path) -> None:
    write(tmp_path / "scripts" / "show.py", SHOW)
    write(tmp_path / "helper.py", "x = 18")
    done = run(["-m", "rota.pamola", "-m", "scripts.show", "0", "y"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"__main__ ['{tmp_path}/scripts/show.py', '0', 'y'] 18 {tmp_path.name} show.py\n"


def test_what_a_script_raises_is_its_end(tmp_path: Path) -> None:
    write(tmp_path / "bad.py", "raise ValueError('so it is')")
    done = run(["-m", "rota.pamola", "bad.py"], tmp_path)
    assert done.returncode == 1 and done.stderr.endswith("ValueError: so it is\n")


@pytest.mark.parametrize("words", [[], ["-m"], ["--nonsense"], ["missing.py"]])
def test_nothing_to_run_is_said_on_stderr(tmp_path: Path, words: list) -> None:  # type: ignore[type-arg]
    done = run(["-m", "rota.pamola", *words], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr or "there is no file missing.py" in done.stderr


def test_help_is_shown(tmp_path: Path) -> None:
    done = run(["-m", "rota.pamola", "--help"], tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("usage:")
