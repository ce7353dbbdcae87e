# SPDX-License-Identifier: Apache-2.0
"""The document's functions on live classes."""

from __future__ import annotations

import logging
import pathlib
import threading
from typing import Any, List

import pytest

import rota
from rota import _registry


class Good(rota.BaseTask):
    """Counts.

    @author: A. Author
    """

    task_id = "t_good"
    task_type = "counting"
    description = "Counts"
    version = "1.2.0"
    dependencies = ["t_before"]

    def __init__(self, threads: int = 1, name: str = "x") -> None:
        super().__init__()
        self.threads = threads

    def configure_operations(self) -> None:
        self.add_operation(lambda: None, name="a")


def make_class(task_id: str, **attributes: Any) -> type:
    return type("Made", (rota.BaseTask,), {"configure_operations": lambda self: None, "task_id": task_id, **attributes})


def test_a_class_is_registered_found_and_listed_with_its_metadata() -> None:
    assert rota.register_task_class("t_good", Good)
    assert rota.get_task_class("t_good") is Good
    listed = rota.list_registered_tasks()["t_good"]
    assert {key: listed[key] for key in ("task_id", "task_type", "description", "version", "class_name", "module",
                                         "dependencies", "author")} == {
        "task_id": "t_good", "task_type": "counting", "description": "Counts", "version": "1.2.0",
        "class_name": "Good", "module": __name__, "dependencies": ["t_before"], "author": "A. Author",
    }  # fmt: skip


def test_an_unknown_id_is_none_and_makes_no_instance() -> None:
    assert rota.get_task_class("t_unknown") is None
    assert rota.create_task_instance("t_unknown") is None


@pytest.mark.parametrize("bad", [1, None, ["t"], b"t"])
def test_what_is_no_str_is_no_id(bad: Any) -> None:
    with pytest.raises(rota.TaskRegistryError):
        rota.get_task_class(bad)
    with pytest.raises(rota.TaskRegistryError):
        rota.register_task_class(bad, Good)


@pytest.mark.parametrize("bad", ["", "1t", "a b", "x" * 201, "täsk", "a/b", "a\n"])
def test_a_malformed_id_is_refused_by_name(bad: str) -> None:
    with pytest.raises(rota.TaskRegistryError, match="is no task id"):
        rota.register_task_class(bad, Good)


def test_the_same_class_again_is_registered_and_another_is_refused_naming_both() -> None:
    other = make_class("t_good")
    assert rota.register_task_class("t_good", Good) and rota.register_task_class("t_good", Good)
    with pytest.raises(rota.TaskRegistryError, match="Good of .*Made of"):
        rota.register_task_class("t_good", other)
    assert rota.get_task_class("t_good") is Good


def test_a_class_defined_anew_takes_the_place_of_the_old_one() -> None:
    first, second = make_class("t_a"), make_class("t_a")
    assert rota.register_task_class("t_a", first) and rota.register_task_class("t_a", second)
    assert rota.get_task_class("t_a") is second


class NoOperations(rota.BaseTask):
    task_id = "t_none"


