# SPDX-License-Identifier: Apache-2.0
"""Task classes found by importing packages: each module in order by name, once, whatever the others do.

It does not know where packages are looked for by default, the registry, or plugins in C++, which are only read.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib import machinery
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Set, Tuple

from rota import _task_classes

_NOT_IMPORTED = frozenset(("__init__", "__main__", "__pycache__"))
# A plain `.so` is left out: beside Python modules it is most likely a plugin, whose code discovery never runs.
_SUFFIXES = tuple(suffix for suffix in machinery.all_suffixes() if suffix != ".so")


class Discovery:
    """What was found: classes by id, what could not be looked at, and (id, kept, shadowed) where ids meet."""

    def __init__(self) -> None:  # no dataclass: those load `inspect`
        self.classes: Dict[str, type] = {}
        self.problems: List[str] = []
        self.duplicates: List[Tuple[str, type, type]] = []


class _Place(NamedTuple):
    """A package to import; with `folders` it needs none, and what is in them is looked at."""

    name: str
    folders: Tuple[str, ...] = ()
    above: FrozenSet[Tuple[int, int]] = frozenset()  # the folders on the way here, against loops of links


def discover(package_paths: Sequence[str], recursive: bool = True) -> Discovery:
    """Import packages and modules by their dotted names and find the task classes that they define.

    With `recursive` also all their subpackages; else a package's own file and its direct modules. What cannot be
    imported, for whatever reason but KeyboardInterrupt, is a problem, and the rest goes on. TypeError and ValueError
    for what is no list of dotted names.
    """
    names = checked_names(package_paths)
    importlib.invalidate_caches()  # files may be newer than what the import system remembers of their folder
    found = Discovery()
    seen: Set[str] = set()
    for name in names:
        pending = [_Place(name)]
        while pending:
            place = pending.pop()
            folders = place.folders
            if not folders:
                if place.name in seen:
                    continue
                seen.add(place.name)
                folders = _look_at(place.name, found)
            if not folders or not (recursive or place.name == name):
                continue
            modules, below, above = _children(place, folders, recursive)
            packages: List[_Place] = []  # plain modules that have given themselves a __path__
            for module in modules:  # by far the most: at once, not as places of their own
                if module not in seen:
                    seen.add(module)
                    if inner := _look_at(module, found):
                        packages.append(_Place(module, inner, above))
            pending.extend(reversed([*packages, *below]))
    return found


def checked_names(package_paths: Sequence[str]) -> List[str]:
    if isinstance(package_paths, (str, bytes)):
        raise TypeError(f"packages are given as a list: [{package_paths!r}], not {package_paths!r}")
    try:
        names = list(package_paths)
    except TypeError:
        kind = type(package_paths).__name__
        raise TypeError(f"packages are given as a list of dotted names, not as {kind}") from None
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a package is named by a str such as 'scripts.tasks', not by {type(name).__name__}")
        if not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f"{name!r} is no dotted name of a package: give one such as 'scripts.tasks'")
    return names


def _look_at(name: str, found: Discovery) -> Tuple[str, ...]:
    """Takes the classes of a module; gives the folders of a package."""
    try:
        module = _imported(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may raise anything, also SystemExit
        found.problems.append(_problem(name, error))
        return ()
    names = _namespace(module)
    path = names.get("__path__")
    _take_classes(name, list(names.values()), found)  # a copy: a class method may change it
    return () if path is None else _folders(path)


# --- Modules


def _imported(name: str) -> object:
    """The module, its parents first: the import system recurses for those, and packages may be deep."""
    if name.rpartition(".")[0] not in sys.modules:
        position = name.find(".")
        while position > 0:
            importlib.import_module(name[:position])
            position = name.find(".", position + 1)
    return importlib.import_module(name)


def _namespace(module: object) -> Dict[str, Any]:
    """What a module holds; it may have put any object in its place."""
    try:
        names = object.__getattribute__(module, "__dict__")
    except KeyboardInterrupt:
        raise
    except BaseException:  # a property may raise anything
        return {}
    return names if type(names) is dict else {}


def _folders(path: object) -> Tuple[str, ...]:
    if isinstance(path, str):
        return ()
    try:
        return tuple(entry for entry in path if type(entry) is str)  # type: ignore[attr-defined]
    except Exception:
        return ()


def _problem(name: str, error: BaseException) -> str:
    missing = getattr(error, "name", None) if type(error) is ModuleNotFoundError else None
    if isinstance(missing, str) and (missing == name or name.startswith(missing + ".")):
        return f"package {name} is not there: no module {missing} on sys.path; check its name, or add its folder"
    if isinstance(error, SystemExit):
        return f"module {name} cannot be imported: it ends the process with sys.exit({_text(error)})"
    kind = type(error).__name__
    text = _text(error)
    return f"module {name} cannot be imported: {kind}{': ' if text else ''}{text}"


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:
        return ""


# --- What is below a package


_Identities = FrozenSet[Tuple[int, int]]


def _children(
    place: _Place, folders: Tuple[str, ...], recursive: bool
) -> Tuple[List[str], List[_Place], _Identities]:
    """The names of its modules, with `recursive` the packages and folders below it, and all folders above those."""
    modules: Dict[str, bool] = {}  # name: is it a package
    namespaces: Dict[str, List[str]] = {}
    above = set(place.above)
    for folder in folders:
        identity = _identity(folder)
        if identity is None:
            _add_from_importer(folder, modules)
        elif identity not in place.above:
            above.add(identity)
            _add_from_folder(folder, modules, namespaces)
    # Files before folders: of two classes with one id the same counts as for the commands.
    files = [f"{place.name}.{name}" for name in sorted(modules) if not modules[name]]
    below: List[_Place] = []
    if recursive:
        packages = [name for name, is_package in modules.items() if is_package]
        for name in sorted({*packages, *(name for name in namespaces if name not in modules)}):
            inner = () if name in modules else tuple(namespaces[name])
            below.append(_Place(f"{place.name}.{name}", inner, frozenset(above)))
    return files, below, frozenset(above)


def _identity(folder: str) -> Optional[Tuple[int, int]]:
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if os.path.isdir(folder) else None


def _add_from_folder(folder: str, modules: Dict[str, bool], namespaces: Dict[str, List[str]]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = _module_name(entry.name)
                if name is None:
                    continue
                if name != entry.name:
                    modules.setdefault(name, False)
                elif entry.is_dir():
                    if _has_own_file(entry.path):
                        modules[name] = True
                    else:
                        namespaces.setdefault(name, []).append(entry.path)
    except OSError:
        return  # what cannot be listed holds nothing that can be imported


def _module_name(file_name: str) -> Optional[str]:
    """The name by which a file is imported, that of a folder as it is; None where it cannot be."""
    if file_name.endswith(".py"):
        name = file_name[:-3]
    else:
        suffix = next((suffix for suffix in _SUFFIXES if file_name.endswith(suffix)), "")
        name = file_name[: len(file_name) - len(suffix)]
    return name if name.isidentifier() and name not in _NOT_IMPORTED else None


def _has_own_file(folder: str) -> bool:
    return any(os.path.isfile(os.path.join(folder, "__init__" + suffix)) for suffix in _SUFFIXES)


def _add_from_importer(entry: str, modules: Dict[str, bool]) -> None:
    """What lies in an archive, or wherever else modules are imported from."""
    import pkgutil  # only for these: it loads `inspect`

    try:
        for module in pkgutil.iter_modules([entry]):
            if module.name.isidentifier() and module.name not in _NOT_IMPORTED:
                modules.setdefault(module.name, module.ispkg)
    except Exception:
        return


# --- Classes


def _take_classes(module: str, values: List[Any], found: Discovery) -> None:
    taken: Set[int] = set()
    for value in values:
        # As _task_classes.is_class(), without a call: a module holds many things that are none.
        if not issubclass(type(value), type) or id(value) in taken:
            continue
        taken.add(id(value))
        name = _task_classes.name_of(value)
        if name.startswith("_") or _task_classes.module_of(value) != module:
            continue
        if _task_classes.is_task_class(value):
            _take_class(module, value, found)


def _take_class(module: str, cls: type, found: Discovery) -> None:
    try:
        task_id = _task_classes.id_of_task_class(cls)
        faults = _task_classes.find_faults(cls) if task_id is None else []
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a method that gives a field is code of the module
        task_id, faults = None, [_text(error)]
    if task_id is None:
        name = _task_classes.name_of(cls)
        found.problems.append(f"class {name} of module {module} is left out: {'; '.join(faults)}")
    elif task_id in found.classes:
        found.duplicates.append((task_id, found.classes[task_id], cls))
    else:
        found.classes[task_id] = cls
