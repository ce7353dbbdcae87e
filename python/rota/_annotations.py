# SPDX-License-Identifier: Apache-2.0
"""Which values an annotation surely does not allow. What is not known here allows all: it is never guessed.

Known are bool, int, float, str, None, list, dict, tuple, set, frozenset with what is in them, paths, enumerations, Literal,
Optional, Union and Annotated, as objects and as text. Nothing is evaluated: names are looked up where the function has them.

Only values of Python's own plain types are judged: an array, a mapping of another kind or a mock may well do. A list, a tuple
and a set stand for each other, a text for a path, the value or name of a member for an enumeration: constructors make of
them what they need.
"""

from __future__ import annotations

import ast
import builtins
import enum
import itertools
import os
import pathlib
import typing
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Callable, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence

from rota import _static
from rota._class_parts import MISSING, is_a, is_class, name

SCALARS = (bool, int, float, str)
_COLLECTIONS = (list, tuple, set, frozenset)
_CONTAINERS = (*_COLLECTIONS, dict)
# By identity: the hash of a metaclass is not asked.
_JUDGED = frozenset(map(id, (type(None), *SCALARS, complex, bytes, *_CONTAINERS)))
_DEEPEST = 8
_MOST_LOOKED_AT = 1000  # of what is in a container
_NONE = frozenset(("None",))


class Rule(NamedTuple):
    """What is allowed, in words and as a question; `by_value`: not by the type alone."""

    words: str
    takes: Callable[[Any], bool]
    by_value: bool = False


def _rule(words: str, takes: Callable[[Any], bool], by_value: bool = False) -> Rule:
    return Rule(words, lambda value: id(type(value)) not in _JUDGED or takes(value), by_value)


def types_of(annotation: object) -> Optional[FrozenSet[str]]:
    """As _static.types_of_annotation(), of an annotation that is an object or its text."""
    if annotation is None or annotation is type(None):
        return _NONE
    if is_a(annotation, str):
        return _static.types_of_text(str.__str__(annotation))
    if any(annotation is kind for kind in SCALARS):
        return frozenset((str(getattr(annotation, "__name__")),))
    if _is_union(annotation):
        members = [types_of(member) for member in getattr(annotation, "__args__", ())]
        if members and None not in members:
            return frozenset().union(*(member for member in members if member is not None))
    return None


def rule_of_types(types: FrozenSet[str]) -> Rule:
    return Rule(" or ".join(sorted(types)), lambda value: _is_one_of(types, value))


def rule_of(annotation: object, names: Mapping[str, Any]) -> Optional[Rule]:
    """None: all is allowed. `names`: the globals of the function."""
    try:
        return _Reader(names).rule(annotation, 0)
    except Exception:  # what looks like a part of `typing`, and is none
        return None


def takes(rule: Rule, value: object) -> bool:
    """Never raises: what changes while it is looked at, or is no plain value after all, is taken."""
    try:
        return rule.takes(value)
    except Exception:
        return True


def shown(value: object, rule: Rule) -> str:
    """What was given instead."""
    kind = name(type(value))
    if rule.by_value and type(value) in SCALARS:
        return _static.whole_text(repr(value))[:60]
    if type(value) is dict:
        return f"dict of {_kinds(list(value))} to {_kinds(list(value.values()))}" if value else "empty dict"
    if type(value) in (list, tuple, set, frozenset):
        return f"{kind} of {_kinds(list(value))}" if value else f"empty {kind}"  # type: ignore[call-overload]
    return kind


def _kinds(values: List[object]) -> str:
    return " and ".join(dict.fromkeys(name(type(value)) for value in values[:_MOST_LOOKED_AT]))


def _is_one_of(types: FrozenSet[str], value: object) -> bool:
    if value is None:
        return "None" in types
    if is_a(value, bool):
        return "bool" in types
    if is_a(value, str):
        return "str" in types
    import numbers  # those of NumPy are registered there

    if is_a(value, numbers.Integral):
        return "int" in types or "float" in types
    return is_a(value, numbers.Real) and "float" in types


def _is_union(annotation: object) -> bool:
    return name(type(annotation)) in ("_UnionGenericAlias", "UnionType", "Union")


