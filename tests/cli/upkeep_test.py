# SPDX-License-Identifier: Apache-2.0
"""rota log with its filters, log show, log --follow, clean, verify: the log told, followed, cleaned and checked."""
import json
import os
import queue
import signal
import sqlite3
import subprocess
import threading
import time

import pytest
from conftest import one_line, wait_for


@pytest.fixture
def ran(project):
    """Two runs of t_import, which succeeded, and one of t_other, which failed."""
    project.command("run", "t_import")
    project.command("run", "t_import", "--force")
    project.tell("fail_t_other")
    project.command("run", "t_other")
    project.untell("fail_t_other")
    assert project.states() == [("t_other", "failed"), ("t_import", "success"), ("t_import", "success")]
    return project


def database(project):
    return sqlite3.connect(project.folder / ".rota" / "log.db")


def set_start(project, sequence, text):
    with database(project) as log:
        log.execute("UPDATE execution SET started_at = strftime('%s', ?) * 1000000 WHERE started_sequence = ?",
                    (text, sequence))
    log.close()


class Lines:
    """The lines of a process that goes on, as they come."""

    def __init__(self, process):
        self.queue = queue.Queue()
        threading.Thread(target=lambda: [self.queue.put(line) for line in process.stdout], daemon=True).start()

    def next(self):
        return self.queue.get(timeout=20)

    def none_for(self, seconds):
        time.sleep(seconds)
        return self.queue.empty()


def test_the_log_is_filtered_by_state_task_run_and_number(ran):
    rows = ran.json("log")
    assert [row["state"] for row in ran.json("log", "--state", "failed")] == ["failed"]
    assert len(ran.json("log", "t_import")) == 2
    assert len(ran.json("log", "t_import", "--limit", "1")) == 1
    assert ran.json("log", "--run", rows[1]["run_id"]) == [rows[1]]
    assert ran.json("log", "--run", rows[1]["run_id"], "--state", "lost") == []


def test_a_run_that_is_not_there_is_a_usage_error_as_an_unknown_task_is(ran):
    for arguments in ([], ["--json"], ["--follow"], ["t_other"], ["--state", "failed"]):
        done = ran.command("log", "--run", "none", *arguments)
        assert done.returncode == 2 and done.stdout == "", arguments
        assert "there is no run none" in one_line(done.stderr)


def test_the_log_is_filtered_by_time(ran):
    for sequence, text in ((1, "2020-01-01 12:00:00"), (3, "2020-01-02 12:00:00")):
        set_start(ran, sequence, text)

    def starts(*arguments):
        return [row["started_sequence"] for row in ran.json("log", *arguments)]
    assert starts("--since", "1h") == [5]
    assert starts("--until", "1d") == [3, 1]
    assert starts("--until", "2020-01-02") == [1]
    assert starts("--since", "2020-01-02") == [5, 3]
    assert starts("--since", "2020-01-01T12:00:00Z", "--until", "2020-01-02 12:00") == [1]
    assert starts("--since", "2020-01-01T11:59:59.999999Z", "--until", "2020-01-02 12:00:00.5") == [3, 1]
    for same in ("2020-01-02T14:00:01+02:00", "2020-01-02 06:30:01-0530", "2020-01-02T14:00:01.0+02",
                 "2020-01-02T12:00:01Z"):
        assert starts("--until", same) == [3, 1] and starts("--since", same) == [5], same
    for same in ("2020-01-02T14:00+02:00", "2020-01-02T06:30-05:30", "2020-01-02 12:00Z"):
        assert starts("--until", same) == [1] and starts("--since", same) == [5, 3], same
    assert starts("--since", "2020-01-02+11:00") == [5, 3] and starts("--until", "2020-01-02-12:00") == [1]
    ran.environment["TZ"] = "Asia/Kolkata"
    assert starts("--until", "2020-01-02T14:00+02:00") == [1]
    assert starts("--until", "2020-01-02 17:29") == [1]
    assert starts("--until", "2020-01-02 17:31") == [3, 1]


