# SPDX-License-Identifier: Apache-2.0
"""Discovery by import: what is looked at, what is left out, and that nothing in a package spoils the rest."""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import textwrap
import zipfile
from typing import Any, Dict, Iterator, List

import pytest

from rota._discovery import Discovery, discover

TASK = """
class BaseTask:
    def run(self): pass
class {name}Task(BaseTask):
    task_id = "{task_id}"
    def configure_operations(self): pass
"""

Package = Any


def task(task_id: str, name: str = "Some") -> str:
    return TASK.format(task_id=task_id, name=name)


@pytest.fixture
def package(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Writes files of packages that can be imported; their modules are forgotten afterwards."""
    root = tmp_path / "path"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    before = set(sys.modules)

    def write(files: Dict[str, str]) -> pathlib.Path:
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return root

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def ids(found: Discovery) -> List[str]:
    return list(found.classes)


# --- What is looked at


def test_the_package_then_its_modules_then_its_subpackages_are_looked_at_by_name(package: Package) -> None:
    package(
        {
            "shop/__init__.py": task("t_shop"),
            "shop/b.py": task("t_b"),
            "shop/a/__init__.py": task("t_a"),
            "shop/a/z.py": task("t_a_z"),
            "shop/c/deep/__init__.py": task("t_deep"),
            "shop/c/plain.py": task("t_namespace"),
        }
    )
    found = discover(["shop"])
    assert ids(found) == ["t_shop", "t_b", "t_a", "t_a_z", "t_namespace", "t_deep"]
    assert found.problems == [] and found.duplicates == []
    assert found.classes["t_deep"].__module__ == "shop.c.deep"


def test_not_recursive_is_that_package_alone(package: Package) -> None:
    package(
        {
            "shop/__init__.py": task("t_shop"),
            "shop/b.py": task("t_b"),
            "shop/a/__init__.py": task("t_a"),
            "shop/c/plain.py": task("t_namespace"),
        }
    )
    assert ids(discover(["shop"], recursive=False)) == ["t_shop", "t_b"]
    assert "shop.a" not in sys.modules


def test_a_subpackage_may_be_named_beside_its_package(package: Package) -> None:
    package({"shop/__init__.py": "", "shop/a/__init__.py": task("t_a"), "shop/a/b.py": task("t_b")})
    assert ids(discover(["shop", "shop.a"], recursive=False)) == ["t_a", "t_b"]
    found = discover(["shop", "shop.a", "shop"])
    assert ids(found) == ["t_a", "t_b"] and found.duplicates == []


def test_a_plain_module_and_a_namespace_package_may_be_named(package: Package) -> None:
    package({"single.py": task("t_single"), "space/one.py": task("t_one"), "space/two/x.py": task("t_two")})
    assert ids(discover(["single", "space"])) == ["t_single", "t_one", "t_two"]
    assert ids(discover(["space.two"])) == ["t_two"]


def test_a_namespace_package_has_parts_in_several_folders(package: Package, monkeypatch: Any) -> None:
    root = package({"space/one.py": task("t_one"), "other/space/two.py": task("t_two")})
    monkeypatch.syspath_prepend(str(root / "other"))
    assert sorted(discover(["space"]).classes) == ["t_one", "t_two"]


def test_packages_in_archives_are_looked_at(package: Package, monkeypatch: Any) -> None:
    root = package({})
    with zipfile.ZipFile(root / "shop.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("packed/load.py", task("t_packed"))
    monkeypatch.syspath_prepend(str(root / "shop.zip"))
    assert ids(discover(["packed"])) == ["t_packed"]


def test_main_is_not_executed_and_no_other_file_is_imported(package: Package) -> None:
    root = package(
        {
            "shop/__init__.py": "",
            "shop/__main__.py": "raise SystemExit(3)",
            "shop/not-a-name.py": "1 / 0",
            "shop/data/table.csv": "",
            "shop/load.py": task("t_load"),
        }
    )
    (root / "shop" / "libplugin.so").write_bytes(b"\x7fELF")
    (root / "shop" / "plugin.so").write_bytes(b"\x7fELF")
    found = discover(["shop"])
    assert ids(found) == ["t_load"] and found.problems == []
    assert "shop.__main__" not in sys.modules


def test_loops_of_links_end(package: Package) -> None:
    root = package({"shop/__init__.py": "", "shop/a/x.py": task("t_x"), "shop/b/__init__.py": ""})
    (root / "shop" / "a" / "loop").symlink_to(root / "shop" / "a")
    (root / "shop" / "b" / "loop").symlink_to(root / "shop" / "b")
    found = discover(["shop"])
    assert ids(found) == ["t_x"] and found.problems == []


def test_deep_packages_are_walked(package: Package) -> None:
    names = ["d"] * 200
    files = {"/".join(names[:i]) + "/__init__.py": "" for i in range(1, 200)}
    package({**files, "/".join(names[:-1]) + "/s/p/a/c/e/leaf.py": task("t_leaf")})
    found = discover(["d"])
    assert found.problems == [] and ids(found) == ["t_leaf"]


def test_a_module_written_a_moment_ago_is_found(package: Package) -> None:
    package({"shop/__init__.py": ""})
    assert ids(discover(["shop"])) == []
    package({"shop/new.py": task("t_new")})
    assert ids(discover(["shop"])) == ["t_new"]


def test_a_module_is_imported_once(package: Package) -> None:
    package({"counted.py": "import builtins\nbuiltins.counted = getattr(builtins, 'counted', 0) + 1\n" + task("t_c")})
    first, second = discover(["counted"]), discover(["counted"])
    assert first.classes == second.classes
    builtins = importlib.import_module("builtins")
    assert builtins.__dict__.pop("counted") == 1


# --- Which classes


def test_imported_private_abstract_and_base_classes_are_no_tasks(package: Package) -> None:
    package(
        {
            "shop/__init__.py": "from shop.base import LoadTask",
            "shop/base.py": task("t_load", "Load"),
            "shop/use.py": """
                import abc
                from shop.base import BaseTask, LoadTask
                Alias = LoadTask
                class _Private(LoadTask): task_id = "t_private"
                class Abstract(LoadTask, abc.ABC):
                    @abc.abstractmethod
                    def more(self): pass
                class NoOperations(BaseTask): pass
                class Used(_Private): task_id = "t_used"
                Again = Used
            """,
        }
    )
    found = discover(["shop"])
    assert ids(found) == ["t_load", "t_used"] and found.duplicates == [] and found.problems == []


def test_of_two_classes_with_one_id_the_first_is_kept(package: Package) -> None:
    package({"shop/__init__.py": "", "shop/a.py": task("t_same"), "shop/b.py": task("t_same")})
    found = discover(["shop"])
    ((task_id, kept, shadowed),) = found.duplicates
    assert (task_id, kept.__module__, shadowed.__module__) == ("t_same", "shop.a", "shop.b")
    assert found.classes["t_same"] is kept


def test_a_class_whose_id_is_none_is_a_problem(package: Package) -> None:
    package({"shop/__init__.py": "", "shop/a.py": task("x").replace('"x"', "3"), "shop/b.py": task("t_b")})
    found = discover(["shop"])
    assert ids(found) == ["t_b"]
    assert found.problems == [
        "class SomeTask of module shop.a is left out: SomeTask.task_id must be a str, not int 3"
    ]


# --- What goes wrong


@pytest.mark.parametrize("ending", ["import sys; sys.exit(3)", "raise BaseException('odd')", "1 / 0"])
def test_a_class_method_that_ends_the_program_is_one_problem_and_the_rest_goes_on(package: Package, ending: str) -> None:
    method = f"    @classmethod\n    def task_id(cls): {ending}\n"
    package({"shop/__init__.py": "", "shop/a.py": task("t_x").replace("    task_id = \"t_x\"\n", method),
             "shop/b.py": task("t_b")})
    found = discover(["shop"])
    assert ids(found) == ["t_b"]
    (problem,) = found.problems
    assert "class SomeTask of module shop.a is left out" in problem and "task_id() raised" in problem


def test_a_module_that_puts_something_odd_in_its_place_does_not_spoil_the_rest(package: Package) -> None:
    odd = """
import sys
class Odd:
    @property
    def __dict__(self): sys.exit(3)
sys.modules[__name__] = Odd()
"""
    package({"shop/__init__.py": "", "shop/a.py": odd, "shop/b.py": task("t_b")})
    assert ids(discover(["shop"])) == ["t_b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def", "SyntaxError: invalid syntax (bad.py, line 1)"),
        ("import sys; sys.exit(3)", "it ends the process with sys.exit(3)"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise BaseException('odd\\nthing')", "BaseException: odd thing"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "E"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
        ("x = '\\0'".encode().decode("unicode_escape"), "null bytes"),
    ],
)
def test_a_module_that_cannot_be_imported_is_one_problem_and_the_rest_goes_on(
    package: Package, text: str, words: str
) -> None:
    package({"shop/__init__.py": "", "shop/bad.py": text, "shop/good.py": task("t_good")})
    found = discover(["shop"])
    assert ids(found) == ["t_good"]
    (problem,) = found.problems
    assert problem.startswith("module shop.bad cannot be imported: ") and words in problem
    assert "\n" not in problem


def test_a_package_that_cannot_be_imported_is_one_problem(package: Package) -> None:
    package({"shop/__init__.py": "1 / 0", "shop/good.py": task("t_shop"), "mill.py": task("t_mill")})
    found = discover(["shop", "mill"])
    assert ids(found) == ["t_mill"] and len(found.problems) == 1


def test_an_interrupt_ends_discovery(package: Package) -> None:
    package({"shop/__init__.py": "", "shop/bad.py": "raise KeyboardInterrupt"})
    with pytest.raises(KeyboardInterrupt):
        discover(["shop"])


def test_a_package_that_is_not_there_is_a_problem(package: Package) -> None:
    package({"shop/__init__.py": ""})
    found = discover(["nowhere.tasks", "shop.nothing", "shop"])
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "package nowhere.tasks is not there",
        "package shop.nothing is not there",
    ]


def test_modules_that_put_odd_objects_in_their_place_do_no_harm(package: Package) -> None:
    package(
        {
            "shop/__init__.py": "",
            "shop/a.py": "import sys\nsys.modules[__name__] = 3",
            "shop/b.py": """
                import sys
                class Odd:
                    def __getattribute__(self, name): raise RuntimeError(name)
                sys.modules[__name__] = Odd()
            """,
            "shop/c.py": "__path__ = 3\n__name__ = None\n__dict__ = 4\n__spec__ = 5\n" + task("t_c"),
            "shop/d.py": "import sys\ndel sys.modules[__name__]\n",
            "shop/e.py": """
                class Meta(type):
                    def __getattribute__(cls, name): raise RuntimeError(name)
                class Odd(metaclass=Meta): task_id = property()
                class Other:
                    def __getattr__(self, name): raise RuntimeError(name)
                    __class__ = property(lambda self: 1 / 0)
                other = Other()
            """,
            "shop/f.py": "__path__ = [3, None, '/nowhere', '\\0', '']\n" + task("t_f"),
            "shop/z.py": task("t_z"),
        }
    )
    found = discover(["shop"])
    assert [one for one in ids(found) if one != "t_c"] == ["t_f", "t_z"]
    assert all(problem.startswith("module shop.d ") for problem in found.problems)


def test_what_is_below_a_plain_module_with_a_path_is_found_before_the_packages(
    package: Package, tmp_path: pathlib.Path
) -> None:
    package(
        {
            "shop/a.py": f"__path__ = [{str(tmp_path / 'inner')!r}]\n" + task("t_a"),
            "shop/b.py": task("t_b"),
            "shop/c/__init__.py": task("t_c"),
        }
    )
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    (tmp_path / "inner" / "x.py").write_text(textwrap.dedent(task("t_x")))
    (tmp_path / "inner" / "deep" / "y.py").write_text(textwrap.dedent(task("t_y")))
    (tmp_path / "inner" / "deep" / "loop").symlink_to(tmp_path / "inner")
    assert ids(discover(["shop"])) == ["t_a", "t_b", "t_x", "t_y", "t_c"]


# --- What is given


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("shop", TypeError, r"packages are given as a list: \['shop'\], not 'shop'"),
        (b"shop", TypeError, "packages are given as a list"),
        (3, TypeError, "not as int"),
        ([3], TypeError, "not by int"),
        ([pathlib.Path("shop")], TypeError, "named by a str such as 'scripts.tasks'"),
        (["scripts/tasks"], ValueError, "'scripts/tasks' is no dotted name"),
        ([".tasks"], ValueError, "is no dotted name"),
        ([""], ValueError, "is no dotted name"),
        (["shop", "a..b"], ValueError, "'a..b' is no dotted name"),
    ],
)
def test_what_is_no_list_of_dotted_names_is_refused_before_anything_is_imported(
    package: Package, given: Any, error: type, words: str
) -> None:
    package({"shop/__init__.py": ""})
    with pytest.raises(error, match=words):
        discover(given)
    assert "shop" not in sys.modules


def test_no_packages_give_nothing_and_a_tuple_is_a_list() -> None:
    nothing = vars(Discovery())
    assert vars(discover([])) == vars(discover(())) == nothing
