# SPDX-License-Identifier: Apache-2.0
"""What a constructor takes: its parameters, and all that keeps keyword arguments from being taken by it.

Nothing is called. It does not know which class is a task class.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, FunctionType
from typing import Any, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Tuple
from weakref import WeakKeyDictionary

from rota import _annotations, _static
from rota._class_parts import MISSING, unwrapped

IDENTITY = ("task_id", "task_type", "description")  # what each constructor takes, or passes to BaseTask
_VARKEYWORDS = 0x08  # of CodeType.co_flags


class Signature(NamedTuple):
    parameters: List[_static.Record]
    types: Dict[str, Optional[FrozenSet[str]]]  # where an annotation allows scalars alone
    positional_only: Tuple[str, ...]
    takes_any: bool
    function: Any  # of Python, or None
    is_decorated: bool = False  # what is given may be changed before the function has it

    @property
    def code(self) -> Optional[CodeType]:
        code: Optional[CodeType] = getattr(self.function, "__code__", None)
        return code


_rules: WeakKeyDictionary[FunctionType, Dict[str, Optional[_annotations.Rule]]] = WeakKeyDictionary()
_OPEN = Signature([], {}, (), True, None)
_CLOSED = Signature([], {}, (), False, None)


def signature_of(initializer: object) -> Signature:
    """What a constructor takes; everything where it is none of Python's functions."""
    if initializer is None:
        return _CLOSED
    function = unwrapped(initializer)
    if function is None:
        return _OPEN
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    defaults = _defaults_of(function)
    annotations = _annotations_of(function)
    types: Dict[str, Optional[FrozenSet[str]]] = {}
    parameters: List[_static.Record] = []
    for name in (*positional[1:], *keywords):
        types[name] = _annotations.types_of(annotations.get(name, MISSING))
        default = defaults.get(name)
        default = default if _static.is_literal(default) else None
        parameters.append(_static.parameter_record(name, types[name], name not in defaults, default))
        types[name] = _with_default(types[name], defaults.get(name, MISSING))
    only = positional[1 : code.co_posonlyargcount]
    return Signature(parameters, types, only, bool(code.co_flags & _VARKEYWORDS), function, function is not initializer)


def _with_default(types: Optional[FrozenSet[str]], default: object) -> Optional[FrozenSet[str]]:
    """What is allowed besides: None where that is the default; all where the annotation does not allow the default."""
    if types is None or default is MISSING:
        return types
    if default is None:
        return types | {"None"}
    return types if _annotations.rule_of_types(types).takes(default) else None


def _defaults_of(function: FunctionType) -> Dict[str, Any]:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    values = function.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(values) :], values))
    defaults.update(function.__kwdefaults__ or {})
    return defaults


def _annotations_of(function: FunctionType) -> Mapping[str, Any]:
    try:
        return function.__annotations__
    except Exception:  # they are computed here since Python 3.14, and may name what is not there
        return {}


def check(signature: Signature, kwargs: Mapping[str, object], from_text: bool = False) -> List[str]:
    """All that keeps keyword arguments from being taken, a phrase each.

    task_id, task_type and description are never missing: the registry gives what the metadata say. With `from_text` a scalar
    may stand for anything but another scalar: runs carry nothing else, and the constructor knows what to make of it.
    """
    known = {p["name"]: p for p in signature.parameters if p["name"] not in signature.positional_only}
    problems = [
        f"unknown argument '{name}'{_nearest(name, [one for one in known if one not in IDENTITY])}"
        for name in kwargs
        if name not in known and not signature.takes_any
    ]
    for parameter in signature.parameters:
        name = parameter["name"]
        if name in signature.positional_only:
            if parameter["required"]:
                problems.append(f"parameter '{name}' can only be given by position: remove the '/' after it")
        elif name not in kwargs:
            if parameter["required"] and name not in IDENTITY:
                problems.append(f"missing argument '{name}'")
        else:
            problems.extend(_type_problems(signature, name, kwargs[name], from_text))
    return problems


def _type_problems(signature: Signature, name: str, value: object, from_text: bool) -> Iterator[str]:
    types = signature.types[name]
    if types is not None:
        rule: Optional[_annotations.Rule] = _annotations.rule_of_types(types)
    else:
        rule = None if from_text or signature.is_decorated else _rule_of(signature.function, name)
    if rule is not None and not _annotations.takes(rule, value):
        yield f"argument '{name}' must be {rule.words}, not {_annotations.shown(value, rule)}"


def _rule_of(function: Optional[FunctionType], name: str) -> Optional[_annotations.Rule]:
    if function is None:
        return None
    known = _rules.setdefault(function, {})
    if name not in known:
        known[name] = _read_rule(function, name)
    return known[name]


def _read_rule(function: FunctionType, name: str) -> Optional[_annotations.Rule]:
    rule = _annotations.rule_of(_annotations_of(function).get(name, MISSING), function.__globals__)
    defaults = _defaults_of(function)
    if rule is None or name not in defaults:
        return rule
    if defaults[name] is not None and not _annotations.takes(rule, defaults[name]):
        return None  # who gives it another default takes other values too
    words = rule.words if defaults[name] is not None or rule.takes(None) else f"{rule.words} or None"
    return rule._replace(words=words, takes=lambda value: value is None or rule.takes(value))


def _nearest(name: str, known: List[str]) -> str:
    import difflib  # only where something is wrong

    nearest = difflib.get_close_matches(name, known, n=1)
    if nearest:
        return f" (did you mean '{nearest[0]}'?)"
    return f" (it takes {', '.join(known)})" if known else " (it takes none)"
