# SPDX-License-Identifier: Apache-2.0
"""The base of tasks in Python: what a task is told by its author, and what it tells afterwards.

The life cycle of an execution, its record in the log and its checkpoints are the C++ library's, which calls the
methods of the object step by step. Knows no registry, no graph and no runner.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from rota import _rota, _streams

PathLike = Union[str, "os.PathLike[str]"]
#: What an argument, a metric and a state may be.
Value = Union[None, bool, int, float, str]


class OperationStatus(str):
    """SUCCESS, WARNING, SKIPPED or ERROR; equal to its name as a str."""

    SUCCESS: "OperationStatus"
    WARNING: "OperationStatus"
    SKIPPED: "OperationStatus"
    ERROR: "OperationStatus"

    __slots__ = ()

    @property
    def name(self) -> str:
        """As an enum's member has it: "SUCCESS" and so on."""
        return str(self)

    @property
    def value(self) -> str:
        """The same text."""
        return str(self)


for _name in ("SUCCESS", "WARNING", "SKIPPED", "ERROR"):
    setattr(OperationStatus, _name, OperationStatus(_name))


class OperationResult:
    """What came of one operation.

    `status` is SUCCESS, WARNING, SKIPPED or ERROR (an `OperationStatus`, equal to the str); `value` is what the
    operation returned; `metrics` and `artifacts` are added to those of the task.
    """

    def __init__(
        self,
        status: str = "SUCCESS",
        message: str = "",
        *,
        value: Any = None,
        metrics: Optional[Dict[str, Value]] = None,
        artifacts: Sequence[PathLike] = (),
        exception: Optional[BaseException] = None,
    ) -> None:
        self.status = OperationStatus(_status_name(status))
        self.message = message
        self.value = value
        self.metrics = dict(metrics or {})
        self.artifacts = list(artifacts)
        self.exception = exception

    @property
    def failed(self) -> bool:
        """True for ERROR."""
        return self.status == "ERROR"

    @classmethod
    def success(cls, message: str = "", **fields: Any) -> "OperationResult":
        """It did what it should; `fields` as the constructor takes them."""
        return cls("SUCCESS", message, **fields)

    @classmethod
    def warning(cls, message: str, **fields: Any) -> "OperationResult":
        """It did what it should, and something is to be told."""
        return cls("WARNING", message, **fields)

    @classmethod
    def skipped(cls, message: str = "", **fields: Any) -> "OperationResult":
        """There was nothing to do."""
        return cls("SKIPPED", message, **fields)

    @classmethod
    def error(cls, message: str, **fields: Any) -> "OperationResult":
        """It failed, and with it the task."""
        return cls("ERROR", message, **fields)

    def __repr__(self) -> str:
        return f"OperationResult({str(self.status)!r}, {self.message!r})"


def _status_name(status: object) -> str:
    """The name of a status that is a str or an enum's member, in any case."""
    upper = status.upper() if isinstance(status, str) else str(getattr(status, "name", status)).upper()
    if upper in ("SUCCESS", "WARNING", "SKIPPED", "ERROR"):
        return upper
    raise ValueError(f"{status!r} is no status of an operation: SUCCESS, WARNING, SKIPPED or ERROR")


def _result_of(value: object) -> OperationResult:
    """What an operation returned, as a result: None and any value mean success, False an error."""
    if isinstance(value, OperationResult):
        return value
    if value is False:
        return OperationResult("ERROR", "the operation gave False", value=value)
    if type(value).__name__ in ("coroutine", "generator", "async_generator"):
        if hasattr(value, "close"):
            value.close()
        return OperationResult("ERROR", f"the operation gave a {type(value).__name__}, and so did nothing; run it there")
    status = getattr(value, "status", None)
    if status is not None:
        try:
            name = _status_name(status)
        except ValueError:
            return OperationResult("SUCCESS", value=value)
        message = getattr(value, "error_message", None) or getattr(value, "message", None) or ""
        return OperationResult(name, str(message), value=value)
    return OperationResult("SUCCESS", value=value)


