# SPDX-License-Identifier: Apache-2.0
"""Tasks that do to their process what a task should not: each fails alone, and says what happened."""
import fcntl
import json
import os
import signal
import subprocess
import time

import pytest
from conftest import one_line, wait_for


@pytest.fixture
def nasty(bare):
    bare.add("nasty")
    return bare


def newest(project, task_id):
    return project.json("log", task_id)[0]


def pids(project):
    file = project.folder / "pids.txt"
    return [int(word) for word in file.read_text().split()] if file.exists() else []


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def output_of(row):
    with open(row["output_path"], errors="replace") as file:
        return file.read()


def fails(project, task_id, *options):
    """Runs the task beside a good one, which must not be harmed, and gives the task's record."""
    done = project.command("run", task_id, "t_good", "-j", "2", *options)
    assert done.returncode == 1, done.stderr
    assert newest(project, "t_good")["state"] == "success"
    row = newest(project, task_id)
    assert row["state"] in ("failed", "timeout") and row["message"]
    assert row["message"] in one_line(done.stderr)
    return row


def test_a_crash_fails_one_task_with_its_signal_and_its_last_words(nasty):
    row = fails(nasty, "t_crash")
    assert "crashed (SIGSEGV" in row["message"] and row["signal"] == signal.SIGSEGV
    assert "first words | last words" in row["message"] and output_of(row) == "first words\nlast words\n"


def test_the_last_words_of_a_failed_task_are_shown_wherever_the_log_is(nasty, tmp_path_factory):
    nasty.environment["ROTA_LOG"] = str(tmp_path_factory.mktemp("elsewhere") / "log.db")
    done = nasty.command("run", "t_crash")
    assert "what t_crash printed at the end" in done.stdout
    assert "  | first words\n  | last words\n" in done.stdout


def test_clean_removes_what_removed_executions_printed(nasty):
    fails(nasty, "t_crash")
    first, output = newest(nasty, "t_crash"), output_of(newest(nasty, "t_good"))
    fails(nasty, "t_crash")
    second = newest(nasty, "t_crash")
    assert nasty.command("clean", "--run", first["task_run_id"], "--dry-run").returncode == 0
    assert os.path.exists(first["output_path"])
    done = nasty.command("clean", "--run", first["task_run_id"])
    assert done.returncode == 0 and done.stderr == ""
    assert not os.path.exists(first["output_path"]) and os.path.exists(second["output_path"])
    assert output_of(newest(nasty, "t_good")) == output


