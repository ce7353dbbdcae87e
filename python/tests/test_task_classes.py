# SPDX-License-Identifier: Apache-2.0
"""The rules for live classes, and that they agree with what is read from the source of the same classes."""

from __future__ import annotations

import abc
import enum
import functools
import importlib.util
import pathlib
import time
from typing import Any, Dict, List, Optional, Union

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_static import CUSTOM_BASE, DOCUMENT

from rota import _static, _task_classes
from rota._task_classes import (
    check_keywords,
    find_faults,
    get_metadata,
    get_task_id,
    is_task_class,
    parameters_of,
    validate_task_class,
)

PREFIX = "t_prefix"


class BaseTask:
    version = "0.0.9"

    def __init__(self, task_id: str, task_type: str = "", description: str = "", **fields: Any) -> None:
        self.task_id = task_id

    def run(self) -> bool:
        return True


CLASS_ALONE = DOCUMENT[DOCUMENT.index("class My") : DOCUMENT.index("# Register")]


class Plain(BaseTask):
    """Counts.

    @author: Team
    @version: 3.1
    @reviewer: Somebody
    """

    task_id = "t_plain"
    dependencies = ["t_a", "t_b"]

    def configure_operations(self) -> None:
        pass


class Operations:
    def configure_operations(self) -> None:
        pass


class Adapted(Operations):
    task_id = "t_adapted"

    def initialize(self) -> bool:
        return True

    execute = finalize = run = initialize


def documents_class(text: str, name: str) -> Any:
    """A class of the document, which imports BaseTask from elsewhere, in a module whose source is there."""
    folder = pathlib.Path("documents")
    folder.mkdir(exist_ok=True)
    file = folder.resolve() / f"{name.lower()}.py"
    text = text.replace("from pamola_core.utils.tasks.base_task import BaseTask", f"from {__name__} import BaseTask")
    text = text.replace("from pamola_core.utils.tasks.task_registry import", "from test_task_classes import")
    file.write_text(text)
    return getattr(load(file), name)


def load(file: pathlib.Path) -> Any:
    specification = importlib.util.spec_from_file_location(file.stem, file)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def register_task_class(task_id: str, task_class: type) -> bool:
    return validate_task_class(task_class)


# --- The document


def test_the_documents_task_is_valid_and_says_what_it_passes_to_its_base() -> None:
    task = documents_class(DOCUMENT, "MyProfilingTask")
    assert is_task_class(task) and find_faults(task) == []
    assert get_task_id(task) == "t_1P_profiling"
    assert get_metadata(task) == {
        "task_id": "t_1P_profiling",
        "task_type": "profiling",
        "description": "Profiling task for customer data",
        "version": "1.0.0",
        "class_name": "MyProfilingTask",
        "module": "myprofilingtask",
        "dependencies": [],
        "author": "unknown",
        "parameters": [],
    }


def test_the_documents_custom_base_class_is_no_task_and_what_derives_from_it_is() -> None:
    task = documents_class(CUSTOM_BASE, "CustomTask")
    base = task.__mro__[1]
    assert base.__name__ == "CustomBaseTask" and not is_task_class(base)
    assert validate_task_class(task)
    assert (get_task_id(task), get_metadata(task)["task_type"]) == ("custom_task", "custom")
    assert get_metadata(task)["description"] == "Task using custom base class"


# --- What is a task class


def test_base_task_abstract_classes_and_what_is_no_class_are_no_task_classes() -> None:
    class Abstract(Plain, abc.ABC):
        @abc.abstractmethod
        def more(self) -> None: ...

    class AbstractWithoutAbc(Plain):
        @abc.abstractmethod
        def more(self) -> None: ...

    class Done(AbstractWithoutAbc):
        def more(self) -> None: ...

    for odd in (BaseTask, Abstract, AbstractWithoutAbc, object, int, Plain("t"), None, 3, "Plain", List[int], abc):
        assert not is_task_class(odd)
        assert get_task_id(odd) is None
        assert not validate_task_class(odd)
        assert all(isinstance(fault, str) and fault for fault in find_faults(odd))
    assert is_task_class(Plain) and is_task_class(Done)


def test_a_class_with_the_interface_of_a_task_is_one_without_base_task() -> None:
    assert is_task_class(Adapted) and validate_task_class(Adapted)
    for missing in ("task_id", "run", "initialize", "execute", "finalize", "configure_operations"):
        task = type("T", (Adapted,), {missing: None})
        assert not is_task_class(task)
        assert any(missing in fault for fault in find_faults(task))


