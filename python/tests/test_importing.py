# SPDX-License-Identifier: Apache-2.0
"""`--import` of the command: classes whose source does not tell what they are, told by importing their modules."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

COMMAND = os.environ.get("ROTA_COMMAND", os.path.join(os.path.dirname(sys.executable), "rota"))
COMPUTED = '''
"""A task whose id is computed."""
from pathlib import Path

import rota

Path("imported.txt").open("a").write(__name__ + "\\n")
print("nothing of this is an answer")


class OneTask(rota.BaseTask):
    """Counts.

    @owner: Data team
    """

    task_id = "t_" + "{name}".lower()
    dependencies = {dependencies}

    def __init__(self, threads: int = 2, **rest: object) -> None:
        super().__init__()

    def configure_operations(self) -> None:
        self.add_operation(lambda: Path("{name}.txt").touch(), name="touch")
'''


def write(name: str, text: str = COMPUTED, dependencies: str = "[]") -> pathlib.Path:
    file = pathlib.Path("scripts") / f"{name}.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text.replace("{name}", name).replace("{dependencies}", dependencies))
    return file


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "ROTA_PYTHON": sys.executable}
    return subprocess.run([COMMAND, *words], env=environment, capture_output=True, text=True, timeout=120)


def listed(*words: str) -> Any:
    done = command("list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def imported() -> str:
    file = pathlib.Path("imported.txt")
    return file.read_text() if file.exists() else ""


def test_a_class_that_only_importing_tells_is_listed_on_request_alone() -> None:
    write("a")
    write("plain", "import rota\nclass PlainTask(rota.BaseTask):\n    def configure_operations(self): pass\n")
    without = command("list")
    assert without.returncode == 0 and "t_a" not in without.stdout
    assert without.stderr == "rota: 1 class may be a task class, and its source does not tell: --import imports it\n"
    assert imported() == ""
    done = command("list", "--import")
    assert done.returncode == 0 and done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["plain", "t_a"]
    assert imported() == "scripts.a\n"
    assert "t_a" not in command("list").stdout, "nothing of it is kept"


def test_it_shows_what_the_class_really_says() -> None:
    write("a", dependencies="[name for name in ('t_x', 't_y')]")
    shown = json.loads(command("show", "t_a", "--json", "--import").stdout)
    assert shown["description"] == "Counts." and shown["tags"] == {"owner": "Data team"}
    assert shown["dependencies"] == ["t_x", "t_y"]
    assert shown["module"] == "scripts.a" and shown["class_name"] == "OneTask"
    assert [(one["name"], one["type"], one["default_value"]) for one in shown["parameters"]] == [("threads", "integer", 2)]
    unknown = command("show", "t_a")
    assert unknown.returncode == 2 and "--import imports it" in unknown.stderr


def test_it_is_planned_and_run_and_up_to_date_afterwards() -> None:
    write("a")
    write("b", dependencies="['t_' + 'a']")
    planned = json.loads(command("plan", "t_b", "--json", "--import").stdout)
    assert [(step["task_id"], step["reason"]) for step in planned["steps"]] == [
        ("t_a", "never ran"), ("t_b", "never ran")]
    done = command("run", "--import", "--arg", "t_a:threads=3")
    assert done.returncode == 0, done.stderr
    assert pathlib.Path("a.txt").exists() and pathlib.Path("b.txt").exists()
    again = json.loads(command("plan", "t_b", "--json", "--import", "--arg", "t_a:threads=3").stdout)
    assert all("up to date" in step["reason"] for step in again["steps"]), again


@pytest.mark.parametrize(("ending", "reason"), [
    ("raise ValueError('out of\\nluck')", "ValueError: out of luck"),
    ("import absent_module", "ModuleNotFoundError: No module named 'absent_module'"),
    ("import sys; sys.exit(3)", "SystemExit: 3"),
    ("import os; os._exit(4)", "it ends the process that imports it, with exit status 4"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "it ends the process that imports it, with signal 9"),
])
def test_a_module_that_cannot_be_imported_is_a_warning_and_spoils_no_other(ending: str, reason: str) -> None:
    write("a")
    bad = write("b", COMPUTED + "\n" + ending + "\n")
    write("c")
    done = command("list", "--import")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["t_a", "t_c"]
    assert done.stderr.startswith(f"rota: warning: {bad.resolve()}: module scripts.b cannot be imported: {reason}")
    assert done.stderr.count("\n") == 1


def test_what_is_no_task_class_is_uncertain_no_more_and_what_is_not_valid_is_refused() -> None:
    write("a", "import rota\nfrom os import getpid\nclass A(rota.BaseTask):\n    task_id = str(getpid)\n"
               "    def configure_operations(self): pass\n")
    write("b", "import decimal\nclass B(decimal.Decimal):\n    task_id = 't_b'\n    def configure_operations(self): pass\n")
    without = json.loads(command("discover", "--json").stdout)["python"]["uncertain"]
    assert [one["class_name"] for one in without] == ["A", "B"]
    found = json.loads(command("discover", "--json", "--import").stdout)
    assert found["python"]["uncertain"] == []
    assert [(pathlib.Path(one["file"]).name, one["reason"]) for one in found["refused"]] == [("a.py", "invalid_task")]


def test_threads_that_a_module_leaves_are_not_waited_for() -> None:
    write("a", COMPUTED + "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n")
    assert [task["task_id"] for task in listed("--import")] == ["t_a"]
