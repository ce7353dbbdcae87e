# SPDX-License-Identifier: Apache-2.0
"""The functions of rota.pamola have the names, parameters, defaults and annotations of the original."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any, Dict, List, Tuple

import pytest

from pamola_project import spec_document
from rota._pamola import base_task, execution_log, task_registry

# name, parameters with annotation and default, return
REGISTRY = """
def register_task_class(task_id: str, task_class: Type) -> bool: ...
def get_task_class(task_id: str) -> Optional[Type]: ...
def list_registered_tasks() -> Dict[str, Dict[str, Any]]: ...
def create_task_instance(task_id: str, **kwargs) -> Optional[Any]: ...
def discover_task_classes(package_paths: Optional[List[str]] = None, recursive: bool = True) -> Dict[str, Type]: ...
def register_discovered_tasks(package_paths: Optional[List[str]] = None, recursive: bool = True) -> int: ...
def get_task_metadata(task_class: Type) -> Dict[str, Any]: ...
def check_task_dependencies(task_id: str, task_type: str, dependencies: List[str]) -> bool: ...
def _is_task_class(cls: Type) -> bool: ...
def _get_task_id(cls: Type) -> Optional[str]: ...
def _validate_task_class(cls: Type) -> bool: ...
"""

_MANAGER = "progress_manager: Optional[ProgressManagerProtocol] = None"
EXECUTION_LOG = f"""
def initialize_execution_log(project_path: Optional[Path] = None, {_MANAGER}) -> Path: ...
def record_task_execution(task_id: str, task_type: str, success: bool, execution_time: float, report_path: Path,
    input_datasets: Optional[Dict[str, str]] = None, output_artifacts: Optional[List[Any]] = None,
    {_MANAGER}) -> Optional[str]: ...
def get_task_execution_history(task_id: Optional[str] = None, limit: int = 10, success_only: bool = False,
    {_MANAGER}) -> List[Dict[str, Any]]: ...
def find_latest_execution(task_id: str, success_only: bool = True, {_MANAGER}) -> Optional[Dict[str, Any]]: ...
def find_task_by_output(file_path: Union[str, Path], {_MANAGER}) -> Optional[Dict[str, Any]]: ...
def track_input_files(task_id: str, file_paths: List[Union[str, Path]], {_MANAGER}) -> bool: ...
def track_output_files(task_id: str, file_paths: List[Union[str, Path]], {_MANAGER}) -> bool: ...
def update_execution_record(task_run_id: str, updates: Dict[str, Any], {_MANAGER}) -> bool: ...
def remove_execution_record(task_run_id: str, {_MANAGER}) -> bool: ...
def cleanup_old_executions(max_age_days: int = 30, max_per_task: int = 10, dry_run: bool = False,
    {_MANAGER}) -> Tuple[int, List[str]]: ...
def validate_execution_log({_MANAGER}) -> Tuple[bool, List[str]]: ...
def export_execution_log(output_path: Optional[Path] = None, format: str = 'json', {_MANAGER}) -> Path: ...
def import_execution_log(input_path: Path, merge: bool = False, {_MANAGER}) -> bool: ...
"""

Signature = Tuple[List[Tuple[str, str, str]], str]


def declared(text: str) -> Dict[str, Signature]:
    """Of each function of a text: name, annotation and default of its parameters, and what it gives."""
    found = {}
    for node in ast.parse(text).body:
        assert isinstance(node, ast.FunctionDef)
        given = node.args
        defaults = [""] * (len(given.args) - len(given.defaults)) + [ast.unparse(one) for one in given.defaults]
        parameters = [(one.arg, _text(one.annotation), default) for one, default in zip(given.args, defaults)]
        if given.kwarg is not None:
            parameters.append((f"**{given.kwarg.arg}", _text(given.kwarg.annotation), ""))
        found[node.name] = (parameters, _text(node.returns))
    return found


def _text(node: Any) -> str:
    return "" if node is None else ast.unparse(node)


def written(function: Any) -> Signature:
    signature = inspect.signature(function)
    parameters = []
    for one in signature.parameters.values():
        stars = "**" if one.kind is inspect.Parameter.VAR_KEYWORD else ""
        default = "" if one.default is inspect.Parameter.empty else repr(one.default)
        annotation = "" if one.annotation is inspect.Parameter.empty else one.annotation
        parameters.append((stars + one.name, annotation, default))
    return parameters, signature.return_annotation


@pytest.mark.parametrize("name, expected", declared(REGISTRY).items())
def test_a_function_of_the_registry_is_declared_as_in_the_original(name: str, expected: Signature) -> None:
    assert written(getattr(task_registry, name)) == expected


@pytest.mark.parametrize("name, expected", declared(EXECUTION_LOG).items())
def test_a_function_of_the_execution_log_is_declared_as_in_the_original(name: str, expected: Signature) -> None:
    assert written(getattr(execution_log, name)) == expected


def test_every_function_of_the_document_is_there_as_the_document_declares_it() -> None:
    document = spec_document()
    if document is None:
        pytest.skip("../shared/spec/task_registry.md is not beside this tree")
    blocks = re.findall(r"```python\n(def .*?)```", document.read_text(), re.S)
    of_document = declared("\n".join(block.strip() + ": ..." for block in blocks))
    assert len(of_document) == 11
    assert {name: written(getattr(task_registry, name)) for name in of_document} == of_document


def test_the_classes_of_the_registry_are_a_live_mapping() -> None:
    from rota import _registry

    assert task_registry._task_classes is _registry._task_classes


def test_the_errors_can_be_caught() -> None:
    import rota

    assert issubclass(task_registry.TaskRegistryError, Exception)
    assert task_registry.TaskRegistryError is rota.TaskRegistryError
    assert issubclass(execution_log.ExecutionLogError, Exception)


def test_the_base_task_is_that_of_rota() -> None:
    import rota

    assert base_task.BaseTask is rota.BaseTask