class TaskConfig:
    """How a task is run, set in its constructor or in configure_operations().

    `continue_on_error`: after a failed operation do the others too; the task fails all the same.
    `enable_checkpoints`: after an operation, what was done is saved, and a later run goes on from there.
    `force_restart`: what was saved does not count.
    """

    def __init__(self) -> None:
        self.continue_on_error = False
        self.enable_checkpoints = False
        self.force_restart = False

    def __repr__(self) -> str:
        return f"TaskConfig({self.__dict__})"


class OperationContext:
    """What an operation is given, where it takes an argument."""

    def __init__(self, task: "BaseTask", name: str, index: int) -> None:
        self.task = task
        self.name = name
        self.index = index

    @property
    def arguments(self) -> Dict[str, Any]:
        """What the task was made with, by name."""
        return self.task.arguments

    @property
    def logger(self) -> logging.Logger:
        """The task's."""
        return self.task.logger

    @property
    def cancelled(self) -> bool:
        """True once the run is to end: a long operation asks now and then, and returns early."""
        return self.task.stop_requested


class Operation:
    """One step of a task: its name, and what is called."""

    def __init__(self, name: str, function: Callable[..., Any], operation: object = None) -> None:
        self.name = name
        self.operation = function if operation is None else operation
        self._function = function
        self._takes_context = _takes_an_argument(function)

    def run(self, context: Optional[OperationContext] = None) -> Any:
        """Call it, with `context` where it takes an argument; gives what it returns."""
        return self._function(context) if self._takes_context else self._function()

    def __repr__(self) -> str:
        return f"Operation({self.name!r})"