def test_clean_removes_no_other_file(nasty, tmp_path_factory):
    """An imported record may name any file."""
    fails(nasty, "t_crash")
    kept, folder = newest(nasty, "t_crash"), nasty.folder / ".rota" / "output"
    outside = tmp_path_factory.mktemp("outside")
    for file in (outside / "t.1.txt", folder / "other.txt", folder / "run" / "t.1.txt"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("precious")
    (folder / "link").symlink_to(outside)
    (folder / "run" / "t.2.txt").symlink_to("t.1.txt")
    paths = [kept["output_path"], os.path.relpath(kept["output_path"], nasty.folder), str(outside / "t.1.txt"),
             ".rota/output/link/t.1.txt", ".rota/output/other.txt", ".rota/output/run/t.2.txt",
             ".rota/output/run/../../log.db", ".rota/output", "scripts/nasty.so"]
    rows = [{"task_id": "t_old", "task_type": "x", "task_run_id": f"{at:08}-0000-4000-8000-000000000000", "success": False,
             "output_path": path, "timestamp": "2020-01-01T00:00:00Z", "execution_time": 1.0} for at, path in enumerate(paths)]
    (nasty.folder / "log.json").write_text(json.dumps({"executions": rows}))
    assert nasty.command("import", "log.json").returncode == 0
    done = nasty.command("clean", "--max-age", "1")
    assert f"{len(paths)} executions removed" in done.stdout and done.stderr == ""
    for file in (outside / "t.1.txt", folder / "other.txt", folder / "run" / "t.1.txt"):
        assert file.read_text() == "precious"
    assert output_of(kept) == "first words\nlast words\n" and (nasty.folder / "scripts" / "nasty.so").exists()


def test_an_exit_before_it_is_done_is_no_success(nasty):
    row = fails(nasty, "t_exit")
    assert "exit status 0 before it was done" in row["message"] and row["exit_code"] == 0
    assert "leaving early" in row["message"] and output_of(row) == "leaving early\n"


@pytest.mark.parametrize("task_id", ["t_linger", "t_daemon", "t_daemon_program"])
def test_what_a_task_leaves_running_is_killed_and_told(nasty, task_id):
    nasty.command("run", task_id)
    row = newest(nasty, task_id)
    assert row["state"] == "failed" and "left running" in row["message"]
    assert str(pids(nasty)[0]) in row["message"]
    assert not is_alive(pids(nasty)[0])


def test_one_that_takes_too_long_is_asked_to_end(nasty):
    row = fails(nasty, "t_patient", "--policy", "t_patient:timeout=300ms")
    assert row["state"] == "timeout" and "timeout of 300ms" in row["message"]
    assert "ended when it was asked" in row["message"]


def test_a_timeout_holds_also_when_the_run_was_asked_to_end_before(nasty):
    running = nasty.start("run", "t_stubborn", "--policy", "t_stubborn:timeout=2s")
    wait_for(lambda: pids(nasty))
    running.terminate()
    assert running.wait(timeout=30) == 130
    assert newest(nasty, "t_stubborn")["state"] == "cancelled" and not is_alive(pids(nasty)[0])


def test_one_that_does_not_want_to_end_is_killed(nasty):
    (nasty.folder / "rota.toml").write_text('[run]\ngrace = "200ms"\n')
    row = fails(nasty, "t_stubborn", "--policy", "t_stubborn:timeout=300ms")
    assert row["state"] == "timeout" and "was killed" in row["message"] and row["signal"] == signal.SIGKILL
    assert not is_alive(pids(nasty)[0])


def test_a_flood_of_output_fails(nasty):
    row = fails(nasty, "t_flood")
    assert "printed more than its output limit of 536870912 bytes, and was killed" in row["message"]
    assert os.path.getsize(row["output_path"]) < 17 * 1024 * 1024
    assert "bytes are left out here" in output_of(row)


@pytest.mark.parametrize("task_id", ["t_good", "t_exit"])
def test_a_little_more_output_than_allowed_fails_however_early_the_task_ends(nasty, task_id):
    done = nasty.command("run", task_id, "--policy", "output_limit=10B")
    row = newest(nasty, task_id)
    assert done.returncode == 1 and row["state"] == "failed"
    assert "printed more than its output limit of 10 bytes" in row["message"]


def test_of_much_output_that_is_allowed_the_beginning_and_the_end_are_kept(nasty):
    row = fails(nasty, "t_flood", "--policy", "t_flood:output_limit=2GiB")
    assert "flooded" in row["message"]
    assert os.path.getsize(row["output_path"]) < 17 * 1024 * 1024
    kept = output_of(row)
    assert "bytes are left out here" in kept and kept.endswith("the end of the flood\n")


@pytest.mark.parametrize("task_id, words", [
    ("t_close", "closed the descriptors"), ("t_close_and_wait", "closed the connection"),
    ("t_garbage", "wrote into the connection")])
def test_one_that_breaks_its_connection_fails_at_once(nasty, task_id, words):
    assert words in fails(nasty, task_id)["message"]


def test_a_truncated_output_does_not_count(nasty):
    row = fails(nasty, "t_truncate")
    assert "exit status 3" in row["message"] and row["exit_code"] == 3 and row["output_files"] == []
    assert nasty.plan("t_truncate")["t_truncate"].startswith("failed at ")


def test_a_memory_limit_holds(nasty):
    row = fails(nasty, "t_hungry", "--policy", "t_hungry:memory_limit=150MiB")
    assert "memory limit" in row["message"]


def test_a_limit_of_processor_time_holds(nasty):
    row = fails(nasty, "t_spin", "--policy", "t_spin:cpu_limit=1s")
    assert "more than its limit of 1s of processor time" in row["message"]
    assert 0.9 < row["cpu_time"] < 5


def test_processor_time_and_peak_memory_are_recorded(nasty):
    nasty.command("run", "t_good")
    row = newest(nasty, "t_good")
    assert row["peak_memory_bytes"] > 1_000_000 and row["cpu_time"] >= 0
    assert output_of(row) == "as it should be\n"


def test_fresh_ones_have_a_process_each_and_others_share_one(nasty):
    nasty.command("run", "t_good", "t_good_2", "-j", "1")
    assert len(set(pids(nasty))) == 1
    nasty.command("run", "t_good", "t_good_2", "-j", "1", "--force", "--policy", "isolation=fresh")
    assert len(set(pids(nasty))) == 3


def test_children_get_a_job_server(nasty):
    nasty.command("run", "t_good", "-j", "3")
    assert "-j3 --jobserver-auth=5,6" in (nasty.folder / "makeflags.txt").read_text()


@pytest.mark.parametrize("jobs", ["2", "1"])
def test_make_in_a_task_takes_its_jobs_from_the_run(nasty, jobs):
    done = nasty.command("run", "t_make", "-j", jobs)
    assert (done.returncode == 0) == (jobs == "2"), done.stderr
    row = newest(nasty, "t_make")
    assert "jobserver unavailable" not in output_of(row)


def test_a_retry_comes_after_a_failure_and_is_counted(nasty):
    (nasty.folder / "tries.txt").write_text("3")
    done = nasty.command("run", "t_flaky", "--policy", "t_flaky:retries=4", "--policy", "retry_delay=10ms")
    assert done.returncode == 0, done.stderr
    assert [(row["attempt"], row["state"]) for row in nasty.json("log", "t_flaky")] == [
        (3, "success"), (2, "failed"), (1, "failed")]
    assert [row["reason"] for row in nasty.json("log", "t_flaky")] == [
        "never ran; attempt 2 failed", "never ran; attempt 1 failed", "never ran"]


def test_retries_may_be_for_crashes_only(nasty):
    (nasty.folder / "tries.txt").write_text("2")
    options = ("--policy", "retries=3", "--policy", "retry_delay=10ms", "--policy", "retry_on=crash")
    assert nasty.command("run", "t_flaky", *options).returncode == 1
    assert len(nasty.json("log", "t_flaky")) == 1
    nasty.forget_runs()
    nasty.tell("crash_t_flaky")
    assert nasty.command("run", "t_flaky", *options).returncode == 0
    assert [row["attempt"] for row in nasty.json("log", "t_flaky")] == [2, 1, 1]


def test_the_command_line_is_stronger_than_the_file(nasty):
    (nasty.folder / "rota.toml").write_text('[task."t_pat*"]\ntimeout = "1h"\n')
    done = nasty.command("run", "t_patient", "--policy", "t_patient:timeout=100ms")
    assert done.returncode == 1 and newest(nasty, "t_patient")["state"] == "timeout"


@pytest.mark.parametrize("text, options, attempts", [
    (None, [], 4), ("[task.t_insist]\nretries = 2\n", [], 3),
    ("[task.t_insist]\nretries = 2\n", ["--policy", "t_insist:retries=1"], 2)])
def test_the_class_says_the_policy_then_the_file_then_the_command_line(nasty, text, options, attempts):
    if text:
        (nasty.folder / "rota.toml").write_text(text)
    assert nasty.command("run", "t_insist", *options).returncode == 1
    assert len(nasty.json("log", "t_insist")) == attempts


@pytest.mark.parametrize("text, words", [
    ('[run]\njobs = "many"\n', "'many' is no number"), ('[run]\nretires = 3\n', "no such policy"),
    ('[pools]\ngpu = 0\n', "'0' is no number from 1"), ('[task.x]\ntimeout = "soon"\n', "no duration"),
    ('run = 3\n', "must be a table"), ('[task.x]\npools = [1]\n', "list of texts")])
def test_a_wrong_setting_names_its_line_and_runs_nothing(nasty, text, words):
    (nasty.folder / "rota.toml").write_text(text)
    done = nasty.command("run", "t_good")
    assert done.returncode == 2 and words in one_line(done.stderr) and "rota.toml:" in done.stderr
    assert nasty.ran() == []


def test_a_setting_for_a_task_that_is_not_there_is_told(nasty):
    (nasty.folder / "rota.toml").write_text('[task.t_gud]\ntimeout = "1h"\n[task."t_*"]\nretries = 1\n')
    done = nasty.command("run", "t_good")
    assert done.returncode == 0 and "rota.toml:2: there is no task t_gud" in one_line(done.stderr)


def test_a_policy_that_the_executor_does_not_keep_is_told(nasty):
    done = nasty.command("run", "t_good", "--executor", "inline", "--policy", "memory_limit=1GiB")
    assert done.returncode == 0 and "inline keeps no memory_limit" in done.stderr


def test_a_pool_that_has_no_size_is_refused(nasty):
    done = nasty.command("run", "t_good", "--policy", "pools=gpu")
    assert done.returncode == 3 and "pool gpu" in one_line(done.stderr) and nasty.ran() == []


def test_a_pool_of_one_runs_one_after_the_other(nasty):
    done = nasty.command("run", "t_good", "t_good_2", "-j", "2", "--policy", "pools=gpu", "--pool", "gpu=1")
    assert done.returncode == 0
    first, second = sorted(nasty.json("log"), key=lambda row: row["started_sequence"])
    assert first["finished_sequence"] < second["started_sequence"]


def test_a_pool_and_who_needs_it_may_stand_in_the_file(nasty):
    (nasty.folder / "rota.toml").write_text('[pools]\ngpu = 1\n[task."t_good*"]\npools = ["gpu"]\n')
    assert nasty.command("run", "t_good", "t_good_2", "-j", "2").returncode == 0
    first, second = sorted(nasty.json("log"), key=lambda row: row["started_sequence"])
    assert first["finished_sequence"] < second["started_sequence"]


def test_fail_fast_starts_nothing_after_a_failure(nasty):
    done = nasty.command("run", "t_exit", "t_good", "-j", "1", "--fail-fast", "--policy", "t_exit:priority=1")
    assert done.returncode == 1 and nasty.ran() == ["t_exit"]


def test_the_third_interrupt_kills_what_does_not_want_to_end(nasty):
    running = nasty.start("run", "t_stubborn", "t_daemon", "-j", "2")
    nasty.tell("wait_t_daemon")
    wait_for(lambda: len(pids(nasty)) >= 2)
    for _ in range(3):
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)  # no person is quicker
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130 and "killing the running tasks" in errors
    assert newest(nasty, "t_stubborn")["state"] == "cancelled"
    assert not any(is_alive(pid) for pid in pids(nasty))


