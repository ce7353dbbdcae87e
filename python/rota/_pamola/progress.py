# SPDX-License-Identifier: Apache-2.0
"""One step that a progress manager of pamola_core may show. Knows nothing of logs.

What goes wrong in showing progress is told and never spoils what is shown.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from typing import Any, Callable, ContextManager, Iterator, Optional, Protocol, Type

logger = logging.getLogger("rota.pamola.execution_log")


class ProgressManagerProtocol(Protocol):
    """What a progress manager must have."""

    def create_operation_context(
        self, name: str, total: int, description: Optional[str] = None, unit: str = "items", leave: bool = False
    ) -> Any:
        """A context manager that gives an object with `update(steps, {...})`."""
        ...

    def log_info(self, message: str) -> None: ...

    def log_warning(self, message: str) -> None: ...

    def log_error(self, message: str) -> None: ...


class Step:
    """One function of the log at work."""

    def __init__(self, manager: Optional[ProgressManagerProtocol], progress: Any) -> None:
        self._manager = manager
        self._progress = progress

    def update(self, steps: int, **told: Any) -> None:
        if self._progress is not None:
            _shown(self._progress.update, steps, told)

    def info(self, message: str) -> None:
        if self._manager is None:
            logger.info("%s", message)
        else:
            _shown(self._manager.log_info, message)

    def warning(self, message: str) -> None:
        if self._manager is None:
            logger.warning("%s", message)
        else:
            _shown(self._manager.log_warning, message)

    def error(self, message: str) -> None:
        if self._manager is None:
            logger.error("%s", message)
        else:
            _shown(self._manager.log_error, message)


@contextmanager
def step(
    manager: Optional[ProgressManagerProtocol],
    name: str,
    total: int,
    description: str,
    raised: Type[Exception],
) -> Iterator[Step]:
    """A step of which every exception is told and becomes `raised`, with its cause chained."""
    context: ContextManager[Any] = nullcontext()
    if manager is not None:
        context = manager.create_operation_context(name=name, total=total, description=description)
    with context as progress:
        current = Step(manager, progress)
        try:
            yield current
        except Exception as error:
            message = str(error) if isinstance(error, raised) else f"{description} failed: {error}"
            current.error(message)
            current.update(1, status="error", error=str(error))
            if isinstance(error, raised):
                raise
            raise raised(message) from error


def _shown(show: Callable[..., Any], *arguments: Any) -> None:
    try:
        show(*arguments)
    except Exception as error:
        logger.warning("the progress manager failed: %s: %s", type(error).__name__, error)
