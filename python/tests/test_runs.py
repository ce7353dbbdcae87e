# SPDX-License-Identifier: Apache-2.0
"""Plans and runs: tasks of a package in the project, in workers and in threads."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import pytest

import rota

TASKS = '''
import os, sys
import rota

class Import(rota.BaseTask):
    task_id = "t_import"
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        print("imports in", os.getpid())
        self.logger.info("reads")
        self.project_file("import.txt").write_text(str(os.getpid()))
        self.track_output("import.txt")

class Clean(rota.BaseTask):
    task_id = "t_clean"
    dependencies = ["t_import"]
    def __init__(self, factor: int = 2):
        super().__init__()
        self.factor = factor
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        self.track_input("import.txt")
        self.set_metric("factor", self.factor)
'''


@pytest.fixture
def tasks(project: pathlib.Path) -> pathlib.Path:
    folder = project / "scripts"
    folder.mkdir()
    file = folder / "flow.py"
    file.write_text(TASKS)
    return file


RUN = "import rota; rota.register_discovered_tasks(); s = rota.run({}); print([(o['task_id'], o['state']) for o in s.outcomes], bool(s))"
BOTH = "[('t_import', 'success'), ('t_clean', 'success')] True\n"
NEITHER = "[('t_import', 'skipped_up_to_date'), ('t_clean', 'skipped_up_to_date')] True\n"


def history(project: pathlib.Path) -> Any:
    return rota.open_sqlite_log(project / ".rota" / "log.db").get_task_execution_history()


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_runs_what_is_not_up_to_date_in_order(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path, executor: str
) -> None:
    text = RUN.format(f"executor={executor!r}")
    assert run_script(text).stdout.splitlines()[-1] + "\n" == BOTH
    assert run_script(text).stdout.splitlines()[-1] + "\n" == NEITHER
    clean, imported = history(project)
    assert (imported.task_id, imported.state) == ("t_import", "success")
    assert clean.metrics == {"factor": 2} and clean.arguments == {"factor": 2}
    assert [one.path for one in clean.inputs] == ["import.txt"]


def test_workers_are_other_processes_and_their_output_is_kept(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path
) -> None:
    done = run_script(RUN.format("") + "; import os; print(os.getpid())")
    pid = (project / "import.txt").read_text()
    assert done.stdout.splitlines()[-1] != pid
    imported = history(project)[1]
    assert (project / imported.output_path).read_text() == f"imports in {pid}\n"


MAKING = '''
import subprocess
import rota

class Making(rota.BaseTask):
    task_id = "t_make"
    def configure_operations(self): self.add_operation(self.work)
    def work(self): subprocess.run(["make", "both"], close_fds=False, check=True)
'''
# Its children wait for each other, so that make must run both at once.
MAKEFILE = """
both: one two
one two:
\ttouch $@; for try in $$(seq 500); do [ -e one ] && [ -e two ] && exit 0; sleep 0.01; done; exit 1
"""


def test_make_in_a_task_takes_its_jobs_from_the_run(run_script: Any, project: pathlib.Path) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "making.py").write_text(MAKING)
    (project / "Makefile").write_text(MAKEFILE)
    done = run_script(RUN.format("jobs=2"))
    assert done.stdout.splitlines()[-1] == "[('t_make', 'success')] True"


def test_a_changed_source_makes_its_tasks_stale(run_script: Any, tasks: pathlib.Path) -> None:
    run_script(RUN.format(""))
    tasks.write_text(TASKS.replace("reads", "reads more"))
    done = run_script("import rota; rota.register_discovered_tasks(); print([s['reason'] for s in rota.plan().steps])")
    assert done.stdout == "['code changed', 'code changed']\n"


def test_arguments_go_to_the_tasks_that_they_are_for(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path
) -> None:
    run_script(RUN.format("arguments={'t_clean': {'factor': 5}}"))
    assert history(project)[0].metrics == {"factor": 5}
    done = run_script(RUN.format("arguments={'t_clean': {'factr': 5}}"), check=False)
    assert "factr" in done.stderr and "ArgumentError" in done.stderr


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('bad')", "work: ValueError: bad"),
        ("sys.exit(3)", "sys.exit()"),
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("raise MemoryError", "MemoryError"),
    ],
)
def test_a_task_that_fails_crashes_or_exits_fails_alone(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path, body: str, message: str
) -> None:
    tasks.write_text(TASKS.replace("self.track_input(", f"{body}; self.track_input("))
    done = run_script(RUN.format(""))
    assert "('t_import', 'success'), ('t_clean', 'failed')] False" in done.stdout
    assert message in history(project)[0].message


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_what_a_constructor_raises_is_told_once_with_its_traceback(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path, executor: str
) -> None:
    tasks.write_text(TASKS.replace("self.factor = factor", "self.factor = {}['absent']"))
    run_script(RUN.format(f"executor={executor!r}"))
    failed = next(one for one in history(project) if one.task_id == "t_clean")
    assert failed.message == f"task t_clean cannot be made from Clean in {tasks}: KeyError: 'absent'"
    if executor == "process":
        assert failed.output_path is not None
        output = (project / failed.output_path).read_text()
        assert output.startswith("t_clean: constructor: Traceback") and "{}['absent']" in output
        assert output.count("KeyError") == 1 and "_registry" not in output


def test_a_worker_gives_the_scalar_of_a_run_to_a_constructor_that_is_annotated_with_more(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path
) -> None:
    tasks.write_text(TASKS.replace("factor: int = 2", "factor: 'list[int]' = None"))
    run_script("import rota; rota.register_discovered_tasks(); rota.run(arguments={'t_clean': {'factor': 3}})")
    clean = next(one for one in history(project) if one.task_id == "t_clean")
    assert (clean.state, clean.metrics) == ("success", {"factor": 3})


def test_a_module_that_cannot_be_imported_in_the_worker_fails_its_tasks_by_name(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path
) -> None:
    run_script(
        "import rota, pathlib; rota.register_discovered_tasks(); import os; os.environ['X'] = '1'; s = rota.run(); "
        "print(s.outcomes[0]['message'])",
    )
    tasks.write_text(TASKS + "\nif 'worker' in sys.argv[0]: raise OSError('no module for you')\n")
    done = run_script(
        "import rota; rota.register_discovered_tasks(); print(rota.run(force=True).outcomes[0]['message'])"
    )
    assert "module scripts.flow cannot be imported: OSError: no module for you" in done.stdout


def test_tasks_of_a_script_itself_run_in_workers(run_script: Any, project: pathlib.Path) -> None:
    done = run_script(
        """
        import rota
        class Here(rota.BaseTask):
            task_id = "t_here"
            def configure_operations(self): self.add_operation(self.work)
            def work(self): self.set_metric("n", 1)
        if __name__ == "__main__":
            rota.register_task_class("t_here", Here)
            print(bool(rota.run()))
        """
    )
    assert done.stdout == "True\n"
    assert history(project)[0].metrics == {"n": 1}


def test_a_class_that_workers_cannot_import_is_told_before_anything_runs(run_script: Any) -> None:
    done = run_script(
        """
        import rota
        def make():
            class Inner(rota.BaseTask):
                task_id = "t_inner"
                def configure_operations(self): self.add_operation(lambda: None, name="a")
            return Inner
        rota.register_task_class("t_inner", make())
        try: rota.run()
        except rota.PlanError as error: print(error)
        print(bool(rota.run(executor="inline")))
        """
    )
    assert "t_inner" in done.stdout and "inline" in done.stdout and done.stdout.endswith("True\n")


def test_numbers_below_0_and_arguments_without_a_task_are_told_by_name(project: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="jobs and the sizes of pools are 0 or more, not -1"):
        rota.run(jobs=-1)
    with pytest.raises(ValueError, match="'gpu': -1"):
        rota.run(pools={"gpu": -1})
    with pytest.raises(TypeError, match="by task id.* those of 'q' are 1"):
        rota.plan(arguments={"q": 1})  # type: ignore[dict-item]


OPEN = """
import rota

