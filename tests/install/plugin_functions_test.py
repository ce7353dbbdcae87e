# SPDX-License-Identifier: Apache-2.0
"""rota_add_plugin, rota_add_tasks and rota_check_tasks of the installed package: what they build, and what they refuse
to let pass."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import run

C_PLUGIN = Path(os.environ["ROTA_SOURCE_DIR"]) / "tests/plugins/c_plugin.c"
DISCARD_NOTES_OF_B = "SECTIONS { /DISCARD/ : { *b.c.o(.note.rota) } } INSERT BEFORE .text;\n"
C_TASK = """
#include <rota/plugin.h>
static int work(void* state, const rota_host* host, rota_error* error) { return !state && !host && !error; }
ROTA_C_TASK(b, (void*)0, work, "t_b", "test", "Works", "1.0.0", "C team", "");
const rota_task* last(void);
const rota_task* last(void) { return &b; }
"""
COUNT_TASKS = """
#include <rota/rota.h>
#include <cstdio>
int main() { std::printf("%zu\\n", rota::list_registered_tasks().size()); }
"""


def task(name):
    return f"""
#include <rota/rota.h>
namespace {{
class Task : public rota::BaseTask {{
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {{
    add_operation("work", [](rota::OperationContext&) {{ return rota::OperationResult::success(); }});
  }}
}};
ROTA_TASK(Task, .task_id = "{name}");
}}
"""


class Project:
    """Somebody's project in a temporary folder, built against the installed package."""

    def __init__(self, folder, prefix):
        self.folder, self.prefix, self.build_folder = folder, prefix, folder / "build"

    def write(self, lines, languages="CXX", **files):
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text)
        (self.folder / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(author LANGUAGES {languages})\n"
            f"find_package(rota REQUIRED)\n{lines}\n")

    def configure(self, *options):
        return subprocess.run(
            ["cmake", "-G", "Ninja", "-S", self.folder, "-B", self.build_folder, f"-DCMAKE_PREFIX_PATH={self.prefix}",
             f"-DCMAKE_CXX_COMPILER={os.environ['CXX']}", "-DCMAKE_BUILD_TYPE=Debug", *options],
            capture_output=True, text=True, timeout=300)

    def build(self, *options):
        configured = self.configure(*options)
        assert configured.returncode == 0, configured.stderr
        return subprocess.run(["cmake", "--build", self.build_folder], capture_output=True, text=True, timeout=600)

    def build_well(self, *options):
        built = self.build(*options)
        assert built.returncode == 0, built.stdout + built.stderr

    def fails_with(self, *options):
        """The one sentence that the build says of the file it made."""
        built = self.build(*options)
        assert built.returncode != 0, "the build did not fail"
        sentences = [line.strip() for line in (built.stdout + built.stderr).splitlines()
                     if line.strip().startswith(f"{self.build_folder}/") and ": " in line]
        assert len(sentences) == 1, built.stdout + built.stderr
        file, _, sentence = sentences[0].partition(": ")
        assert not Path(file).exists(), "a file that was refused is still there"
        return sentence

    def rota(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
        return subprocess.run([self.prefix / "bin/rota", *arguments, "--path", self.build_folder], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def project(tmp_path, prefix):
    return Project(tmp_path, prefix)


# ---- rota_add_plugin -------------------------------------------------------------------------------------------------


def test_a_plugin_hides_all_but_its_entry(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc)", a_cc=task("t_a") + "int helper() { return 1; }\n")
    project.build_well()
    symbols = run("nm", "-D", "--defined-only", project.build_folder / "tasks.so").splitlines()
    assert [line.split()[-1] for line in symbols if " u " in line] == []
    own = [line.split()[-1] for line in symbols if "helper" in line or "rota_plugin_entry" in line]
    assert own == ["rota_plugin_entry"]


def test_a_missing_symbol_is_found_by_the_build(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc)",
                  a_cc=task("t_a") + "int nowhere();\nint helper() { return nowhere(); }\n")
    built = project.build()
    assert built.returncode != 0 and "undefined reference to `nowhere()'" in built.stdout + built.stderr


def test_a_plugin_that_others_could_write_is_made_safe(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc)", a_cc=task("t_a"))
    before = os.umask(0)
    try:
        project.build_well()
    finally:
        os.umask(before)
    mode = (project.build_folder / "tasks.so").stat().st_mode
    assert mode & 0o777 == 0o755


def test_a_plugin_without_task_class_does_not_build(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc)", a_cc="#include <rota/rota.h>\n")
    assert project.fails_with().startswith("it has no task class: declare one with ROTA_TASK")
    project.write("rota_add_plugin(tasks SOURCES a.cc)", a_cc=task("t_a"))
    project.build_well()


def test_a_plugin_whose_note_was_dropped_does_not_build(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc b.c)\n"
                  "target_link_options(tasks PRIVATE -Wl,-T,${PROJECT_SOURCE_DIR}/discard.ld)", languages="C CXX",
                  a_cc=task("t_a"), b_c=C_TASK, discard_ld=DISCARD_NOTES_OF_B)
    sentence = project.fails_with()
    assert sentence.startswith("it has 1 of the 2 task classes of its objects and static libraries; "
                               "the linker dropped t_b")


