# SPDX-License-Identifier: Apache-2.0
"""Task classes written in C++ as classes of Python. Knows no registry."""

from __future__ import annotations

from typing import Any, ClassVar, Dict, Tuple, Type

from rota import _rota
from rota._base_task import BaseTask, OperationResult


class NativeTask(BaseTask):
    """A task of a class in C++; made with the arguments that the class declares."""

    _native: ClassVar[_rota.NativeClass]

    def __init__(self, **arguments: Any) -> None:
        task = self._native.create(arguments)
        self._take_identity(self._native.metadata)
        self._task = task
        self.arguments = task.arguments

    def configure_operations(self) -> None:
        """They are the C++ object's own, and seen by it alone."""

    def run(self) -> bool:
        succeeded, outcome = self._task.run()
        self._take_outcome(outcome)
        self.results = {
            name: OperationResult(status, message) for name, (status, message) in outcome["results"].items()
        }
        return bool(succeeded)

    def request_stop(self) -> None:
        self._task.request_stop()


# By what tells a class in C++ from all others: its place in one state of a plugin, or the object itself.
_classes: Dict[Tuple[object, ...], Type[NativeTask]] = {}


def class_of(native: _rota.NativeClass) -> Type[NativeTask]:
    """The same class for the same one in C++, however often that was discovered. It keeps that alive."""
    location = native.location
    key = (location, native.location_identity, native.task_id) if location else (native.address,)
    known = _classes.get(key)
    if known is not None:
        return known
    metadata = native.metadata
    name = metadata["class_name"].rpartition("::")[2] or "NativeTask"
    made = type(
        name,
        (NativeTask,),
        {
            "_native": native,
            "__module__": metadata["module"] or "rota",
            "__doc__": metadata["description"] or None,
            "task_id": metadata["task_id"],
            "task_type": metadata["task_type"],
            "description": metadata["description"],
            "version": metadata["version"],
            "author": metadata["author"],
            "dependencies": tuple(metadata["dependencies"]),
        },
    )
    return _classes.setdefault(key, made)
