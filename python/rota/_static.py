# SPDX-License-Identifier: Apache-2.0
"""What the classes of a Python file say of themselves, read from its source; nothing of it is executed.

One record a file: its classes, their bases, methods, literal fields and constructors. It does not know which
of them are tasks, what other files hold, or any other module of Rota: `python3 -I -S -c "<this text>"` works.
As a program it takes `MODULE\\0PATH\\0` pairs from stdin and prints each record as a line of ASCII JSON.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import stat
import sys
import warnings
from _thread import allocate_lock

TYPE_CHECKING = False  # as `typing` has it, whose import takes as long as this whole module
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

    Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
    Record = Dict[str, Any]
    Bindings = Dict[str, Optional[ast.expr]]  # None: bound to what only running the code tells

LARGEST_FILE_BYTES = 4 * 1024 * 1024
FIELDS: Dict[str, type] = {
    "task_id": str,
    "task_type": str,
    "description": str,
    "version": str,
    "author": str,
    "dependencies": list,
    "policy": dict,
}
CALLABLE_NAMES = frozenset(("configure_operations", "run", "initialize", "execute", "finalize"))

_LARGEST_VALUE = 65536  # characters or items
_DEEPEST_EXPRESSION = 40
_MOST_STEPS = 20000  # names can double a value at each step: `b = a + a; c = b + b`
_ABSTRACT = frozenset(
    ("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod")
)
PARAMETER_TYPES = {"bool": "boolean", "int": "integer", "float": "number", "str": "text"}
_BLOCKS = ("body", "orelse", "finalbody")
_warning_filters = allocate_lock()  # they are state of the process


class Dynamic(Exception):
    """The value needs code to run; `parameter`: the constructor leaves it to its caller, by this name."""

    def __init__(self, parameter: Optional[str] = None) -> None:
        super().__init__()
        self.fact: Record = {"dynamic": True}
        if parameter is not None:
            self.fact["parameter"] = parameter


# --- Names


class Scope:
    """The names of a module, class body or constructor, and where a name is looked for next."""

    __slots__ = ("bindings", "outer", "defaults", "defaults_scope", "required")

    def __init__(self, bindings: Bindings, outer: Optional[Scope] = None) -> None:
        self.bindings = bindings
        self.outer = outer
        self.defaults: Dict[str, ast.expr] = {}
        self.defaults_scope = outer
        self.required: frozenset[str] = frozenset()

    def find(self, name: str) -> Tuple[ast.expr, Scope]:
        if name in self.bindings:
            node = self.bindings[name]
            if node is None:
                raise Dynamic
            return node, self
        if name in self.required:
            raise Dynamic(name)
        if name in self.defaults and self.defaults_scope is not None:
            return self.defaults[name], self.defaults_scope
        if self.outer is None:
            raise Dynamic
        return self.outer.find(name)


def _blocks_of(statement: ast.AST) -> Iterator[List[ast.stmt]]:
    for name in _BLOCKS:
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in getattr(statement, "handlers", None) or getattr(statement, "cases", None) or ():
        yield part.body


def _bound_names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            if not isinstance(part.ctx, ast.Load):
                yield part.id
        elif type(part).__name__ in ("MatchAs", "MatchStar", "MatchMapping"):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if name:
                yield name


def _names_of_statement(node: ast.stmt) -> Iterator[str]:
    """What a statement binds to other than one expression, its inner blocks not looked at."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.Assign, ast.Delete)):
        for target in node.targets:
            yield from _bound_names(target)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor)):
        yield from _bound_names(node.target)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield from _bound_names(item.optional_vars)
    else:
        for handler in getattr(node, "handlers", ()):
            if handler.name:
                yield handler.name
        for case in getattr(node, "cases", ()):
            yield from _bound_names(case.pattern)


def _assignments(node: ast.stmt) -> Optional[Tuple[List[str], ast.expr]]:
    """The names and the expression of `a = b = expression` or `a: T = expression`; None for all else."""
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return (names, node.value) if len(names) == len(node.targets) else None
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return [node.target.id], node.value
    return None