class _Reader:
    """Rules of annotations that are objects or nodes of the syntax of their text."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def rule(self, annotation: Any, depth: int) -> Optional[Rule]:
        if depth > _DEEPEST:
            return None
        if is_a(annotation, ast.AST):
            return self._of_node(annotation, depth + 1)
        if is_a(annotation, str):
            return self._of_text(str.__str__(annotation), depth)
        types = types_of(annotation)
        if types is not None:
            return _rule(*rule_of_types(types))
        if is_class(annotation):
            return _of_class(annotation)
        if type(annotation).__module__ not in ("typing", "types", "annotationlib"):
            return None
        return self._of_alias(annotation, depth + 1)

    def _of_alias(self, annotation: Any, depth: int) -> Optional[Rule]:
        kind = name(type(annotation))
        if kind == "ForwardRef":
            return self._of_text(annotation.__forward_arg__, depth)
        arguments = getattr(annotation, "__args__", ())
        if _is_union(annotation):
            return self._union(arguments, depth)
        if kind == "_LiteralGenericAlias":
            return _literal(list(arguments))
        origin = annotation.__origin__
        if kind == "_AnnotatedAlias":
            return self.rule(origin, depth)
        if kind in ("_SpecialGenericAlias", "_TupleType"):  # List, Tuple
            return _of_class(origin)
        return self._of_container(origin, () if arguments == ((),) else arguments, depth)

    def _of_text(self, text: str, depth: int) -> Optional[Rule]:
        try:
            return self.rule(_static.parsed(text, "<annotation>", "eval").body, depth + 1)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def _of_node(self, node: ast.expr, depth: int) -> Optional[Rule]:
        types = _static.types_of_annotation(node)
        if types is not None:
            return _rule(*rule_of_types(types))
        if isinstance(node, ast.Constant):
            return self.rule(node.value, depth) if isinstance(node.value, str) else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            return self._of_subscript(node, depth)
        value = self._value(node)
        return None if is_a(value, (str, ast.AST)) else self.rule(value, depth)

    def _of_subscript(self, node: ast.Subscript, depth: int) -> Optional[Rule]:
        inner: List[ast.expr] = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        base = self._value(node.value)
        if base is typing.Optional:
            return self._union([*inner, None], depth)
        if base is typing.Union:
            return self._union(inner, depth)
        if base is typing.Literal:
            return _literal([_constant(one) for one in inner])
        if base is getattr(typing, "Annotated", MISSING):
            return self.rule(inner[0], depth)
        if not is_class(base):
            base = getattr(base, "__origin__", None) if type(base).__module__ == "typing" else None
        return self._of_container(base, inner, depth)

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self._names.get(node.id, vars(builtins).get(node.id, MISSING))
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            if type(owner) is ModuleType:
                return vars(owner).get(node.attr, MISSING)
        return MISSING

    def _union(self, members: Sequence[Any], depth: int) -> Optional[Rule]:
        rules: List[Rule] = []
        for member in members:
            rule = self.rule(member, depth)
            if rule is None:
                return None
            rules.append(rule)
        return Rule(
            " or ".join(dict.fromkeys(rule.words for rule in rules)),
            lambda value: any(rule.takes(value) for rule in rules),
            any(rule.by_value for rule in rules),
        )

    def _of_container(self, origin: Any, arguments: Sequence[Any], depth: int) -> Optional[Rule]:
        if origin is tuple:
            return self._tuple(arguments, depth)
        outer = _of_class(origin) if is_class(origin) else None
        if outer is None or not any(origin is kind for kind in _CONTAINERS):
            return outer
        rules = [self.rule(argument, depth) for argument in arguments]
        if origin is dict and len(rules) == 2:
            return _dict_of(rules[0], rules[1])
        if origin is dict or len(rules) != 1 or rules[0] is None:
            return outer
        inner = rules[0]
        return _rule(
            f"{outer.words} of {inner.words}", lambda value: _is_collection(value) and all(map(inner.takes, _first(value)))
        )

    def _tuple(self, arguments: Sequence[Any], depth: int) -> Optional[Rule]:
        if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple):  # tuple[()]
            arguments = arguments[0].elts
        if any(map(_is_unpacked, arguments)):
            return _of_class(tuple)
        is_any_length = len(arguments) == 2 and _is_ellipsis(arguments[1])
        rules = [self.rule(argument, depth) for argument in (arguments[:1] if is_any_length else arguments)]
        words = ", ".join("anything" if rule is None else rule.words for rule in rules)
        if is_any_length:
            words = f"tuple of {words}"
            return _rule(words, lambda value: _is_collection(value) and all(_takes(rules[0], one) for one in _first(value)))
        return _rule(
            f"tuple of ({words})" if rules else "empty tuple",
            lambda value: is_a(value, (tuple, list)) and len(value) == len(rules) and all(map(_takes, rules, value)),
        )


def _takes(rule: Optional[Rule], value: object) -> bool:
    return rule is None or rule.takes(value)


def _of_class(cls: type) -> Optional[Rule]:
    """Of other classes nothing is asked: what stands for an instance of them may be of another."""
    if cls is dict:
        return _rule("dict", lambda value: is_a(value, dict))
    if any(cls is kind for kind in _COLLECTIONS):
        return _rule(name(cls), _is_collection)
    if cls is os.PathLike or pathlib.PurePath in type.mro(cls):
        return _rule(f"{name(cls)} or str", lambda value: is_a(value, str))
    if enum.Flag in type.mro(cls):
        return _rule(name(cls), lambda value: is_a(value, (int, str)), True)
    if enum.Enum in type.mro(cls):
        members = {one: member.value for one, member in typing.cast(Any, cls).__members__.items()}
        return _rule(name(cls), lambda value: value in members or value in list(members.values()), True)
    return None


def _is_collection(value: object) -> bool:
    return is_a(value, _COLLECTIONS)


def _first(values: Any) -> Iterator[Any]:
    return itertools.islice(values, _MOST_LOOKED_AT)


def _dict_of(key: Optional[Rule], value: Optional[Rule]) -> Rule:
    words = " to ".join("anything" if rule is None else rule.words for rule in (key, value))

    def takes(given: Any) -> bool:
        return is_a(given, dict) and all(_takes(key, one) and _takes(value, given[one]) for one in _first(given))

    return _rule(f"dict of {words}", takes)


def _literal(values: List[Any]) -> Optional[Rule]:
    if not values or MISSING in values:
        return None
    words = " or ".join(_static.whole_text(repr(value))[:60] for value in values)
    return _rule(words, lambda given: any(_equals(value, given) for value in values), True)


def _equals(value: Any, given: object) -> bool:
    if value is given:
        return True
    return type(value) is type(given) and bool(value == given)


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else MISSING
    return MISSING  # a member of an enumeration


def _is_unpacked(argument: object) -> bool:
    """`*tuple[int, ...]`, or Unpack of it."""
    return (
        isinstance(argument, ast.Starred)
        or getattr(argument, "__unpacked__", False) is True
        or "Unpack" in (ast.dump(argument) if isinstance(argument, ast.AST) else repr(argument))
    )


def _is_ellipsis(argument: object) -> bool:
    return argument is ... or (isinstance(argument, ast.Constant) and argument.value is ...)
