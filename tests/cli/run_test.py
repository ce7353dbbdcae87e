# SPDX-License-Identifier: Apache-2.0
"""rota plan, run, check, log: what runs, what not, and what is remembered."""
import json
import os
import pty
import re
import subprocess

import pytest
from conftest import COMMAND, one_line

ALL = ["t_clean", "t_import", "t_other", "t_report"]


def test_runs_each_task_after_what_it_needs_and_nothing_twice(project):
    assert set(project.plan().values()) == {"never ran"}
    done = project.command("run", "-j", "2")
    assert done.returncode == 0 and done.stderr == ""
    ran = project.ran()
    assert sorted(ran) == ALL and ran.index("t_import") < ran.index("t_clean") < ran.index("t_report")
    project.forget_runs()
    again = project.command("run")
    assert again.returncode == 0 and project.ran() == []
    assert "4 up to date" in again.stdout
    assert all(reason.startswith("up to date since 20") for reason in project.plan().values())


def test_runs_the_named_tasks_and_what_they_need(project):
    assert project.command("run", "t_clean").returncode == 0
    assert sorted(project.ran()) == ["t_clean", "t_import"]


def test_check_tells_what_lacks_a_success(project):
    before = project.command("check", "t_clean")
    assert before.returncode == 1 and "t_import" in before.stdout and "never ran" in before.stdout
    project.command("run", "t_import")
    after = project.command("check", "t_clean")
    assert after.returncode == 0 and after.stderr == ""
    assert project.command("check", "t_import").returncode == 0
    answer = json.loads(project.command("check", "t_report", "--json").stdout)
    assert answer["satisfied"] is False and answer["unsatisfied"][0]["task_id"] == "t_clean"


def test_looking_makes_no_log(project):
    for command in (["list"], ["plan"], ["check", "t_clean"], ["log"], ["graph"]):
        project.command(*command)
    assert not (project.folder / ".rota").exists()


def test_a_new_version_runs_its_task_and_what_follows(project):
    project.command("run")
    project.add("pipeline_next", "pipeline")
    plan = project.plan()
    assert plan["t_clean"] == "version 1.0.0 -> 1.1.0"
    # The same plugin has them, so that their code is another build too.
    assert plan["t_report"] == plan["t_import"] == plan["t_other"] == "code changed"
    project.forget_runs()
    assert project.command("run").returncode == 0
    assert sorted(project.ran()) == ALL


def test_a_task_run_alone_makes_what_follows_stale(project):
    project.command("run")
    project.command("run", "t_import", "--force")
    plan = project.plan()
    assert plan["t_clean"] == "dependency t_import ran later" and plan["t_report"] == "dependency t_clean ran later"


def test_force_runs_everything(project):
    project.command("run")
    assert set(project.plan("--force").values()) == {"forced"}


def test_a_changed_input_or_a_lost_output_runs_its_task(project):
    (project.folder / "source.txt").write_text("one")
    project.command("run")
    (project.folder / "source.txt").write_text("two!")
    assert project.plan()["t_import"] == "input source.txt changed"
    project.command("run")
    (project.folder / "data" / "t_other.txt").unlink()
    plan = project.plan()
    assert plan["t_other"] == "output data/t_other.txt is gone" and plan["t_import"].startswith("up to date")


def test_arguments_reach_the_task_and_are_remembered(project):
    assert project.command("run", "--arg", "rows=7").returncode == 0
    assert (project.folder / "data" / "t_import.txt").read_text() == '{"rows":7,"source":"here"}\n'
    assert project.plan()["t_import"] == "argument rows changed"
    assert project.plan("--arg", "t_import:rows=7")["t_import"].startswith("up to date")


@pytest.mark.parametrize("argument, message", [
    ("rows=many", "'many' is no integer"), ("rwos=1", "no task of the plan has this parameter (there are: rows, source)"),
    ("t_clean:rows=1", "rows"), ("t_none:rows=1", "t_none"), ("rows", "NAME=VALUE"), (":rows=1", "NAME=VALUE")])
def test_a_wrong_argument_runs_nothing(project, argument, message):
    done = project.command("run", "--arg", argument)
    if argument == "t_clean:rows=1":  # t_clean declares no parameters, so it takes any
        assert done.returncode == 0
        return
    assert done.returncode == 2 and message in one_line(done.stderr)
    assert project.ran() == []


@pytest.mark.parametrize("how, message", [("fail", "failed as told"), ("throw", "thrown as told")])
def test_a_failure_stops_what_needs_it_and_nothing_else(project, how, message):
    project.tell(f"{how}_t_clean")
    done = project.command("run")
    assert done.returncode == 1
    assert f"t_clean: obey: {message}" in one_line(done.stderr)
    assert sorted(project.ran()) == ["t_clean", "t_import", "t_other"]
    assert dict(project.states()) == {"t_import": "success", "t_other": "success", "t_clean": "failed",
                                      "t_report": "upstream_failed"}
    plan = project.plan()
    assert re.fullmatch(r"failed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", plan["t_clean"])
    project.untell(f"{how}_t_clean")
    project.forget_runs()
    assert project.command("run").returncode == 0
    assert project.ran() == ["t_clean", "t_report"]


def test_a_cycle_is_printed_and_nothing_is_run(bare):
    bare.add("cycle")
    for command in ("plan", "run", "graph"):
        done = bare.command(command)
        assert done.returncode == 3 and "t_a -> t_b -> t_c -> t_a" in one_line(done.stderr)
    assert not (bare.folder / ".rota").exists()