class Bare(rota.BaseTask):
    task_id = "t_bare"
    def configure_operations(self): self.add_operation(lambda: True, name="nothing")

class Open(rota.BaseTask):
    task_id = "t_open"
    def __init__(self, size: int = 1, **more):
        super().__init__()
        self.more = more
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        for name, value in self.more.items():
            self.set_metric(name, value)
"""


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_what_a_constructor_takes_by_kwargs_it_gets_and_it_is_recorded(
    run_script: Any, project: pathlib.Path, executor: str
) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "flow.py").write_text(OPEN)
    run_script(RUN.format(f"arguments={{'t_open': {{'size': 2, 'colour': 'red'}}}}, executor='{executor}'"))
    (execution,) = [one for one in history(project) if one.task_id == "t_open"]
    assert execution.arguments == {"size": 2, "colour": "red"}
    assert execution.metrics["colour"] == "red"


def test_an_argument_that_a_class_without_parameters_does_not_take_is_told_before_the_run(
    run_script: Any, project: pathlib.Path
) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "flow.py").write_text(OPEN)
    done = run_script(RUN.format("arguments={'t_bare': {'rows': 2}}"), check=False)
    assert "task t_bare: it takes no argument rows" in done.stderr
    assert history(project) == []


def test_a_cycle_and_a_missing_dependency_are_plan_errors(run_script: Any) -> None:
    done = run_script(
        """
        import rota
        def make(name, *needs):
            made = type(name, (rota.BaseTask,), {"task_id": name, "dependencies": needs,
                                                 "configure_operations": lambda self: None})
            rota.register_task_class(name, made)
        make("t_a", "t_b"); make("t_b", "t_a")
        try: rota.plan()
        except rota.PlanError as error: print(error)
        make("t_c", "t_bb")
        try: rota.plan(["t_c"])
        except rota.PlanError as error: print(error)
        """
    )
    assert "t_a -> t_b -> t_a" in done.stdout and "t_bb" in done.stdout


def test_an_observer_is_told_in_order_and_what_it_raises_ends_the_run(run_script: Any, tasks: pathlib.Path) -> None:
    done = run_script(
        """
        import rota
        class Told:
            def run_started(self, run_id): print("run", len(run_id))
            def task_started(self, task_id): print("start", task_id)
            def task_logged(self, task_id, level, message): print("log", task_id, level, message)
            def task_finished(self, task_id, outcome): print("end", task_id, outcome["state"])
        class Raises:
            def task_finished(self, task_id, outcome): raise ZeroDivisionError("mine")
        rota.register_discovered_tasks()
        rota.run(observer=Told())
        try: rota.run(observer=Raises(), force=True)
        except ZeroDivisionError as error: print("raised", error)
        """
    )
    assert done.stdout.splitlines() == [
        "run 36", "start t_import", "log t_import info reads", "end t_import success", "start t_clean",
        "end t_clean success", "raised mine",
    ]  # fmt: skip


def test_ctrl_c_ends_a_run_and_is_raised(project: pathlib.Path, tasks: pathlib.Path) -> None:
    tasks.write_text(TASKS.replace('print("imports', 'open("began", "w"); import time; time.sleep(60); print("imports'))
    script = project / "s.py"
    script.write_text(
        textwrap.dedent(
            """
            import rota
            rota.register_discovered_tasks()
            try: rota.run()
            except KeyboardInterrupt: print("interrupted", flush=True)
            """
        )
    )
    process = subprocess.Popen([sys.executable, str(script)], cwd=project, stdout=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (project / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    # The third one kills the task, which does not look whether it is asked to end.
    while history(project)[0].state == "running" and time.monotonic() < deadline:
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    out, _ = process.communicate(timeout=30)
    assert out == b"interrupted\n"
    assert [one.state for one in history(project)] == ["cancelled"]


def test_a_graph_is_drawn_in_text(run_script: Any, tasks: pathlib.Path) -> None:
    done = run_script(
        "import rota; rota.register_discovered_tasks(); print(rota.draw_graph()); print(rota.draw_graph(format='mermaid'))"
    )
    assert "digraph" in done.stdout and "t_import" in done.stdout


def test_a_report_is_a_page_with_the_output_of_what_failed(
    run_script: Any, project: pathlib.Path, tasks: pathlib.Path
) -> None:
    tasks.write_text(TASKS.replace("self.track_input(", "print('last words'); 1 / 0; self.track_input("))
    done = run_script(
        """
        import rota
        rota.register_discovered_tasks()
        try: rota.report()
        except rota.PlanError as error: print(error)
        summary = rota.run()
        page = rota.report(output="run.html")
        print(page == open("run.html").read(), summary.run_id in page, "last words" in page, "division by zero" in page)
        print(rota.report(summary.run_id, format="trace").startswith("{"))
        """
    )
    assert done.stdout.splitlines() == ["the log holds no run yet", "True True True True", "True"]


def test_what_was_run_by_hand_is_up_to_date_for_a_plan(run_script: Any, tasks: pathlib.Path) -> None:
    done = run_script(
        """
        import rota
        rota.register_discovered_tasks()
        print(rota.create_task_instance("t_import").run(), rota.get_task_class("t_clean")().run())
        print([step["will_run"] for step in rota.plan().steps])
        """
    )
    assert done.stdout.splitlines()[-2:] == ["True True", "[False, False]"]


HELPERS = """
import multiprocessing, os, sys
import rota

