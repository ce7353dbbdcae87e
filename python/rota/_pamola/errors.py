# SPDX-License-Identifier: Apache-2.0
"""The exceptions that a module in the place of one of pamola_core raises.

Where the real pamola_core is there, they are its own classes, so that who catches those goes on to. Knows nothing of
what is raised why.
"""

from __future__ import annotations

import importlib
from typing import Optional, Type

from rota import _rota

_REAL_ERRORS = "pamola_core.errors.exceptions"


class ExecutionLogError(_rota.Error):
    """The execution log cannot be read or written; the cause is chained."""


def real_class(module_name: str, name: str) -> Optional[Type[Exception]]:
    """The exception `name` of the real pamola_core for a module that is loaded under `module_name`; None where there
    is no such pamola_core, or the module is not loaded in its place."""
    if not module_name.startswith("pamola_core."):
        return None
    try:
        found = getattr(importlib.import_module(_REAL_ERRORS), name, None)
    except ImportError:
        return None
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def execution_log_error(module_name: str) -> Type[Exception]:
    """ExecutionLogError for the module that is loaded under `module_name`."""
    return real_class(module_name, "ExecutionLogError") or ExecutionLogError


def raised_registry_error(real: Optional[Type[Exception]]) -> Type[Exception]:
    """What to raise as TaskRegistryError: Rota's own, and `real` as well where that is given."""
    if real is None:
        return _rota.TaskRegistryError
    # The real one first: its __init__ sets what its handlers read.
    return type("TaskRegistryError", (real, _rota.TaskRegistryError), {"__module__": real.__module__})