def _takes_an_argument(function: Callable[..., Any]) -> bool:
    """Whether it must or can be called with one positional argument."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    for parameter in parameters:
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            return parameter.default is parameter.empty or parameter.name in ("context", "op", "operation_context")
        if parameter.kind == parameter.VAR_POSITIONAL:
            return True
    return False


def _name_of(operation: object) -> str:
    for name in (getattr(operation, "name", None), getattr(operation, "__name__", None)):
        if isinstance(name, str) and name and name != "<lambda>":
            return name
    return "" if isinstance(operation, type(lambda: None)) else type(operation).__name__


def _as_operation(operation: object, name: Optional[str], arguments: Dict[str, Any]) -> Operation:
    """An object with `run`, a class of such, or a callable."""
    if isinstance(operation, Operation) and not arguments:
        return operation if name is None else Operation(name, operation.run, operation.operation)
    if isinstance(operation, type):
        class_name = operation.__name__
        operation = operation(**arguments)
        arguments = {}
        if name is None and not isinstance(getattr(operation, "name", None), str):
            name = class_name
    run = getattr(operation, "run", None)
    function = run if callable(run) else operation
    if not callable(function):
        raise TypeError(
            f"an operation is an object with run(), a class of such objects, or a callable, not {type(operation).__name__}"
        )
    if arguments:
        import functools

        function = functools.partial(function, **arguments)
    return Operation(name if name is not None else _name_of(operation), function, operation)


class BaseTask:
    """A task: one object, run from one thread at a time; `request_stop()` alone may come from any thread.

    `run()` does, in this order: writes the start to the execution log; `initialize()`; `configure_operations()`;
    `execute()`, which runs each operation through `execute_operation()` with the hooks around it; `finalize(success)`;
    writes the end to the log. An exception in any of them fails the execution with its message; only
    KeyboardInterrupt and SystemExit leave `run()`, after the end was written. A step fails where it gives a false
    value other than None.

    What a class says of itself are its attributes `task_id`, `task_type`, `description`, `version`, `author`,
    `dependencies` and `policy`, or literal arguments of `super().__init__(...)`, or tags of its docstring.
    """

    dependencies: Sequence[str] = ()
    version: str = "1.0.0"
    author: str = "unknown"

    task_id: str
    task_type: str
    description: str

    # Of an object whose constructor does not call that of BaseTask.
    _engine: Optional[_rota.Engine] = None
    _is_to_stop = False
    _added_before: Optional[List[Any]] = None
    _given: Tuple[Tuple[Any, ...], Dict[str, Any]] = ((), {})
    status: str = "pending"

    def __new__(cls, *arguments: Any, **named: Any) -> "BaseTask":
        task = super().__new__(cls)
        task._given = (arguments, named)
        return task

    def __init__(
        self,
        task_id: Optional[str] = None,
        task_type: Optional[str] = None,
        description: Optional[str] = None,
        *,
        dependencies: Optional[Sequence[str]] = None,
        version: Optional[str] = None,
        author: Optional[str] = None,
    ) -> None:
        """`None`: as the class says. `dependencies` are ids of tasks that must have succeeded before."""
        given = {
            "task_id": task_id,
            "task_type": task_type,
            "description": description,
            "version": version,
            "author": author,
            "dependencies": None if dependencies is None else list(dependencies),
        }
        metadata: Dict[str, Any] = {}
        for field, value in given.items():
            if value is None:
                metadata = metadata or _metadata_of(type(self))
                value = metadata[field]
            try:
                setattr(self, field, value)
            except AttributeError:
                pass  # a property of the class says it
        self._set_up()

    def _take_identity(self, metadata: Dict[str, Any]) -> None:
        """The constructor, for a class that is told by metadata."""
        fields = ("task_id", "task_type", "description", "dependencies", "version", "author")
        BaseTask.__init__(self, **{field: metadata[field] for field in fields})

    def _set_up(self) -> None:
        self.operations: List[Any] = []
        self.config = TaskConfig()
        #: What the constructor was given, by name, with its defaults filled in: as the log keeps it.
        self.arguments: Dict[str, Any] = _named_arguments(type(self), *self._given)
        self.results: Dict[str, OperationResult] = {}
        self.metrics: Dict[str, Any] = {}
        self.artifacts: List[Any] = []
        self.status = "pending"
        self.error_details: Optional[Dict[str, str]] = None
        self.task_run_id: str = ""
        self._engine = None
        self._is_to_stop = False

    # ---- for whoever runs it ----

    def run(self) -> bool:
        """True when every step succeeded and the log holds it."""
        if self._engine is not None:
            self.logger.error("run() was called while the task is running; nothing was done")
            return False
        succeeded, _ = _rota.run_task(self, _metadata_of(type(self)), _scalars(self.arguments), _source_of(type(self)))
        return bool(succeeded)

    def request_stop(self) -> None:
        """Ask the run to end: operations see it as `context.cancelled`, and none begins after it. From any thread."""
        self._is_to_stop = True
        engine = self._engine
        if engine is not None:
            engine.request_stop()

    @property
    def stop_requested(self) -> bool:
        """True once request_stop() was called, or the run is to end."""
        engine = self._engine
        return self._is_to_stop or (engine is not None and engine.stop_requested)

    # ---- the steps, for a subclass ----

    def initialize(self) -> Optional[bool]:
        """The first step of a run. False, or an exception, fails the task before any operation."""
        return True

    def configure_operations(self) -> None:
        """The second step, which each task has: add the operations with add_operation()."""
        raise NotImplementedError(f"{type(self).__name__} must implement configure_operations()")

    def execute(self) -> Optional[bool]:
        """Run the operations one after the other, with the hooks around each."""
        return self._running("execute").execute()

    def finalize(self, success: bool) -> Optional[bool]:
        """The last step, also after a failure: `success` tells whether all before it succeeded. False fails the task."""
        return True

    def pre_operation_hook(self, operation_name: str) -> None:
        """Called before each operation."""

    def post_operation_hook(self, operation_name: str, result: OperationResult) -> None:
        """Called after each operation, also where it failed."""

    def execute_operation(self, operation: Any) -> OperationResult:
        """Run one operation and keep its result under its name. An exception becomes a failed result."""
        return self._perform(operation)

    # ---- for configure_operations() and operations ----

    def add_operation(self, operation: Any, name: Optional[str] = None, **arguments: Any) -> bool:
        """Add a step: an object with `run`, a class of such (made with `arguments`), or a callable.

        Called with an `OperationContext` where it takes a positional argument, else with none. `name` must be
        unique in the task; without it, it is that of the object or of the function.
        """
        if isinstance(operation, str) and (callable(name) or hasattr(name, "run")):
            operation, name = name, operation
        added = _as_operation(operation, name, arguments)
        if not added.name:
            added.name = f"operation_{len(self.operations) + 1}"
        if added.name in self._operation_names():
            raise _rota.ArgumentError(f"operation {added.name} is there already; give it another name")
        self.operations.append(added)
        return True

    def track_input(self, path: PathLike) -> None:
        """Tell what the execution reads: that is how a later plan sees that something changed."""
        self._running("track_input").track_input(path)

    def track_output(self, path: PathLike) -> None:
        """Tell what the execution writes; a file that is not there at the end fails it."""
        self._running("track_output").track_output(path)

    def add_artifact(self, path: PathLike, description: str = "") -> None:
        """Also an output."""
        self._running("add_artifact").add_artifact(path, description)

    def set_metric(self, name: str, value: Value) -> None:
        """Keep a number or a text of this run in the log. ArgumentError for what is no None, bool, int, float or str."""
        self._running("set_metric").set_metric(name, value)

    def set_state(self, name: str, value: Value) -> None:
        """What operations leave to those after them, also across a crash where checkpoints are enabled."""
        self._running("set_state").set_state(name, value)

    @property
    def state(self) -> Dict[str, Any]:
        """A copy of what set_state() has kept, by name."""
        return self._running("state").state

    def project_file(self, path: PathLike) -> Path:
        """A path below the project root; an absolute path stays as it is."""
        engine = self._engine
        if engine is not None:
            return engine.project_file(path)
        return _rota.find_project().root / path

    @property
    def logger(self) -> logging.Logger:
        """Python's logger "rota.ID"; in a worker its messages also go to the runner."""
        return logging.getLogger(f"rota.{getattr(self, 'task_id', None) or type(self).__name__}")

    # ---- afterwards, under the names of the original ----

    def get_results(self) -> Dict[str, OperationResult]:
        """A copy of the results of the last run, by the names of the operations."""
        return dict(self.results)

    def get_artifacts(self) -> List[Any]:
        """A copy of what add_artifact() was given in the last run."""
        return list(self.artifacts)

    def get_metrics(self) -> Dict[str, Any]:
        """A copy of the metrics of the last run, by name."""
        return dict(self.metrics)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'task_id', '?')}: {getattr(self, 'status', 'pending')}>"

    # ---- called by the C++ library ----

    def _running(self, what: str) -> _rota.Engine:
        engine = self._engine
        if engine is None:
            raise RuntimeError(f"{what} is for a task that runs; call run()")
        return engine

    def _configure(self) -> None:
        """A later run begins with what was added before the first one."""
        if self._added_before is None:
            self._added_before = list(self.operations)
        self.operations[:] = self._added_before
        self.results = {}
        self.configure_operations()

    def _operation_names(self) -> List[str]:
        names = [getattr(one, "name", None) or f"Operation {at + 1}" for at, one in enumerate(self.operations)]
        if not names and type(self).execute is not BaseTask.execute and self._engine is not None:
            return ["execute"]  # a class that does all itself
        return names

    def _execute_named(self, name: str) -> OperationResult:
        for known, operation in zip(self._operation_names(), self.operations):
            if known == name:
                return self.execute_operation(operation)
        raise LookupError(f"operation {name} is no longer among the operations of the task")

    def _perform(self, operation: Any) -> OperationResult:
        engine = self._running("execute_operation")
        step = operation if isinstance(operation, Operation) else _as_operation(operation, None, {})
        index = next((at for at, one in enumerate(self.operations) if one is operation), len(self.operations))
        context = OperationContext(self, step.name or f"Operation {index + 1}", index)
        result: OperationResult = engine.perform(context.name, lambda: self._call(step, context))
        self.results[context.name] = result
        return result

    def _call(self, operation: Operation, context: OperationContext) -> OperationResult:
        try:
            result = _result_of(operation.run(context))
        except Exception as error:  # noqa: BLE001: whatever it is, it fails the operation
            self._log_traceback(context.name, error)
            return OperationResult("ERROR", _describe(error), exception=error)
        engine = self._running("execute_operation")
        for name, value in result.metrics.items():
            engine.set_metric(name, value)
        for path in result.artifacts:
            engine.add_artifact(path, "")
        return result

    def _log_traceback(self, step: str, error: BaseException) -> None:
        print_traceback(f"{self.task_id}: {step}", error)

    def _take_outcome(self, outcome: Dict[str, Any]) -> None:
        self.status = outcome["status"]
        self.error_details = outcome["error"] or None
        self.metrics = outcome["metrics"]
        self.artifacts = outcome["artifacts"]
        self.task_run_id = outcome["task_run_id"]


