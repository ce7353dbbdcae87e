# SPDX-License-Identifier: Apache-2.0
"""Hosts that fork: what parents and children record is in one log, sound, with nothing lost."""

from __future__ import annotations

import pathlib
from typing import Any

import rota

TASK = """
import multiprocessing, os, threading
import rota

class T(rota.BaseTask):
    task_id = "t_one"
    def __init__(self, n=0): super().__init__()
    def configure_operations(self): self.add_operation(lambda: None, name="a")

"""


def check(project: pathlib.Path, **expected: int) -> None:
    """The log is sound, and has so many executions of each task, all of them successes."""
    log = rota.open_sqlite_log(project / ".rota" / "log.db")
    assert log.validate_execution_log() == []
    history = log.get_task_execution_history(limit=0)
    assert {one.state for one in history} == {"success"}
    found = [one.task_id for one in history]
    assert {task_id: found.count(task_id) for task_id in found} == expected


def test_a_pool_that_is_forked_after_the_first_use_records_all(run_script: Any, project: pathlib.Path) -> None:
    run_script(
        TASK
        + """
def work(number):
    log = rota.process_log()
    for time in range(25):
        log.record_task_execution("t_child", arguments={"number": number, "time": time})
    assert T(number).run()
    return len(log.get_task_execution_history(task_id="t_child", limit=0)) >= 25

if __name__ == "__main__":
    assert T().run()
    log = rota.process_log()
    log.record_task_execution("t_parent")
    assert len(log.get_task_execution_history()) == 2
    with multiprocessing.get_context("fork").Pool(4) as pool:
        results = pool.map_async(work, range(4), chunksize=1)
        for _ in range(25): log.record_task_execution("t_parent")
        assert results.get(60) == [True] * 4
    assert len(log.get_task_execution_history(task_id="t_child", limit=0)) == 100
    assert T().run()
"""
    )
    check(project, t_one=6, t_parent=26, t_child=100)


def test_a_child_runs_tasks_and_reads_what_its_parent_ran(run_script: Any, project: pathlib.Path) -> None:
    run_script(
        TASK
        + """
assert T().run()
child = os.fork()
if child == 0:
    history = rota.process_log().get_task_execution_history()
    done = [one.pid for one in history] == [os.getppid()] and T().run()
    mine = rota.process_log().find_latest_execution("t_one")
    os._exit(0 if done and mine.pid == os.getpid() else 1)
assert os.waitpid(child, 0)[1] == 0
assert T().run()
"""
    )
    check(project, t_one=3)


def test_children_that_are_forked_while_threads_of_the_parent_run_tasks_run_theirs(
    run_script: Any, project: pathlib.Path
) -> None:
    run_script(
        TASK
        + """
def run_some():
    for n in range(20): assert T(threading.get_ident() + n).run()

assert T(1).run()  # imports what it needs: a module that another thread imports stays locked in a child
threads = [threading.Thread(target=run_some) for _ in range(3)]
for thread in threads: thread.start()
children = []
for number in range(5):
    child = os.fork()
    if child == 0:
        rota.process_log().record_task_execution("t_child")
        os._exit(0 if T(-number).run() else 1)
    children.append(child)
assert [os.waitpid(child, 0)[1] for child in children] == [0] * 5
for thread in threads: thread.join()
"""
    )
    check(project, t_one=66, t_child=5)


def test_a_child_that_leaves_a_running_task_does_not_end_the_execution_of_its_parent(
    run_script: Any, project: pathlib.Path
) -> None:
    done = run_script(
        """
import os, sys
import rota

class T(rota.BaseTask):
    task_id = "t_forks"
    def configure_operations(self): self.add_operation(self.fork, name="fork")
    def fork(self):
        self.child = os.fork()
        if self.child == 0: raise ValueError("no child of this should come here")
        assert os.waitpid(self.child, 0)[1] == 0

task = T()
succeeded = task.run()
if task.child == 0:
    print(task.error_details["message"], file=sys.stderr, flush=True)
    os._exit(1 if succeeded else 0)
assert succeeded
"""
    )
    assert "of which its parent writes the end" in done.stderr
    check(project, t_forks=1)


def test_a_run_goes_on_in_a_thread_while_the_host_forks_children_that_outlive_it(
    run_script: Any, project: pathlib.Path
) -> None:
    run_script(
        """
import os, threading, time
import rota

class T(rota.BaseTask):
    task_id = "t_run"
    def configure_operations(self): self.add_operation(lambda: time.sleep(0.5), name="a")

if __name__ == "__main__":
    rota.register_task_class("t_run", T)
    reports = []
    thread = threading.Thread(target=lambda: reports.append(rota.run()), daemon=True)
    thread.start()
    children, (reading, writing) = [], os.pipe()
    while not rota.process_log().get_task_execution_history(): time.sleep(0.01)
    for _ in range(3):
        child = os.fork()
        if child == 0:
            rota.process_log().record_task_execution("t_child")
            os.close(writing)
            os._exit(len(os.read(reading, 1)))  # when the parent says so
        children.append(child)
    thread.join(30)
    assert not thread.is_alive() and reports[0], reports
    os.close(writing)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 3
"""
    )
    check(project, t_run=1, t_child=3)


def test_a_child_that_is_forked_while_a_task_of_another_thread_writes_can_write(run_script: Any, project: pathlib.Path) -> None:
    done = run_script(
        TASK
        + """
import io, signal, sys, time

writes = threading.Event()

class Slow(io.RawIOBase):
    def writable(self): return True
    def write(self, data):
        writes.set()
        time.sleep(0.5)
        return os.write(1, data)

class Prints(T):
    task_id = "t_prints"
    def configure_operations(self): self.add_operation(lambda: print("printed"), name="a")

assert T(1).run()
sys.stdout = io.TextIOWrapper(io.BufferedWriter(Slow()))
thread = threading.Thread(target=Prints().run)
thread.start()
assert writes.wait(20)  # at the end of the task
child = os.fork()
if child == 0:
    signal.alarm(20)
    os._exit(0 if Prints(2).run() else 1)
assert os.waitpid(child, 0)[1] == 0
thread.join()
"""
    )
    assert done.stdout == "printed\n" * 2
    check(project, t_one=1, t_prints=2)