def test_a_plugin_that_does_not_export_its_entry_does_not_build(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc)\n"
                  "target_link_options(tasks PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/hide.map)",
                  a_cc=task("t_a"), hide_map="{ local: *; };\n")
    assert project.fails_with().startswith("rota_plugin_entry is not exported")


def test_a_plugin_with_an_ordinary_static_library_of_tasks_does_not_build(project):
    project.write("add_library(parts STATIC b.cc)\n"
                  "set_target_properties(parts PROPERTIES POSITION_INDEPENDENT_CODE ON)\n"
                  "target_link_libraries(parts PUBLIC rota::rota)\n"
                  "rota_add_plugin(tasks SOURCES a.cc LIBS parts)", a_cc=task("t_a"), b_cc=task("t_b"))
    assert "dropped t_b: make static libraries of task classes with rota_add_tasks()" in project.fails_with()


@pytest.mark.parametrize("options", [
    ["-DCMAKE_CXX_FLAGS=-O2 -flto"],
    ["-DCMAKE_CXX_FLAGS=-O2 -ffunction-sections", "-DCMAKE_MODULE_LINKER_FLAGS=-Wl,--gc-sections -s"],
    ["-G", "Unix Makefiles"],
], ids=["lto", "gc-sections", "make"])
def test_plugins_pass_the_check_however_they_are_built(project, options):
    project.write("rota_add_tasks(parts SOURCES b.cc)\nrota_add_plugin(tasks SOURCES a.cc LIBS parts)",
                  a_cc=task("t_a"), b_cc=task("t_b"))
    project.build_well(*options)
    assert [row["task_id"] for row in json.loads(project.rota("list", "--json").stdout)] == ["t_a", "t_b"]
    ran = project.rota("run")
    assert ran.returncode == 0, ran.stderr


def test_a_language_that_the_project_lacks_is_named(project):
    project.write("rota_add_plugin(tasks SOURCES a.cc b.c)", a_cc=task("t_a"), b_c="int b;\n")
    configured = project.configure()
    assert configured.returncode != 0
    assert "b.c needs the language C; add it to LANGUAGES of project()" in " ".join(configured.stderr.split())


# ---- plain C ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def c_project(project):
    project.write("rota_add_plugin(c_tasks SOURCES tasks.c INSTALL)\n"
                  "set_target_properties(c_tasks PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)\n"
                  "target_compile_options(c_tasks PRIVATE -Wall -Wextra -Wpedantic -Werror)",
                  languages="C", tasks_c=C_PLUGIN.read_text())
    project.build_well("-DCMAKE_CXX_COMPILER=/bin/false")
    return project


def test_a_plugin_in_c_needs_no_cxx_at_all(c_project):
    needed = [line for line in run("readelf", "-dW", c_project.build_folder / "c_tasks.so").splitlines()
              if "NEEDED" in line]
    assert len(needed) == 1 and "[libc.so" in needed[0]


