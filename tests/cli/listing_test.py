# SPDX-License-Identifier: Apache-2.0
"""rota list, show, graph: what there is, told without running it."""
import os
import shutil
import subprocess

import pytest
from conftest import one_line


def test_list_gives_programs_every_field_of_the_metadata(project):
    tasks = {task["task_id"]: task for task in project.json("list")}
    assert list(tasks) == ["t_clean", "t_import", "t_other", "t_report"]
    assert tasks["t_import"] == {
        "task_id": "t_import", "task_type": "import", "description": "Reads", "version": "2.0.0",
        "class_name": "ImportTask", "module": "scripts.pipeline", "dependencies": [], "author": "Tests",
        "parameters": [
            {"name": "rows", "type": "integer", "default_value": 3, "description": "", "required": False},
            {"name": "source", "type": "text", "default_value": "here", "description": "", "required": False}],
        "tags": {}}
    assert tasks["t_other"] | {"class_name": "", "module": ""} == {
        "task_id": "t_other", "task_type": "unknown", "description": "", "version": "1.0.0", "class_name": "",
        "module": "", "dependencies": [], "author": "unknown", "parameters": [], "tags": {}}
    assert (tasks["t_clean"]["author"], tasks["t_clean"]["tags"]) == ("Data team", {"team": "core"})


def test_list_gives_a_person_a_line_a_task(project):
    done = project.command("list")
    assert done.returncode == 0 and done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ID", "t_clean", "t_import", "t_other", "t_report"]


def test_show_gives_a_person_all_fields(project):
    shown = project.command("show", "t_import").stdout
    for value in ("t_import", "import", "Reads", "2.0.0", "ImportTask", "scripts.pipeline", "Tests", "rows", "integer"):
        assert value in shown


def test_an_unknown_id_is_a_usage_error_with_the_nearest_id(project):
    for command in ("show", "check", "plan", "run", "graph", "log"):
        done = project.command(command, "t_improt")
        assert done.returncode == 2, command
        assert "there is no task t_improt; did you mean t_import?" in one_line(done.stderr)
        assert done.stdout == ""


def test_nothing_found_says_where_was_looked(bare):
    done = bare.command("list")
    assert done.returncode == 0
    assert str(bare.folder / "scripts") in one_line(done.stderr) and "--path" in done.stderr


def test_a_folder_named_on_the_path_is_meant_whole(project):
    deep = project.folder / "else" / "where"
    deep.mkdir(parents=True)
    shutil.move(project.folder / "scripts" / "pipeline.so", deep / "pipeline.so")
    assert project.json("list") == []
    assert len(project.json("list", "--path", "else")) == 4
    assert len(project.json("--path", "else", "list")) == 4
    (project.folder / "rota.toml").write_text('path = ["else"]\n')
    assert len(project.json("list")) == 4
    project.environment["ROTA_PATH"] = str(project.folder / "scripts")
    assert project.json("list") == []
    done = project.command("list", "--path", "no/such/folder")
    assert done.returncode == 2 and "no/such/folder" in one_line(done.stderr)


def test_bad_settings_are_named_by_file_and_line(project):
    (project.folder / "rota.toml").write_text("path = [\n")
    done = project.command("list")
    assert done.returncode == 2 and "rota.toml:" in one_line(done.stderr)


def test_a_file_that_is_no_library_is_reported_and_spoils_nothing(project):
    (project.folder / "scripts" / "notes.so").write_text("not a library\n")
    done = project.command("list", "--json")
    assert done.returncode == 0 and done.stdout.count("t_import") > 0
    assert "notes.so: it is no shared library" in one_line(done.stderr)


def test_the_same_id_in_two_plugins_is_reported_and_the_first_counts(project):
    project.add("pipeline_next", "z_later")
    done = project.command("show", "t_clean")
    assert "1.0.0" in done.stdout
    assert done.stderr.count("is there twice") == 4 and "z_later.so" in done.stderr


def test_no_command_that_only_looks_runs_code_of_a_plugin(project):
    shutil.copy(os.environ["ROTA_HOSTILE_PLUGIN"], project.folder / "scripts" / "hostile.so")
    for command in (["list"], ["show", "t_hostile"], ["plan"], ["graph"], ["check", "t_hostile"]):
        done = project.command(*command)
        assert done.returncode == 0 and done.stderr == "", command


def test_graph_speaks_three_languages(project):
    dot = project.command("graph").stdout
    assert dot.startswith("digraph") and '"t_import" -> "t_clean"' in dot
    assert project.command("graph", "--format", "mermaid").stdout.startswith("flowchart")
    graph = project.json("graph", "t_clean")
    assert [node["task_id"] for node in graph["nodes"]] == ["t_import", "t_clean"]
    assert graph["edges"] == [{"from": "t_import", "to": "t_clean"}]
    assert project.command("graph", "--format", "gif").returncode == 2


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["discover"], ["check"], ["plan"], ["run"], ["log"], ["graph"],
                                     ["doctor"], ["lineage"], ["log", "show"], ["clean"], ["verify"]])
def test_every_command_has_help(project, command):
    done = project.command(*command, "--help")
    assert done.returncode == 0 and "--help" in done.stdout and done.stderr == ""


def test_the_version_is_told(project):
    assert project.command("--version").stdout.startswith("rota ")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["list", "--nonsense"], ["show"], ["run", "-j", "x"],
                                       ["show", "t_import", "t_clean"], ["log", "--state", "odd"]])
def test_a_wrong_command_line_is_one_line_and_status_2(project, arguments):
    done = project.command(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    one_line(done.stderr)


def test_output_that_cannot_be_written_is_an_error(project):
    with open("/dev/full", "w") as full:
        done = subprocess.run([os.environ["ROTA_COMMAND"], "list"], cwd=project.folder, env=project.environment,
                              stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "standard output cannot be written" in one_line(done.stderr)
