# SPDX-License-Identifier: Apache-2.0
"""A class that cannot be a task class does not compile, and the compiler says what is missing."""

import re
import subprocess

import pytest
from conftest import run

OPERATIONS = "void configure_operations() override {}"
VALID = f"class Task : public rota::BaseTask {{ public: using BaseTask::BaseTask; {OPERATIONS} }};"
WITHOUT_OPERATIONS = "class Task : public rota::BaseTask { public: using BaseTask::BaseTask; };"
WITH_A_STRANGE_CONSTRUCTOR = f"class Task : public rota::BaseTask {{ public: Task(int, int); {OPERATIONS} }};"
STEPS = {
    "initialize": "bool initialize();",
    "configure_operations": "void configure_operations();",
    "execute": "bool execute();",
    "finalize": "bool finalize(bool);",
    "run": "bool run();",
}


def foreign_class(without=None):
    """A class that does not derive from BaseTask, with all steps of its interface but one."""
    return "class Task { public: " + " ".join(text for name, text in STEPS.items() if name != without) + " };"


def declared(fields):
    return f"{VALID}\nROTA_TASK(Task, {fields});"


def registered(text):
    return f'{text}\nbool registered() {{ return rota::register_task_class<Task>("t_task"); }}'


@pytest.fixture(scope="module")
def precompiled(compiler, tmp_path_factory):
    """The compiler's command with the headers compiled beforehand, which GCC takes where it finds it first."""
    folder = tmp_path_factory.mktemp("precompiled")
    (folder / "rota").mkdir()
    (folder / "all.h").write_text("#include <rota/rota.h>\n")
    run(*compiler, "-x", "c++-header", folder / "all.h", "-o", folder / "rota/rota.h.gch")
    return [*compiler[:1], "-I", str(folder), *compiler[1:]]


def compile_source(compiler, tmp_path, text):
    source = tmp_path / "case.cc"
    source.write_text(f"#include <rota/rota.h>\n{text}\n")
    return subprocess.run([*compiler, "-fsyntax-only", source], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "text",
    [
        declared('.task_id = "t_1"'),
        declared('.task_id = "t_1", .version = "1.2.0", .dependencies = {"t_0", "t_00"}'),
        registered(VALID),
        registered(foreign_class()),
    ],
)
def test_a_class_that_has_all_compiles(precompiled, tmp_path, text):
    result = compile_source(precompiled, tmp_path, text)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (declared('.task_id = "1 task"'), "ROTA_TASK: .task_id must be 1 to 200 of"),
        (declared('.task_id = ""'), "ROTA_TASK: .task_id must be 1 to 200 of"),
        (declared('.task_type = "x"'), "ROTA_TASK: .task_id must be 1 to 200 of"),
        (declared('.task_id = "t_1", .version = "1 2"'), "ROTA_TASK: .version must be"),
        (declared('.task_id = "t_1", .version = ""'), "ROTA_TASK: .version must be"),
        (declared('.task_id = "t_1", .dependencies = {"2"}'), "ROTA_TASK: each of .dependencies must be a task id"),
        (declared('.task_id = "t_1", .dependencies = {"t_1"}'), "ROTA_TASK: .dependencies names the task itself"),
        (declared('.task_id = "t_1", .dependencies = {"a", "a"}'), "ROTA_TASK: .dependencies names the task itself"),
        (registered(WITHOUT_OPERATIONS), "ROTA: a task class must implement `void configure_operations() override`"),
        (WITHOUT_OPERATIONS + '\nROTA_TASK(Task, .task_id = "t_1");',
         "ROTA: a task class must implement `void configure_operations() override`"),
        (registered(WITH_A_STRANGE_CONSTRUCTOR), "ROTA: a task class must have a public constructor that takes"),
        *((registered(foreign_class(without=step)),
           f"does not derive from rota::BaseTask must have {step}()") for step in STEPS),
    ],
)
def test_a_class_that_falls_short_does_not_compile(precompiled, tmp_path, text, message):
    result = compile_source(precompiled, tmp_path, text)
    assert result.returncode != 0
    assert re.search(rf"static assertion failed.*{re.escape(message)}", result.stderr), result.stderr