def _bindings_of(body: List[ast.stmt]) -> Bindings:
    """What the names of a block are, with its inner blocks: an expression where there is one alone."""
    bindings: Bindings = {}
    pending: List[Tuple[ast.stmt, bool]] = [(node, False) for node in body]
    while pending:
        node, repeated = pending.pop()
        assigned = _assignments(node)
        if assigned is not None:
            for name in assigned[0]:
                bindings[name] = None if repeated or name in bindings else assigned[1]
            continue
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue  # a mere declaration
        for name in _names_of_statement(node):
            bindings[name] = None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        repeated = repeated or isinstance(node, (ast.For, ast.AsyncFor, ast.While))
        for block in _blocks_of(node):
            pending.extend((inner, repeated) for inner in block)
    return bindings


# --- Values


class _Reader:
    """Computes expressions made of literals, of names for literals, `+`, `*spread` and f-strings of these."""

    def __init__(self) -> None:
        self._steps = 0

    def value(self, node: ast.expr, scope: Scope, depth: int = 0) -> Any:
        self._steps += 1
        if depth > _DEEPEST_EXPRESSION or self._steps > _MOST_STEPS:
            raise Dynamic
        if isinstance(node, ast.Constant) and is_literal(node.value):
            return node.value
        if isinstance(node, ast.Name):
            found, home = scope.find(node.id)
            return self.value(found, home, depth + 1)
        if isinstance(node, (ast.List, ast.Tuple)):
            return self._items(node.elts, scope, depth)
        if isinstance(node, ast.Set):
            items = self._items(node.elts, scope, depth)
            if all(isinstance(item, str) for item in items):
                return sorted(set(items))
        if isinstance(node, ast.Dict):
            return self._dict(node, scope, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            number = self.value(node.operand, scope, depth + 1)
            if type(number) in (int, float):
                return -number
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left = self.value(node.left, scope, depth + 1)
            return _joined(left, self.value(node.right, scope, depth + 1))
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node, scope, depth)
        raise Dynamic

    def _items(self, nodes: List[ast.expr], scope: Scope, depth: int) -> List[Any]:
        items: List[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                spread = self.value(node.value, scope, depth + 1)
                if not isinstance(spread, list):
                    raise Dynamic
                items = _joined(items, spread)
            else:
                items.append(self.value(node, scope, depth + 1))
        return items

    def _dict(self, node: ast.Dict, scope: Scope, depth: int) -> Dict[str, Any]:
        result: Dict[str, Any] = {}
        for key, value in zip(node.keys, node.values):
            read = self.value(value, scope, depth + 1)
            name = None if key is None else self.value(key, scope, depth + 1)
            if isinstance(name, str):
                result[name] = read
            elif key is None and isinstance(read, dict) and len(result) <= _LARGEST_VALUE:
                result.update(read)
            else:
                raise Dynamic
        return result

    def _formatted(self, node: ast.JoinedStr, scope: Scope, depth: int) -> str:
        text = ""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    raise Dynamic
                part = part.value
            value = self.value(part, scope, depth + 1)
            if not isinstance(value, str):
                raise Dynamic
            text = _joined(text, value)
        return text


def is_literal(value: Any) -> bool:
    """Whether JSON can carry a scalar to any reader: no NaN, no number beyond 64 bits, no half character."""
    if isinstance(value, str):
        return len(value) <= _LARGEST_VALUE and whole_text(value) == value
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or (isinstance(value, float) and abs(value) < float("inf"))


def _joined(left: Any, right: Any) -> Any:
    same_kind = any(isinstance(left, kind) and isinstance(right, kind) for kind in (str, list))
    if same_kind and len(left) + len(right) <= _LARGEST_VALUE:
        return left + right
    raise Dynamic


def has_type_of_field(field: str, value: object) -> bool:
    """Whether a value is what a field takes: text, a list of texts, or for `policy` a dict of scalars."""
    if isinstance(value, list):
        return FIELDS[field] is list and all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        return FIELDS[field] is dict and all(map(is_literal, value.values()))
    return isinstance(value, FIELDS[field])


def _fact(field: str, node: Optional[ast.expr], scope: Scope) -> Optional[Record]:
    """{"value"}, or {"dynamic"} (and what it "is", of a wrong type); None where it is left open: None, an empty id."""
    if node is None:
        return {"dynamic": True}
    try:
        value = _Reader().value(node, scope)
    except Dynamic as reason:
        return reason.fact
    if value is None or (field == "task_id" and value == ""):
        return None
    return {"value": value} if has_type_of_field(field, value) else {"dynamic": True, "is": _kind_of(value)}


def _kind_of(value: Any) -> str:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    inner = " and ".join(dict.fromkeys(type(item).__name__ for item in items))
    return ("an int" if type(value) is int else f"a {type(value).__name__}") + (f" of {inner}" if inner else "")


# --- Constructors


def types_of_annotation(node: Optional[ast.AST], depth: int = 0) -> Optional[frozenset[str]]:
    """The names of the types that an annotation allows ("None" among them); None where that is unclear."""
    if depth > 8:
        return None
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return types_of_text(node.value, depth)
        return frozenset(("None",)) if node.value is None else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right], depth)
    if isinstance(node, ast.Subscript):
        name = _last_name(node.value)
        if name == "Optional":
            return _union([node.slice, ast.Constant(None)], depth)
        if name == "Union" and isinstance(node.slice, ast.Tuple):
            return _union(node.slice.elts, depth)
        return None
    name = _last_name(node)
    return frozenset((name,)) if name in PARAMETER_TYPES else None


