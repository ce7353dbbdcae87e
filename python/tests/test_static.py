# SPDX-License-Identifier: Apache-2.0
"""What the scanner reads from sources. It needs no built extension but by the package that it lies in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from typing import Any, Dict, List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota import _static

DOCUMENT = '''
from pamola_core.utils.tasks.base_task import BaseTask
from pamola_core.utils.tasks.task_registry import register_task_class

class MyProfilingTask(BaseTask):
    def __init__(self):
        super().__init__(
            task_id="t_1P_profiling",
            task_type="profiling",
            description="Profiling task for customer data"
        )
    
    def configure_operations(self):
        # Configure operations
        pass

# Register the task class
register_task_class("t_1P_profiling", MyProfilingTask)
'''

CUSTOM_BASE = '''
from pamola_core.utils.tasks.base_task import BaseTask
from pamola_core.utils.tasks.task_registry import register_task_class

# Custom base task with additional functionality
class CustomBaseTask(BaseTask):
    def __init__(self, task_id, task_type, description, **kwargs):
        super().__init__(task_id, task_type, description)
        self.additional_config = kwargs.get('additional_config', {})
    
    def pre_operation_hook(self, operation_name):
        """Called before each operation is executed"""
        print(f"Preparing to execute operation: {operation_name}")

# Task implementation using custom base class
class CustomTask(CustomBaseTask):
    def __init__(self):
        super().__init__(
            task_id="custom_task",
            task_type="custom",
            description="Task using custom base class",
            additional_config={"custom_setting": True}
        )
    
    def configure_operations(self):
        # Configure operations
        pass
'''


def scan(text: str, module: str = "pkg.tasks", path: str = "pkg/tasks.py") -> List[Dict[str, Any]]:
    record = _static.scan_source(module, path, textwrap.dedent(text))
    assert record["error"] is None, record["error"]
    return list(record["classes"])


def one(text: str, **where: str) -> Dict[str, Any]:
    return scan(text, **where)[-1]


def attributes(body: str, before: str = "") -> Dict[str, Any]:
    lines = textwrap.indent(textwrap.dedent(body), "    ")
    return dict(one(f"{textwrap.dedent(before)}\nclass T:\n{lines}")["attributes"])


def passes(call: str, parameters: str = "self", before: str = "") -> Dict[str, Any]:
    text = f"{before}\nclass T(B):\n    def __init__({parameters}):\n        {call}\n"
    return dict(one(text)["init"])


# --- The document


def test_the_documents_task_is_read_word_for_word() -> None:
    task = one(DOCUMENT)
    assert task["name"] == "MyProfilingTask"
    assert task["bases"] == ["pamola_core.utils.tasks.base_task.BaseTask"]
    assert task["methods"] == ["__init__", "configure_operations"]
    assert task["init"] == {
        "parameters": [],
        "takes_any": False,
        "calls_base": True,
        "passes": {
            "task_id": {"value": "t_1P_profiling"},
            "task_type": {"value": "profiling"},
            "description": {"value": "Profiling task for customer data"},
        },
        "positional": [],
    }


def test_the_documents_custom_base_class_leaves_its_fields_to_its_callers() -> None:
    base, task = scan(CUSTOM_BASE)
    assert base["init"]["positional"] == [
        {"dynamic": True, "parameter": name} for name in ("task_id", "task_type", "description")
    ]
    assert base["init"]["takes_any"] and base["init"]["calls_base"]
    assert [p["required"] for p in base["init"]["parameters"]] == [True, True, True]
    assert task["bases"] == ["pkg.tasks.CustomBaseTask"]
    assert task["init"]["passes"]["task_id"] == {"value": "custom_task"}


# --- Bases


@pytest.mark.parametrize(
    ("imports", "base", "dotted"),
    [
        ("import rota", "rota.BaseTask", "rota.BaseTask"),
        ("import rota as r", "r.BaseTask", "rota.BaseTask"),
        ("import a.b.c", "a.b.c.Base", "a.b.c.Base"),
        ("import a.b.c as d", "d.Base", "a.b.c.Base"),
        ("from rota import BaseTask as Task", "Task", "rota.BaseTask"),
        ("from .base import Base", "Base", "pkg.base.Base"),
        ("from . import base", "base.Base", "pkg.base.Base"),
        ("from .. import base", "base.Base", "?"),
        ("from rota import *", "BaseTask", "rota.BaseTask"),
        ("from rota import *\nfrom b import *", "BaseTask", "?"),
        ("import rota\nTask = rota.BaseTask", "Task", "rota.BaseTask"),
        ("Task = make()", "Task", "?"),
        ("", "make()", "?"),
        ("from rota import Base", "Base[int]", "rota.Base"),
        ("try:\n    from rota import Base\nexcept ImportError:\n    Base = object", "Base", "rota.Base"),
        ("if TYPE_CHECKING:\n    from a import Base\nelse:\n    Base = load()", "Base", "a.Base"),
        ("", "Exception", "Exception"),
    ],
)
def test_a_base_is_named_by_where_it_is_imported_from(imports: str, base: str, dotted: str) -> None:
    assert one(f"{imports}\nclass T({base}): pass")["bases"] == [dotted]


def test_relative_imports_of_a_packages_own_file_are_those_of_the_package() -> None:
    task = one("from .base import Base\nclass T(Base): pass", module="pkg", path="x/pkg/__init__.py")
    assert task["bases"] == ["pkg.base.Base"]


def test_a_class_that_takes_its_own_name_as_base_is_no_base_of_itself() -> None:
    assert one("class T: pass\nclass T(T): pass")["bases"] == ["?"]


# --- Which classes


def test_classes_in_branches_of_the_module_count_and_inner_ones_do_not() -> None:
    text = """
        if x:
            class A: pass
        else:
            class B: pass
        try:
            with y:
                class C: pass
        finally:
            class D:
                class Inner: pass
        def f():
            class Local: pass
    """
    assert [c["name"] for c in scan(text)] == ["A", "B", "C", "D"]


def test_classes_that_an_import_does_not_reach_are_left_out() -> None:
    text = """
        if __name__ == "__main__":
            class Script: pass
        if TYPE_CHECKING:
            class Checked: pass
        class Gone: pass
        del Gone
        class Kept: pass
    """
    assert [c["name"] for c in scan(text)] == ["Kept"]


def test_of_two_definitions_the_last_counts_but_not_that_of_another_branch() -> None:
    text = """
        class A: x = 1
        class A:
            def second(self): pass
        try:
            class B:
                def first(self): pass
        except ImportError:
            class B:
                def other(self): pass
    """
    assert {c["name"]: c["methods"] for c in scan(text)} == {"A": ["second"], "B": ["first"]}


# --- Attributes


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('"t_x"', "t_x"),
        ("ID", "t_id"),
        ("OTHER", "t_id"),
        ('ID + "_x"', "t_id_x"),
        ('f"{ID}_x"', "t_id_x"),
        ("'a' 'b'", "ab"),
    ],
)
def test_a_text_is_read_from_literals_and_constants_of_the_module(value: str, read: str) -> None:
    assert attributes(f"task_id = {value}", 'ID = "t_id"\nOTHER = ID') == {"task_id": {"value": read}}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('["t_b", "t_a"]', ["t_b", "t_a"]),
        ('("t_b",)', ["t_b"]),
        ('{"t_b", "t_a"}', ["t_a", "t_b"]),
        ("[ID, *MORE]", ["t_id", "t_c"]),
        ("MORE + [ID]", ["t_c", "t_id"]),
        ("[]", []),
    ],
)
def test_dependencies_are_read_from_lists_tuples_and_sets(value: str, read: List[str]) -> None:
    before = 'ID = "t_id"\nMORE = ["t_c"]'
    assert attributes(f"dependencies: List[str] = {value}", before) == {"dependencies": {"value": read}}


def test_a_policy_is_a_dict_of_scalars() -> None:
    read = attributes('policy = {"timeout": -1.5, "retries": 3, "pool": "gpu", "always": True, "x": None}')
    assert read["policy"]["value"] == {"timeout": -1.5, "retries": 3, "pool": "gpu", "always": True, "x": None}


@pytest.mark.parametrize(
    "body",
    [
        "version = make()",
        "version = UNKNOWN",
        "version = TWICE",
        "version = CHANGED",
        "version = WALRUS",
        "version = 'a\\ud800'",
        "version = f'{ID!r}'",
        "version = version",
        "version = 'a'\nif x:\n    version = 'b'",
        "for version in x: pass",
        "def version(self): pass",
        "@property\ndef version(self): pass",
    ],
)
def test_what_needs_code_to_run_is_dynamic(body: str) -> None:
    before = """
        ID = "a"
        TWICE = "a"
        if x: TWICE = "b"
        CHANGED = "a"
        def f():
            global CHANGED
            CHANGED = "b"
        WALRUS = "a"
        print(WALRUS := "b")
    """
    assert attributes(body, before) == {"version": {"dynamic": True}}


@pytest.mark.parametrize("body", ["task_id = None", 'task_id = ""', "task_id: str", "other = 1"])
def test_what_is_left_open_is_not_there(body: str) -> None:
    assert attributes(body) == {}


@pytest.mark.parametrize(("value", "kind"), [
    ('"t_a"', "a str"), ("[1]", "a list of int"), ("['t_a', 1.5]", "a list of str and float"), ("{}", "a dict"), ("3", "an int"),
])
def test_dependencies_that_are_no_list_of_texts_are_told_as_what_they_are(value: str, kind: str) -> None:
    assert attributes(f"dependencies = {value}") == {"dependencies": {"dynamic": True, "is": kind}}
    assert attributes("version = 2") == {"version": {"dynamic": True, "is": "an int"}}
    assert attributes("dependencies = None or []") == {"dependencies": {"dynamic": True}}


def test_values_that_grow_with_each_name_end() -> None:
    names = "\n".join(f"a{i + 1} = a{i} + a{i}" for i in range(60))
    assert attributes("version = a60", f"a0 = 'xy'\n{names}") == {"version": {"dynamic": True}}


# --- Methods


def test_abstract_methods_are_known_however_abc_was_imported() -> None:
    text = """
        import abc
        from abc import abstractmethod as must
        class T:
            @abc.abstractmethod
            def a(self): pass
            @must
            def b(self): pass
            @property
            @abc.abstractmethod
            def c(self): pass
            async def d(self): pass
            execute = d
            run = None
    """
    task = one(text)
    assert task["methods"] == ["a", "b", "c", "d", "execute"]
    assert task["abstract_methods"] == ["a", "b", "c"]


# --- Constructors


def test_parameters_have_types_and_defaults() -> None:
    text = """
        SIZE = 5
        class T:
            def __init__(self, a, b: int = 3, /, c: Optional[float] = None, *rest, d: "str" = "x",
                         e: bool | None = True, f: Union[int, str] = 1, g=SIZE, h: list = [], i: int = "x", **more):
                pass
    """
    assert one(text)["init"]["parameters"] == [
        {"name": "a", "type": "any", "required": True},
        {"name": "b", "type": "integer", "required": False, "default": 3},
        {"name": "c", "type": "number", "required": False},
        {"name": "d", "type": "text", "required": False, "default": "x"},
        {"name": "e", "type": "boolean", "required": False, "default": True},
        {"name": "f", "type": "any", "required": False, "default": 1},
        {"name": "g", "type": "any", "required": False, "default": 5},
        {"name": "h", "type": "any", "required": False},
        {"name": "i", "type": "any", "required": False, "default": "x"},
    ]


@pytest.mark.parametrize(
    "call",
    [
        'super().__init__(task_id="t_x")',
        'super(T, self).__init__(task_id="t_x")',
        'B.__init__(self, task_id="t_x")',
        'pkg.B.__init__(self, task_id="t_x")',
        'x = super().__init__(task_id="t_x")',
        'if True: super().__init__(task_id="t_x")',
        'super().__init__(**kw, task_id="t_x")',
        'name = "t_x"; super().__init__(task_id=name)',
    ],
)
def test_what_is_passed_to_the_base_is_read(call: str) -> None:
    init = passes(call, "self, **kw")
    assert init["calls_base"] and init["passes"] == {"task_id": {"value": "t_x"}}


def test_arguments_by_position_are_kept_in_order() -> None:
    init = passes('B.__init__(self, "t_x", KIND, make(), *rest, 1)', before="KIND = 'k'")
    assert init["positional"] == [{"value": "t_x"}, {"value": "k"}, {"dynamic": True}, {"dynamic": True}]


@pytest.mark.parametrize("call", ["self.other.__init__()", "def f(): super().__init__()", "other()", "pass"])
def test_no_other_call_is_one_of_the_base(call: str) -> None:
    assert not passes(call)["calls_base"]


def test_a_parameter_that_is_passed_on_is_its_default_or_left_to_the_caller() -> None:
    init = passes("super().__init__(task_id=task_id, version=v)", 'self, v, task_id="t_x"')
    assert init["passes"] == {"task_id": {"value": "t_x"}, "version": {"dynamic": True, "parameter": "v"}}


def test_a_parameter_that_is_bound_anew_is_dynamic() -> None:
    init = passes("task_id = task_id or f(); super().__init__(task_id=task_id)", 'self, task_id="t_x"')
    assert init["passes"] == {"task_id": {"dynamic": True}}


def test_keywords_that_may_hold_any_field_make_all_others_dynamic() -> None:
    init = passes('super().__init__(**SETTINGS, task_id="t_x")')
    assert init["passes"]["task_id"] == {"value": "t_x"}
    assert init["passes"]["task_type"] == {"dynamic": True}


def test_two_calls_that_differ_make_a_field_dynamic() -> None:
    init = passes('A.__init__(self, "x", task_id="a"); B.__init__(self, "x", task_id="b", version="1")')
    assert init["passes"] == {"task_id": {"dynamic": True}, "version": {"value": "1"}}
    assert init["positional"] == [{"value": "x"}]


# --- Docstrings and names


def test_a_docstring_has_no_indentation() -> None:
    text = '''
        class T:
            """Reads.

            @author: me
              more
            """
    '''
    assert one(text)["docstring"] == "Reads.\n\n@author: me\n  more"
    assert one("class T: pass")["docstring"] is None


@pytest.mark.parametrize(
    ("name", "task_id"),
    [
        ("MyTask", "my"),
        ("MyProfilingTask", "my_profiling"),
        ("HTTPImportTask", "http_import"),
        ("Clean", "clean"),
        ("Task", "task"),
        ("_Task", "_task"),
        ("Load2CSVTask", "load2_csv"),
        ("My_LoadTask", "my_load"),
        ("loadTask", "load"),
        ("LoadHTTP", "load_http"),
    ],
)
def test_an_id_follows_from_the_name_of_the_class(name: str, task_id: str) -> None:
    assert _static.id_from_class_name(name) == task_id


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,40}", fullmatch=True))
def test_an_id_from_a_name_is_one_in_lower_case_and_stays_the_same(name: str) -> None:
    task_id = _static.id_from_class_name(name)
    assert task_id and task_id == task_id.lower() and (task_id + "x").isidentifier()
    assert task_id.endswith("task") or _static.id_from_class_name(task_id) == task_id
    assert task_id.replace("_", "") in name.lower().replace("_", "")


# --- Any text, any file

SHAPE = {
    "name": str,
    "line": int,
    "bases": list,
    "methods": list,
    "abstract_methods": list,
    "attributes": dict,
    "init": (dict, type(None)),
    "docstring": (str, type(None)),
    "id_from_name": str,
}


def check_shape(record: Dict[str, Any]) -> None:
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    json.dumps(record, ensure_ascii=False).encode("utf-8")
    assert set(record) == {"path", "module", "error", "classes"}
    assert record["error"] is None or record["classes"] == []
    for found in record["classes"]:
        assert set(found) == set(SHAPE)
        for key, kind in SHAPE.items():
            assert isinstance(found[key], kind), key  # type: ignore[arg-type]
        for field, fact in found["attributes"].items():
            assert "value" in fact or fact["dynamic"] is True
            assert "value" not in fact or _static.has_type_of_field(field, fact["value"])


@given(st.text())
def test_no_text_makes_the_scanner_raise(text: str) -> None:
    check_shape(_static.scan_source("m", "m.py", text))


@settings(deadline=None)
@given(
    st.sampled_from([DOCUMENT, CUSTOM_BASE]),
    st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 20), st.text(max_size=8)), max_size=4),
)
def test_no_change_of_a_source_makes_the_scanner_raise(text: str, changes: Any) -> None:
    for place, length, new in changes:
        text = text[:place] + new + text[place + length :]
    check_shape(_static.scan_source("m", "m.py", text))


TOKENS = st.sampled_from(
    "class def T B __init__ self super ( ) : = , . * ** [ ] { } + - task_id version dependencies policy None "
    "'x' 1 f'{x}' global import from if else for in try: except: @ \n \n\n \n\x20\x20\x20\x20 lambda :=".split(" ")
)


@settings(deadline=None)
@given(st.lists(TOKENS, max_size=40))
def test_no_row_of_tokens_makes_the_scanner_raise(tokens: List[str]) -> None:
    check_shape(_static.scan_source("m", "m.py", " ".join(tokens)))


NOT_BEFORE_311 = pytest.mark.skipif(sys.version_info < (3, 11), reason="Python reads it before 3.11")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = " + "-" * 100000 + "1", id="signs"),
        pytest.param("x = " + "(" * 5000 + ")" * 5000, id="parentheses"),
        pytest.param("x = 1" + " + 1" * 100000, id="sum", marks=NOT_BEFORE_311),
        pytest.param("x = a" + ".b" * 100000, id="attributes", marks=NOT_BEFORE_311),
        pytest.param("\0class T: pass", id="null"),
        pytest.param("class T:\n  def", id="no end"),
        pytest.param("x" * (5 * 1024 * 1024), id="large"),
    ],
)
def test_a_source_that_python_cannot_read_is_an_error(text: str) -> None:
    record = _static.scan_source("m", "m.py", text)
    assert record["error"] and "\n" not in record["error"]
    check_shape(record)


def test_a_syntax_error_names_its_line() -> None:
    assert _static.scan_source("m", "m.py", "\n\nclass 1: pass")["error"].startswith("line 3: ")


def test_a_source_gives_no_warnings(recwarn: pytest.WarningsRecorder) -> None:
    scan("class T:\n    version = '\\d'\n    x = 1 is 1")
    assert not recwarn.list


def test_a_file_is_decoded_as_python_does(tmp_path: Any) -> None:
    file = tmp_path / "latin.py"
    file.write_bytes('# coding: latin-1\nclass T:\n    author = "Müller"\n'.encode("latin-1"))
    assert _static.scan_file("latin", str(file))["classes"][0]["attributes"]["author"] == {"value": "Müller"}
    file.write_bytes(b"\xef\xbb\xbfclass T: pass\n")
    assert _static.scan_file("latin", str(file))["error"] is None
    file.write_bytes(b"# coding: nonsense\nclass T: pass\n")
    assert "nonsense" in _static.scan_file("latin", str(file))["error"]
    file.write_bytes(b'x = "\xff"\n')
    assert _static.scan_file("latin", str(file))["error"]


def test_what_is_no_readable_file_is_an_error(tmp_path: Any) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for name, text in (("pipe.py", "regular file"), ("gone.py", "No such file"), (".", "Is a directory")):
        record = _static.scan_file("m", str(tmp_path / name))
        assert text.lower() in record["error"].lower()


# --- As a program


def run_program(stdin: bytes) -> "subprocess.CompletedProcess[bytes]":
    with open(_static.__file__, encoding="utf-8") as file:
        text = file.read()
    return subprocess.run([sys.executable, "-I", "-S", "-c", text], input=stdin, capture_output=True)


def test_as_a_program_it_gives_a_line_for_each_file_in_order(tmp_path: Any) -> None:
    good, bad = tmp_path / "good.py", os.fsencode(tmp_path) + b"/b\xff.py"
    good.write_text("class T:\n    description = 'é'\n", encoding="utf-8")
    with open(bad, "wb") as file:
        file.write(b"class 1\n")
    done = run_program(b"a.good\0%s\0b\0%s\0c\0/gone.py\0" % (os.fsencode(good), bad))
    assert (done.returncode, done.stderr) == (0, b"")
    records = [json.loads(line) for line in done.stdout.decode("ascii").splitlines()]
    assert [record["module"] for record in records] == ["a.good", "b", "c"]
    assert records[0] == _static.scan_file("a.good", str(good))
    assert records[1]["path"].endswith("/b?.py") and records[1]["error"].startswith("line 1: ")
    assert records[2]["error"] == "cannot be read: No such file or directory"


def test_as_a_program_it_takes_pairs_alone() -> None:
    assert run_program(b"").stdout == b""
    assert run_program(b"a\0b").returncode == 2
    assert run_program(b"a\0").returncode == 2
