# SPDX-License-Identifier: Apache-2.0
"""Task classes in Python, told from their source by every command; none of them is imported here."""
import json
import os
import pathlib
import time

import pytest
from conftest import one_line

SETTLED_SECONDS = 2.2  # until then nothing is kept of a file that changed
TRACE = 'import pathlib; pathlib.Path("imported.txt").touch()\n'  # at the top of each: none may ever run


def source(class_name, *lines, base="BaseTask"):
    body = "".join(f"    {line}\n" for line in lines)
    return (f"{TRACE}from rota import BaseTask\n\n\nclass {class_name}({base}):\n{body}"
            "    def configure_operations(self):\n        pass\n")


@pytest.fixture
def python(bare):
    (bare.folder / "rota.toml").touch()

    def write(name, text):
        file = bare.folder / "scripts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    bare.write = write
    yield bare
    assert not (bare.folder / "imported.txt").exists()


def program(folder, name, script):
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return str(file)


def ids(project):
    return [task["task_id"] for task in project.json("list")]


def test_every_command_sees_classes_of_python(python):
    python.write("imports.py", source("ImportTask", 'task_id = "t_import"'))
    file = python.write("tasks/clean.py", source(
        "CleanTask", '"""Cleans.\n\n    @author: Data team\n    """', 'task_type = "cleaning"',
        'dependencies = ["t_import"]', 'policy = {"retries": 2}', "def __init__(self, threads: int = 4):",
        '    super().__init__(task_id="t_clean", task_type="x", description="Cleans all")'))
    assert ids(python) == ["t_clean", "t_import"]
    shown = python.json("show", "t_clean")
    assert shown["module"] == "scripts.tasks.clean" and shown["class_name"] == "CleanTask"
    assert shown["author"] == "Data team" and shown["dependencies"] == ["t_import"]
    assert shown["task_type"] == "cleaning" and shown["description"] == "Cleans all"
    assert [row["name"] for row in shown["parameters"]] == ["threads"]
    assert python.plan() == {"t_import": "never ran", "t_clean": "never ran"}
    assert python.command("check", "t_clean").returncode == 1
    for command in (["graph"], ["why", "t_clean"], ["status"], ["log"]):
        assert python.command(*command).returncode == 0
    validated = python.command("validate", "t_clean")
    assert validated.returncode == 0 and str(file) in validated.stdout and "only its source was read" in validated.stdout


def test_classes_inherit_across_files(python):
    python.write("base.py", source("TeamTask", 'version = "3.1"', 'author = "Team"', "@abstractmethod",
                                   "def rows(self): ...").replace("import pathlib", "from abc import abstractmethod; import pathlib"))
    python.write("tasks/rows.py", f"{TRACE}from ..base import TeamTask\nclass RowsTask(TeamTask):\n    def rows(self): pass\n")
    assert ids(python) == ["rows"]
    assert python.json("show", "rows")["version"] == "3.1"


def test_discover_lists_files_refusals_and_what_cannot_be_told(python):
    good = python.write("good.py", source("GoodTask"))
    bad = python.write("bad.py", "class X(:\n")
    invalid = python.write("invalid.py", source("InvalidTask", 'version = "1 2"'))
    computed = python.write("computed.py", source("ComputedTask", 'task_id = "t_" + str(len("abc"))'))
    python.write("plain.py", "x = 1\n")
    done = python.command("discover")
    assert done.returncode == 0 and done.stderr == ""
    assert "cannot be told without importing it: task_id is computed" in done.stdout
    assert "1 task class in 1 Python file, 2 refused, 0 duplicates, 1 uncertain" in done.stdout
    found = python.json("discover")
    assert found["python"]["files"] == [{"file": str(good), "module": "scripts.good", "task_ids": ["good"]}]
    assert {row["file"]: row["reason"] for row in found["refused"]} == {
        str(bad): "not_python", str(invalid): "invalid_task"}
    assert [(row["file"], row["line"], row["class_name"]) for row in found["python"]["uncertain"]] == [
        (str(computed), 5, "ComputedTask")]
    unknown = python.command("show", "t_3")
    assert unknown.returncode == 2
    assert "there is no task t_3" in unknown.stderr
    assert "1 class may be one too, which its source does not tell: --import imports it" in unknown.stderr
    assert python.command("discover", "--strict").returncode == 3
    assert python.json("discover", "scripts.good")["refused"] == []
    assert python.command("discover", "scripts.none").returncode == 2


