# SPDX-License-Identifier: Apache-2.0
"""The map from task id to task class: the functions of the PAMOLA Core document, and the same as members.

A registry holds classes of Python and, as classes of Python, those in C++. Knows no graph and no run.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Type
from weakref import WeakValueDictionary

from rota import _native, _rota, _task_classes as _rules
from rota._base_task import AdaptedTask, BaseTask, print_traceback
from rota._rota import TaskRegistryError

_logger = logging.getLogger("rota.registry")

_IDENTITY = ("task_id", "task_type", "description")


class TaskRegistry:
    """Task classes by their ids. Any member may be called from any thread."""

    def __init__(self) -> None:
        self._task_classes: Dict[str, Type[Any]] = {}

    @staticmethod
    def process() -> "TaskRegistry":
        """The registry of the process, which also holds what libraries in C++ declare with ROTA_TASK."""
        return _process

    def register_task_class(self, task_id: str, task_class: Type[Any]) -> bool:
        """Register a class under an id.

        True: it is registered, or the same class was there already; a class that was defined anew (a module
        reloaded, a cell run again) takes the place of the old one. False: it is not valid; all reasons are logged.
        Raises TaskRegistryError when the id is malformed or taken by another class, which stays.
        """
        _require_id(task_id)
        faults = _faults_of(task_class, task_id)
        if faults:
            _logger.warning("task %s is not registered: %s", task_id, "; ".join(faults))
            return False
        there = self._find(task_id)
        if there is not None and there is not task_class and not _is_same_class(there, task_class):
            raise TaskRegistryError(
                f"task {task_id} is {_origin(there)} already, and cannot be {_origin(task_class)} too; "
                "give one of them another id"
            )
        self._task_classes[task_id] = task_class
        return True

    def get_task_class(self, task_id: str) -> Optional[Type[Any]]:
        """None when unknown. Raises TaskRegistryError for what is no str."""
        try:
            return self._task_classes[task_id]
        except (KeyError, TypeError):
            return self._find(_require_text(task_id))

    def list_registered_tasks(self) -> Dict[str, Dict[str, Any]]:
        """The metadata of every class, by id; copies. A class whose metadata cannot be told has the defaults."""
        return {task_id: _listed_metadata(task_id, one) for task_id, one in sorted(self._all().items())}

    def create_task_instance(self, /, task_id: str, **kwargs: Any) -> Optional[Any]:
        """An instance, or None when the id is unknown.

        Raises TaskRegistryError that names every argument that is unknown, missing or of a wrong type, or says
        why the constructor failed, with the cause chained.
        """
        task_class = self.get_task_class(task_id)
        return None if task_class is None else _construct(task_class, task_id, kwargs)

    def discover_task_classes(
        self, package_paths: Optional[List[str]] = None, recursive: bool = True
    ) -> Dict[str, Type[Any]]:
        """Task classes of packages, by id; registers nothing.

        Modules are imported, plugins are only read. What cannot be imported, and a class whose id is no task id, is
        one warning with its name, and the rest goes on. No packages given: the folders that ROTA_PATH names, or the
        package `scripts` of the project. TypeError for a str in place of a list, TaskRegistryError for what is no dotted name.
        """
        from rota import _packages

        try:
            return _packages.discover(package_paths, recursive)
        except ValueError as error:
            raise _rota.ArgumentError(str(error)) from error

    def register_discovered_tasks(self, package_paths: Optional[List[str]] = None, recursive: bool = True) -> int:
        """Register what is discovered; give how many classes were registered anew."""
        count = 0
        for task_id, task_class in self.discover_task_classes(package_paths, recursive).items():
            if self._task_classes.get(task_id) is task_class:
                continue
            try:
                count += self.register_task_class(task_id, task_class)
            except TaskRegistryError as error:
                _logger.warning("%s", error)
        return count

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, task_id: object) -> bool:
        return isinstance(task_id, str) and self.get_task_class(task_id) is not None

    def _find(self, task_id: str) -> Optional[Type[Any]]:
        return self._task_classes.get(task_id)

    def _all(self) -> Dict[str, Type[Any]]:
        return dict(self._task_classes)


class _ProcessRegistry(TaskRegistry):
    """Also looks into the registry of the C++ library."""

    def _find(self, task_id: str) -> Optional[Type[Any]]:
        found = self._task_classes.get(task_id)
        if found is not None:
            return found
        native = _rota.get_native_class(task_id)
        return None if native is None else _native.class_of(native)

    def _all(self) -> Dict[str, Type[Any]]:
        native: Dict[str, Type[Any]] = {one.task_id: _native.class_of(one) for one in _rota.native_classes()}
        return {**native, **self._task_classes}


_process = _ProcessRegistry()
#: The classes of the process that were registered in Python, live.
_task_classes: Dict[str, Type[Any]] = _process._task_classes



def get_task_class(task_id: str) -> Optional[Type[Any]]:
    """None when unknown. Raises TaskRegistryError for what is no str."""
    try:  # what nearly every call ends with, without another call
        return _task_classes[task_id]
    except (KeyError, TypeError):
        return _process._find(_require_text(task_id))


register_task_class = _process.register_task_class
list_registered_tasks = _process.list_registered_tasks
create_task_instance = _process.create_task_instance
discover_task_classes = _process.discover_task_classes
register_discovered_tasks = _process.register_discovered_tasks


def get_task_metadata(task_class: Type[Any]) -> Dict[str, Any]:
    """What a class says of itself, as a copy, without making an instance.

    Raises TaskRegistryError where it is no class, or says something that cannot be.
    """
    try:
        if isinstance(task_class, type) and issubclass(task_class, _native.NativeTask):
            return dict(task_class._native.metadata)
        return _rules.get_metadata(task_class)
    except TaskRegistryError:
        raise
    except Exception as error:
        raise TaskRegistryError(f"the metadata of {_origin(task_class)} cannot be told: {error}") from error


def check_task_dependencies(task_id: str, task_type: str, dependencies: List[str]) -> bool:
    """True when each dependency has a successful execution in the log of the process.

    Raises TaskRegistryError for a malformed id and where the log cannot be read.
    """
    task_id = _require_text(task_id)
    if isinstance(dependencies, str):
        raise TypeError(f"the dependencies of {task_id} are a list of task ids, not the str {dependencies!r}")
    try:
        ids = [str(one) if isinstance(one, str) else _refuse_id(task_id, one) for one in dependencies or ()]
    except TypeError as error:
        raise TaskRegistryError(f"the dependencies of {task_id} are no list of task ids") from error
    return bool(_rota.check_task_dependencies(task_id, task_type or "unknown", ids))


# ---- rules ----


def _refuse_id(task_id: str, dependency: object) -> str:
    raise TaskRegistryError(f"task {task_id} depends on {dependency!r}, which is no task id")


def _require_text(task_id: object) -> str:
    if isinstance(task_id, str):
        return task_id
    raise TaskRegistryError(f"a task id is a str, not {type(task_id).__name__}")


def _require_id(task_id: object) -> None:
    if not isinstance(task_id, str) or not _rota.is_valid_task_id(task_id):
        raise TaskRegistryError(
            f"{task_id!r} is no task id: 1 to 200 of A-Z a-z 0-9 _ . -, the first a letter or _"
        )


def _faults_of(task_class: Any, task_id: str) -> List[str]:
    if isinstance(task_class, type) and issubclass(task_class, _native.NativeTask):
        return [] if hasattr(task_class, "_native") else ["NativeTask itself is no task class"]
    faults = _rules.find_faults(task_class)
    if faults:
        return faults
    try:
        metadata = dict(_rules.get_metadata(task_class), task_id=task_id)
        return list(_rota.find_metadata_faults(task_class, metadata))
    except Exception as error:  # noqa: BLE001: whatever it says of itself that cannot be
        return [str(error)]


def _is_same_class(one: Type[Any], other: Type[Any]) -> bool:
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def _origin(task_class: object) -> str:
    if isinstance(task_class, type):
        return f"{task_class.__qualname__} of {task_class.__module__}"
    return repr(task_class)


def _listed_metadata(task_id: str, task_class: Type[Any]) -> Dict[str, Any]:
    try:
        return dict(get_task_metadata(task_class), task_id=task_id)
    except Exception as error:  # noqa: BLE001: it must not spoil the list for the others
        _logger.warning("task %s: %s", task_id, error)
        return {
            "task_id": task_id,
            "task_type": "unknown",
            "description": "",
            "version": "1.0.0",
            "class_name": getattr(task_class, "__name__", "unknown"),
            "module": getattr(task_class, "__module__", ""),
            "dependencies": [],
            "author": "unknown",
            "parameters": [],
        }


# ---- instances ----


def _keywords_of(task_class: Type[Any]) -> Tuple[Sequence[str], bool]:
    """What its constructor takes by name, and whether it takes any other name too."""
    import inspect

    try:
        parameters = inspect.signature(task_class).parameters.values()
    except (TypeError, ValueError):
        return (), True
    named = [one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return named, any(one.kind == one.VAR_KEYWORD for one in parameters)


def _construct(task_class: Type[Any], task_id: str, kwargs: Dict[str, Any]) -> Any:
    if issubclass(task_class, _native.NativeTask):
        return task_class(**kwargs)
    problems = _rules.check_keywords(task_class, kwargs)
    if problems:
        raise _rota.ArgumentError(f"task {task_id} cannot be made: {'; '.join(problems)}")
    filled = _with_identity(task_class, task_id, kwargs)
    try:
        task = task_class(**filled)
    except (Exception, SystemExit) as error:
        raise TaskRegistryError(
            f"task {task_id} cannot be made: {task_class.__name__}: {type(error).__name__}: {error}"
        ) from error
    _require_same_id(task, task_id)
    return task


def _with_identity(task_class: Type[Any], task_id: str, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    """With task_id, task_type and description where the constructor takes them."""
    metadata = dict(get_task_metadata(task_class), task_id=task_id)
    filled = dict(kwargs)
    named, _ = _keywords_of(task_class)
    for field in _IDENTITY:
        if field not in filled and field in named:
            filled[field] = metadata[field]
    return filled


def _require_same_id(task: Any, task_id: str) -> None:
    if isinstance(task, BaseTask) and task.task_id != task_id:
        raise TaskRegistryError(
            f"class {type(task).__name__} is registered as {task_id} but its constructor names it "
            f"{task.task_id}; use one id for both"
        )


#: What a worker does before each task.
before_each_task: List[Callable[[], None]] = []
#: What a worker does after each task, before it looks for processes that were left behind.
after_each_task: List[Callable[[], None]] = []


def _end_task_of_runner() -> None:
    """Called by the C++ library."""
    for clean in after_each_task:
        clean()


def _construct_for_runner(task_class: Type[Any], arguments: Dict[str, Any]) -> BaseTask:
    """Called by the C++ library, with all declared defaults filled in; it says itself which task cannot be made."""
    for prepare in before_each_task:
        prepare()
    task_id = arguments["task_id"]
    named, takes_any = _keywords_of(task_class)
    given = {
        name: value
        for name, value in arguments.items()
        if name not in _IDENTITY and (takes_any or name in named)
    }
    problems = _rules.check_keywords(task_class, given, from_text=True)
    if problems:
        raise _rota.ArgumentError("; ".join(problems))
    filled = _with_identity(task_class, task_id, given)
    try:
        made = task_class(**filled)
    except Exception as error:
        print_traceback(f"{task_id}: constructor", error)
        raise
    _require_same_id(made, task_id)
    task: BaseTask = (
        made
        if isinstance(made, BaseTask)
        else AdaptedTask(made, dict(get_task_metadata(task_class), task_id=task_id), given)
    )
    _to_runner.follow(task)
    return task


class _MessagesToRunner(logging.Handler):
    """What a task logs by Python's logging also goes to the runner that runs it."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: WeakValueDictionary[str, BaseTask] = WeakValueDictionary()
        self._is_installed = False

    def follow(self, task: BaseTask) -> None:
        if not self._is_installed:
            self._is_installed = True
            logging.getLogger("rota").addHandler(self)
        self._tasks[task.logger.name] = task

    def emit(self, record: logging.LogRecord) -> None:
        task = self._tasks.get(record.name)
        engine = None if task is None else task._engine
        if engine is not None:
            engine.log(record.levelno, record.getMessage().encode("utf-8", "backslashreplace").decode())


_to_runner = _MessagesToRunner()


def source_of(task_class: Type[Any]) -> "tuple[Optional[str], str]":
    """The file that a class is defined in, and what tells it to another process; (None, "") where it has none."""
    module = sys.modules.get(task_class.__module__)
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or not file.endswith(".py") or "<locals>" in task_class.__qualname__:
        return None, ""
    import os

    file = os.path.abspath(file)
    if not os.path.isfile(file):
        return None, ""
    root = os.path.dirname(file)
    if task_class.__module__ != "__main__":
        depth = task_class.__module__.count(".") + (os.path.basename(file) == "__init__.py")
        for _ in range(depth):
            root = os.path.dirname(root)
    identity = _rota.python_source_identity(root, task_class.__module__, task_class.__qualname__, file)
    return file, identity