def test_operations_may_come_from_a_mixin_but_not_from_base_task_itself() -> None:
    class Mixed(Operations, BaseTask):
        pass

    class MixedAfter(BaseTask, Operations):
        pass

    with_own = type("BaseTask", (BaseTask,), {"configure_operations": lambda self: None})
    assert is_task_class(Mixed) and is_task_class(MixedAfter)
    assert not is_task_class(type("T", (with_own,), {}))
    assert "configure_operations" in find_faults(type("T", (with_own,), {}))[0]


class Hostile(type):
    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError

    def __hash__(cls) -> int:
        raise RuntimeError

    def __instancecheck__(cls, value: object) -> bool:
        raise RuntimeError

    def __subclasscheck__(cls, value: object) -> bool:
        raise RuntimeError


class HostileObject:
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


def test_hostile_classes_and_objects_never_raise() -> None:
    odd = Hostile("Odd", (), {"task_id": HostileObject(), "configure_operations": HostileObject()})
    task = Hostile("Task", (BaseTask,), {"configure_operations": lambda self: None, "__module__": HostileObject()})
    bad = Hostile("BadTask", (BaseTask,), {"configure_operations": len, "version": HostileObject(), "__doc__": 3})
    assert is_task_class(task) and get_task_id(task) == "task" and get_metadata(task)["module"] == ""
    assert not is_task_class(odd) and get_task_id(odd) is None
    for value in (odd, task, bad, HostileObject()):
        assert isinstance(find_faults(value), list)
    with pytest.raises(ValueError, match="BadTask.version must be a str, not HostileObject"):
        get_metadata(bad)


# --- Ids


def with_operations(**names: Any) -> Any:
    return type("SomeTask", (BaseTask,), {"configure_operations": lambda self: None, **names})


def test_an_id_is_the_attribute_or_what_a_class_method_gives() -> None:
    assert get_task_id(with_operations(task_id="t_x")) == "t_x"
    assert get_task_id(with_operations(task_id=classmethod(lambda cls: "t_" + cls.__name__))) == "t_SomeTask"
    assert get_task_id(with_operations(task_id=staticmethod(lambda: "t_static"))) == "t_static"
    assert get_task_id(type("Other", (with_operations(task_id="t_x"),), {"task_id": None})) == "t_x"


@pytest.mark.parametrize(
    "odd",
    [
        property(lambda self: "t_x"),
        lambda self: "t_x",
        classmethod(lambda cls, more: "t_x"),
        functools.cached_property(lambda self: "t_x"),
        None,
        "",
    ],
)
def test_an_id_that_only_an_instance_knows_is_that_of_the_name(odd: Any) -> None:
    assert get_task_id(with_operations(task_id=odd)) == "some"


