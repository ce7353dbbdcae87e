# SPDX-License-Identifier: Apache-2.0
"""The rules for live classes: which are task classes, which are valid, what they say of themselves.

No class is instantiated and nothing of it is run, but a class method or static method that gives a field. It does not
know the registry or the log, and leaves what a constructor takes to `_arguments`.
"""

from __future__ import annotations

import ast
import linecache
import os
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple
from weakref import WeakKeyDictionary

from rota import _arguments, _static
from rota._arguments import IDENTITY
from rota._class_parts import MISSING as _MISSING
from rota._class_parts import find as _find
from rota._class_parts import flags as _flags
from rota._class_parts import is_a as _is_a
from rota._class_parts import is_class
from rota._class_parts import mro as _mro
from rota._class_parts import name as _name
from rota._class_parts import namespace as _namespace
from rota._class_parts import unwrapped as _unwrapped

BASE_NAME = "BaseTask"
LIFE_CYCLE = ("configure_operations", "run", "initialize", "execute", "finalize")
DEFAULTS: Dict[str, Any] = {
    "task_type": "unknown",
    "description": "",
    "version": "1.0.0",
    "author": "unknown",
    "dependencies": [],
}


_IS_ABSTRACT = 1 << 20  # Py_TPFLAGS_IS_ABSTRACT
# By identity: the == of a metaclass is not asked.
_PLAIN_KINDS = frozenset(map(id, (str, list, dict, tuple, type(None))))
_METHOD_KINDS = frozenset(map(id, (FunctionType, classmethod, staticmethod, property)))
# Of the class that was asked last, by its mro, which is another one once its bases are.
_last_below: Tuple[Tuple[type, ...], Tuple[type, ...]] = ((), ())
_last_base: Tuple[Optional[type], List[str]] = (None, [])
_constructors: WeakKeyDictionary[FunctionType, Optional[_static.Record]] = WeakKeyDictionary()


# --- Classes, looked at past their metaclass


def name_of(cls: object) -> str:
    """How a class, or what was given for one, is named in a message."""
    return _name(cls) if is_class(cls) else f"an object of type {_name(type(cls))}"  # type: ignore[arg-type]


def module_of(cls: type) -> str:
    """Where a class was defined, by its own word; "" where it says nothing."""
    module = _namespace(cls).get("__module__")
    return str.__str__(module) if _is_a(module, str) else ""


def _base_task_of(cls: type) -> Optional[type]:
    for base in _mro(cls)[1:]:
        if _name(base) == BASE_NAME:
            return base
    return None


def derives_from_base_task(cls: type) -> bool:
    return _base_task_of(cls) is not None


def _below_base(cls: type) -> Tuple[type, ...]:
    """The class and its bases but BaseTask and what that derives from."""
    global _last_below
    line, last = _mro(cls), _last_below
    if line is not last[0]:
        _last_below = last = (line, _part_below_base(line))
    return last[1]


def _part_below_base(line: Tuple[type, ...]) -> Tuple[type, ...]:
    for place, base in enumerate(line):
        if place > 0 and _name(base) == BASE_NAME:
            above = _mro(base)
            if len(line) - place == len(above):  # nothing else comes after it
                return line[:place]
            known = _Identities(above)
            return tuple(klass for klass in line if klass not in known)
    return line[:-1]


class _Identities:
    """`in` by identity: the == of a metaclass is not asked."""

    def __init__(self, values: Tuple[type, ...]) -> None:
        self._ids = {id(value) for value in values}

    def __contains__(self, value: object) -> bool:
        return id(value) in self._ids


def _has(cls: type, name: str) -> bool:
    value = _find(cls, name)
    return value is not _MISSING and value is not None


def _has_own_operations(cls: type) -> bool:
    """Whether configure_operations is what the class, or a base below BaseTask, has made of it."""
    own = _namespace(cls).get("configure_operations", _MISSING)
    if own is not _MISSING:
        return own is not None
    for klass in _mro(cls):
        if "configure_operations" in _namespace(klass):
            is_below = klass in _Identities(_below_base(cls))
            return is_below and _namespace(klass)["configure_operations"] is not None
    return False


