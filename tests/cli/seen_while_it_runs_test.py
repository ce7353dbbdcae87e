# SPDX-License-Identifier: Apache-2.0
"""What is seen of a run while it runs: on a terminal of any size, in a pipe, in a file of events, from elsewhere."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from conftest import COMMAND, one_line, wait_for

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    """A real one: what the command draws is what a person's terminal would get."""

    def __init__(self, project, columns, rows, *arguments, **environment):
        self.text = ""
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.process = subprocess.Popen([COMMAND, *arguments], cwd=project.folder, stdin=slave, stdout=slave, stderr=slave,
                                        env={**project.environment, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment},
                                        start_new_session=True)
        os.close(slave)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.master], [], [], 0.05)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.text += data.decode()
        return True

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()

    def wait_for(self, pattern):
        begin = len(self.text)
        wait_for(lambda: (self.read(), re.search(pattern, ESCAPE.sub("", self.text[begin:])))[1])

    def end(self):
        while self.read():
            pass
        os.close(self.master)
        return self.process.wait(timeout=30)

    def drawings(self):
        """The lines of each live view that was drawn."""
        return [[ESCAPE.sub("", line).strip("\r") for line in view.split("\r\n")]
                for view in re.findall(r"\r\x1b\[J([^\x1b\r\n](?:.|\n)*?)\r(?!\n)", self.text)]


def run_on(project, columns, rows, *arguments, **environment):
    project.tell("wait_t_import")
    terminal = Terminal(project, columns, rows, "run", "-j", "2", *arguments, **environment)
    project.wait_until_running("t_import")
    return terminal


def finish(project, terminal):
    project.untell("wait_t_import")
    return terminal.end()


def test_a_terminal_shows_what_is_done_what_runs_and_for_how_long_and_is_clean_at_the_end(project):
    terminal = run_on(project, 100, 24)
    terminal.wait_for(r"1/4.*1 running  2 waiting")
    terminal.wait_for(r"  t_import  1 s")
    assert finish(project, terminal) == 0
    assert re.search(r"success\x1b\[0m  t_report", terminal.text)
    last = terminal.text.rindex("\r\x1b[J")
    assert "running  " not in terminal.text[last:] and "4 succeeded" in terminal.text[last:]


def test_the_time_left_is_told_by_what_tasks_took_before(project):
    assert project.command("run").returncode == 0
    terminal = run_on(project, 100, 24, "--force")
    terminal.wait_for(r"about \d+ s left")
    assert finish(project, terminal) == 0


@pytest.mark.parametrize("columns, rows", [(200, 50), (80, 24), (40, 10), (20, 4), (10, 2), (2, 1), (1, 1)])
def test_no_line_is_as_wide_as_the_terminal_and_no_view_as_high(project, columns, rows):
    terminal = run_on(project, columns, rows)
    terminal.read_for(0.8)
    assert finish(project, terminal) == 0
    for view in terminal.drawings():
        assert len(view) <= max(rows - 1, 1), view
        assert all(len(line) < max(columns, 2) for line in view), view
    if columns >= 10 and rows > 1:
        assert any("/4" in view[0] for view in terminal.drawings())


def test_a_terminal_that_gets_another_size_is_drawn_for_it(project):
    terminal = run_on(project, 120, 30)
    terminal.wait_for(r"waiting")
    terminal.resize(30, 6)
    os.kill(terminal.process.pid, signal.SIGWINCH)
    terminal.read_for(0.6)
    begin = len(terminal.text)
    terminal.wait_for(r"t_import")
    narrow = ESCAPE.sub("", terminal.text[begin:]).replace("\r", "\n").split("\n")
    assert all(len(line) < 30 for line in narrow), narrow
    assert finish(project, terminal) == 0


def test_a_locale_without_utf_8_gets_ascii_alone(project):
    project.tell("fail_t_import")
    terminal = run_on(project, 100, 24, LC_ALL="C")
    terminal.wait_for(r"\[.*\.+\] ")
    assert finish(project, terminal) == 1
    assert terminal.text.isascii()


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}])
def test_colours_and_redrawing_are_left_out_where_they_are_not_wanted(project, environment):
    terminal = run_on(project, 100, 24, **environment)
    assert finish(project, terminal) == 0
    assert "\x1b[3" not in terminal.text
    if "TERM" in environment:
        assert "\x1b" not in terminal.text and "start    t_import" in terminal.text
    else:
        assert "\x1b[J" in terminal.text


def test_elsewhere_there_are_plain_lines(project):
    done = project.command("run", "-j", "1")
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\r" not in done.stdout
    assert "start    t_import  (never ran)\n" in done.stdout and "success  t_import  " in done.stdout


def events_of(project, name="events.jsonl"):
    return [json.loads(line) for line in (project.folder / name).read_text().splitlines()]


