# SPDX-License-Identifier: Apache-2.0
"""The parts of live classes and objects, looked at past their metaclass, so that an odd one can neither raise nor lie.

It knows nothing of tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any, Callable, Optional, Tuple

MISSING = object()


def _getter(attribute: str) -> Any:
    """type's own reading of an attribute, which no metaclass can change."""
    return vars(type)[attribute].__get__


mro: Callable[[type], Tuple[type, ...]] = _getter("__mro__")
namespace: Callable[[type], Mapping[str, Any]] = _getter("__dict__")
name: Callable[[type], str] = _getter("__name__")
flags: Callable[[type], int] = _getter("__flags__")


def is_a(value: object, kinds: Any) -> bool:
    """isinstance() that asks nothing of the value."""
    return issubclass(type(value), kinds)


def is_class(value: object) -> bool:
    return is_a(value, type)


def find(cls: type, attribute: str) -> Any:
    """What a class or its bases hold under a name, as it stands there; MISSING where nothing does."""
    for klass in mro(cls):
        if klass is not object and attribute in namespace(klass):
            return namespace(klass)[attribute]
    return MISSING


def unwrapped(function: object) -> Optional[FunctionType]:
    """The function of Python that decorators have wrapped; None where it is none."""
    for _ in range(50):
        if type(function) is not FunctionType:
            return None
        if "__wrapped__" not in function.__dict__:
            return function
        function = function.__dict__["__wrapped__"]
    return None