@pytest.mark.parametrize("text", ["yesterday", "2020-02-31", "2020-01-01 25:00", "2020-01-01x", "5", "-5h", "5w",
                                  "2020-13-01", "2020-01-01T00:00+24:00", "2020-01-01T00:00+2:00",
                                  "2020-01-01T00:00+02:60", "2020-01-01T00:00+02:00Z", "2020-01-01T00:00+",
                                  "+02:00", "Z", "99999999999999999999d"])
def test_a_time_that_is_none_is_a_usage_error(ran, text):
    done = ran.command("log", f"--since={text}")
    assert done.returncode == 2 and "that is no time" in one_line(done.stderr)


@pytest.mark.parametrize("option", ["--state", "--since", "--until", "--run"])
def test_a_filter_that_is_given_empty_is_a_usage_error(ran, option):
    done = ran.command("log", option, "")
    assert done.returncode == 2 and f"{option} is empty" in done.stderr and done.stdout == ""


def test_show_gives_all_of_one_execution(ran):
    row = ran.json("log", "t_other")[0]
    assert ran.json("log", "show", row["task_run_id"]) == row
    shown = ran.command("log", "show", row["task_run_id"][:8])
    assert shown.returncode == 0 and shown.stderr == ""
    for text in (row["task_run_id"], "t_other", "failed", row["message"], row["run_id"], "5 to 6"):
        assert text in shown.stdout


def test_show_takes_one_run(ran):
    run = ran.json("log")[0]["task_run_id"]
    done = ran.command("log", "show", run, "another")
    assert done.returncode == 2 and "takes one RUN" in one_line(done.stderr)


@pytest.mark.parametrize("limit", ["-1", "x", ""])
def test_a_limit_that_is_no_number_is_a_short_usage_error(ran, limit):
    done = ran.command("log", "--limit", limit)
    assert done.returncode == 2 and len(one_line(done.stderr)) < 120


def test_show_tells_the_further_fields_where_there_are_some(ran):
    with database(ran) as log:
        log.execute("UPDATE execution SET exit_code = 3, signal = 9, output_path = 'out.txt', cpu_microseconds = 1500000,"
                    "peak_memory_bytes = 4096, notes = 'looked at', tags = '{\"team\":\"core\"}'"
                    "WHERE started_sequence = 5")
    log.close()
    row = ran.json("log", "t_other")[0]
    assert (row["exit_code"], row["signal"], row["output_path"], row["cpu_time"], row["peak_memory_bytes"], row["notes"],
            row["tags"]) == (3, 9, "out.txt", 1.5, 4096, "looked at", {"team": "core"})
    shown = ran.command("log", "show", row["task_run_id"]).stdout
    for text in ("out.txt", "1.5 s", "4096 bytes", "looked at", '{"team":"core"}'):
        assert text in shown


def test_a_beginning_that_is_not_unique_names_the_candidates(ran):
    with database(ran) as log:
        log.execute("UPDATE execution SET task_run_id = 'abcd000' || started_sequence")
    log.close()
    done = ran.command("log", "show", "abcd")
    assert done.returncode == 2
    assert "abcd0001 abcd0003 abcd0005" in one_line(done.stderr)
    assert ran.json("log", "show", "abcd0003")["started_sequence"] == 3
    assert "too short" in one_line(ran.command("log", "show", "abc").stderr)
    none = ran.command("log", "show", "ffff-none")
    assert none.returncode == 2 and "there is no task run ffff-none" in one_line(none.stderr)


def test_follow_ends_when_nobody_reads_it_any_more(ran):
    following = ran.start("log", "--follow")
    following.stdout.readline()
    following.stdout.close()
    assert following.wait(timeout=20) == 0 and following.stderr.read() == ""


def test_follow_tells_what_is_there_and_what_comes_until_it_is_interrupted(ran):
    following = ran.start("log", "--follow", "--json")
    lines = Lines(following)
    assert [json.loads(lines.next())["started_sequence"] for _ in range(3)] == [1, 3, 5]
    assert lines.none_for(0.6)
    ran.command("run", "t_other")
    states = [json.loads(lines.next())["state"]]
    while states[-1] != "success":
        states.append(json.loads(lines.next())["state"])
    assert states in (["running", "success"], ["success"])
    assert lines.none_for(0.6)
    following.send_signal(signal.SIGINT)
    assert following.wait(timeout=20) == 130
    assert following.stderr.read() == ""