def test_a_str_for_a_list_is_refused_as_what_it_is(python):
    python.write("a.py", source("ATask", 'dependencies = "t_import"'))
    done = python.command("list")
    assert "its task class ATask is not valid: its dependencies is a str; write a list of str" in done.stderr


def test_list_counts_what_cannot_be_told_and_names_the_option(python):
    python.write("a.py", source("ATask", 'task_id = "t_" + str(len("abc"))'))
    assert one_line(python.command("list").stderr) == (
        "rota: 1 class may be a task class, and its source does not tell: --import imports it\n")
    assert "1 class may be" in one_line(python.command("plan").stderr)
    python.write("b.py", source("BTask", 'task_id = "t_" + str(len("abc"))'))
    python.write("good.py", source("GoodTask"))
    assert one_line(python.command("list").stderr).startswith("rota: 2 classes may be task classes, ")
    assert python.command("plan").stderr == ""


def test_a_python_that_cannot_import_rota_imports_nothing_and_one_line_says_so(python):
    python.write("a.py", source("ATask", 'task_id = "t_" + str(len("abc"))'))
    python.write("good.py", source("GoodTask"))
    python.environment["ROTA_PYTHON"] = program(
        python.folder, "python", 'test "$1" = -m && { echo "No module named rota" >&2; exit 1; }; exec python3 "$@"')
    done = python.command("list", "--import")
    assert done.returncode == 0 and "good" in done.stdout
    assert "uncertain classes are not imported: " in one_line(done.stderr) and "No module named rota" in done.stderr


def test_a_syntax_error_is_a_warning_of_one_line_and_a_file_without_tasks_is_none(python):
    file = python.write("bad.py", "x = 1\nclass X(:\n")
    python.write("good.py", source("GoodTask"))
    python.write("plain.py", "class Plain: pass\n")
    done = python.command("list")
    assert done.returncode == 0 and "good" in done.stdout
    assert f"warning: {file}: it cannot be read as Python: line 2: " in one_line(done.stderr)
    validated = python.command("validate", "scripts")
    assert validated.returncode == 1 and "line 2: " in validated.stdout
    assert python.command("validate", str(file)).returncode == 1
    assert python.command("validate", "scripts/good.py").returncode == 0


def test_of_a_plugin_and_a_python_class_with_one_id_the_plugin_counts(python):
    python.add("pipeline")
    task_id = ids(python)[0]
    file = python.write("same.py", source("SameTask", f'task_id = "{task_id}"'))
    done = python.command("list")
    assert done.returncode == 0
    assert f"task {task_id} is there twice: " in one_line(done.stderr) and f"SameTask in {file} does not" in done.stderr
    assert python.json("show", task_id)["class_name"] != "SameTask"
    assert [row["task_id"] for row in python.json("discover")["duplicates"]] == [task_id]


def test_a_file_that_is_known_is_read_again_when_it_changes(python):
    file = python.write("a.py", source("ATask", 'task_id = "t_1"'))
    time.sleep(SETTLED_SECONDS)
    assert ids(python) == ["t_1"]
    known = python.json("discover")["python"]["cache"]
    assert known == {"files_known": 1, "files_read": 0, "problem": ""}
    stamp = file.stat()
    file.write_text(file.read_text().replace("t_1", "t_2"))
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert file.stat().st_size == stamp.st_size
    assert ids(python) == ["t_2"]
    time.sleep(SETTLED_SECONDS)
    assert ids(python) == ["t_2"]
    file.touch()
    assert python.json("discover")["python"]["cache"]["files_read"] == 1


