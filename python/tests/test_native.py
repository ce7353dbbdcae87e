# SPDX-License-Identifier: Apache-2.0
"""Task classes in C++ as classes of Python: those of the example's plugin."""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import Any

import pytest

import rota

MIXED = pathlib.Path(__file__).resolve().parents[2] / "examples" / "mixed"


@pytest.fixture(autouse=True)
def plugin(project: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pathlib.Path(os.environ.get("ROTA_BUILD_DIR", "")) / "examples" / "mixed"
    if not list(folder.glob("*.so")):
        pytest.skip("the examples are not built")
    monkeypatch.setenv("ROTA_PATH", str(folder))
    shutil.copy(MIXED / "temperatures.csv", project)


def test_a_plugin_is_discovered_and_its_classes_tell_their_metadata() -> None:
    assert rota.register_discovered_tasks() == 2
    clean = rota.get_task_class("t_1C_clean")
    assert clean is not None and issubclass(clean, rota.BaseTask) and clean.dependencies == ("t_1I_import",)
    metadata = rota.get_task_metadata(clean)
    assert metadata["class_name"] == "CleanTask" and metadata["dependencies"] == ["t_1I_import"]
    assert rota.list_registered_tasks()["t_1I_import"]["task_type"] == "import"
    assert rota.discover_task_classes()["t_1C_clean"] is clean


def test_a_task_in_cpp_is_made_and_run_by_id(run_script: Any, project: pathlib.Path) -> None:
    done = run_script(
        """
        import rota
        rota.register_discovered_tasks()
        task = rota.create_task_instance("t_1I_import")
        print(task.run(), task.status, task.metrics, list(task.results))
        print(rota.check_task_dependencies("t_1C_clean", "cleaning", ["t_1I_import"]))
        """
    )
    assert done.stdout.splitlines() == ["True success {'readings': 216} ['read']", "True"]
    assert (project / "work" / "readings.csv").exists()


def test_its_failure_is_told_as_that_of_any_task(run_script: Any, project: pathlib.Path) -> None:
    (project / "temperatures.csv").unlink()
    done = run_script(
        "import rota; rota.register_discovered_tasks(); t = rota.create_task_instance('t_1I_import'); "
        "print(t.run(), t.error_details['message'])"
    )
    assert done.stdout.startswith("False cannot read")


def test_an_argument_that_is_no_value_of_cpp_is_a_python_exception() -> None:
    rota.register_discovered_tasks()
    with pytest.raises(rota.TaskRegistryError, match="rows is of type list"):
        rota.create_task_instance("t_1I_import", rows=[1])


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_both_kinds_run_in_one_graph_each_way_round(run_script: Any, project: pathlib.Path, executor: str) -> None:
    done = run_script(
        f"""
        import rota
        class Between(rota.BaseTask):
            task_id = "t_between"
            dependencies = ["t_1C_clean"]
            def configure_operations(self): self.add_operation(self.work)
            def work(self):
                self.track_input("work/clean.csv")
                self.set_metric("lines", len(self.project_file("work/clean.csv").read_text().splitlines()))
        if __name__ == "__main__":
            rota.register_discovered_tasks()
            rota.register_task_class("t_between", Between)
            summary = rota.run(executor={executor!r})
            print([(one["task_id"], one["state"]) for one in summary.outcomes])
        """
    )
    assert done.stdout == "[('t_1I_import', 'success'), ('t_1C_clean', 'success'), ('t_between', 'success')]\n"
    assert rota.open_sqlite_log(project / ".rota" / "log.db").find_latest_execution("t_between").metrics["lines"] > 100


@pytest.mark.parametrize("executor", ["process", "inline"])
def test_a_task_in_cpp_runs_after_one_in_python_that_it_depends_on_and_before_another(
    run_script: Any, project: pathlib.Path, executor: str
) -> None:
    """The import of the example is in Python here; the plugin's class of that id is not registered."""
    done = run_script(
        f"""
        import rota
        class Import(rota.BaseTask):
            task_id = "t_1I_import"
            def configure_operations(self): self.add_operation(self.work)
            def work(self):
                file = self.project_file("work/readings.csv")
                file.parent.mkdir()
                file.write_text("hour,station,celsius\\n1,hill,3.5\\n2,hill,400\\n")
                self.track_output("work/readings.csv")
        class Count(rota.BaseTask):
            task_id = "t_count"
            dependencies = ["t_1C_clean"]
            def configure_operations(self): self.add_operation(self.work)
            def work(self):
                self.set_metric("lines", len(self.project_file("work/clean.csv").read_text().splitlines()))
        if __name__ == "__main__":
            rota.register_task_class("t_1C_clean", rota.discover_task_classes()["t_1C_clean"])
            rota.register_task_class("t_1I_import", Import)
            rota.register_task_class("t_count", Count)
            summary = rota.run(executor={executor!r})
            print([(one["task_id"], one["state"]) for one in summary.outcomes])
        """
    )
    assert done.stdout == "[('t_1I_import', 'success'), ('t_1C_clean', 'success'), ('t_count', 'success')]\n"
    log = rota.open_sqlite_log(project / ".rota" / "log.db")
    clean, count = log.find_latest_execution("t_1C_clean"), log.find_latest_execution("t_count")
    assert clean is not None and clean.metrics == {"dropped": 1}
    assert [one.path for one in clean.inputs] == ["work/readings.csv"]
    assert count is not None and count.metrics == {"lines": 2}


def test_native_classes_cannot_be_made_up() -> None:
    from rota._native import NativeTask

    assert rota.register_task_class("t_x", NativeTask) is False
