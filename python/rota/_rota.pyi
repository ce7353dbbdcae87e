"""The C++ library of Rota, as the package `rota` uses it."""

import datetime
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any


version: tuple[int, int, int] = (0, 1, 0)

class Error(RuntimeError):
    """What Rota cannot do, and why, in one line; the base of all below."""

class TaskRegistryError(Error):
    """A task class, its registration or its instance is wrong."""

class ArgumentError(TaskRegistryError):
    """Arguments that a task does not take: all that is wrong with them."""

class PlanError(Error):
    """
    A plan cannot be made: a cycle, tasks that are missing, a selection of none.
    """

class LogError(Error):
    """
    The execution log cannot be read or written; a write that raises it changed nothing.
    """

class AlreadyRunningError(Error):
    """
    The same task runs already with the same arguments: its owner is named.
    """

class ExchangeError(Error):
    """
    A file cannot be imported, or the log not exported; nothing was changed.
    """

class FileStamp:
    """A file that an execution read or wrote, as it was then."""

    @property
    def path(self) -> str:
        """relative to the project root where it is inside, else absolute"""

    @property
    def size_bytes(self) -> int: ...

    @property
    def mtime_nanoseconds(self) -> int:
        """since 1970"""

    @property
    def content_hash(self) -> str:
        """'xxh3:' and 32 hex digits; '': not known"""

    def __repr__(self) -> str: ...

class ExecutionHandle:
    """The right to end one execution."""

    @property
    def task_run_id(self) -> str: ...

    @property
    def epoch(self) -> int: ...