def test_a_plugin_in_c_is_found_and_described(c_project):
    tasks = {row["task_id"]: row for row in json.loads(c_project.rota("list", "--json").stdout)}
    assert sorted(tasks) == ["t_careless", "t_greet", "t_silent", "t_sum"]
    assert (tasks["t_sum"]["description"], tasks["t_sum"]["version"], tasks["t_sum"]["author"]) == (
        "Sums", "2.0.0", "C team")
    assert "Greets" in c_project.rota("show", "t_greet").stdout


def test_a_plugin_in_c_runs_with_arguments_and_is_up_to_date_after(c_project):
    arguments = ["run", "t_sum", "--arg", "t_greet:name=world", "--arg", "t_sum:limit=6"]
    ran = c_project.rota(*arguments)
    assert ran.returncode == 0, ran.stderr
    assert (c_project.folder / "greeting.txt").read_text() == "hello world\n"
    (execution,) = json.loads(c_project.rota("log", "t_sum", "--json").stdout)
    assert execution["metrics"] == {"sum": 6.0}
    (c_project.folder / "trace.txt").unlink()
    assert c_project.rota(*arguments).returncode == 0
    assert not (c_project.folder / "trace.txt").exists()
    (c_project.folder / "greeting.txt").unlink()
    assert c_project.rota(*arguments).returncode == 0
    assert (c_project.folder / "greeting.txt").exists(), "a lost output is made again"


def test_a_plugin_in_c_fails_with_its_own_words(c_project):
    ran = c_project.rota("run", "t_sum", "--arg", "t_sum:limit=5")
    assert ran.returncode == 1 and "the sum 6 is above the limit 5" in ran.stderr


def test_a_plugin_in_c_without_entry_does_not_build(project):
    text = C_PLUGIN.read_text().replace("ROTA_C_PLUGIN(&careless);", "const rota_task* last(void);\n"
                                        "const rota_task* last(void) { return &careless; }")
    project.write("rota_add_plugin(c_tasks SOURCES tasks.c)", languages="C", tasks_c=text)
    assert "a plugin in C says ROTA_C_PLUGIN once" in project.fails_with()


def test_c_and_cxx_go_into_one_project(project):
    project.write("rota_add_plugin(c_tasks SOURCES tasks.c)\nrota_add_plugin(tasks SOURCES a.cc helper.c)",
                  languages="C CXX", tasks_c=C_PLUGIN.read_text(), a_cc=task("t_a"), helper_c="int helper = 1;\n")
    project.build_well()
    assert len(json.loads(project.rota("list", "--json").stdout)) == 5


def test_a_plugin_of_two_hundred_objects_is_checked_as_one_of_few(project):
    # As many as the check reads at a time.
    parts = [f"part{at}.c" for at in range(199)]
    for part in parts:
        (project.folder / part).write_text("typedef int nothing;\n")
    project.write(f"rota_add_plugin(c_tasks SOURCES tasks.c {' '.join(parts)})", languages="C",
                  tasks_c=C_PLUGIN.read_text())
    project.build_well()
    assert len(json.loads(project.rota("list", "--json").stdout)) == 4


# ---- static linking --------------------------------------------------------------------------------------------------

PROGRAM = """
add_executable(program main.cc)
target_link_libraries(program PRIVATE parts rota::rota)
rota_check_tasks(program)
"""
SOURCES = {"main_cc": COUNT_TASKS, "a_cc": task("t_a"), "b_cc": task("t_b")}


@pytest.mark.parametrize("options", [
    [],
    ["-DCMAKE_CXX_FLAGS=-O2 -ffunction-sections -fdata-sections", "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--gc-sections"],
    ["-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold -Wl,--gc-sections"],
    ["-DCMAKE_CXX_FLAGS=-O2 -flto"],
], ids=["plain", "gc-sections", "gold", "lto"])
def test_a_program_registers_all_tasks_of_its_task_libraries(project, options):
    project.write("rota_add_tasks(parts SOURCES a.cc b.cc)\n" + PROGRAM, **SOURCES)
    project.build_well(*options)
    assert run(project.build_folder / "program") == "2\n"


