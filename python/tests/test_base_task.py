# SPDX-License-Identifier: Apache-2.0
"""The life cycle of a task in Python, each in a process of its own: what it does is in its output and its log."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time
from typing import Any, List

import pytest

import rota

HEAD = """
import rota
class T(rota.BaseTask):
    task_id = "t_one"
"""


def script(body: str, after: str) -> str:
    import textwrap

    return HEAD + textwrap.indent(textwrap.dedent(body), "    ") + "\n" + textwrap.dedent(after)


def latest(project: pathlib.Path) -> Any:
    return rota.open_sqlite_log(project / ".rota" / "log.db").find_latest_execution("t_one")


def test_goes_through_the_steps_in_order_with_hooks_around_each_operation(run_script: Any) -> None:
    done = run_script(
        script(
            """
            def initialize(self): print("initialize")
            def configure_operations(self):
                print("configure")
                self.add_operation(lambda: print("first"), name="a")
                self.add_operation(lambda op: print("second", op.name, op.index), name="b")
            def pre_operation_hook(self, name): print("pre", name)
            def post_operation_hook(self, name, result): print("post", name, result.status)
            def finalize(self, success): print("finalize", success)
            """,
            "task = T(); print(task.run(), task.status)",
        )
    )
    assert done.stdout.split("\n")[:-1] == [
        "initialize", "configure", "pre a", "first", "post a SUCCESS", "pre b", "second b 1", "post b SUCCESS",
        "finalize True", "True success",
    ]  # fmt: skip


def test_a_run_is_recorded_with_its_files_and_metrics(run_script: Any, project: pathlib.Path) -> None:
    (project / "in.txt").write_text("x")
    run_script(
        script(
            """
            version = "2.1"
            def configure_operations(self): self.add_operation(self.work)
            def work(self):
                self.track_input("in.txt")
                self.project_file("out.txt").write_text("y")
                self.add_artifact("out.txt", "what came out")
                self.set_metric("rows", 3)
                return rota.OperationResult.success(metrics={"share": 0.5})
            """,
            "assert T().run()",
        )
    )
    execution = latest(project)
    assert (execution.success, execution.version, execution.metrics) == (True, "2.1", {"rows": 3, "share": 0.5})
    assert [one.path for one in execution.inputs] == ["in.txt"]
    assert [one.path for one in execution.outputs] == ["out.txt"]
    assert execution.outputs[0].content_hash.startswith("xxh3:")
    assert execution.fingerprint.startswith("source:xxh3:")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def work(self): raise ValueError('bad row')", "work: ValueError: bad row"),
        ("def work(self): return False", "work: the operation gave False"),
        ("def work(self): return rota.OperationResult('ERROR', 'no room')", "work: no room"),
        ("def initialize(self): return False\ndef work(self): pass", "initialize gave false"),
        ("def finalize(self, success): 1 / 0\ndef work(self): pass", "finalize: ZeroDivisionError: division by zero"),
        ("def pre_operation_hook(self, name): raise KeyError('k')\ndef work(self): pass", "KeyError: 'k'"),
        ("def work(self): self.track_output('not there')", "not there"),
        ("def work(self): self.set_metric('m', [1])", "m is of type list"),
        ("def work(self): self.set_metric('m', '\\udcff')", "m is no Unicode text"),
        ("def work(self): raise ValueError('bad \\udcff')", "work: ValueError: bad \\udcff"),
        ("async def work(self): pass", "the operation gave a coroutine"),
        ("def work(self): yield 1", "the operation gave a generator"),
        ("class Mute(Exception):\n    def __str__(self): raise RuntimeError\ndef work(self): raise self.Mute", "work: Mute"),
    ],
)
def test_a_step_that_fails_fails_the_task_and_says_why(
    run_script: Any, project: pathlib.Path, body: str, message: str
) -> None:
    done = run_script(
        script(body + "\ndef configure_operations(self): self.add_operation(self.work)", "print(T().run())")
    )
    assert done.stdout == "False\n"
    assert latest(project).state == "failed"
    assert message in latest(project).message


@pytest.mark.parametrize("kind", ["enum.Enum", "str, enum.Enum"])
def test_a_status_may_be_a_member_of_an_enum(kind: str, run_script: Any, project: pathlib.Path) -> None:
    run_script(
        script(
            "def configure_operations(self): self.add_operation(self.work)\n"
            "def work(self):\n"
            "    import enum, types\n"
            f"    class Status({kind}): ERROR = 'error'\n"
            "    return rota.OperationResult(Status.ERROR, 'no room')",
            "T().run()",
        )
    )
    assert latest(project).message == "work: no room"


def test_an_exception_is_shown_with_its_traceback_once(run_script: Any) -> None:
    done = run_script(
        script(
            "def configure_operations(self): self.add_operation(self.work)\ndef work(self): raise ValueError('bad')",
            "T().run()",
        )
    )
    assert done.stderr.count("Traceback") == 1
    assert "_base_task.py" not in done.stderr


def test_the_other_operations_are_done_where_the_task_says_so_and_it_fails_all_the_same(run_script: Any) -> None:
    done = run_script(
        script(
            """
            def configure_operations(self):
                self.config.continue_on_error = True
                self.add_operation(lambda: 1 / 0, name="bad")
                self.add_operation(lambda: print("done"), name="good")
            """,
            "task = T(); print(task.run(), {k: str(v.status) for k, v in task.results.items()})",
        )
    )
    assert done.stdout.splitlines() == ["done", "False {'bad': 'ERROR', 'good': 'SUCCESS'}"]


def test_a_task_without_operations_fails_and_one_that_does_all_in_execute_does_not(run_script: Any) -> None:
    done = run_script(script("def configure_operations(self): pass", "print(T().run())"))
    assert done.stdout == "False\n" and "no operations" in done.stderr
    done = run_script(
        script("def configure_operations(self): pass\ndef execute(self): print('all'); return True", "print(T().run())")
    )
    assert done.stdout == "all\nTrue\n"


@pytest.mark.parametrize("kind", ["object", "class", "callable", "named first"])
def test_an_operation_is_an_object_a_class_or_a_callable(run_script: Any, kind: str) -> None:
    add = {
        "object": "self.add_operation(Count(2))",
        "class": "self.add_operation(Count, step=2)",
        "callable": "self.add_operation(Count(2).run, name='Count')",
        "named first": "self.add_operation('Count', Count(2))",
    }[kind]
    done = run_script(
        "class Count:\n    def __init__(self, step): self.step = step\n    def run(self): print('counts by', self.step)\n"
        + script(f"def configure_operations(self): {add}", "t = T(); print(t.run(), list(t.results))")
    )
    assert done.stdout == "counts by 2\nTrue ['Count']\n"


def test_two_operations_of_one_name_are_refused(run_script: Any, project: pathlib.Path) -> None:
    run_script(
        script("def configure_operations(self): self.add_operation(print); self.add_operation(print)", "T().run()")
    )
    assert "operation print is there already" in latest(project).message


def test_a_second_run_begins_anew_and_one_inside_of_another_does_nothing(run_script: Any) -> None:
    done = run_script(
        script(
            "def configure_operations(self): self.add_operation(self.work)\n"
            "def work(self): print('inner', self.run())",
            "t = T(); print(t.run(), t.run(), len(t.operations))",
        )
    )
    assert done.stdout.splitlines() == ["inner False", "inner False", "True True 1"]


def test_checkpoints_spare_what_was_done(run_script: Any, project: pathlib.Path) -> None:
    text = script(
        """
        def configure_operations(self):
            self.config.enable_checkpoints = True
            self.add_operation(self.first); self.add_operation(self.second)
        def first(self): print("first"); self.set_state("n", 7)
        def second(self):
            if not self.project_file("go").exists(): raise RuntimeError("not yet")
            print("second", self.state["n"])
        """,
        "print(T().run())",
    )
    assert run_script(text).stdout.splitlines() == ["first", "False"]
    (project / "go").touch()
    assert run_script(text).stdout.splitlines() == ["second 7", "True"]


def test_keyboard_interrupt_leaves_run_after_the_end_was_written(run_script: Any, project: pathlib.Path) -> None:
    done = run_script(
        script(
            "def configure_operations(self): self.add_operation(self.work)\ndef work(self): raise KeyboardInterrupt",
            """
            try: T().run()
            except KeyboardInterrupt: print("interrupted")
            """,
        )
    )
    assert done.stdout == "interrupted\n"
    assert latest(project).state == "cancelled"


def test_a_real_interrupt_ends_a_task_that_sleeps(project: pathlib.Path) -> None:
    (project / "s.py").write_text(
        script(
            "def configure_operations(self): self.add_operation(self.work)\n"
            "def work(self):\n    import time; print('sleeps', flush=True); time.sleep(60)",
            "T().run()",
        )
    )
    process = subprocess.Popen([sys.executable, "s.py"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"sleeps\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert latest(project).state == "cancelled"


def test_request_stop_from_another_thread_is_seen_by_the_operation(run_script: Any, project: pathlib.Path) -> None:
    done = run_script(
        script(
            """
            def configure_operations(self): self.add_operation(self.work); self.add_operation(print, name="never")
            def work(self, op):
                import time
                while not op.cancelled: time.sleep(0.01)
            """,
            """
            import threading
            t = T(); threading.Timer(0.2, t.request_stop).start(); print(t.run(), t.status)
            """,
        )
    )
    assert done.stdout == "False cancelled\n"


def test_threads_go_on_while_the_log_is_written(run_script: Any) -> None:
    done = run_script(
        script(
            "def __init__(self, n): super().__init__(f't_{n}', 'x', 'y')\n"
            "def configure_operations(self): self.add_operation(lambda: None, name='a')",
            """
            from concurrent.futures import ThreadPoolExecutor
            with ThreadPoolExecutor(8) as pool: print(sum(pool.map(lambda n: T(n).run(), range(200))))
            """,
        )
    )
    assert done.stdout == "200\n"


def test_a_fork_in_the_host_does_no_harm(run_script: Any, project: pathlib.Path) -> None:
    run_script(
        script(
            "def configure_operations(self): self.add_operation(lambda: None, name='a')",
            """
            import os
            assert T().run()
            child = os.fork()
            if child == 0: os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert T().run()
            """,
        )
    )
    log = rota.open_sqlite_log(project / ".rota" / "log.db")
    assert [one.state for one in log.get_task_execution_history()] == ["success", "success"]
    assert log.validate_execution_log() == []


def test_what_is_for_a_run_is_refused_outside_of_one() -> None:
    class T(rota.BaseTask):
        task_id = "t_one"

        def configure_operations(self) -> None:
            self.add_operation(print)

    calls: List[Any] = [lambda t: t.track_input("x"), lambda t: t.set_metric("x", 1), lambda t: t.execute()]
    for call in calls:
        with pytest.raises(RuntimeError, match="run()"):
            call(T())


def test_a_status_is_equal_to_its_name_and_bad_ones_are_refused() -> None:
    result = rota.OperationResult("error", "x")
    assert result.status == "ERROR" and result.failed and result.status == rota.OperationStatus.ERROR
    with pytest.raises(ValueError, match="SUCCESS, WARNING, SKIPPED or ERROR"):
        rota.OperationResult("fine")


def test_a_constructor_that_forgets_super_fails_with_words(run_script: Any) -> None:
    done = run_script(script("def __init__(self): pass\ndef configure_operations(self): pass", "print(T().run())"),
                      check=False)
    assert "AttributeError" not in done.stdout


def test_time_is_measured(log: rota.ExecutionLog) -> None:
    began = time.time()
    log.record_task_execution("t_a", duration=2.5)
    execution = log.find_latest_execution("t_a")
    assert execution is not None and execution.execution_time == pytest.approx(2.5)
    assert execution.finished_at.timestamp() == pytest.approx(began, abs=30)