def types_of_text(annotation: str, depth: int = 0) -> Optional[frozenset[str]]:
    """The same for an annotation that is kept as text."""
    if annotation in PARAMETER_TYPES:
        return frozenset((annotation,))
    try:
        return types_of_annotation(parsed(annotation, "<annotation>", "eval").body, depth + 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _union(nodes: Sequence[ast.AST], depth: int) -> Optional[frozenset[str]]:
    names: frozenset[str] = frozenset()
    for node in nodes:
        types = types_of_annotation(node, depth + 1)
        if types is None:
            return None
        names |= types
    return names


def parameter_record(name: str, types: Optional[frozenset[str]], required: bool, default: Any) -> Record:
    """A parameter: its type where it allows one alone beside None, its default where it is a scalar."""
    allowed = sorted((types or frozenset()) - {"None"})
    kind = PARAMETER_TYPES[allowed[0]] if len(allowed) == 1 else "any"
    result: Record = {"name": name, "type": kind, "required": required}
    if not required and isinstance(default, (str, int, float)):
        if not _fits(default, kind):
            result["type"] = "any"  # who gives it another default takes other values too
        result["default"] = default
    return result


def _fits(value: Any, kind: str) -> bool:
    if kind == "any":
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in ("integer", "number")
    return kind == ("number" if isinstance(value, float) else "text")


def _last_name(node: Optional[ast.AST]) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _parameter(argument: ast.arg, default: Optional[ast.expr], scope: Scope) -> Record:
    value = None
    if default is not None:
        try:
            value = _Reader().value(default, scope)
        except Dynamic:
            pass
    return parameter_record(argument.arg, types_of_annotation(argument.annotation), default is None, value)


def _arguments_of(function: Function) -> Iterator[Tuple[ast.arg, Optional[ast.expr]]]:
    """Each argument with its default, without the first, which is the instance."""
    arguments = function.args
    positional = arguments.posonlyargs + arguments.args
    missing: List[Optional[ast.expr]] = [None] * (len(positional) - len(arguments.defaults))
    yield from list(zip(positional, missing + list(arguments.defaults)))[1:]
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults)


def _instance_name(function: Function) -> str:
    first = (function.args.posonlyargs + function.args.args)[:1]
    return first[0].arg if first else ""


def _scope_of_constructor(function: Function, of_class: Scope, of_module: Scope) -> Scope:
    scope = Scope(_bindings_of(function.body), of_module)
    scope.bindings.setdefault(_instance_name(function), None)
    for variable in (function.args.vararg, function.args.kwarg):
        if variable is not None:
            scope.bindings.setdefault(variable.arg, None)
    arguments = list(_arguments_of(function))
    for argument, _ in arguments:
        if argument.arg in scope.bindings:
            scope.bindings[argument.arg] = None  # bound anew in the body
    scope.defaults = {argument.arg: value for argument, value in arguments if value is not None}
    scope.defaults_scope = of_class
    scope.required = frozenset(argument.arg for argument, value in arguments if value is None)
    return scope