def _describe(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001: its kind is told all the same
        text = "(it cannot be told as text)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


_OWN_FOLDER = os.path.dirname(__file__)


def print_traceback(where: str, error: BaseException) -> None:
    """On stderr, which is the output of the execution."""
    try:
        lines = traceback.format_exception(type(error), error, _without_own_frames(error))
    except Exception:  # noqa: BLE001: it cannot be formatted; the message is kept
        return
    _streams.write_error(f"{where}: {''.join(lines)}")


def _without_own_frames(error: BaseException) -> Any:
    frame = error.__traceback__
    while frame is not None and os.path.dirname(frame.tb_frame.f_code.co_filename) == _OWN_FOLDER:
        frame = frame.tb_next
    return frame or error.__traceback__


def _named_arguments(task_class: type, given: Tuple[Any, ...], named: Dict[str, Any]) -> Dict[str, Any]:
    """Those of a constructor, but for the identity; defaults that are no scalar are left out."""
    from rota import _task_classes

    parameters = _task_classes.parameters_of(task_class)
    if not parameters:
        return {}
    import inspect

    bound: Dict[str, Any]
    try:
        bound = inspect.signature(task_class.__init__).bind(None, *given, **named).arguments  # type: ignore[misc]
    except (TypeError, ValueError):
        bound = dict(named)
    defaults = {one["name"]: one["default"] for one in parameters if "default" in one}
    return {**defaults, **{one["name"]: bound[one["name"]] for one in parameters if one["name"] in bound}}


def _metadata_of(task_class: type) -> Dict[str, Any]:
    from rota import _task_classes

    return _task_classes.get_metadata(task_class)


def _source_of(task_class: type) -> Optional[str]:
    module = sys.modules.get(task_class.__module__)
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) and file.endswith(".py") and os.path.isfile(file) else None


def _is_scalar(value: object) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or isinstance(value, (float, str))


def _scalars(arguments: Dict[str, Any]) -> Dict[str, Any]:
    """As the log keeps them: what is no scalar, or too big for one, by its text."""
    return {name: value if _is_scalar(value) else repr(value) for name, value in arguments.items()}


class AdaptedTask(BaseTask):
    """An object with the interface of a task that is no rota.BaseTask: its own run() is the one operation."""

    def __init__(self, task: Any, metadata: Dict[str, Any], arguments: Dict[str, Any]) -> None:
        self._take_identity(metadata)
        self.arguments = arguments
        self.task = task

    def configure_operations(self) -> None:
        self.add_operation(self._run_task, name="run")

    def _run_task(self) -> OperationResult:
        if self.task.run():
            return OperationResult("SUCCESS")
        why = getattr(self.task, "error_info", None) or getattr(self.task, "error_details", None)
        return OperationResult("ERROR", f"run() gave False{f': {why}' if why else ''}")