def _abstract_methods(cls: type) -> List[str]:
    line = _mro(cls)[:-1]
    abstract = [_marked_abstract(klass) for klass in line]
    if not any(abstract):
        return []
    found: List[str] = []
    seen: Set[str] = set()
    for klass, names in zip(line, abstract):
        found.extend(name for name in names if name not in seen)
        seen.update(_namespace(klass))
    return found


def _marked_abstract(klass: type) -> List[str]:
    """The methods of its own that are abstract; those of the last BaseTask are known: nearly all have the same."""
    global _last_base
    last = _last_base
    if klass is last[0]:
        return last[1]
    found = [
        name
        for name, value in _namespace(klass).items()
        if id(type(value)) in _METHOD_KINDS and getattr(value, "__isabstractmethod__", False)
    ]
    if _name(klass) == BASE_NAME:
        _last_base = (klass, found)
    return found


def _is_abstract(cls: type) -> bool:
    if _flags(cls) & _IS_ABSTRACT:
        return True
    for klass in _mro(cls):
        if klass is not object and _marked_abstract(klass):
            return bool(_abstract_methods(cls))  # a class below it may have them
    return False


def is_task_class(cls: object) -> bool:
    """Whether a class is one whose instances are tasks. Never raises, whatever is given."""
    if not is_class(cls):
        return False
    assert isinstance(cls, type)
    if _name(cls) == BASE_NAME:
        return False
    if _base_task_of(cls) is not None:
        return _has_own_operations(cls) and not _is_abstract(cls)
    return all(_has(cls, name) for name in ("task_id", *LIFE_CYCLE)) and not _is_abstract(cls)


# --- Constructors


def _constructor_of(cls: type) -> Tuple[Optional[type], Any]:
    """The class whose __init__ an instance is made with, and that; (None, None) where it is object's."""
    for klass in _mro(cls):
        if klass is not object and "__init__" in _namespace(klass):
            return klass, _namespace(klass)["__init__"]
    return None, None


def parameters_of(cls: type) -> List[Dict[str, Any]]:
    """The parameters that are the class's own, but task_id, task_type and description, which every task has."""
    owner, initializer = _constructor_of(cls)
    if owner is None or owner not in _Identities(_below_base(cls)):
        return []
    parameters = [p for p in _arguments.signature_of(initializer).parameters if p["name"] not in IDENTITY]
    return [dict(parameter, description="") for parameter in parameters]


def takes_any_keyword(cls: type) -> bool:
    """Whether its constructor takes arguments by names that it does not name."""
    return _arguments.signature_of(_constructor_of(cls)[1]).takes_any


def check_keywords(cls: type, kwargs: Mapping[str, object], from_text: bool = False) -> List[str]:
    """All that keeps keyword arguments from being taken by the constructor of a class, a phrase each."""
    return _arguments.check(_arguments.signature_of(_constructor_of(cls)[1]), kwargs, from_text)


# --- What constructors pass on


class _LiveScope(_static.Scope):
    """The names that a constructor reads, with the values that they have now."""

    __slots__ = ("function", "owner")

    def __init__(self, function: FunctionType, owner: type) -> None:
        super().__init__({})
        self.function = function
        self.owner = owner

    def find(self, name: str) -> Tuple[ast.expr, _static.Scope]:
        value = self._value(name)
        if value is _MISSING:
            raise _static.Dynamic
        return _expression(value), self

    def _value(self, name: str) -> Any:
        names = self.function.__code__.co_freevars
        if name in names:
            try:
                return (self.function.__closure__ or ())[names.index(name)].cell_contents
            except (ValueError, IndexError):
                return _MISSING
        if name in self.function.__globals__:
            return self.function.__globals__[name]
        return _namespace(self.owner).get(name, _MISSING)  # a default is read in the class


def _expression(value: Any) -> ast.expr:
    if type(value) in (list, tuple, set):
        items: List[ast.expr] = [ast.Constant(item) for item in value]
        return ast.Set(items) if type(value) is set else ast.List(items, ast.Load())
    if type(value) is dict:
        return ast.Dict([ast.Constant(key) for key in value], [ast.Constant(item) for item in value.values()])
    return ast.Constant(value)  # what is no scalar is refused when it is read


