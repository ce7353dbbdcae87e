# SPDX-License-Identifier: Apache-2.0
"""Which tasks are chosen, why each runs or not, and what is left of an earlier run."""
import os

import pytest
from conftest import one_line, wait_for

ALL = ["t_clean", "t_import", "t_other", "t_report"]


def planned(project, *arguments):
    return sorted(project.plan(*arguments))


@pytest.mark.parametrize("words, expected", [
    (["t_clean"], ["t_clean", "t_import"]),
    (["+t_clean"], ["t_clean", "t_import"]),
    (["t_clean+"], ["t_clean", "t_import", "t_report"]),
    (["t_[ir]*"], ["t_clean", "t_import", "t_report"]),
    (["type:report"], ["t_clean", "t_import", "t_report"]),
    (["tag:team"], ["t_clean", "t_import"]),
    (["tag:team=core"], ["t_clean", "t_import"]),
    (["t_other", "t_import"], ["t_import", "t_other"]),
    (["--only", "t_import"], ["t_import"]),
    (["--only", "+t_clean"], ["t_clean", "t_import"]),
    (["--only", "t_import+"], ["t_clean", "t_import", "t_report"]),
    (["--only", "+t_clean+"], ["t_clean", "t_import", "t_report"]),
    (["--only", "t_import", "t_other"], ["t_import", "t_other"]),
])
def test_chooses_tasks_by_id_pattern_type_and_tag(project, words, expected):
    assert planned(project, *words) == expected


@pytest.mark.parametrize("word, words_of_the_error", [
    ("t_claen", ["there is no task t_claen", "did you mean t_clean?"]),
    ("+t_claen+", ["there is no task t_claen", "did you mean t_clean?"]),
    ("t_9*", ["t_9*: there is no such task", "rota list"]),
    ("type:reprot", ["type:reprot: there is no such task", "did you mean type:report?"]),
    ("tag:team=shell", ["tag:team=shell: there is no such task"]),
])
def test_what_names_no_task_is_one_error(project, word, words_of_the_error):
    done = project.command("plan", word)
    assert done.returncode == 2
    for words in words_of_the_error:
        assert words in one_line(done.stderr)


def test_only_refuses_a_task_whose_needs_have_never_succeeded(project):
    done = project.command("run", "--only", "t_clean")
    assert done.returncode == 3
    assert "t_clean needs t_import, which has never succeeded" in one_line(done.stderr)
    assert project.ran() == []
    project.command("run", "t_import")
    assert project.command("run", "--only", "t_clean").returncode == 0
    assert project.ran() == ["t_import", "t_clean"]


def test_chooses_what_failed_and_what_is_stale(project):
    project.tell("fail_t_clean")
    project.command("run")
    project.untell("fail_t_clean")
    assert planned(project, "--failed") == ["t_clean", "t_import"]
    assert planned(project, "--failed", "--only") == ["t_clean"]
    assert planned(project, "--stale") == ["t_clean", "t_report"]
    assert planned(project, "t_import", "--stale") == []
    project.forget_runs()
    assert project.command("run", "--failed").returncode == 0
    assert project.ran() == ["t_clean"]
    assert planned(project, "--failed") == []
    nothing = project.command("run", "--failed")
    assert nothing.returncode == 0 and "nothing to do" in nothing.stdout


def test_a_dry_run_shows_the_plan_and_runs_nothing(project):
    shown = project.command("run", "--dry-run", "t_clean")
    assert shown.returncode == 0 and shown.stdout == project.command("plan", "t_clean").stdout
    assert project.ran() == [] and not (project.folder / ".rota" / "log.db").exists()


def test_a_file_that_is_touched_or_written_anew_with_the_same_content_is_no_change(project):
    source = project.folder / "source.txt"
    source.write_text("rows")
    project.command("run")
    os.utime(source, (1_000_000_000, 1_000_000_000))
    os.utime(project.folder / "data" / "t_import.txt", (1_000_000_000, 1_000_000_000))
    assert all(reason.startswith("up to date") for reason in project.plan().values())
    source.unlink()
    source.write_text("rows")
    assert all(reason.startswith("up to date") for reason in project.plan().values())
    source.write_text("ROWS")
    assert project.plan()["t_import"] == "input source.txt changed"
    files = project.json("log", "t_import")[0]
    assert files["input_files"][0]["content_hash"].startswith("xxh3:")
    assert files["output_files"][0]["content_hash"].startswith("xxh3:")