@pytest.mark.parametrize("bad", [3, ["t_x"], b"t_x", "\ud800", staticmethod(lambda: 1 // 0), staticmethod(lambda: 3)])
def test_an_id_that_is_no_text_is_a_fault_and_never_another_id(bad: Any) -> None:
    task = with_operations(task_id=bad)
    assert get_task_id(task) is None
    assert ["task_id" in fault for fault in find_faults(task)] == [True]
    with pytest.raises(ValueError, match="SomeTask.task_id"):
        get_metadata(task)


def test_the_id_of_an_enumeration_is_its_text() -> None:
    class Ids(str, enum.Enum):
        LOAD = "t_load"

    task_id = get_task_id(with_operations(task_id=Ids.LOAD))
    assert type(task_id) is str and task_id == "t_load"


# --- What constructors pass on


class ByPosition(BaseTask, Operations):
    def __init__(self) -> None:
        super().__init__(PREFIX + "_x", "kind", version="2.0")


class Renamed(BaseTask, Operations):
    def __init__(self, label: str, task_id: str) -> None:
        super().__init__(task_id, "renamed", label)


class OfRenamed(Renamed):
    def __init__(self) -> None:
        Renamed.__init__(self, "Label", "t_of_renamed")


class WithText(BaseTask, Operations):
    @functools.lru_cache  # noqa: B019
    def other(self) -> None: ...

    def __init__(self, size: int = 3, task_id: str = f"{PREFIX}_y") -> None:
        # a comment
        text = """
over several lines, the first of no indentation
"""
        super().__init__(
            task_id=task_id,
            description="""Text
of two lines""",
            task_type=text.strip(),
        )

# a comment between


    configure = None


def test_what_a_constructor_passes_by_position_is_read_by_the_names_of_the_next_one() -> None:
    metadata = get_metadata(ByPosition)
    assert [metadata[key] for key in ("task_id", "task_type", "version")] == ["t_prefix_x", "kind", "2.0"]
    metadata = get_metadata(OfRenamed)
    assert [metadata[key] for key in ("task_id", "task_type")] == ["t_of_renamed", "renamed"]


def test_texts_over_several_lines_and_defaults_are_read() -> None:
    metadata = get_metadata(WithText)
    assert (metadata["task_id"], metadata["description"]) == ("t_prefix_y", "Text\nof two lines")
    assert metadata["task_type"] == "unknown"


def test_a_class_in_a_function_is_read_with_the_names_around_it() -> None:
    local = "t_local"

    class Local(BaseTask, Operations):
        def __init__(self) -> None:
            super().__init__(task_id=local, description=PREFIX)

    assert get_task_id(Local) == "t_local" and get_metadata(Local)["description"] == PREFIX


def test_a_decorated_constructor_is_read_too() -> None:
    def decorated(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> None:
            function(*args, **kwargs)

        return call

    class Decorated(BaseTask, Operations):
        @decorated
        def __init__(self, size: int) -> None:
            super().__init__(task_id="t_decorated")

    assert get_task_id(Decorated) == "t_decorated"
    assert check_keywords(Decorated, {}) == ["missing argument 'size'"]


def test_without_its_source_a_class_has_the_id_of_its_name() -> None:
    names: Dict[str, Any] = {"BaseTask": BaseTask, "__name__": "shell"}
    exec(CLASS_ALONE, names)
    task = names["MyProfilingTask"]
    assert validate_task_class(task) and get_task_id(task) == "my_profiling"


def test_a_source_that_has_changed_since_is_not_believed(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "changed.py"
    file.write_text(f"from {__name__} import *\n" + CLASS_ALONE)
    task = load(file).MyProfilingTask
    file.write_text("# nothing is as it was\n" * 30)
    assert get_task_id(task) == "my_profiling"


# --- Metadata


def test_metadata_come_from_attributes_then_the_docstring_then_defaults() -> None:
    assert get_metadata(Plain) == {
        "task_id": "t_plain",
        "task_type": "unknown",
        "description": "Counts.",
        "version": "3.1",
        "class_name": "Plain",
        "module": __name__,
        "dependencies": ["t_a", "t_b"],
        "author": "Team",
        "parameters": [],
        "reviewer": "Somebody",
    }


def test_fields_of_a_base_below_base_task_are_inherited_and_its_docstring_is_not() -> None:
    class Derived(Plain):
        task_id = "t_derived"

    metadata = get_metadata(Derived)
    assert metadata["dependencies"] == ["t_a", "t_b"]
    assert (metadata["version"], metadata["description"]) == ("1.0.0", "")


def test_tags_name_no_id_no_class_and_no_parameters() -> None:
    task = with_operations(__doc__="@task_id: t_no\n@class_name: No\n@parameters: no\n@policy: no\n@dependencies: a, b")
    metadata = get_metadata(task)
    assert (metadata["task_id"], metadata["class_name"], metadata["parameters"]) == ("some", "SomeTask", [])
    assert metadata["dependencies"] == ["a", "b"] and "policy" not in metadata


def test_a_policy_is_among_the_metadata_where_there_is_one() -> None:
    assert get_metadata(with_operations(policy={"retries": 2}))["policy"] == {"retries": 2}
    assert "policy" not in get_metadata(Plain)


def test_class_methods_give_fields_too_and_properties_do_not() -> None:
    task = with_operations(dependencies=classmethod(lambda cls: ("t_a",)), author=property(lambda self: "x"))
    assert get_metadata(task)["dependencies"] == ["t_a"] and get_metadata(task)["author"] == "unknown"
    assert get_metadata(with_operations(dependencies={"b", "a"}))["dependencies"] == ["a", "b"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dependencies", "t_a"),
        ("dependencies", ["t_a", 3]),
        ("dependencies", {"t_a": 1}),
        ("version", 2),
        ("version", 1.5),
        ("author", ["me"]),
        ("description", b"text"),
        ("policy", [1]),
        ("policy", {1: 2}),
        ("policy", {"a": object()}),
    ],
)
def test_a_field_of_a_wrong_type_is_named_with_its_class(field: str, value: Any) -> None:
    task = with_operations(**{field: value})
    with pytest.raises(ValueError, match=f"^SomeTask.{field} must be .*, not "):
        get_metadata(task)
    assert len(find_faults(task)) == 1


def change(value: Any) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            change(inner)
        value.clear()
    elif isinstance(value, list):
        for inner in value:
            change(inner)
        value.append("changed")


@given(
    st.lists(st.from_regex(r"t_[a-z]{1,8}", fullmatch=True), unique=True),
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(0, 9)),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_changing_metadata_changes_no_class(dependencies: Any, policy: Any, description: str) -> None:
    def initializer(self: Any, size: int = 3) -> None: ...

    task = with_operations(
        dependencies=dependencies, policy=policy, description=description, __init__=initializer
    )
    before = repr(get_metadata(task))
    change(get_metadata(task))
    change(parameters_of(task))
    assert repr(get_metadata(task)) == before
    assert task.dependencies is dependencies and task.policy is policy


# --- Validity


def test_all_faults_are_named_together() -> None:
    class Bad:
        version = 3

        def __init__(self, task_id: str) -> None: ...

    faults = find_faults(Bad)
    assert len(faults) == 4
    for words in ("no task_id", "initialize, execute, finalize", "task_type, description", "Bad.version"):
        assert any(words in fault for fault in faults), words


def test_a_constructor_takes_the_three_arguments_or_passes_them_on() -> None:
    class Takes(Plain):
        def __init__(self, task_id: str, task_type: str, description: str) -> None: ...

    class TakesAny(Plain):
        def __init__(self, **kwargs: Any) -> None: ...

    class Passes(Plain):
        def __init__(self) -> None:
            BaseTask.__init__(self, "t_x")

    class Neither(Plain):
        def __init__(self) -> None: ...

    assert all(validate_task_class(task) for task in (Takes, TakesAny, Passes))
    (fault,) = find_faults(Neither)
    assert "The constructor of Neither neither takes task_id, task_type, description nor passes them" in fault


def test_what_is_no_method_is_a_fault() -> None:
    (fault,) = find_faults(type("T", (Plain,), {"configure_operations": 3}))
    assert "T.configure_operations is no method" in fault


# --- Keyword arguments


class Typed(BaseTask, Operations):
    def __init__(
        self,
        rows: int,
        ratio: float = 0.5,
        path: Optional[str] = None,
        keep: bool = False,
        mode: Union[int, str] = 1,
        late: int = None,  # type: ignore[assignment]
        anything: Any = (),
        *,
        task_id: str,
    ) -> None:
        super().__init__(task_id=task_id)


def test_parameters_are_those_of_the_constructor_but_what_every_task_has() -> None:
    assert parameters_of(Plain) == []
    assert parameters_of(Typed)[:2] == [
        {"name": "rows", "type": "integer", "required": True, "description": ""},
        {"name": "ratio", "type": "number", "required": False, "default": 0.5, "description": ""},
    ]
    assert [p["type"] for p in parameters_of(Typed)[2:]] == ["text", "boolean", "any", "integer", "any"]


@pytest.mark.parametrize(
    "good",
    [
        {"rows": 3},
        {"rows": 3, "ratio": 1, "path": None, "keep": True, "mode": "x", "late": None, "anything": object()},
        {"rows": 3, "path": "x", "mode": 4, "task_id": "t_x"},
    ],
)
def test_good_keywords_are_taken(good: Dict[str, Any]) -> None:
    assert check_keywords(Typed, good) == []


def test_unknown_missing_and_badly_typed_keywords_are_named_together() -> None:
    bad = {"rwos": 1, "ratio": "x", "keep": 1, "mode": 1.5, "path": 3, "late": True, "task_id": 3}
    assert check_keywords(Typed, bad) == [
        "unknown argument 'rwos' (did you mean 'rows'?)",
        "missing argument 'rows'",
        "argument 'ratio' must be float, not str",
        "argument 'path' must be None or str, not int",
        "argument 'keep' must be bool, not int",
        "argument 'mode' must be int or str, not float",
        "argument 'late' must be None or int, not bool",
        "argument 'task_id' must be str, not int",
    ]


def test_what_the_registry_fills_in_is_never_missing_and_may_be_given_where_it_is_taken() -> None:
    class Closed(Plain):
        def __init__(self) -> None:
            super().__init__("t_x")

    class Three(Plain):
        def __init__(self, task_id: str, task_type: str, description: str) -> None: ...

    assert check_keywords(Three, {}) == [] and check_keywords(Three, {"task_type": "x"}) == []
    assert check_keywords(Plain, {"task_id": "t_x"}) == []
    assert check_keywords(Closed, {"task_id": "t_x"}) == ["unknown argument 'task_id' (it takes none)"]
    assert check_keywords(Adapted, {"x": 1}) == ["unknown argument 'x' (it takes none)"]


def test_a_parameter_that_no_keyword_reaches_is_named() -> None:
    class Positional(Plain):
        def __init__(self, rows: int, /) -> None: ...

    assert check_keywords(Positional, {"rows": 1})[0].startswith("unknown argument 'rows'")
    assert "can only be given by position" in check_keywords(Positional, {"rows": 1})[1]


def test_numbers_of_numpy_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    assert check_keywords(Typed, {"rows": numpy.int64(3), "ratio": numpy.float32(1)}) == []
    assert check_keywords(Typed, {"rows": numpy.zeros(1)}) == ["argument 'rows' must be int, not ndarray"]


# --- Static and live

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
IDS = st.from_regex(r"t_[a-z0-9]{1,8}", fullmatch=True)
VALUES: Dict[str, st.SearchStrategy[Any]] = {
    "task_id": IDS,
    "task_type": TEXT,
    "description": TEXT,
    "version": TEXT,
    "author": TEXT,
    "dependencies": st.lists(IDS, max_size=3),
    "policy": st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-9, 9) | TEXT, max_size=2),
}
FIELDS = st.fixed_dictionaries({}, optional=VALUES)
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(["", ": int", ": 'str'", ": Optional[float]", ": list", ": Union[int, str]"]),
        st.none() | st.integers(-5, 5) | st.booleans() | TEXT | st.just(...),
    ),
    max_size=3,
)


