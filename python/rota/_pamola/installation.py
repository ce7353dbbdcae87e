# SPDX-License-Identifier: Apache-2.0
"""Modules of Rota in the place of modules of pamola_core: the finder, and what was imported before it was there.

Knows nothing of what the modules do.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import logging
import sys
import threading
from importlib.abc import Loader, MetaPathFinder
from types import CodeType, ModuleType
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Set, Tuple

logger = logging.getLogger("rota.pamola")

TASKS = "pamola_core.utils.tasks"
_REPLACED = {f"{TASKS}.task_registry": "task_registry", f"{TASKS}.execution_log": "execution_log"}
_BASE_TASK = f"{TASKS}.base_task"
_PACKAGES = ("pamola_core", "pamola_core.utils", TASKS)

# A name in the namespace of a module, what it had, and what it has instead.
_Mended = Tuple[Dict[str, Any], str, Any, Any]

_guard = threading.RLock()


class _SourceLoader(Loader):
    """Runs a module of rota._pamola under another name, so that it is a module of its own."""

    def __init__(self, source: str) -> None:
        self._source = source

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code(), module.__dict__)

    def _code(self) -> CodeType:
        spec = importlib.util.find_spec(self._source)
        loader: Any = spec.loader if spec is not None else None
        code: Optional[CodeType] = loader.get_code(self._source) if hasattr(loader, "get_code") else None
        if code is None:
            raise ImportError(f"{self._source} has no code: install the package rota again")
        return code


class _PackageLoader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        module.__doc__ = "A package that rota.pamola provides, since no pamola_core is installed."


class PamolaFinder(MetaPathFinder):
    """Finds the modules that Rota has, and nothing else."""

    def __init__(self, packages: FrozenSet[str], modules: Dict[str, str]) -> None:
        self._packages = packages
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if fullname in self._packages:
            return importlib.machinery.ModuleSpec(fullname, _PackageLoader(), origin="rota.pamola", is_package=True)
        if fullname not in self._modules:
            return None
        source = f"rota._pamola.{self._modules[fullname]}"
        of_source = importlib.util.find_spec(source)
        spec = importlib.machinery.ModuleSpec(
            fullname, _SourceLoader(source), origin=of_source.origin if of_source else source
        )
        spec.has_location = True
        return spec

    def provides(self, fullname: str) -> bool:
        return fullname in self._packages or fullname in self._modules


class _Installed:
    """What an installation has changed, so that it can be taken back."""

    def __init__(self) -> None:
        missing = frozenset(name for name in _PACKAGES if not _is_installed(name))
        modules = dict(_REPLACED)
        if not _is_installed(_BASE_TASK):
            modules[_BASE_TASK] = "base_task"
        self.finder = PamolaFinder(missing, modules)
        self._originals: Dict[str, ModuleType] = {}
        self._mended: List[_Mended] = []

    def begin(self) -> None:
        sys.meta_path.insert(0, self.finder)
        try:
            for name in _REPLACED:
                self._replace_imported(name)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        for name in [name for name, module in sys.modules.items() if _is_ours(module)]:
            _remove_module(name)
        for name, original in self._originals.items():
            _put_module(name, original)
        for namespace, key, before, now in self._mended:
            if namespace.get(key) is now:
                namespace[key] = before
        self._originals.clear()
        self._mended.clear()

    def _replace_imported(self, name: str) -> None:
        original = sys.modules.get(name)
        if original is None or _is_ours(original):
            return
        del sys.modules[name]
        try:
            module = importlib.import_module(name)
        except BaseException:
            _put_module(name, original)
            raise
        self._originals[name] = original
        self._mend(original, module)
        _take_over_classes(original, module)

    def _mend(self, original: ModuleType, module: ModuleType) -> None:
        """Names by which other modules know what was replaced. What a class, a closure or a default argument holds is
        out of reach."""
        own = {id(value): key for key, value in vars(original).items() if _is_defined_in(value, key, original)}
        lost: Set[str] = set()
        for other in list(sys.modules.values()):
            namespace = getattr(other, "__dict__", None)
            if other is original or other is module or not isinstance(namespace, dict):
                continue
            for key, value in list(namespace.items()):
                if value is original:
                    self._set(namespace, key, value, module)
                elif id(value) in own and hasattr(module, own[id(value)]):
                    self._set(namespace, key, value, getattr(module, own[id(value)]))
                elif id(value) in own:
                    lost.add(f"{getattr(other, '__name__', '?')}.{key}")
        if lost:
            logger.warning(
                "%s was imported before rota.pamola.install(), and these go on to use the original: %s; call install() "
                "before pamola_core is imported",
                original.__name__,
                ", ".join(sorted(lost)),
            )

    def _set(self, namespace: Dict[str, Any], key: str, before: Any, now: Any) -> None:
        namespace[key] = now
        self._mended.append((namespace, key, before, now))


_installed: Optional[_Installed] = None


def begin() -> None:
    """Puts the modules into their places; nothing where they are there."""
    global _installed
    with _guard:
        if _installed is None:
            installed = _Installed()
            installed.begin()
            _installed = installed
        elif _installed.finder not in sys.meta_path:  # a host has rebuilt the list
            sys.meta_path.insert(0, _installed.finder)


def end() -> bool:
    """Takes that back. False: it was not there."""
    global _installed
    with _guard:
        if _installed is None:
            return False
        _installed.end()
        _installed = None
        return True


# ---- what is there without Rota ----


def _is_installed(name: str) -> bool:
    """Whether a module can be imported, found without importing it or a package around it."""
    path: Optional[Sequence[str]] = None
    parts = name.split(".")
    for size in range(1, len(parts) + 1):
        prefix = ".".join(parts[:size])
        module = sys.modules.get(prefix)
        if module is not None:
            path = getattr(module, "__path__", None)
        else:
            spec = _find_spec(prefix, path)
            if spec is None:
                return False
            path = spec.submodule_search_locations
        if path is None and size < len(parts):
            return False
    return True


def _find_spec(name: str, path: Optional[Sequence[str]]) -> Optional[importlib.machinery.ModuleSpec]:
    for finder in list(sys.meta_path):
        find_spec = getattr(finder, "find_spec", None)
        spec = find_spec(name, path, None) if find_spec is not None else None
        if spec is not None:
            return spec  # type: ignore[no-any-return]
    return None


def _is_ours(module: Optional[ModuleType]) -> bool:
    return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), (_SourceLoader, _PackageLoader))


def _is_defined_in(value: Any, key: str, module: ModuleType) -> bool:
    return key == "_task_classes" or (callable(value) and getattr(value, "__module__", None) == module.__name__)


def _put_module(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)


def _remove_module(name: str) -> None:
    module = sys.modules.pop(name)
    parent, _, child = name.rpartition(".")
    namespace = getattr(sys.modules.get(parent), "__dict__", {})
    if namespace.get(child) is module:
        del namespace[child]


def _take_over_classes(original: ModuleType, module: ModuleType) -> None:
    """Classes that were registered with the original before."""
    for task_id, task_class in list(getattr(original, "_task_classes", {}).items()):
        if module.get_task_class(task_id) is None and not module.register_task_class(task_id, task_class):
            logger.warning("the task class %s that was registered before is not valid and is left out", task_id)
