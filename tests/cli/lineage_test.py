# SPDX-License-Identifier: Apache-2.0
"""rota lineage: what a file was made from, and what was made from it."""
import os
import subprocess

import pytest
from conftest import COMMAND, one_line


@pytest.fixture
def files(bare):
    bare.add("copying")
    (bare.folder / "raw.csv").write_text("raw")
    return bare


def copy(project, source, target, status=0):
    done = project.command("run", "--force", "--arg", f"from={source}", "--arg", f"to={target}")
    assert done.returncode == status, done.stderr


def paths(lineage):
    return [file["path"] for file in lineage["files"]]


def test_goes_up_to_what_came_from_outside_and_down_to_all_that_was_made(files):
    copy(files, "raw.csv", "a.csv")
    copy(files, "raw.csv:a.csv", "b.csv")
    copy(files, "b.csv", "c.csv")
    up = files.json("lineage", "c.csv")
    assert (up["path"], up["direction"]) == ("c.csv", "up")
    assert paths(up) == ["c.csv", "b.csv", "raw.csv", "a.csv"]
    assert [execution["task_id"] for execution in up["executions"]] == ["t_copy"] * 3
    assert [file["task_run_id"] is None for file in up["files"]] == [False, False, True, False]
    made = [use for use in up["uses"] if use["use"] == "made"]
    assert {use["file"] for use in made} == {0, 1, 3} and all(use["size_bytes"] > 0 for use in made)
    assert paths(files.json("lineage", "--down", "raw.csv")) == ["raw.csv", "a.csv", "b.csv", "c.csv"]
    assert paths(files.json("lineage", "--up", "a.csv")) == ["a.csv", "raw.csv"]


def test_gives_a_person_a_block_an_execution(files):
    copy(files, "raw.csv", "a.csv")
    copy(files, "a.csv", "b.csv")
    lines = files.command("lineage", "b.csv").stdout.splitlines()
    assert lines[0] == "b.csv was made by 2 executions from 1 file that none of them made"
    assert lines[2].startswith("t_copy  success  20")
    assert lines[3:5] == ["  read  a.csv", "  made  b.csv"]
    assert lines[7:] == ["  read  raw.csv  (no execution in the log made it)", "  made  a.csv"]
    down = files.command("lineage", "raw.csv", "--down").stdout
    assert down.startswith("2 files were made from raw.csv by 2 executions\n")


def test_says_that_a_file_changed_between_two_executions(files):
    copy(files, "raw.csv", "a.csv")
    (files.folder / "a.csv").write_text("by hand")
    copy(files, "a.csv", "b.csv")
    assert "  read  a.csv  (changed since it was made)\n" in files.command("lineage", "b.csv").stdout


def test_a_failed_execution_is_named_as_failed(files):
    files.tell("fail")
    copy(files, "raw.csv", "a.csv", status=1)
    assert files.json("lineage", "a.csv")["executions"][0]["state"] == "failed"
    assert "t_copy  failed  " in files.command("lineage", "a.csv").stdout


def test_a_file_that_tasks_rewrite_has_an_end(files):
    for _ in range(3):
        copy(files, "raw.csv", "raw.csv")
    assert paths(files.json("lineage", "raw.csv")) == ["raw.csv"] * 4


def test_every_spelling_of_the_path_is_understood(files, tmp_path_factory):
    copy(files, "raw.csv", "a.csv")
    below = files.folder / "scripts"
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(files.folder)
    for spelling in ("./a.csv", "scripts/../a.csv", "scripts//..//a.csv", str(files.folder / "a.csv"), str(link / "a.csv")):
        assert paths(files.json("lineage", spelling)) == ["a.csv", "raw.csv"], spelling
    done = subprocess.run([COMMAND, "lineage", "../a.csv"], cwd=below, env=files.environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("a.csv was made by"), done.stderr


def test_a_path_of_any_bytes_is_found_and_steers_no_terminal(files):
    name = os.fsdecode(b"it's \"a\"\n\x1b[2J\xff.csv")
    copy(files, "raw.csv", name)
    done = subprocess.run([COMMAND, "lineage", name], cwd=files.folder, env=files.environment, capture_output=True)
    assert done.returncode == 0 and b"\x1b" not in done.stdout and b"\xff" not in done.stdout
    assert done.stdout.startswith(b"it's \"a\"\\n\\x1b[2J\\xff.csv was made by 1 execution")
    dot = files.command("lineage", name, "--dot").stdout
    assert dot.startswith("digraph lineage {") and dot.count(" -> ") == 2
    assert paths(files.json("lineage", name)) == ["it's \"a\"\n\x1b[2J\ufffd.csv", "raw.csv"]


def test_a_file_that_no_execution_has_to_do_with_is_a_usage_error(files):
    for path in ("none.csv", "x" * 4096, "/"):
        done = files.command("lineage", path)
        assert done.returncode == 2 and done.stdout == "", path
        message = one_line(done.stderr)
        assert "there is no log yet" in message and ".rota/log.db" in message and "memory" not in message
    copy(files, "raw.csv", "a.csv")
    done = files.command("lineage", "none.csv")
    assert done.returncode == 2 and "no execution in the log" in one_line(done.stderr)


def test_a_look_makes_no_log(files):
    files.command("lineage", "none.csv")
    assert not (files.folder / ".rota" / "log.db").exists()
    copy(files, "raw.csv", "a.csv")
    assert files.command("lineage", "none.csv", "--json").returncode == 2
    alone = files.command("lineage", "raw.csv")
    assert alone.returncode == 0 and alone.stdout == "no execution in the log made raw.csv\n"


@pytest.mark.parametrize("arguments", [[], [""], ["a", "b"], ["a", "--up", "--down"], ["a", "--json", "--dot"]])
def test_a_wrong_command_line_is_one_line_and_status_2(files, arguments):
    done = files.command("lineage", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    one_line(done.stderr)