def test_events_tell_all_that_happens_in_order(project):
    project.tell("fail_t_clean", "warn_t_import")
    assert project.command("run", "-j", "1", "--events", "events.jsonl").returncode == 1
    events = events_of(project)
    assert events[0]["event"] == "run_started" and events[-1]["event"] == "run_finished"
    happened = [(e["event"], e.get("task_id")) for e in events if e["event"] != "task_logged"]
    assert len(set(happened)) == len(happened), "each start and each end is told once"
    for earlier, later in [(("task_started", "t_import"), ("task_finished", "t_import")),
                           (("task_finished", "t_import"), ("task_started", "t_clean")),
                           (("task_started", "t_clean"), ("task_finished", "t_clean")),
                           (("task_finished", "t_clean"), ("task_finished", "t_report"))]:
        assert happened.index(earlier) < happened.index(later)
    assert ("task_started", "t_report") not in happened
    ends = {e["task_id"]: e["state"] for e in events if e["event"] == "task_finished"}
    assert ends == {"t_import": "success", "t_other": "success", "t_clean": "failed", "t_report": "upstream_failed"}
    assert events[0]["schema"] == 1 and events[0]["to_run"] == 4
    assert events[-1]["succeeded"] is False and events[-1]["run_id"] == events[0]["run_id"]
    assert events[-1]["counts"] == {"success": 2, "failed": 1, "upstream_failed": 1}
    logged = [e for e in events if e["event"] == "task_logged" and e["level"] == "warning"]
    assert [(e["task_id"], e["message"]) for e in logged] == [("t_import", "a careful word")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", e["time"]) for e in events)


def test_events_are_there_while_the_run_goes_on(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1", "--events", "events.jsonl")
    project.wait_until_running("t_import")
    assert [e["event"] for e in events_of(project)][:2] == ["run_started", "task_started"]
    project.untell("wait_t_import")
    running.communicate(timeout=30)
    assert running.returncode == 0 and events_of(project)[-1]["event"] == "run_finished"


def test_events_that_cannot_be_written_end_the_run_and_say_so(project):
    done = project.command("run", "--events", "nowhere/events.jsonl")
    assert done.returncode == 1 and "--events nowhere/events.jsonl cannot be written" in one_line(done.stderr)
    assert project.ran() == []
    done = project.command("run", "--events", "/dev/full")
    assert done.returncode == 1 and "--events /dev/full cannot be written: No space left" in one_line(done.stderr)
    assert project.ran() == []


def test_status_shows_a_run_from_another_terminal(project):
    assert project.command("status").stdout == "no run yet\n" and project.json("status") is None
    project.tell("wait_t_import", "fail_t_other")
    running = project.start("run", "-j", "2")
    project.wait_until_running("t_import")
    wait_for(lambda: ("t_other", "failed") in project.states())
    status = project.json("status")
    assert status["active"] and status["ended"] is None and status["owner"]["pid"] == running.pid
    assert (status["succeeded"], status["failed"], status["waiting"]) == (0, 1, 2)
    assert [task["task_id"] for task in status["running"]] == ["t_import"] and status["running"][0]["elapsed"] >= 0
    text = project.command("status").stdout
    assert f"as process {running.pid}, since " in text and "0 done, 1 failed, 1 running, 2 waiting\n" in text
    assert re.search(r"^running  t_import  .* since ", text, re.M) and re.search(r"^failed   t_other .*failed as told", text, re.M)
    project.untell("wait_t_import")
    running.communicate(timeout=30)
    status = project.json("status")
    assert not status["active"] and status["ended"] and (status["succeeded"], status["failed"]) == (3, 1)
    assert project.command("status").stdout.startswith("nothing runs; the last run was ")


def test_status_tells_what_is_left_by_what_tasks_took_before(project):
    assert project.command("run").returncode == 0
    project.forget_runs()
    project.tell("wait_t_clean")
    running = project.start("run", "--force", "-j", "1")
    project.wait_until_running("t_clean")
    status = project.json("status")
    assert [task["task_id"] for task in status["running"]] == ["t_clean"] and status["left"] >= 0
    assert re.search(r" waiting; about [0-9]+ s left$", project.command("status").stdout, re.M)
    project.untell("wait_t_clean")
    running.communicate(timeout=30)
    assert project.json("status")["left"] is None


def test_status_of_a_run_that_was_killed_says_what_was_lost(project):
    project.tell("wait_t_import")
    running = project.start("run", "-j", "1")
    project.wait_until_running("t_import")
    running.kill()
    running.wait()
    status = project.json("status")
    assert not status["active"] and [task["state"] for task in status["unsuccessful"]] == ["lost"]


def test_a_run_that_waits_for_a_retry_is_under_way(project):
    project.tell("fail_t_other")
    running = project.start("run", "t_other", "--policy", "retries=1", "--policy", "retry_delay=60s")
    wait_for(lambda: ("t_other", "failed") in project.states())
    status = project.json("status")
    assert status["active"] and status["running"] == [] and status["failed"] == 1
    running.terminate()
    running.communicate(timeout=30)
    assert not project.json("status")["active"]
