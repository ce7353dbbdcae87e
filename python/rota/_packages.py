# SPDX-License-Identifier: Apache-2.0
"""Where task classes are looked for, and both kinds of them together: plugins are read, modules imported."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from typing import Any, Dict, List, Optional, Type

from rota import _native, _rota

_logger = logging.getLogger("rota.discovery")


def discover(package_paths: Optional[List[str]], recursive: bool) -> Dict[str, Type[Any]]:
    from rota import _discovery

    if package_paths is not None:
        package_paths = _discovery.checked_names(package_paths)
    project = _rota.find_project()
    roots = [str(folder) for folder in project.search_path]
    packages = _default_packages(roots, project.search_path_is_given) if package_paths is None else package_paths
    _make_importable(packages, roots)
    found = _discovery.discover(packages, recursive)
    usable = {task_id: one for task_id, one in found.classes.items() if _rota.is_valid_task_id(task_id)}
    for problem in [*found.problems, *_bad_ids(found.classes, usable)]:
        _logger.warning("%s", problem)
    natives = _plugins(package_paths, recursive)
    classes: Dict[str, Type[Any]] = {**usable, **natives}
    doubled = [(one, natives[one], usable[one]) for one in sorted(natives.keys() & usable.keys())]
    for task_id, kept, shadowed in [*(one for one in found.duplicates if one[0] in usable), *doubled]:
        _logger.warning("task %s is there twice: %s counts, %s does not; give one of them another id",
                        task_id, _origin(kept), _origin(shadowed))
    return dict(sorted(classes.items()))


def _bad_ids(classes: Dict[str, Type[Any]], usable: Dict[str, Type[Any]]) -> List[str]:
    """The registry would refuse them, and say so only to who asks it."""
    return [
        f"class {_origin(classes[task_id])} is left out: {task_id!r} is no task id; give it 1 to 200 of "
        "A-Z a-z 0-9 _ . -, the first a letter or _"
        for task_id in classes
        if task_id not in usable
    ]


def _plugins(packages: Optional[List[str]], recursive: bool) -> Dict[str, Type[Any]]:
    try:
        classes, problems = _rota.discover_plugins(packages, recursive)
    except _rota.TaskRegistryError as error:
        _logger.warning("%s", error)
        return {}
    for problem in problems:
        _logger.warning("%s", problem)
    return {one.task_id: _native.class_of(one) for one in classes}


def _default_packages(roots: List[str], are_given: bool) -> List[str]:
    """The packages and modules of folders that someone named; below a project root it is `scripts`."""
    if not are_given:
        return ["scripts"] if any(os.path.isdir(os.path.join(root, "scripts")) for root in roots) else []
    names: List[str] = []
    for root in roots:
        names += [name for name in _names_in(root) if name not in names]
    return names


def _names_in(folder: str) -> List[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError:
        return []
    names = []
    for entry in entries:
        name, extension = os.path.splitext(entry.name)
        is_module = extension == ".py" and name not in ("__init__", "__main__", "setup", "conftest")
        is_package = entry.is_dir() and not extension and name != "__pycache__" and _holds_modules(entry.path)
        if name.isidentifier() and (is_module or is_package):
            names.append(name)
    return names


def _holds_modules(folder: str) -> bool:
    try:
        return any(name.endswith(".py") for name in os.listdir(folder)) and not os.path.exists(
            os.path.join(folder, "pyvenv.cfg")
        )
    except OSError:
        return False


def _make_importable(packages: List[str], roots: List[str]) -> None:
    """Folders of the search path are added to sys.path where a package is found in no other way."""
    for package in packages:
        top = package.partition(".")[0] if isinstance(package, str) else ""
        if not top or _is_importable(top):
            continue
        for root in roots:
            place = os.path.join(root, top)
            if (os.path.isdir(place) or os.path.isfile(place + ".py")) and root not in sys.path:
                sys.path.append(root)
                importlib.invalidate_caches()
                break


def _is_importable(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _origin(task_class: Any) -> str:
    if isinstance(task_class, type):
        return f"{task_class.__qualname__} of {task_class.__module__}"
    return str(task_class)