def class_source(name: str, declared: Any, passed: Any, parameters: Any, constants: bool) -> str:
    lines = ["from typing import Optional, Union", f"from {__name__} import BaseTask"]
    if constants:
        lines += [f"{field.upper()} = {value!r}" for field, value in {**passed, **declared}.items()]
    shown = {
        field: field.upper() if constants else repr(value) for field, value in {**passed, **declared}.items()
    }
    lines += [f"class {name}(BaseTask):"]
    lines += [f"    {field} = {shown[field]}" for field in declared]
    # What is required comes first: `...` stands for no default.
    ordered = sorted(enumerate(parameters), key=lambda pair: pair[1][1] is not ...)
    words = [
        f"p{i}{annotation}" + ("" if default is ... else f" = {default!r}") for i, (annotation, default) in ordered
    ]
    lines += [f"    def __init__({', '.join(['self', *words])}):"]
    lines += [f"        super().__init__({', '.join(f'{k}={shown[k]}' for k in passed)})"]
    lines += ["    def configure_operations(self):", "        pass"]
    return "\n".join(lines) + "\n"


def facts_of_record(record: Any) -> Dict[str, Any]:
    """The metadata that one class gives by the rules, from its record alone."""
    metadata: Dict[str, Any] = {"task_id": record["id_from_name"], **_task_classes.DEFAULTS}
    for field in _static.FIELDS:
        fact = record["attributes"].get(field) or record["init"]["passes"].get(field)
        if fact is not None:
            metadata[field] = fact["value"]
    metadata["parameters"] = [dict(p, description="") for p in record["init"]["parameters"]]
    return metadata


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["MyTask", "HTTPLoadTask", "x"]), FIELDS, FIELDS, PARAMETERS, st.booleans())
def test_a_class_says_the_same_live_and_by_its_source(
    tmp_path: pathlib.Path, name: str, declared: Any, passed: Any, parameters: Any, constants: bool
) -> None:
    if constants:
        passed = {field: value for field, value in passed.items() if field not in declared}
    text = class_source(name, declared, passed, parameters, constants)
    file = tmp_path / f"generated_{abs(hash(text))}.py"
    file.write_text(text, encoding="utf-8")
    (record,) = _static.scan_file(file.stem, str(file))["classes"]
    live = get_metadata(getattr(load(file), name))
    assert live.pop("class_name") == record["name"]
    assert live.pop("module") == file.stem
    assert live == facts_of_record(record)


def test_a_thousand_classes_are_told_in_less_than_a_second(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "many.py"
    parts = [CLASS_ALONE.replace("MyProfilingTask", f"C{i}").replace("t_1P", f"t_{i}") for i in range(1000)]
    file.write_text("\n".join([f"from {__name__} import BaseTask", *parts]))
    module = load(file)
    started = time.perf_counter()
    ids = [get_task_id(getattr(module, f"C{i}")) for i in range(1000)]
    assert time.perf_counter() - started < 1
    assert ids == [f"t_{i}_profiling" for i in range(1000)]