def test_missing_dependencies_are_all_printed_with_who_needs_them(project):
    project.add("missing")
    done = project.command("run")
    assert done.returncode == 3 and project.ran() == []
    assert re.search(r"t_needy.*t_improt.*did you mean t_import\?", done.stderr)
    assert re.search(r"t_needy.*t_elsewhere", done.stderr)
    assert project.command("run", "t_clean").returncode == 0  # what does not need them runs


def test_the_log_is_told_newest_first_with_filters(project):
    project.tell("fail_t_report")
    project.command("run", "-j", "1")
    project.command("run", "-j", "1")
    rows = project.json("log")
    assert [row["started_sequence"] for row in rows] == sorted((row["started_sequence"] for row in rows), reverse=True)
    assert {row["task_id"] for row in project.json("log", "t_import")} == {"t_import"}
    assert [row["state"] for row in project.json("log", "--state", "failed")] == ["failed", "failed"]
    assert len(project.json("log", "--limit", "1")) == 1
    row = project.json("log", "t_import")[0]
    assert row["success"] is True and row["version"] == "2.0.0" and row["reason"] == "never ran"
    assert row["arguments"] == {"rows": 3, "source": "here"}
    assert [f["path"] for f in row["output_files"]] == ["data/t_import.txt"]


def test_a_task_that_is_no_longer_there_keeps_its_history(project):
    project.command("run", "t_import")
    (project.folder / "scripts" / "pipeline.so").unlink()
    assert [row["state"] for row in project.json("log", "t_import")] == ["success"]


def test_run_tells_programs_its_summary(project):
    project.tell("fail_t_clean")
    done = project.command("run", "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 1 and summary["succeeded"] is False
    assert {o["task_id"]: o["state"] for o in summary["outcomes"]}["t_report"] == "upstream_failed"


def test_warnings_of_tasks_are_shown_and_their_other_messages_on_request(project):
    project.tell("warn_t_other")
    assert "t_other: a careful word" in one_line(project.command("run", "t_other").stderr)
    assert "t_other: obeying" in project.command("run", "t_other", "--force", "-v").stderr


def run_on_terminal(project, *arguments):
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(project.folder)
        os.execve(COMMAND, [COMMAND, *arguments], project.environment)
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_a_terminal_shows_a_live_view_and_takes_it_away(project):
    status, shown = run_on_terminal(project, "run", "-j", "1")
    assert status == 0
    assert "0/4" in shown and "1 running" in shown and "\x1b[J" in shown
    after_erasing = shown.replace("\r\n", "\n").split("\x1b[J")[-1]
    assert after_erasing.strip().splitlines()[-1].startswith("4 tasks: 4 succeeded")


def test_elsewhere_there_are_plain_lines(project):
    shown = project.command("run", "-j", "1").stdout
    assert "\x1b" not in shown and "\r" not in shown
    assert shown.splitlines()[0] == "start    t_import  (never ran)"
    assert shown.splitlines()[1].startswith("success  t_import")


def test_inline_a_task_that_calls_exit_does_not_make_the_run_look_done(project):
    project.tell("exit_t_import")
    done = project.command("run", "t_import", "--executor", "inline")
    assert done.returncode == 1 and "calling exit()" in one_line(done.stderr)
    assert project.states() == [("t_import", "lost")]


def test_what_tasks_print_does_not_spoil_the_json(project):
    project.tell("print_t_import")
    done = project.command("run", "t_import", "--json", "--executor", "inline")
    assert json.loads(done.stdout)["succeeded"] is True
    assert "a task's own words" in done.stderr
    done = project.command("run", "t_import", "--json", "--force")
    assert json.loads(done.stdout)["succeeded"] is True and done.stderr == ""


def test_options_with_values_may_stand_before_the_ids(project):
    assert list(project.plan("--arg", "rows=7", "t_import")) == ["t_import"]
    assert project.command("show", "--path", "scripts", "t_import").returncode == 0


def test_a_word_that_is_no_command_gets_the_nearest_one(project):
    assert "there is no command lst; did you mean list?" in one_line(project.command("lst").stderr)


def test_odd_words_make_one_line(project):
    one_line(project.command("run", "a\nb").stderr)
    project.tell("fail_t_import")
    one_line(project.command("run", "t_import", "--arg", "source=a\nb").stderr)


def test_the_exit_status_holds_where_stderr_cannot_be_written(project):
    for arguments, status in ((["run", "t_none"], 2), (["nonsense"], 2), (["list"], 0)):
        command = '"$0" "$@" 2>/dev/full >/dev/null'
        done = subprocess.run(["sh", "-c", command, COMMAND, *arguments], cwd=project.folder, env=project.environment)
        assert done.returncode == status, arguments
    (project.folder / "scripts" / "text.so").write_text("no library")
    done = subprocess.run(["sh", "-c", '"$0" list 2>&- >/dev/null', COMMAND], cwd=project.folder, env=project.environment)
    assert done.returncode == 0


@pytest.mark.parametrize("words, told", [
    ([], "a command is missing"), (["--nope"], "--nope"), (["nosuch", "--help"], "there is no command nosuch"),
    (["report", ""], "a word is empty"), (["clean", "--max-age", ""], "--max-age is empty"),
    (["run", "--resume="], "--resume is empty"), (["run", ""], "a word is empty")])
def test_a_command_line_that_says_nothing_is_refused(project, words, told):
    done = project.command(*words)
    assert done.returncode == 2 and told in one_line(done.stderr) and done.stdout == "" and project.ran() == []


def test_a_policy_for_a_task_that_is_not_there_is_refused(project):
    done = project.command("run", "--policy", "t_nobody*:timeout=1s")
    assert done.returncode == 2 and "there is no task t_nobody*" in one_line(done.stderr) and project.ran() == []
    assert project.command("run", "--policy", "t_*:timeout=1h").returncode == 0