def _passed(initializer: object, owner: type) -> Optional[_static.Record]:
    """What a constructor passes to that of its base, read from its source; None where there is none."""
    function = _unwrapped(initializer)
    if function is None or "__init__" not in function.__code__.co_names:
        return None
    if function not in _constructors:
        _constructors[function] = _read_constructor(function, owner)
    return _constructors[function]


def _read_constructor(function: FunctionType, owner: type) -> Optional[_static.Record]:
    try:
        tree = _parsed_block(_lines_of(function), function.__code__.co_firstlineno - 1)
        constructor = _static.functions_of_class(tree.body[0]).get("__init__")
        scope = _LiveScope(function, owner)
        record = None if constructor is None else _static.constructor_record(constructor, scope, scope)
    except Exception:  # a source that is gone, has changed, or never was Python
        return None
    names = [parameter["name"] for parameter in _arguments.signature_of(function).parameters]
    same = record is not None and [parameter["name"] for parameter in record["parameters"]] == names
    return record if same else None  # else the file has changed since it was imported


_last_read: Tuple[object, List[str]] = (None, [])  # many classes of one file are asked for in a row


def _lines_of(function: FunctionType) -> List[str]:
    """The lines of the file that a function is from, or of what else `linecache` knows (a cell, an archive)."""
    global _last_read
    path = function.__code__.co_filename
    try:
        status = os.stat(path)
        identity = (path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        known, lines = _last_read
        if known == identity:
            return lines
        with open(path, encoding="ascii") as file:
            lines = file.readlines()
    except (OSError, ValueError):  # no file, or an encoding that has to be found out
        return linecache.getlines(path, function.__globals__)
    _last_read = (identity, lines)
    return lines


def _parsed_block(lines: List[str], first: int) -> Any:
    """A function from its first line, a decorator or `def`, to where the indentation says that it ends.

    A text over several lines may have any indentation, so it ends at the first such place where it parses.
    """
    indent = _indent(lines[first])
    end = next(i for i in range(first, len(lines)) if lines[i].lstrip().startswith("def ")) + 1
    while True:
        while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
            end += 1
        try:
            return _static.parsed("class _:\n" + "".join(lines[first:end]), "<constructor>", "exec")
        except SyntaxError:
            if end >= len(lines):
                raise
        end += 1


def _indent(line: str) -> int:
    line = line.expandtabs() if "\t" in line else line
    return len(line) - len(line.lstrip())


def _from_constructors(cls: type, field: str) -> Any:
    """The literal that a constructor of the class passes on for a field; _MISSING where there is none."""
    for owner in _below_base(cls):
        initializer = _namespace(owner).get("__init__")
        record = None if initializer is None else _passed(initializer, owner)
        if record is None:
            continue
        fact = record["passes"].get(field) or _at_position(cls, owner, record["positional"], field)
        if fact is None:
            continue
        if "value" in fact:
            value = fact["value"]
            if value is not None and not (field == "task_id" and value == ""):
                return value
        return _MISSING  # whatever a base says, this goes before
    return _MISSING


def _at_position(
    cls: type, owner: type, facts: List[_static.Record], field: str
) -> Optional[_static.Record]:
    if not facts:
        return None
    names: Tuple[str, ...] = IDENTITY
    mro = _mro(cls)
    position = next(i for i, klass in enumerate(mro) if klass is owner)
    for klass in mro[position + 1 :]:
        function = _unwrapped(_namespace(klass).get("__init__"))
        if function is not None:
            own = function.__code__.co_varnames[1 : function.__code__.co_argcount]
            names = own or IDENTITY
            break
    return next((fact for name, fact in zip(names, facts) if name == field), None)


# --- Fields


def _attribute(cls: type, field: str) -> Any:
    """A field as the class has it: what stands there, or what its class method gives; else _MISSING."""
    for klass in _below_base(cls):
        value: Any = _namespace(klass).get(field)
        if _is_a(value, (classmethod, staticmethod)):
            method = value.__get__(None, cls)
            if not _takes_no_arguments(method):
                return _MISSING
            value = _called(cls, field, method)
        elif _is_descriptor(value):
            return _MISSING
        if value is not None and not (field == "task_id" and _is_a(value, str) and value == ""):
            return value
    return _MISSING


def _takes_no_arguments(method: object) -> bool:
    function = _unwrapped(getattr(method, "__func__", method))
    if function is None:
        return callable(method)
    code = function.__code__
    given = 0 if function is method else 1
    required = code.co_argcount - len(function.__defaults__ or ())
    return required <= given and code.co_kwonlyargcount <= len(function.__kwdefaults__ or {})


def _called(cls: type, field: str, method: Any) -> Any:
    try:
        return method()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # as a module may, it may end the program
        raise ValueError(
            f"{_name(cls)}.{field}() raised {_name(type(error))}: give {field} as a class attribute"
        ) from error


def _is_descriptor(value: object) -> bool:
    if id(type(value)) in _PLAIN_KINDS:
        return False
    return any("__get__" in _namespace(klass) for klass in _mro(type(value)))


_WANTED = {field: "a str" for field in _static.FIELDS}
_WANTED.update(dependencies="a list of str", policy="a dict of scalars by name")


def _plain(cls: type, field: str, value: Any) -> Any:
    """A copy of a field's value in plain types, or ValueError."""
    kind = _static.FIELDS[field]
    plain = value
    if _is_a(value, str):
        plain = str.__str__(value)
    elif kind is list and _is_a(value, (list, tuple, set, frozenset)):
        plain = [str.__str__(item) if _is_a(item, str) else item for item in value]
        if _is_a(value, (set, frozenset)) and _static.has_type_of_field(field, plain):
            plain.sort()
    elif kind is dict and _is_a(value, dict):
        plain = dict(value)
    if not _is_a(plain, kind) or not _static.has_type_of_field(field, plain) or not _is_text(plain):
        wanted = _WANTED[field]
        raise ValueError(f"{_name(cls)}.{field} must be {wanted}, not {_shown(value)}")
    return plain


def _is_text(plain: Any) -> bool:
    if type(plain) is dict:
        return all(type(key) is str and _static.is_literal(item) for key, item in plain.items())
    return all(_static.is_literal(item) for item in (plain if type(plain) is list else [plain]))


def _shown(value: object) -> str:
    kind = _name(type(value))
    if type(value) in (str, int, float, bool):
        return f"{kind} {_static.whole_text(repr(value))[:60]}"
    return kind


def _own_text(cls: type, field: str) -> Optional[str]:
    """A field as nearly all classes have it, which needs no look at anything else; else None."""
    value = _namespace(cls).get(field)
    return value if type(value) is str and 0 < len(value) < 256 and value.isascii() else None


def _declared(cls: type, field: str) -> Any:
    """A field as the class or its constructors give it, in plain types; _MISSING where they do not."""
    if _static.FIELDS[field] is str:
        own = _own_text(cls, field)
        if own is not None:
            return own
    value = _attribute(cls, field)
    if value is _MISSING:
        value = _from_constructors(cls, field)
    return value if value is _MISSING else _plain(cls, field, value)


def _known_id(cls: type) -> str:
    task_id = _declared(cls, "task_id")
    return _static.id_from_class_name(_name(cls)) if task_id is _MISSING else task_id


def get_task_id(cls: object) -> Optional[str]:
    """The id of a task class; None for what is none, and where its task_id is no id. Never raises."""
    return id_of_task_class(cls) if is_task_class(cls) else None  # type: ignore[arg-type]


def id_of_task_class(cls: type) -> Optional[str]:
    """The same for what is known to be a task class."""
    own = _own_text(cls, "task_id")
    if own is not None:
        return own
    try:
        return _known_id(cls)
    except ValueError:
        return None


def docstring_of(cls: type) -> Optional[str]:
    text = _namespace(cls).get("__doc__")
    return _static.clean_docstring(str.__str__(text)) if _is_a(text, str) else None


def _docstring_tags(cls: type) -> Dict[str, Any]:
    text = docstring_of(cls)
    if text is None:
        return {}
    from rota._rota import metadata_from_docstring

    return dict(metadata_from_docstring(text))


def _from_tag(field: str, value: Any) -> Any:
    if field == "dependencies" and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if field == "dependencies" else value


def get_metadata(cls: type) -> Dict[str, Any]:
    """What a class says of itself, in new objects at each call. ValueError where a field has a wrong type."""
    if not is_class(cls):
        raise ValueError(f"{name_of(cls)} is no class: give the task class itself")
    metadata: Dict[str, Any] = {"task_id": _known_id(cls)}
    tags = _docstring_tags(cls)
    if "type" in tags:
        tags.setdefault("task_type", tags.pop("type"))
    for field, default in DEFAULTS.items():
        value = _declared(cls, field)
        if value is _MISSING or (field == "description" and value == ""):
            value = _from_tag(field, tags.get(field) or default)
        metadata[field] = value
    metadata["class_name"] = _name(cls)
    metadata["module"] = module_of(cls)
    metadata["parameters"] = parameters_of(cls)
    policy = _declared(cls, "policy")
    if policy is not _MISSING:
        metadata["policy"] = policy
    for tag, value in tags.items():
        if tag != "policy":
            metadata.setdefault(tag, value)
    return metadata


# --- Validity


def find_faults(cls: object) -> List[str]:
    """All that keeps a class from being a valid task class, a phrase each: what is wrong and what to do."""
    if not is_class(cls):
        return [f"{name_of(cls)} is no class: give the task class itself, not its name or an instance"]
    assert isinstance(cls, type)
    if _name(cls) == BASE_NAME:
        return ["BaseTask itself is no task class: derive a class from it"]
    faults = [*_faults_of_methods(cls), *_faults_of_constructor(cls)]
    abstract = _abstract_methods(cls)
    if abstract:
        faults.append(f"{_name(cls)} leaves {', '.join(abstract)} abstract: implement them")
    try:
        get_metadata(cls)
    except ValueError as error:
        faults.append(str(error))
    return faults


def _faults_of_methods(cls: type) -> Iterator[str]:
    derived = _base_task_of(cls) is not None
    needed = LIFE_CYCLE[:2] if derived else LIFE_CYCLE
    missing = [name for name in needed if not _has(cls, name)]
    if derived and "configure_operations" not in missing and not _has_own_operations(cls):
        missing.insert(0, "configure_operations")
    if not derived and not _has(cls, "task_id"):
        yield f"{_name(cls)} has no task_id: add a class attribute task_id"
    if missing:
        otherwise = "add them" if derived else "derive it from BaseTask, or add them"
        kind = "" if derived else " does not derive from BaseTask and"
        yield f"{_name(cls)}{kind} has no {', '.join(missing)}: {otherwise}"
    for name in needed:
        if name not in missing and not _is_method(_find(cls, name)):
            yield f"{_name(cls)}.{name} is no method: define it with def"


def _is_method(value: object) -> bool:
    return _is_descriptor(value) or any("__call__" in _namespace(klass) for klass in _mro(type(value)))


def _faults_of_constructor(cls: type) -> Iterator[str]:
    owner, initializer = _constructor_of(cls)
    if owner is None or owner not in _Identities(_below_base(cls)):
        return
    signature = _arguments.signature_of(initializer)
    code = signature.code
    if code is None or signature.takes_any or "__init__" in code.co_names:
        return
    after = getattr(_find(cls, "__post_init__"), "__code__", None)  # of a dataclass
    if "__post_init__" in code.co_names and "__init__" in getattr(after, "co_names", ()):
        return
    taken: Set[str] = {parameter["name"] for parameter in signature.parameters}
    missing = [name for name in IDENTITY if name not in taken]
    if missing:
        yield (
            f"The constructor of {_name(cls)} neither takes {', '.join(missing)} nor passes them to BaseTask: "
            f"add these parameters, or call super().__init__(task_id=..., task_type=..., description=...)"
        )


def validate_task_class(cls: object) -> bool:
    """Whether a class meets all that is required of a task class; find_faults() says what it lacks."""
    return not find_faults(cls)