def _base_calls(function: Function) -> Iterator[Tuple[ast.Call, List[ast.expr]]]:
    """Calls of a base's __init__ in the function, each with its positional arguments but the instance."""
    instance = _instance_name(function)
    pending: List[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr == "__init__":
                if isinstance(owner, ast.Call) and _last_name(owner.func) == "super":
                    yield node, node.args
                elif node.args and _last_name(node.args[0]) == instance:
                    yield node, node.args[1:]
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _passed_keywords(call: ast.Call, function: Function, scope: Scope) -> Dict[str, Optional[Record]]:
    """The fields among the keywords of a call; all the others too where `**something` may hold them."""
    passed: Dict[str, Optional[Record]] = {}
    rest_is_open = False
    own_rest = function.args.kwarg.arg if function.args.kwarg is not None else None
    for keyword in call.keywords:
        if keyword.arg is not None:
            if keyword.arg in FIELDS:
                passed[keyword.arg] = _fact(keyword.arg, keyword.value, scope)
        elif own_rest is None or _last_name(keyword.value) != own_rest:
            rest_is_open = True
    if rest_is_open:
        for field in FIELDS:
            passed.setdefault(field, {"dynamic": True})
    return passed


def _passed_positions(arguments: List[ast.expr], function: Function, scope: Scope) -> List[Record]:
    """A fact for each position; it ends at a `*rest`, which is unknown but for the function's own."""
    facts: List[Record] = []
    own_rest = function.args.vararg.arg if function.args.vararg is not None else None
    for node in arguments:
        if isinstance(node, ast.Starred):
            if own_rest is None or _last_name(node.value) != own_rest:
                facts.append({"dynamic": True})
            break
        try:
            facts.append({"value": _Reader().value(node, scope)})
        except Dynamic as reason:
            facts.append(reason.fact)
    return facts


def constructor_record(function: Function, of_class: Scope, of_module: Scope) -> Record:
    scope = _scope_of_constructor(function, of_class, of_module)
    passes: Record = {}
    positional: List[Record] = []
    calls_base = False
    for call, arguments in _base_calls(function):
        calls_base = True
        for field, fact in _passed_keywords(call, function, scope).items():
            if fact is not None:
                passes[field] = fact if passes.get(field, fact) == fact else {"dynamic": True}
        facts = _passed_positions(arguments, function, scope)
        both = [old if old == new else {"dynamic": True} for old, new in zip(positional, facts)]
        positional = both + positional[len(both) :] + facts[len(both) :]
    return {
        "parameters": [_parameter(argument, value, of_class) for argument, value in _arguments_of(function)],
        "takes_any": function.args.kwarg is not None,
        "calls_base": calls_base,
        "passes": passes,
        "positional": positional,
    }


# --- Modules and classes


class _Module:
    """Where the names of a module come from, and its classes with the bases they had where they stand."""

    def __init__(self, name: str, is_package: bool) -> None:
        self.name = name
        self.package = name if is_package else name.rpartition(".")[0]
        self.origins: Dict[str, str] = {}  # "?": cannot be told
        self.stars: List[str] = []
        self.classes: Dict[str, Tuple[ast.ClassDef, List[str]]] = {}

    def read(self, body: List[ast.stmt]) -> None:
        # `alternative`: another branch may have bound the name, and the first counts. `runs`: at import.
        pending = [(node, False, True) for node in reversed(body)]
        while pending:
            node, alternative, runs = pending.pop()
            if isinstance(node, ast.ClassDef):
                self._read_class(node, alternative, runs)
            elif isinstance(node, (ast.If, ast.Try, ast.With)) or type(node).__name__ == "TryStar":
                self._bind_other(node, alternative)
                inner = list(self._inner(node, alternative, runs))
                pending.extend(reversed(inner))
            elif isinstance(node, ast.Import):
                self._read_import(node, alternative)
            elif isinstance(node, ast.ImportFrom):
                self._read_import_from(node, alternative)
            else:
                self._bind_other(node, alternative)

    def _inner(
        self, node: ast.stmt, alternative: bool, runs: bool
    ) -> Iterator[Tuple[ast.stmt, bool, bool]]:
        body_runs = runs
        if isinstance(node, ast.If):
            if _compares_name_with_main(node.test):
                body_runs = False
            elif _last_name(node.test) == "TYPE_CHECKING":
                alternative, body_runs = True, False
        for inner in getattr(node, "body", ()):
            yield inner, alternative or not body_runs, body_runs
        for handler in getattr(node, "handlers", ()):
            for inner in handler.body:
                yield inner, True, runs
        is_if = isinstance(node, ast.If)
        for inner in getattr(node, "orelse", ()):
            yield inner, alternative or (is_if and body_runs), runs
        for inner in getattr(node, "finalbody", ()):
            yield inner, alternative, runs

    def _bind(self, name: str, origin: str, alternative: bool) -> None:
        if not alternative or name not in self.origins:
            self.origins[name] = origin

    def _read_import(self, node: ast.Import, alternative: bool) -> None:
        for alias in node.names:
            if alias.asname:
                self._bind(alias.asname, alias.name, alternative)
            else:
                first = alias.name.partition(".")[0]
                self._bind(first, first, alternative)

    def _read_import_from(self, node: ast.ImportFrom, alternative: bool) -> None:
        origin = self._origin(node.module or "", node.level or 0)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(origin)
            else:
                dotted = "?" if origin == "?" else f"{origin}.{alias.name}"
                self._bind(alias.asname or alias.name, dotted, alternative)

    def _origin(self, module: str, level: int) -> str:
        if level == 0:
            return module
        package = self.package.split(".") if self.package else []
        if level > len(package):
            return "?"
        parts = package[: len(package) - level + 1]
        return ".".join([*parts, module] if module else parts)

    def _bind_other(self, node: ast.stmt, alternative: bool) -> None:
        if isinstance(node, ast.Delete):
            for name in _names_of_statement(node):
                self.origins.pop(name, None)
                self.classes.pop(name, None)
            return
        assigned = _assignments(node)
        if assigned is not None:
            origin = self.dotted(assigned[1])
            for name in assigned[0]:
                self._bind(name, origin, alternative)
            return
        for name in _names_of_statement(node):
            self._bind(name, "?", alternative)

    def _read_class(self, node: ast.ClassDef, alternative: bool, runs: bool) -> None:
        itself = f"{self.name}.{node.name}"
        bases = [self.dotted(base) for base in node.bases]
        bases = ["?" if base == itself else base for base in bases]
        if runs and not (alternative and node.name in self.classes):
            self.classes.pop(node.name, None)  # the order is that of the definitions that count
            self.classes[node.name] = (node, bases)
        self._bind(node.name, itself, alternative)

    def dotted(self, node: ast.expr) -> str:
        while isinstance(node, ast.Subscript):
            node = node.value
        parts: List[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return "?"
        origin = self._origin_of_name(node.id)
        return "?" if origin == "?" else ".".join([origin, *reversed(parts)])

    def _origin_of_name(self, name: str) -> str:
        origin = self.origins.get(name)
        if origin is not None:
            return origin
        if not self.stars or name in builtins.__dict__:
            return name
        if len(self.stars) > 1 or self.stars[0] == "?":
            return "?"
        return f"{self.stars[0]}.{name}"


def _compares_name_with_main(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and "__name__" in (_last_name(test.left), _last_name(test.comparators[0]))
    )


def _statements_of_class(body: List[ast.stmt]) -> Iterator[ast.stmt]:
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in reversed(list(_blocks_of(node))):
                pending.extend(reversed(block))


def functions_of_class(node: ast.ClassDef) -> Dict[str, Optional[Function]]:
    """By name, the last of each; None for one of the life cycle that is assigned (`execute = run_all`)."""
    functions: Dict[str, Optional[Function]] = {}
    for statement in _statements_of_class(node.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions[statement.name] = statement
        else:
            assigned = _assignments(statement)
            if assigned is not None and not isinstance(assigned[1], ast.Constant):
                functions.update((name, None) for name in assigned[0] if name in CALLABLE_NAMES)
    return functions


def _is_abstract(function: Optional[Function], module: _Module) -> bool:
    if function is None:
        return False
    for decorator in function.decorator_list:
        dotted = module.dotted(decorator)
        name = dotted.rpartition(".")[2] if dotted != "?" else _last_name(decorator)
        if name in _ABSTRACT:
            return True
    return False


def _class_record(node: ast.ClassDef, bases: List[str], module: _Module, of_module: Scope) -> Record:
    scope = Scope(_bindings_of(node.body), of_module)
    functions = functions_of_class(node)
    attributes = {
        field: _fact(field, scope.bindings[field], scope) for field in FIELDS if field in scope.bindings
    }
    constructor = functions.get("__init__")
    return {
        "name": node.name,
        "line": node.lineno,
        "bases": bases,
        "methods": list(functions),
        "abstract_methods": [
            name for name, function in functions.items() if _is_abstract(function, module)
        ],
        "attributes": {field: fact for field, fact in attributes.items() if fact is not None},
        "init": None if constructor is None else constructor_record(constructor, scope, of_module),
        "docstring": _docstring(node),
        "id_from_name": id_from_class_name(node.name),
    }


def id_from_class_name(name: str) -> str:
    """`MyProfilingTask` -> `my_profiling`, `HTTPImportTask` -> `http_import`; letters beyond ASCII stay."""
    stem = name[:-4].rstrip("_") if name.endswith("Task") else name
    if not stem.strip("_"):
        stem = name
    words: List[str] = []
    for i, letter in enumerate(stem):
        if "A" <= letter <= "Z":
            before, after = stem[i - 1 : i], stem[i + 1 : i + 2]
            ends_word = "a" <= before <= "z" or "0" <= before <= "9"
            if ends_word or ("A" <= before <= "Z" and "a" <= after <= "z"):
                words.append("_")
            letter = letter.lower()
        words.append(letter)
    return "".join(words)


def _docstring(node: ast.ClassDef) -> Optional[str]:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        if isinstance(first.value.value, str):
            return clean_docstring(first.value.value)
    return None


def clean_docstring(text: str) -> str:
    """A docstring without the indentation of its source; Python itself removes it since 3.13 only."""
    lines = text.encode("utf-8", "replace").decode("utf-8").expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins) if margins else 0
    lines = [lines[0].lstrip(), *(line[margin:] for line in lines[1:])]
    return "\n".join(lines).strip("\n")


def _hide_rebound_names(tree: ast.Module, text: str, scope: Scope) -> None:
    """`global NAME` in a function and `NAME :=` bind names of the module where its statements hide it."""
    if "global" not in text and ":=" not in text:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            scope.bindings.update((name, None) for name in node.names)
        elif isinstance(node, ast.NamedExpr):
            scope.bindings[node.target.id] = None


def parsed(source: Union[str, bytes], path: str, mode: str) -> Any:
    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, path, mode, ast.PyCF_ONLY_AST, dont_inherit=True)


def _classes_of(module: str, path: str, source: Union[str, bytes]) -> List[Record]:
    tree = parsed(source, path, "exec")
    names = _Module(module, os.path.basename(path) == "__init__.py")
    names.read(tree.body)
    scope = Scope(_bindings_of(tree.body))
    text = source if isinstance(source, str) else source.decode("latin-1")
    _hide_rebound_names(tree, text, scope)
    return [_class_record(node, bases, names, scope) for node, bases in names.classes.values()]


# --- Files


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        place = f"line {error.lineno}: " if error.lineno else ""
        return place + " ".join(str(error.msg or "invalid syntax").split())
    if isinstance(error, (RecursionError, MemoryError)):
        return "is nested too deeply, or needs more memory than there is"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or type(error).__name__}"
    return f"cannot be read: {' '.join(str(error).split()) or type(error).__name__}"