@pytest.mark.parametrize("bad", [NoOperations, object, rota.BaseTask, "text", None, 7])
def test_what_is_no_valid_task_class_is_false_and_its_faults_are_logged(
    bad: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert rota.register_task_class("t_x", bad) is False
    assert "t_x is not registered" in caplog.text
    assert rota.get_task_class("t_x") is None


def test_metadata_are_copies() -> None:
    rota.register_task_class("t_good", Good)
    rota.get_task_metadata(Good)["dependencies"].append("t_evil")
    rota.list_registered_tasks()["t_good"]["dependencies"].append("t_evil")
    assert rota.get_task_metadata(Good)["dependencies"] == ["t_before"]
    assert Good.dependencies == ["t_before"]


@pytest.mark.parametrize("odd", [None, 7, "x", object(), int])
def test_metadata_of_what_is_no_task_class_is_an_error_or_empty_and_never_another_exception(odd: Any) -> None:
    try:
        rota.get_task_metadata(odd)
    except rota.TaskRegistryError:
        pass


def test_a_class_whose_metadata_cannot_be_told_does_not_spoil_the_list(caplog: pytest.LogCaptureFixture) -> None:
    broken = make_class("t_broken")
    assert rota.register_task_class("t_good", Good) and rota.register_task_class("t_broken", broken)
    broken.dependencies = "not a list"  # type: ignore[attr-defined]
    with caplog.at_level(logging.WARNING):
        listed = rota.list_registered_tasks()
    assert set(listed) == {"t_good", "t_broken"}
    assert listed["t_broken"]["dependencies"] == [] and listed["t_broken"]["class_name"] == "Made"
    assert "t_broken" in caplog.text


def test_arguments_reach_the_constructor_and_the_log() -> None:
    rota.register_task_class("t_good", Good)
    task = rota.create_task_instance("t_good", threads=4)
    assert task is not None and task.threads == 4 and task.arguments == {"threads": 4, "name": "x"}
    assert Good(2, name="y").arguments == {"threads": 2, "name": "y"}


def test_a_constructor_that_ends_the_program_is_an_error_and_any_name_may_be_given() -> None:
    class Ends(Good):
        task_id = "t_ends"

        def __init__(self, **named: Any) -> None:
            super().__init__(1)
            raise SystemExit(5)

    rota.register_task_class("t_ends", Ends)
    with pytest.raises(rota.TaskRegistryError, match="t_ends cannot be made: Ends: SystemExit: 5"):
        rota.create_task_instance("t_ends")
    with pytest.raises(rota.TaskRegistryError, match="t_ends cannot be made: Ends: TypeError.*'self'"):
        rota.create_task_instance("t_ends", **{"self": 5})


def test_all_that_is_wrong_with_arguments_is_in_one_error() -> None:
    rota.register_task_class("t_good", Good)
    with pytest.raises(rota.TaskRegistryError) as caught:
        rota.create_task_instance("t_good", thread=1, threads="four")
    assert "thread" in str(caught.value) and "threads" in str(caught.value) and "t_good" in str(caught.value)
    assert isinstance(caught.value, rota.ArgumentError)


def test_the_cause_of_a_failed_constructor_is_chained() -> None:
    def fail(self: Any) -> None:
        super(type(self), self).__init__()
        raise OSError("no disk")

    rota.register_task_class("t_bad", make_class("t_bad", __init__=fail))
    with pytest.raises(rota.TaskRegistryError, match="t_bad cannot be made.*OSError: no disk") as caught:
        rota.create_task_instance("t_bad")
    assert isinstance(caught.value.__cause__, OSError)


def test_a_constructor_that_takes_the_three_gets_them() -> None:
    class Plain(rota.BaseTask):
        task_id = "t_plain"
        task_type = "plain"

        def __init__(self, task_id: str, task_type: str, description: str, factor: float = 1.0) -> None:
            super().__init__(task_id, task_type, description)
            self.factor = factor

        def configure_operations(self) -> None:
            pass

    rota.register_task_class("t_plain", Plain)
    task = rota.create_task_instance("t_plain", factor=2)
    assert task is not None and (task.task_id, task.task_type, task.factor) == ("t_plain", "plain", 2)


def test_dependencies_hold_when_each_has_succeeded(project: pathlib.Path, run_script: Any) -> None:
    done = run_script(
        """
        import rota
        log = rota.process_log()
        print(rota.check_task_dependencies("t_c", "x", []))
        log.record_task_execution("t_a"); log.record_task_execution("t_b", state="failed", message="m")
        print(rota.check_task_dependencies("t_c", "x", ["t_a"]), rota.check_task_dependencies("t_c", "x", ["t_a", "t_b"]))
        log.record_task_execution("t_b")
        print(rota.check_task_dependencies("t_c", "x", ("t_a", "t_b")))
        """
    )
    assert done.stdout.split() == ["True", "True", "False", "True"]


def test_dependencies_that_are_no_list_of_ids_are_refused() -> None:
    with pytest.raises(TypeError, match="a list of task ids"):
        rota.check_task_dependencies("t_a", "x", "t_b")  # type: ignore[arg-type]
    with pytest.raises(rota.TaskRegistryError):
        rota.check_task_dependencies("t_a", "x", [7])  # type: ignore[list-item]
    with pytest.raises(rota.TaskRegistryError):
        rota.check_task_dependencies("t_a", "x", ["not an id"])


def test_a_log_that_cannot_be_read_is_an_error_and_no_answer(project: pathlib.Path, run_script: Any) -> None:
    (project / ".rota").mkdir()
    (project / ".rota" / "log.db").write_text("no database at all, but long enough to be looked at" * 20)
    done = run_script(
        """
        import rota
        try: rota.check_task_dependencies("t_a", "x", ["t_b"])
        except rota.TaskRegistryError as error: print("refused:", error)
        """
    )
    assert done.stdout.startswith("refused:")


def test_registries_are_apart_from_each_other() -> None:
    mine = rota.TaskRegistry()
    assert mine.register_task_class("t_good", Good) and len(mine) == 1 and "t_good" in mine
    assert rota.get_task_class("t_good") is None
    assert rota.TaskRegistry.process().get_task_class("t_good") is None


def test_the_map_of_the_process_is_live() -> None:
    rota.register_task_class("t_good", Good)
    assert _registry._task_classes == {"t_good": Good}
    del _registry._task_classes["t_good"]
    assert rota.get_task_class("t_good") is None


def test_many_threads_register_and_look_up_at_once() -> None:
    classes = {f"t_{n}": make_class(f"t_{n}") for n in range(400)}
    wrong: List[str] = []

    def register(part: int) -> None:
        for task_id, one in list(classes.items())[part::4]:
            rota.register_task_class(task_id, one)
            if rota.get_task_class(task_id) is not one:
                wrong.append(task_id)
            rota.list_registered_tasks()

    threads = [threading.Thread(target=register, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(rota.list_registered_tasks()) == 400


@pytest.mark.parametrize("name", ["a b", "", "scripts/tasks"])
def test_what_is_no_name_of_a_package_is_an_error_of_the_registry(name: str) -> None:
    with pytest.raises(rota.TaskRegistryError, match="is no dotted name of a package"):
        rota.discover_task_classes([name])


def test_packages_that_are_no_list_are_a_type_error_with_words() -> None:
    with pytest.raises(TypeError, match="packages are given as a list of dotted names, not as int"):
        rota.discover_task_classes(5)  # type: ignore[arg-type]


def test_dependencies_of_what_is_no_task_id_are_an_error_of_the_registry() -> None:
    with pytest.raises(rota.TaskRegistryError, match="a task id is a str, not NoneType"):
        rota.check_task_dependencies(None, "x", ["t_ok"])  # type: ignore[arg-type]


def test_packages_given_as_a_str_are_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"\['scripts.tasks'\]"):
        rota.discover_task_classes("scripts.tasks")  # type: ignore[arg-type]


def test_a_class_whose_id_is_none_is_a_warning_at_discovery_and_left_out(
    project: pathlib.Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(project))
    (project / "odd_tasks.py").write_text(
        "import rota\n"
        "class Base(rota.BaseTask):\n    def configure_operations(self): pass\n"
        "class Odd(Base): task_id = 'bad id!'\n"
        "class Long(Base): task_id = 'a' * 201\n"
        "class Good(Base): task_id = 't_good'\n"
    )
    with caplog.at_level(logging.WARNING):
        assert sorted(rota.discover_task_classes(["odd_tasks"])) == ["base", "t_good"]
    assert [one.getMessage()[:66] for one in caplog.records] == [
        "class Odd of odd_tasks is left out: 'bad id!' is no task id; give ",
        "class Long of odd_tasks is left out: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ]
    caplog.clear()
    assert rota.register_discovered_tasks(["odd_tasks"]) == 2 and len(caplog.records) == 2


def test_without_packages_it_is_the_scripts_of_the_project(project: pathlib.Path, run_script: Any) -> None:
    tasks = project / "scripts" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "one.py").write_text(
        "import rota\nclass OneTask(rota.BaseTask):\n    def configure_operations(self): pass\n"
    )
    done = run_script("import rota; print(rota.register_discovered_tasks(), rota.register_discovered_tasks(), "
                      "list(rota.list_registered_tasks()))")
    assert done.stdout == "1 0 ['one']\n"


def test_a_subinterpreter_is_refused_with_words(run_script: Any) -> None:
    done = run_script(
        """
        import sys
        # Those that share the GIL: to others Python itself gives no module that is not made for them.
        try:
            import _interpreters as interpreters
            made = interpreters.create("legacy")
        except ImportError:  # before Python 3.13, where the error is raised
            import _xxsubinterpreters as interpreters
            made = interpreters.create(isolated=False)
        try:
            error = interpreters.run_string(made, f"import sys; sys.path[:] = {sys.path!r}; import rota")
            print(error.formatted if error else "imported")
        except Exception as error: print(type(error).__name__, error)
        """
    )
    assert "ImportError" in done.stdout
    assert "rota has one registry and one log in a process, and so cannot be imported in a subinterpreter" in done.stdout