def test_workers_and_what_they_started_die_with_the_runner(nasty):
    nasty.tell("wait_t_daemon")
    running = nasty.start("run", "t_stubborn", "t_daemon", "-j", "2")
    wait_for(lambda: len(pids(nasty)) >= 2)
    running.kill()
    running.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in pids(nasty)))
    assert newest(nasty, "t_stubborn")["state"] == "lost"


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


@pytest.mark.parametrize("daemon", ["t_daemon", "t_daemon_program"])
def test_a_daemon_of_a_task_dies_with_the_supervisor(nasty, daemon):
    nasty.tell("wait_" + daemon)
    running = nasty.start("run", daemon, "-j", "1")
    wait_for(lambda: pids(nasty))
    [supervisor] = children_of(running.pid)
    os.kill(supervisor, signal.SIGKILL)
    running.communicate(timeout=30)
    assert running.returncode == 1 and "ended with signal 9" in newest(nasty, daemon)["message"]
    assert not any(is_alive(pid) for pid in pids(nasty))


@pytest.mark.parametrize("daemon", ["t_daemon", "t_daemon_program"])
@pytest.mark.parametrize("executor", ["process", "inline"])
def test_the_next_run_ends_what_a_killed_runner_and_its_killed_supervisor_left(nasty, daemon, executor):
    nasty.tell("wait_" + daemon)
    running = nasty.start("run", daemon, "-j", "1")
    wait_for(lambda: pids(nasty))
    [supervisor] = children_of(running.pid)
    running.send_signal(signal.SIGSTOP)  # so that it does nothing when its supervisor is gone
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: not is_alive(supervisor))
    running.kill()
    running.wait()
    left = pids(nasty)
    assert all(is_alive(pid) for pid in left)
    assert nasty.command("run", "t_good", "--executor", executor).returncode == 0
    assert not any(is_alive(pid) for pid in left)
    assert not list((nasty.folder / ".rota" / "runners").iterdir())


