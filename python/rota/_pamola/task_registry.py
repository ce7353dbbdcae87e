# SPDX-License-Identifier: Apache-2.0
"""pamola_core.utils.tasks.task_registry on Rota's registry: the document's names, signatures and defaults.

Knows nothing of how classes are kept, found and checked: rota._registry and rota._task_classes do.
"""
# The signatures are the document's, also where they tell a type checker little.
# mypy: disable-error-code="type-arg,no-untyped-def"

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional, Type

from rota import _registry, _rota, _task_classes as _rules
from rota._pamola import project_log
from rota._pamola.errors import raised_registry_error, real_class
from rota._registry import _task_classes as _task_classes

__all__ = [
    "TaskRegistryError",
    "check_task_dependencies",
    "create_task_instance",
    "discover_task_classes",
    "get_task_class",
    "get_task_metadata",
    "list_registered_tasks",
    "register_discovered_tasks",
    "register_task_class",
]

logger = logging.getLogger("rota.pamola.task_registry")

_real = real_class(__name__, "TaskRegistryError")
TaskRegistryError = _real or _rota.TaskRegistryError
_raised = raised_registry_error(_real)


def register_task_class(task_id: str, task_class: Type) -> bool:
    """Registers a task class by id. False: it is not valid, or the id has another class; the log says why."""
    with _told():
        return _registry.register_task_class(task_id, task_class)


def get_task_class(task_id: str) -> Optional[Type]:
    """The class of a task id; None: unknown."""
    try:  # what nearly every call ends with
        return _registry._task_classes[task_id]
    except (KeyError, TypeError):
        pass
    with _told():
        return _registry.get_task_class(task_id)


def list_registered_tasks() -> Dict[str, Dict[str, Any]]:
    """The metadata of all registered classes by task id, as copies."""
    with _told():
        return _registry.list_registered_tasks()


def create_task_instance(task_id: str, **kwargs) -> Optional[Any]:
    """Makes a task with these arguments of its constructor; None: the id is unknown. TaskRegistryError names every
    argument that does not fit, and has as cause what the constructor raised."""
    with _told():
        return _registry.create_task_instance(task_id, **kwargs)


def discover_task_classes(package_paths: Optional[List[str]] = None, recursive: bool = True) -> Dict[str, Type]:
    """Imports packages and their modules, and gives the task classes that they define by task id. A module that cannot
    be imported is a warning."""
    with _told():
        return _registry.discover_task_classes(package_paths, recursive)


def register_discovered_tasks(package_paths: Optional[List[str]] = None, recursive: bool = True) -> int:
    """Discovers task classes and registers them; gives how many."""
    with _told():
        return _registry.register_discovered_tasks(package_paths, recursive)


def get_task_metadata(task_class: Type) -> Dict[str, Any]:
    """The metadata of a class, without an instance, as a copy."""
    with _told():
        return _registry.get_task_metadata(task_class)


def check_task_dependencies(task_id: str, task_type: str, dependencies: List[str]) -> bool:
    """Whether each of the tasks has an execution that succeeded, in the log of the present project."""
    with _told():
        if isinstance(dependencies, str) or not all(map(_is_task_id, dependencies or ())):
            return _registry.check_task_dependencies(task_id, task_type, dependencies)  # says what is wrong
        log = project_log.current().log if dependencies else None
        missing = [one for one in dependencies or () if log and log.find_latest_execution(one, True) is None]
        if missing:
            logger.warning("task %s needs what has not succeeded yet: %s", task_id, ", ".join(missing))
        return not missing


def _is_task_class(cls: Type) -> bool:
    """Whether a class is a task class."""
    return _rules.is_task_class(cls)


def _get_task_id(cls: Type) -> Optional[str]:
    """The task id of a class; None: it has none."""
    return _rules.get_task_id(cls)


def _validate_task_class(cls: Type) -> bool:
    """Whether a class meets what the document asks of a task class."""
    return _rules.validate_task_class(cls)


def _is_task_id(dependency: object) -> bool:
    return isinstance(dependency, str) and _rota.is_valid_task_id(dependency)


@contextmanager
def _told() -> Iterator[None]:
    """TaskRegistryError is of the real pamola_core too, where that is there."""
    try:
        yield
    except _rota.TaskRegistryError as error:
        if _real is None or isinstance(error, _real):
            raise
        raise _raised(str(error)) from (error.__cause__ or error)
    except _rota.Error as error:
        raise _raised(str(error)) from error