def test_another_build_of_the_code_is_a_reason(project):
    project.command("run")
    assert project.json("log", "t_other")[0]["fingerprint"].startswith("build-id:")
    project.add("pipeline_next", "pipeline")
    plan = project.plan()
    assert plan["t_other"] == plan["t_import"] == plan["t_report"] == "code changed"
    assert project.command("run").returncode == 0
    assert project.json("log", "t_other")[0]["reason"] == "code changed"
    assert all(reason.startswith("up to date") for reason in project.plan().values())


def test_resume_goes_on_with_what_is_left_with_the_same_tasks_and_arguments(project):
    project.tell("fail_t_clean")
    assert project.command("run", "t_report", "--arg", "t_import:rows=9").returncode == 1
    project.untell("fail_t_clean")
    project.forget_runs()
    assert project.command("run", "--resume", "--dry-run").stdout.count("\nrun ") == 2
    done = project.command("run", "--resume")
    assert done.returncode == 0, done.stderr
    assert project.ran() == ["t_clean", "t_report"]
    again = project.command("run", "--resume")
    assert again.returncode == 0 and "3 up to date" in again.stdout


def test_a_run_that_was_refused_is_not_the_one_to_go_on_with(project):
    project.tell("wait_t_import")
    killed = project.start("run", "t_report", "-j", "1")
    wait_for(lambda: project.ran() == ["t_import"])
    assert project.command("run", "t_import", "--force").returncode == 4
    assert "2 waiting" in project.command("status").stdout
    killed.kill()
    killed.communicate()
    project.untell("wait_t_import")
    assert "1 failed, 2 not started" in project.command("status").stdout
    assert "3 tasks: 3 to run" in project.command("run", "--resume", "--dry-run").stdout


def test_resume_of_a_forced_run_forces_what_has_not_run_yet(project):
    project.command("run")
    project.tell("fail_t_clean")
    project.command("run", "--force", "-j", "1")
    project.untell("fail_t_clean")
    run_id = project.json("log", "t_clean")[0]["run_id"]
    project.command("run", "t_other", "--force")
    project.forget_runs()
    assert project.command("run", "--resume", run_id[:8]).returncode == 0
    assert project.ran() == ["t_clean", "t_report"]


def test_resume_is_refused_where_it_has_no_meaning(project):
    nothing = project.command("run", "--resume")
    assert nothing.returncode == 2 and "there is no run to resume" in one_line(nothing.stderr)
    project.tell("fail_t_clean")
    project.command("run")
    mixed = project.command("run", "--force", "--resume")
    assert mixed.returncode == 2 and "leave out ids" in one_line(mixed.stderr)
    unknown = project.command("run", "--resume", "ffff")
    assert unknown.returncode == 2 and "there is no run ffff" in one_line(unknown.stderr)
    (project.folder / "scripts" / "pipeline.so").unlink()
    project.add("numbered")
    gone = project.command("run", "--resume")
    assert gone.returncode == 3 and "is not there any more" in one_line(gone.stderr)


def test_why_tells_what_ran_what_the_last_plan_said_and_what_one_says_now(project):
    before = project.command("why", "t_clean")
    assert before.returncode == 0
    assert "it never ran" in before.stdout and "run: never ran" in before.stdout
    project.tell("fail_t_import")
    project.command("run")
    project.untell("fail_t_import")
    why = project.json("why", "t_clean")
    assert why["newest"] is None
    assert why["last_plan"]["will_run"] and why["last_plan"]["reason"] == "never ran"
    project.command("run")
    why = project.json("why", "t_clean")
    assert why["newest"]["state"] == "success" and why["newest"]["reason"] == "never ran"
    assert why["last_plan"]["run_id"] == why["newest"]["run_id"]
    assert why["now"]["kind"] == "up_to_date"
    project.command("run", "t_other", "--force")
    assert project.json("why", "t_clean")["last_plan"]["run_id"] == why["newest"]["run_id"]
    text = project.command("why", "t_clean").stdout
    assert "success" in text and "because: never ran" in text and "skip: up to date since" in text
    unknown = project.command("why", "t_claen")
    assert unknown.returncode == 2 and "did you mean t_clean?" in one_line(unknown.stderr)


def test_equal_plans_have_one_hash_and_are_kept_once(project):
    first = project.json("plan")["plan_hash"]
    assert first.startswith("sha256:") and project.json("plan")["plan_hash"] == first
    project.command("run")
    up_to_date = project.json("plan")["plan_hash"]
    assert up_to_date != first
    project.command("run", "--force")
    project.command("run", "--force")
    assert project.json("plan")["plan_hash"] == up_to_date
    why = project.json("why", "t_clean")
    assert why["last_plan"]["plan_hash"] == project.json("plan", "--force")["plan_hash"]