class Forks(rota.BaseTask):
    task_id = "t_forks"
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        child = os.fork()
        if child == 0: os._exit(0)
        self.set_metric("status", os.waitpid(child, 0)[1])
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                self.set_metric(method, pool.map(abs, [-3])[0])

class Closes(rota.BaseTask):
    task_id = "t_closes"
    dependencies = ["t_forks"]
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        sys.stdout.close(); sys.stderr.close()

class Fails(rota.BaseTask):
    task_id = "t_fails"
    dependencies = ["t_closes"]
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        print("still heard")
        raise AssertionError
"""


def test_a_task_may_fork_start_pools_and_close_its_streams_and_harms_none_after_it(
    run_script: Any, project: pathlib.Path
) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "helpers.py").write_text(HELPERS)
    done = run_script("import rota; rota.register_discovered_tasks(); print([one['state'] for one in rota.run(jobs=1).outcomes])")
    assert done.stdout == "['success', 'success', 'failed']\n"
    fails, _, forks = history(project)
    assert forks.metrics == {"status": 0, "fork": 3, "spawn": 3}
    assert fails.message == "work: AssertionError"
    assert "still heard" in (project / fails.output_path).read_text()


FALLS = """
import logging, os, sys
import rota

class Busy(rota.BaseTask):
    task_id = "t_busy"
    def configure_operations(self): self.add_operation(lambda: sum(range(3_000_000)) and None, name="count")

