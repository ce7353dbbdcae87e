# SPDX-License-Identifier: Apache-2.0
"""`python -m rota._worker`: the process that a runner starts for tasks in Python, and in C++ besides.

It imports rota once; each worker is forked from it. Knows no plan and writes no log.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import signal
import sys
import types
from typing import Any, Dict, List, Tuple

from rota import _registry, _rota, _task_classes

_MAIN = "__rota_main__"


def load_task_class(file: str, identity: str, task_id: str) -> Tuple[type, Dict[str, Any]]:
    """The class that the runner means, and its metadata. Raises TaskRegistryError that says why not."""
    root, module_name, class_name, _ = identity.split("\n")
    if _rota.python_source_identity(root, module_name, class_name, file) != identity:
        raise _rota.TaskRegistryError(f"{file} has changed since the run began; run again")
    found: Any = import_module(root, module_name, file)
    for part in class_name.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type):
        raise _rota.TaskRegistryError(f"module {module_name} has no class {class_name} once it is imported")
    metadata = _task_classes.get_metadata(found)
    if metadata["task_id"] != task_id:
        raise _rota.TaskRegistryError(
            f"class {class_name} of {file} says that it is task {metadata['task_id']} once it is imported, not "
            f"{task_id}; write its task_id as a literal"
        )
    return found, metadata


def import_module(root: str, name: str, file: str) -> types.ModuleType:
    """The module that a file is, with its folder on `sys.path`. TaskRegistryError for whatever keeps it from being one."""
    if root not in sys.path:
        sys.path.insert(0, root)
    try:
        module = _import_script(file) if name == "__main__" else importlib.import_module(name)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise _rota.TaskRegistryError(
            f"module {name} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    there = getattr(module, "__file__", None)
    if there is None or not os.path.samefile(there, file):
        raise _rota.TaskRegistryError(
            f"module {name} is {there or 'without a file'} here, not {file}; one name must mean one module"
        )
    return module


def _import_script(file: str) -> types.ModuleType:
    """A script whose classes were registered by itself: run under another name, so that its main part is not."""
    known = sys.modules.get(_MAIN)
    if known is not None and known.__file__ == file:
        return known
    spec = importlib.util.spec_from_file_location(_MAIN, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no source of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MAIN] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[_MAIN]
        raise
    return module


def _open_streams() -> None:
    """What a task may have closed. Lines are written at once: the last words of one that crashes are there."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None or getattr(stream, "closed", True):
            setattr(sys, name, open(fd, "w", buffering=1, errors="backslashreplace", closefd=False))


def _end_helpers() -> None:
    """Processes that multiprocessing leaves until its interpreter ends: they belong to the task."""
    for module, name in (("resource_tracker", "_resource_tracker"), ("forkserver", "_forkserver")):
        helper = getattr(sys.modules.get(f"multiprocessing.{module}"), name, None)
        stop = getattr(helper, "_stop", None)
        if stop is not None:
            try:
                stop()
            except Exception:  # noqa: BLE001: then it is told as a process that was left behind
                pass


def main(words: List[str]) -> int:
    # Ctrl-C is the runner's business.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    _registry.before_each_task.append(_open_streams)
    _registry.after_each_task.append(_end_helpers)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.getLogger("rota").setLevel(logging.INFO)
    _registry._to_runner.setLevel(logging.INFO)
    _rota.set_source_loader(load_task_class)
    status = _rota.run_as_worker([sys.executable, *words])
    if status is None:
        print("this is a part of a runner of tasks, which did not start it", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