def test_follow_waits_for_a_log_that_is_not_there_and_keeps_to_its_filters(project):
    following = project.start("log", "t_import", "--state", "success", "-f")
    lines = Lines(following)
    assert lines.none_for(0.6)
    assert not (project.folder / ".rota").exists()
    project.command("run", "t_other", "t_import")
    line = lines.next()
    assert "success" in line and "t_import" in line
    assert lines.none_for(0.6)
    following.send_signal(signal.SIGINT)
    assert following.wait(timeout=20) == 130


def test_follow_ends_in_silence_when_nobody_reads_any_more(ran):
    following = subprocess.Popen(f"'{os.environ['ROTA_COMMAND']}' log -f | head -n 1", shell=True, cwd=ran.folder,
                                 env=ran.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ended_with_the_next_line():
        ran.command("run", "t_import", "--force")
        return following.poll() is not None
    wait_for(ended_with_the_next_line)
    assert following.stderr.read() == "" and following.stdout.read().count("\n") == 1


def test_clean_keeps_what_is_needed_and_tells_why(ran):
    first, second = reversed(ran.json("log", "t_import"))
    told = ran.command("clean", "--keep", "0", "--dry-run")
    assert told.returncode == 0 and len(ran.json("log")) == 3
    assert "would remove" in told.stdout and "2 executions would be removed, 1 kept" in told.stdout
    done = ran.command("clean", "--keep", "0")
    assert "the latest success of its task" in done.stdout and "2 executions removed, 1 kept" in done.stdout
    assert ran.json("log") == [second]
    assert ran.plan("t_import")["t_import"].startswith("up to date")
    assert first["task_run_id"] != second["task_run_id"]


def test_clean_by_age_and_by_name(ran):
    with database(ran) as log:
        log.execute("UPDATE execution SET finished_at = finished_at - 86400000000 WHERE started_sequence = 1")
    log.close()
    assert ran.json("clean", "--max-age", "1.5")["removed"] == []
    assert [entry["started_sequence"] for entry in ran.json("clean", "--max-age", "0.5")["removed"]] == [1]
    success = ran.json("log", "t_import")[0]["task_run_id"]
    assert [entry["task_run_id"] for entry in ran.json("clean", "--run", success[:8])["removed"]] == [success]
    assert ran.states() == [("t_other", "failed")]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["--max-age", "-1"], ["--max-age", "nan"], ["--keep", "-1"],
                                       ["--max-age", "x"], ["--run", "ffff-none"]])
def test_clean_that_is_not_meant_so_is_a_usage_error_and_removes_nothing(ran, arguments):
    done = ran.command("clean", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    one_line(done.stderr)
    assert len(ran.json("log")) == 3


def test_without_a_log_there_is_nothing_to_clean_and_none_is_made(project):
    done = project.command("clean", "--keep", "1")
    assert done.returncode == 0 and "0 executions removed" in done.stdout
    assert project.command("verify").returncode == 0
    assert not (project.folder / ".rota").exists()


def test_verify_finds_a_sound_log_sound(ran):
    done = ran.command("verify")
    assert done.returncode == 0 and done.stdout == f"{ran.folder}/.rota/log.db: sound\n"
    assert ran.json("verify") == {"location": f"{ran.folder}/.rota/log.db", "sound": True, "findings": []}


def test_verify_names_what_is_wrong(ran):
    with database(ran) as log:
        log.execute("UPDATE execution SET tags = 'none' WHERE started_sequence = 5")
    log.close()
    run = ran.json("log", "t_other")[0]["task_run_id"]
    done = ran.command("verify")
    assert done.returncode == 1 and done.stderr == ""
    assert done.stdout == f"tags  {run}  its tags are no JSON object\n{ran.folder}/.rota/log.db: 1 finding\n"
    found = json.loads(ran.command("verify", "--json").stdout)
    assert found["sound"] is False
    assert found["findings"] == [{"rule": "tags", "task_run_id": run, "message": "its tags are no JSON object"}]


def test_verify_of_a_file_that_is_no_log_is_an_error_of_the_log(project):
    (project.folder / ".rota").mkdir()
    (project.folder / ".rota" / "log.db").write_text("no log")
    done = project.command("verify")
    assert done.returncode == 5
    one_line(done.stderr)