class Falls(rota.BaseTask):
    task_id = "t_falls"
    dependencies = ["t_busy"]
    def configure_operations(self): self.add_operation(self.work)
    def work(self):
        for leave in (lambda: True, sys.exit, lambda: 1 / 0):
            child = os.fork()
            if child == 0:
                self.logger.info("from the child")
                return leave()
            self.set_metric("status", os.waitpid(child, 0)[1])

class After(rota.BaseTask):
    task_id = "t_z_after"
    dependencies = ["t_falls"]
    def configure_operations(self): self.add_operation(lambda: None, name="nothing")
"""


def test_a_forked_child_that_comes_out_of_its_task_ends_there_and_the_parents_end_counts(
    run_script: Any, project: pathlib.Path
) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "falls.py").write_text(FALLS)
    done = run_script("import rota; rota.register_discovered_tasks(); print([one['state'] for one in rota.run(jobs=1).outcomes])")
    assert done.stdout == "['success', 'success', 'success']\n"
    falls = history(project)[1]
    assert falls.metrics == {"status": 256}
    output = (project / falls.output_path).read_text()
    assert output.count("forked in the middle of this task") == 3 and output.count("from the child") == 3


def test_a_class_that_is_another_task_once_it_is_imported_is_refused_in_the_worker(
    project: pathlib.Path, tasks: pathlib.Path
) -> None:
    command = pathlib.Path(os.environ.get("ROTA_COMMAND", ""))
    if not command.is_file():
        pytest.skip("the command is not built")
    tasks.write_text(TASKS.replace("class Clean", "def deco(c):\n    c.task_id = 't_other'\n    return c\n@deco\nclass Clean"))
    done = subprocess.run([command, "run"], cwd=project, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "ROTA_PYTHON": sys.executable})
    assert done.returncode == 1 and "says that it is task t_other once it is imported, not t_clean" in done.stdout
