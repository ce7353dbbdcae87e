# SPDX-License-Identifier: Apache-2.0
"""What the functions of the execution log are given, held against what they take: one sentence for what is wrong.

TypeError and ValueError, which the functions make an ExecutionLogError of. It knows no log.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping
from typing import Any, Dict, List, Optional


def text(name: str, value: object, what: str) -> str:
    """A text, which may be empty."""
    if isinstance(value, str):
        return value
    raise TypeError(f"{name} is {_shown(value)}; give {what} as a str")


def task_id_to_record(value: object) -> str:
    """Any text but an empty one: the ids of the original follow no rule, and name its files."""
    task_id = text("task_id", value, "the id of the task")
    if not task_id.strip():
        raise ValueError(f"task_id is {task_id!r}, which names no task; give the id of the task")
    return task_id


def seconds(name: str, value: Any) -> Optional[float]:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {_shown(value)}; give seconds as a number") from None


def path(name: str, value: Any) -> str:
    try:
        return os.fsdecode(value)
    except TypeError:
        raise TypeError(f"{name} is {_shown(value)}; give a path") from None


def paths_by_name(name: str, value: Any) -> Dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is {_shown(value)}; give a dict of paths by name")
    return {str(key): path(f"{name}[{key!r}]", one) for key, one in value.items()}


def items(name: str, value: Any) -> List[Any]:
    """What a list, a tuple or another iterable holds; one path in its place is a slip."""
    if value is None:
        return []
    if isinstance(value, (str, bytes, os.PathLike, Mapping)):
        raise TypeError(f"{name} is {_shown(value)}; give a list")
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{name} is {_shown(value)}; give a list") from None


def count(name: str, value: Any) -> int:
    try:
        if not isinstance(value, bool):
            return operator.index(value)  # also of NumPy
    except TypeError:
        pass
    raise TypeError(f"{name} is {_shown(value)}; give a whole number")


def _shown(value: object) -> str:
    if value is None:
        return "None"
    kind = type(value).__name__
    given = f" ({value!r:.60})" if isinstance(value, (str, bytes, int, float)) else ""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}{given}"