def test_a_program_that_lost_tasks_of_an_ordinary_static_library_does_not_build(project):
    project.write("add_library(parts STATIC a.cc b.cc)\ntarget_link_libraries(parts PUBLIC rota::rota)\n" + PROGRAM,
                  **SOURCES)
    sentence = project.fails_with()
    assert sentence.startswith("it has 0 of the 2 task classes of its objects and static libraries; "
                               "the linker dropped t_a, t_b: make static libraries of task classes with "
                               "rota_add_tasks()")
    project.write("add_library(parts STATIC a.cc b.cc)\ntarget_link_libraries(parts PUBLIC rota::rota)\n"
                  + PROGRAM.replace("rota_check_tasks(program)", ""))
    project.build_well()
    assert run(project.build_folder / "program") == "0\n"


@pytest.mark.parametrize("scope", ["PUBLIC", "PRIVATE"])
def test_tasks_reach_a_program_through_another_library(project, scope):
    project.write("rota_add_tasks(deep SOURCES a.cc b.cc)\nadd_library(parts STATIC other.cc)\n"
                  f"target_link_libraries(parts {scope} deep)\n" + PROGRAM, other_cc="int other() { return 1; }\n",
                  **SOURCES)
    project.build_well()
    assert run(project.build_folder / "program") == "2\n"


def test_the_check_sees_what_a_library_of_a_library_lost(project):
    project.write("add_library(deep STATIC a.cc)\ntarget_link_libraries(deep PUBLIC rota::rota)\n"
                  "rota_add_tasks(parts SOURCES b.cc LIBS $<$<CONFIG:Debug>:deep>)\n" + PROGRAM, **SOURCES)
    assert project.fails_with().startswith("it has 1 of the 2 task classes")


def test_the_check_asks_no_library_of_another_configuration(project):
    project.write("add_library(other STATIC a.cc)\ntarget_link_libraries(other PUBLIC rota::rota)\n"
                  "rota_add_tasks(parts SOURCES b.cc LIBS $<$<CONFIG:Release>:other>)\n" + PROGRAM, **SOURCES)
    project.build_well()
    assert run(project.build_folder / "program") == "1\n"


def test_a_hundred_tasks_of_one_file_are_a_hundred_in_the_program(project):
    project.write("rota_add_tasks(parts SOURCES a.cc)\n" + PROGRAM, main_cc=COUNT_TASKS,
                  a_cc=task("t_a") + "".join(f'ROTA_TASK(Task, .task_id = "t_{at}");\n' for at in range(99)))
    project.build_well()
    assert run(project.build_folder / "program") == "100\n"


def test_the_check_is_asked_for_where_the_program_is_made(project):
    (project.folder / "below").mkdir()
    (project.folder / "below/CMakeLists.txt").write_text("add_executable(program ../main.cc)\n")
    project.write("add_subdirectory(below)\nrota_check_tasks(program)", **SOURCES)
    configured = project.configure()
    assert configured.returncode != 0
    assert "below, where the target is made" in " ".join(configured.stderr.split())


# ---- docs/plugins.md -------------------------------------------------------------------------------------------------


def test_the_classes_that_the_page_on_plugins_shows_build_and_are_found(project):
    page = (project.prefix / "share/doc/rota/plugins.md").read_text()
    (cxx,) = re.findall(r"```cpp\n(.*?)```", page, re.DOTALL)
    (c,) = re.findall(r"```c\n(.*?)```", page, re.DOTALL)
    project.write("rota_add_plugin(customers SOURCES a.cc)\nrota_add_plugin(c_tasks SOURCES b.c)", languages="C CXX",
                  a_cc=cxx, b_c=c)
    project.build_well("-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror",
                       "-DCMAKE_C_FLAGS=-std=c11 -Wall -Wextra -Wpedantic -Werror")
    tasks = {row["task_id"]: row for row in json.loads(project.rota("list", "--json").stdout)}
    assert tasks["t_1N_count"]["dependencies"] == ["t_1I_import"]
    assert tasks["t_count"]["dependencies"] == ["t_import", "t_clean"]