def test_a_thousand_modules_that_are_known_are_listed_without_python(python):
    for number in range(1000):
        python.write(f"team_{number % 9}/m{number}.py", source("OneTask", f'task_id = "t_{number}"'))
    time.sleep(SETTLED_SECONDS)
    assert len(ids(python)) == 1000
    python.environment["ROTA_PYTHON"] = program(python.folder, "no_python", "exit 9")
    assert len(ids(python)) == 1000
    assert python.command("list").stderr == ""


def test_without_python_the_rest_goes_on_and_one_line_says_so(python):
    python.add("pipeline")
    python.write("a.py", source("ATask"))
    python.environment["PATH"] = "/nowhere"
    done = python.command("list")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 5
    assert "Python classes are not looked at in 1 file: there is no python3 in PATH" in one_line(done.stderr)
    doctor = python.command("doctor")
    assert doctor.returncode == 1 and "there is no python3 in PATH" in doctor.stdout


def test_doctor_tells_which_python_and_whether_it_can_import_rota(python):
    python.write("a.py", source("ATask"))
    real = python.environment["ROTA_PYTHON"] = program(
        python.folder, "python", 'test "$2" = "import rota" && { echo "No module named rota" >&2; exit 1; }; exec python3 "$@"')
    doctor = python.command("doctor")
    assert doctor.returncode == 1
    assert f"{real} would run the tasks in Python, and cannot import rota (No module named rota)" in doctor.stdout
    python.environment["ROTA_PYTHON"] = program(
        python.folder, "python", 'test "$2" = "import rota" && exit 0; exec python3 "$@"')
    doctor = python.command("doctor")
    assert doctor.returncode == 0 and "it can import rota" in doctor.stdout


WORKER = """
if test "$1" = -m; then echo "$@" >> words.txt; echo "no worker here" >&2; exit 5; fi
exec python3 "$@"
"""


def test_a_run_with_a_python_task_starts_the_workers_of_python(python):
    python.write("a.py", source("ATask"))
    fake = python.environment["ROTA_PYTHON"] = program(python.folder, "fake", WORKER)
    done = python.command("run")
    assert done.returncode == 1
    assert fake in done.stderr and "exit status 5" in done.stderr
    assert (python.folder / "words.txt").read_text().startswith("-m rota._worker ")
    assert python.states() == [("a", "failed")]


def test_a_run_without_python_tasks_starts_none_of_python(python):
    python.add("pipeline")
    python.write("a.py", source("ATask"))
    python.environment["ROTA_PYTHON"] = program(python.folder, "fake", WORKER)
    task_id = next(task for task in ids(python) if task != "a")
    python.command("run", task_id)
    assert not (python.folder / "words.txt").exists()
    assert task_id in python.ran()


def test_the_executor_inline_runs_no_python_and_says_so_before_the_run(python):
    file = python.write("a.py", source("ATask"))
    done = python.command("run", "--executor", "inline")
    assert done.returncode == 3
    assert f"task a is written in Python ({file})" in one_line(done.stderr)
    assert python.json("log") == []


def test_a_run_with_python_tasks_needs_a_python(python):
    python.write("a.py", source("ATask"))
    time.sleep(SETTLED_SECONDS)
    assert ids(python) == ["a"]
    python.environment["PATH"] = "/nowhere"
    done = python.command("run")
    assert done.returncode == 3 and "tasks in Python cannot run: there is no python3 in PATH" in one_line(done.stderr)


def test_a_search_path_names_modules_from_its_own_folder(python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("team")
    (folder / "deep").mkdir()
    (folder / "deep" / "a.py").write_text(source("ATask"))
    listed = json.loads(python.command("list", "--path", str(folder), "--json").stdout)
    assert [(task["task_id"], task["module"]) for task in listed] == [("a", "deep.a")]


def test_files_that_others_can_write_are_refused(python):
    file = python.write("a.py", source("ATask"))
    file.chmod(0o666)
    done = python.command("list")
    assert f"{file}: it can be written by everyone" in done.stderr
    assert pathlib.Path(python.json("discover")["refused"][0]["file"]) == file