def _record(module: str, path: str, read: Callable[[], Union[str, bytes]]) -> Record:
    result: Record = {"path": path, "module": module, "error": None, "classes": []}
    try:
        source = read()
        if len(source) > LARGEST_FILE_BYTES:
            result["error"] = "is larger than 4 MiB"
        elif ("\0" if isinstance(source, str) else b"\0") in source:  # type: ignore[operator]
            result["error"] = "holds null bytes"
        else:
            result["classes"] = _classes_of(module, path, source)
    except Exception as error:  # whatever a file holds, the next one is read
        result["error"] = whole_text(_message(error))
    return result


def whole_text(text: str) -> str:
    """The text with `?` for what UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _bytes_of_file(path: Union[str, bytes]) -> bytes:
    # Not blocking: a pipe that nobody writes to must not hold the scan.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        return file.read(LARGEST_FILE_BYTES + 1)


def scan_source(module: str, path: str, text: str) -> Record:
    """The record of a module whose source is `text`; `path` tells whether it is a package's own file."""
    return _record(module, path, lambda: text)


def scan_file(module: str, path: str) -> Record:
    """The record of a file; "error" says why it could not be read, and nothing is raised."""
    return _record(module, path, lambda: _bytes_of_file(path))


def main() -> int:
    words = sys.stdin.buffer.read().split(b"\0")
    if words.pop() or len(words) % 2:
        sys.stderr.write("rota: the scanner takes MODULE\\0PATH\\0 pairs\n")
        return 2
    lines: List[str] = []
    for module, path in zip(words[::2], words[1::2]):
        # The bytes of the path open the file: its spelling may be none of the locale's.
        record = _record(
            module.decode("utf-8", "replace"),
            whole_text(path.decode("utf-8", "surrogateescape")),
            lambda: _bytes_of_file(path),
        )
        lines.append(json.dumps(record, allow_nan=False) + "\n")
    sys.stdout.write("".join(lines))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