class Execution:
    """One attempt to run a task, as the log has it. A copy."""

    @property
    def task_run_id(self) -> str: ...

    @property
    def task_id(self) -> str: ...

    @property
    def task_type(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def arguments(self) -> dict[str, Any]: ...

    @property
    def run_id(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def attempt(self) -> int: ...

    @property
    def state(self) -> str: ...

    @property
    def success(self) -> bool: ...

    @property
    def message(self) -> str: ...

    @property
    def inputs(self) -> list[FileStamp]: ...

    @property
    def outputs(self) -> list[FileStamp]: ...

    @property
    def metrics(self) -> dict[str, Any]: ...

    @property
    def exit_code(self) -> int | None: ...

    @property
    def signal(self) -> int | None: ...

    @property
    def output_path(self) -> str: ...

    @property
    def started_at(self) -> datetime.datetime:
        """an aware datetime in UTC"""

    @property
    def finished_at(self) -> datetime.datetime | None: ...

    @property
    def execution_time(self) -> float | None:
        """seconds; None while it runs"""

    @property
    def host(self) -> str: ...

    @property
    def pid(self) -> int: ...

    @property
    def notes(self) -> str: ...

    @property
    def tags(self) -> dict[str, Any]: ...

    @property
    def imported_fields(self) -> dict[str, Any]: ...

    @property
    def started_sequence(self) -> int: ...

    @property
    def finished_sequence(self) -> int:
        """0 while it runs"""

    @property
    def changed_sequence(self) -> int: ...

    @property
    def epoch(self) -> int: ...

    def __repr__(self) -> str: ...

class CleanupEntry:
    @property
    def task_run_id(self) -> str: ...

    @property
    def task_id(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def started_sequence(self) -> int: ...

    @property
    def started_at(self) -> datetime.datetime: ...

    @property
    def output_path(self) -> str: ...

class KeptExecution:
    """An execution that is old and stays all the same."""

    @property
    def execution(self) -> CleanupEntry: ...

    @property
    def reason(self) -> str: ...

    @property
    def path(self) -> str: ...

class CleanupResult:
    @property
    def removed(self) -> list[CleanupEntry]: ...

    @property
    def kept(self) -> list[KeptExecution]: ...

    @property
    def unknown(self) -> list[str]: ...

class LogFinding:
    """Something that should never be in a log."""

    @property
    def rule(self) -> str: ...

    @property
    def task_run_id(self) -> str: ...

    @property
    def message(self) -> str: ...

class ImportSummary:
    @property
    def imported(self) -> int: ...

    @property
    def known(self) -> int:
        """were in the log already, with the same content"""

    @property
    def skipped(self) -> int: ...

    @property
    def problems(self) -> list[str]: ...

class ExportSummary:
    @property
    def exported(self) -> int: ...

    @property
    def active(self) -> int:
        """left out of JSON: they have no end yet"""

    @property
    def replaced_texts(self) -> int: ...

class ExecutionLog:
    """
    The durable history of executions. All members may be called from any thread; a write that returns is durable, one that raises LogError has changed nothing.
    """

    def begin_execution(self, task_id: str, *, task_type: str = 'unknown', version: str = '', arguments: Any | None = None, run_id: str = '', reason: str = '', tags: Any | None = None) -> ExecutionHandle:
        """
        Write that an execution has begun, owned by this process. AlreadyRunningError names the owner where the same task runs already with the same arguments.
        """

    def finish_execution(self, handle: ExecutionHandle, *, state: str = 'success', message: str = '', inputs: Any = (), outputs: Any = (), metrics: Any | None = None) -> bool:
        """
        Write its end. False when it has an end already, or the handle is of an old epoch: nothing changes.
        """

    def record_task_execution(self, task_id: str, *, task_type: str = 'unknown', state: str = 'success', message: str = '', version: str = '', arguments: Any | None = None, duration: float | None = None, inputs: Any = (), outputs: Any = (), metrics: Any | None = None, run_id: str = '', reason: str = '', tags: Any | None = None) -> str:
        """
        Write a whole execution in one durable step; give its task_run_id. `duration` is in seconds.
        """

    def mark_lost_executions(self) -> int:
        """
        Mark as 'lost' what belongs to dead processes of this host; give how many.
        """

    def track_input_files(self, task_run_id: str, paths: Any) -> None:
        """
        Add files to the inputs of an execution, with size, time and hash where they are there.
        """

    def track_output_files(self, task_run_id: str, paths: Any) -> None:
        """The same for its outputs."""

    def track_input_files_of_task(self, task_id: str, paths: Any) -> str:
        """For the newest execution of the task; give its task_run_id."""

    def track_output_files_of_task(self, task_id: str, paths: Any) -> str:
        """For the newest execution of the task; give its task_run_id."""

    def update_execution_record(self, task_run_id: str, *, notes: str | None = None, tags: Any | None = None) -> bool:
        """Change the free fields; False when there is no such execution."""

    def remove_execution_record(self, task_run_id: str) -> bool:
        """Remove one that has ended; False when there is no such execution."""

    def cleanup_old_executions(self, *, max_age: float | None = None, max_per_task: int | None = None, task_run_ids: Sequence[str] = [], dry_run: bool = False) -> CleanupResult:
        """
        Remove old executions; `max_age` is in seconds. What must stay is told as kept.
        """

    def get_task_execution_history(self, task_id: str | None = None, *, state: str | None = None, limit: int = 100, success_only: bool = False, before_sequence: int = 0, run_id: str | None = None, since: Any | None = None, until: Any | None = None) -> list[Execution]:
        """Executions, newest start first; limit 0: all."""

    def find_latest_execution(self, task_id: str, success_only: bool = False) -> Execution | None:
        """
        The newest that really ran, or the success that ended last; None: there is none.
        """

    def find_execution(self, task_run_id: str) -> Execution | None:
        """None: there is none of that id."""

    def find_task_run_ids(self, prefix: str, limit: int = 100) -> list[str]:
        """The ids of executions that begin so, in order."""

    def find_run(self, run_id: str) -> Any:
        """
        A run as a dict: run_id, plan_hash, resumes (the run it goes on with, or ''), started_at and finished_at (aware datetimes; None: it goes on, or its owner died), host, pid. None: there is none.
        """

    def get_run_history(self, limit: int = 100) -> list[Any]:
        """Runs as find_run() gives them, newest start first; limit 0: all."""

    def find_plan(self, plan_hash: str) -> str | None:
        """What a run has frozen: the text of a JSON object. None: there is none."""

    def find_task_by_output(self, path: Any) -> Execution | None:
        """The newest execution that has the file as an output."""

    def find_tasks_by_input(self, path: Any, limit: int = 100) -> list[Execution]:
        """Executions that read the file, newest first; limit 0: all."""

    def lineage(self, path: Any, direction: str = 'up') -> dict[str, Any]:
        """
        What a file was made from ('up') or what was made from it ('down'): a dict with files, executions and uses, which name the first two by their places.
        """

    def path_in_log(self, path: Any) -> str:
        """The name that a file has in the log."""

    def validate_execution_log(self) -> list[LogFinding]:
        """What should never be in a log; reads all of it."""

    def last_sequence(self) -> int:
        """The number of the last change; 0: there was none."""

    def changes_since(self, sequence: int, limit: int = 0) -> list[Execution]:
        """
        Executions that have changed after that number, in the order of their changes.
        """

    def watch(self, sequence: int, limit: int = 0, timeout: float = 1.0) -> list[Execution]:
        """
        What has changed since; waits at most `timeout` seconds where there is nothing yet.
        """

    @property
    def project_root(self) -> pathlib.Path: ...

    @property
    def location(self) -> str: ...

    def import_execution_log(self, path: Any, *, mode: str = 'merge', time_zone: str = 'local', skip_bad: bool = False) -> ImportSummary:
        """Add the executions of a JSON log (schema 1.x), all or nothing."""

    def export_execution_log(self, path: Any, *, format: str = 'json', task_id: str | None = None, state: str | None = None, time_zone: str = 'local') -> ExportSummary:
        """
        Write the executions, oldest first: the whole file, or what was there before.
        """

def process_log() -> ExecutionLog:
    """
    The log of this process: where ROTA_LOG points, else .rota/log.db under the project root.
    """

def open_sqlite_log(path: Any, project_root: Any | None = None, read_only: bool = False) -> ExecutionLog:
    """A log in an SQLite file, made where there is none."""

def open_memory_log(project_root: Any | None = None) -> ExecutionLog:
    """A log that lives and dies with the object."""

class Project:
    """Where a project's log and task classes are."""

    @property
    def root(self) -> pathlib.Path: ...

    @property
    def log_path(self) -> pathlib.Path: ...

    @property
    def search_path(self) -> list[Any]: ...

    @property
    def search_path_is_given(self) -> bool: ...

def find_project(from_folder: Any | None = None) -> Project:
    """The project of a folder; none: of the current one."""

class Engine:
    """What a task that runs talks to."""

    def execute(self) -> bool: ...

    def perform(self, name: str, function: Any) -> Any: ...

    def track_input(self, arg: Any, /) -> None: ...

    def track_output(self, arg: Any, /) -> None: ...

    def add_artifact(self, arg0: Any, arg1: str, /) -> None: ...

    def set_metric(self, name: str, value: Any | None) -> None: ...

    def set_state(self, name: str, value: Any | None) -> None: ...

    @property
    def state(self) -> dict[str, Any]: ...

    def project_file(self, arg: Any, /) -> pathlib.Path: ...

    @property
    def stop_requested(self) -> bool: ...

    def request_stop(self) -> None: ...

    def log(self, arg0: int, arg1: str, /) -> None: ...

def run_task(task: Any, metadata: dict[str, Any], arguments: dict[str, Any], file: Any | None) -> tuple[Any, ...]: ...

class NativeTask:
    """An instance of a task class in C++."""

    def run(self) -> tuple[Any, ...]: ...

    def request_stop(self) -> None: ...

    @property
    def arguments(self) -> dict[str, Any]: ...

class NativeClass:
    """A task class in C++."""

    @property
    def task_id(self) -> str: ...

    @property
    def metadata(self) -> dict[str, Any]: ...

    @property
    def location(self) -> str: ...

    @property
    def location_identity(self) -> str: ...

    @property
    def address(self) -> int: ...

    def create(self, arguments: Any | None = None) -> NativeTask: ...

class TaskRegistry:
    """What a plan is made of."""

    def __init__(self) -> None: ...

    def register_native(self, arg: NativeClass, /) -> bool: ...

    def register_python(self, task_class: Any, metadata: dict[str, Any], file: Any | None, identity: str) -> bool: ...

def get_native_class(arg: str, /) -> NativeClass | None: ...

def native_classes() -> list[NativeClass]: ...

def check_task_dependencies(arg0: str, arg1: str, arg2: Sequence[str], /) -> bool: ...

def find_metadata_faults(arg0: Any, arg1: dict[str, Any], /) -> list[str]: ...

def discover_plugins(packages: Sequence[str] | None = None, recursive: bool = True) -> tuple[Any, ...]: ...

def metadata_from_docstring(docstring: str) -> dict[str, Any]: ...

def set_log_sink(take: Any) -> None: ...

def is_valid_task_id(arg: str, /) -> bool: ...

def python_source_identity(root: Any, module: str, class_name: str, file: Any) -> str: ...

def find_newest_run(log: ExecutionLog) -> str | None: ...

def report_of_run(log: ExecutionLog, registry: TaskRegistry, run_id: str, format: str, outputs: Mapping[str, str]) -> str: ...

class Plan:
    """What will run, what not, and why; frozen when it is made."""

    @property
    def steps(self) -> list[Any]:
        """
        dicts in the order of the plan: task_id, will_run, kind, reason, arguments
        """

    @property
    def task_ids(self) -> list[str]:
        """the ids of all tasks, in the order of the plan"""

    @property
    def dependencies(self) -> dict[str, Any]:
        """of each task by its id, a list of ids"""

    @property
    def count_to_run(self) -> int: ...

    def hash(self) -> str:
        """'sha256:' and 64 hex digits of what the plan says."""

    def to_json(self) -> str:
        """The text of a JSON object, as `rota plan --json` prints it."""

    def draw(self, log: ExecutionLog, format: str = 'dot') -> str:
        """
        The graph as text: 'dot', 'svg', 'mermaid' or 'json', coloured by state of the log.
        """

    def __len__(self) -> int: ...

    def __str__(self) -> str: ...

def make_plan(registry: TaskRegistry, log: ExecutionLog, task_ids: Sequence[str], force: bool, arguments: dict[str, Any]) -> Plan: ...

class RunSummary:
    """What became of a run. It is true where all succeeded."""

    @property
    def run_id(self) -> str: ...

    @property
    def outcomes(self) -> list[Any]:
        """
        dicts in the order of the plan: task_id, state, message, task_run_id, duration (seconds), attempts, output_path
        """

    @property
    def duration(self) -> float:
        """seconds"""

    @property
    def succeeded(self) -> bool: ...

    @property
    def log_failed(self) -> bool: ...

    @property
    def already_running(self) -> bool: ...

    @property
    def interrupted(self) -> bool: ...

    def __bool__(self) -> bool: ...

    def __str__(self) -> str: ...

def run_plan(plan: Any, registry: TaskRegistry, log: ExecutionLog, executor: str, jobs: int, observer: Any | None, stop_at_failure: bool, pools: Mapping[str, int], force_restart: bool, worker: Sequence[str]) -> RunSummary: ...

def run_as_worker(words: Sequence[str]) -> int | None: ...

def set_source_loader(load: Any) -> None: ...
