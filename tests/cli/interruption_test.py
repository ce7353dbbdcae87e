# SPDX-License-Identifier: Apache-2.0
"""rota run that is killed, interrupted, or meets another: nothing is lost and nothing is called success."""
import signal
import socket
import time

import pytest
from conftest import one_line, wait_for


def states_of(project, task_id):
    return [state for id_, state in project.states() if id_ == task_id]


def expect_only_import_ran(project):
    """The start of the next may have been written with its end; then it did not begin."""
    states = project.states()
    assert states[-1] == ("t_import", "success")
    assert all(state == "cancelled" for _, state in states[:-1])


def test_after_kill_9_what_had_finished_is_there_and_what_had_not_is_lost(project):
    project.tell("wait_t_clean")
    running = project.start("run", "-j", "2")
    project.wait_until_running("t_clean")
    wait_for(lambda: states_of(project, "t_other") == ["success"])
    running.kill()
    running.wait()
    assert dict(project.states()) == {"t_import": "success", "t_other": "success", "t_clean": "lost"}
    assert project.command("check", "t_report").returncode == 1
    assert project.plan()["t_clean"].startswith("lost, running since ")
    project.untell("wait_t_clean")
    project.forget_runs()
    assert project.command("run").returncode == 0
    assert project.ran() == ["t_clean", "t_report"]
    assert states_of(project, "t_clean") == ["success", "lost"]


def test_inline_a_task_that_ends_the_process_is_lost_and_can_be_run_again(project):
    project.tell("abort_t_clean")
    done = project.command("run", "-j", "1", "--executor", "inline")
    assert done.returncode == -signal.SIGABRT
    assert states_of(project, "t_clean") == ["lost"]
    project.untell("abort_t_clean")
    assert project.command("run").returncode == 0


def test_the_first_interrupt_waits_for_what_runs_and_starts_nothing_more(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1")
    project.wait_until_running("t_import")
    running.send_signal(signal.SIGINT)
    assert "waiting for the running tasks" in running.stderr.readline()
    project.untell("wait_t_import")
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130 and "interrupted" in one_line(errors)
    expect_only_import_ran(project)
    project.forget_runs()
    assert project.command("run").returncode == 0
    assert sorted(project.ran()) == ["t_clean", "t_other", "t_report"]


def test_the_second_interrupt_asks_the_running_tasks_to_end(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1")
    project.wait_until_running("t_import")
    running.send_signal(signal.SIGINT)
    running.stderr.readline()
    time.sleep(0.2)  # no person is quicker; ThreadSanitizer keeps a signal back that comes between two waits
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert project.states() == [("t_import", "cancelled")]
    assert project.plan()["t_import"].startswith("cancelled at ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_termination_asks_the_running_tasks_to_end_at_once(project, number):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1")
    project.wait_until_running("t_import")
    running.send_signal(number)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert project.states() == [("t_import", "cancelled")]


def test_inline_a_signal_to_a_child_of_a_task_is_no_signal_to_the_run(project):
    project.tell("fork_t_import")
    done = project.command("run", "-j", "1", "--executor", "inline")
    assert done.returncode == 0 and done.stderr == ""


def test_under_nohup_a_run_outlives_its_terminal(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1", prefix=("nohup",))
    project.wait_until_running("t_import")
    running.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    project.untell("wait_t_import")
    running.communicate(timeout=30)
    assert running.returncode == 0


def test_two_runs_at_once_run_a_task_once_and_name_the_first(project):
    project.tell("wait_t_import")
    first = project.start("run")
    project.wait_until_running("t_import")
    second = project.command("run", "t_import")
    assert second.returncode == 4
    assert "t_import" in one_line(second.stderr)
    assert f"on host {socket.gethostname()} as process {first.pid} since" in second.stderr
    project.untell("wait_t_import")
    first.communicate(timeout=30)
    assert first.returncode == 0 and project.ran().count("t_import") == 1


def test_of_two_runs_that_start_together_one_runs_the_task_and_the_other_names_it(project):
    project.tell("wait_t_import")
    runs = [project.start("run", "t_import") for _ in range(2)]
    wait_for(lambda: any(run.poll() is not None for run in runs))
    refused, ran = sorted(runs, key=lambda run: run.poll() is None)
    _, message = refused.communicate(timeout=30)
    assert refused.returncode == 4
    assert f"on host {socket.gethostname()} as process {ran.pid} since" in one_line(message)
    project.untell("wait_t_import")
    ran.communicate(timeout=30)
    assert ran.returncode == 0 and project.ran() == ["t_import"]
    expect_only_import_ran(project)


def test_a_reader_that_goes_away_ends_the_run_and_loses_nothing(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1")
    project.wait_until_running("t_import")
    running.stdout.close()
    project.untell("wait_t_import")
    errors = running.stderr.read()
    assert running.wait(timeout=30) == 1 and "standard output cannot be written" in one_line(errors)
    expect_only_import_ran(project)


def test_what_never_began_is_not_started_and_leaves_nothing_in_the_log(project):
    assert project.command("run").returncode == 0
    before = len(project.json("log"))
    project.tell("fail_t_import")
    # Whichever took longer before would begin first.
    done = project.command("run", "--force", "--fail-fast", "-j", "1", "--policy", "t_import:priority=1")
    assert done.returncode == 1 and "cancelled" not in done.stdout and "not started" in done.stdout
    states = project.states()
    assert ("t_other", "cancelled") not in states[:len(states) - before]
    assert "1 failed" in project.command("status").stdout
    assert list(project.plan("--failed", "--only")) == ["t_import"]