def place_of_runners(project):
    """The part of a runner's file name that tells host, boot and PID namespace."""
    folder = project.folder / ".rota" / "runners"
    running = project.start("run", "t_patient")
    wait_for(lambda: pids(project))
    [name] = [file.name for file in folder.iterdir()]
    running.terminate()
    running.wait()
    return name.split(".")[2]


def test_a_lock_of_another_place_is_left_alone_as_long_as_it_is_held(nasty):
    place_of_runners(nasty)
    file = nasty.folder / ".rota" / "runners" / "999999999.1.0123456789ab.1"
    with open(file, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        os.utime(file, (0, 0))
        assert nasty.command("run", "t_good", "--force").returncode == 0 and file.exists()
    os.utime(file)
    assert nasty.command("run", "t_good", "--force").returncode == 0 and file.exists()
    os.utime(file, (0, 0))
    assert nasty.command("run", "t_good", "--force").returncode == 0 and not file.exists()


def test_what_is_no_lock_of_a_runner_stays(nasty):
    place_of_runners(nasty)
    file = nasty.folder / ".rota" / "runners" / ".gitignore"
    file.write_text("*")
    os.utime(file, (0, 0))
    assert nasty.command("run", "t_good", "--force").returncode == 0 and file.exists()


def test_a_run_in_a_task_that_outlived_its_runner_spares_itself_and_its_shell(nasty):
    """It is marked as below a dead runner, and so is the shell that started it."""
    dead = subprocess.Popen(["true"])
    with open(f"/proc/{dead.pid}/stat") as stat:
        ticks = stat.read().rsplit(")", 1)[1].split()[19]
    dead.wait()
    name = f"{dead.pid}.{ticks}.{place_of_runners(nasty)}.1"
    (nasty.folder / ".rota" / "runners" / name).touch()
    left = subprocess.Popen(["sleep", "100"], env={**os.environ, "ROTA_RUNNER": name})
    nasty.environment["ROTA_RUNNER"] = name
    done = nasty.command("run", "t_good", "--force", prefix=("sh", "-c", '"$@"; echo status $?', "sh"))
    assert "status 0" in done.stdout + done.stderr, done
    assert left.wait(timeout=10) == -signal.SIGKILL


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_the_next_run_waits_for_what_a_killed_runner_has_left(nasty, executor):
    place = place_of_runners(nasty)
    runner = subprocess.Popen(["sleep", "60"])
    with open(f"/proc/{runner.pid}/stat") as file:
        start_ticks = file.read().rsplit(")", 1)[1].split()[19]
    runner.kill()
    runner.wait()
    # What its worker would hold as long as it lives.
    with open(nasty.folder / ".rota" / "runners" / f"{runner.pid}.{start_ticks}.{place}.1", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        following = nasty.start("run", "t_good", "--force", "--executor", executor)
        time.sleep(0.5)
        assert following.poll() is None
    assert following.wait(timeout=30) == 0
    assert not list((nasty.folder / ".rota" / "runners").iterdir())
