# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments against the annotations of constructors: lists, paths, enumerations and what is made of them."""

from __future__ import annotations

import enum
import functools
import os
import pathlib
import types
import typing
import unittest.mock
from decimal import Decimal
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rota
from rota._annotations import rule_of
from rota._task_classes import check_keywords


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Wide(rota.BaseTask):
    def __init__(
        self,
        names: List[str],
        sizes: dict[str, int],
        pair: tuple[int, str] = (1, "x"),
        rows: Tuple[int, ...] = (),
        seen: Optional[Set[int]] = None,
        folder: pathlib.Path = pathlib.Path("."),
        target: os.PathLike[str] | None = None,
        colour: Colour = Colour.RED,
        mode: typing.Literal["fast", "safe", 3] = "fast",
        late: list[int] = None,  # type: ignore[assignment]
        odd: pathlib.Path = 0,  # type: ignore[assignment]
        unknown: Sequence[int] = (),
        amount: Union[Decimal, int] = 0,
    ) -> None:
        super().__init__(task_id="t_wide")
        self.names, self.folder = names, folder

    def configure_operations(self) -> None:
        self.add_operation(lambda: None, name="nothing")


def test_good_arguments_are_taken() -> None:
    good: Dict[str, Any] = dict(
        names=["a"], sizes={"a": 1}, pair=(2, "y"), rows=(1, 2, 3), seen={1}, folder=pathlib.PurePosixPath("/"),
        target=pathlib.Path("/"), colour=Colour.BLUE, mode=3, late=None, odd=3, unknown="x", amount="x",
    )
    assert check_keywords(Wide, good) == []
    assert check_keywords(Wide, {**good, "folder": "/", "target": "/", "colour": "RED"}) == []
    assert check_keywords(Wide, {"names": [], "sizes": {}, "late": [1], "seen": None, "target": None}) == []


def test_what_stands_for_another_kind_is_taken() -> None:
    stand_ins: Dict[str, Any] = dict(
        names=("a", "b"), sizes=types.MappingProxyType({"a": 1}), pair=[2, "y"], rows=range(3), seen=[1], folder=os.environ,
        target=object(), colour=Colour.BLUE.value, late=None, mode=Decimal(3),
    )
    assert check_keywords(Wide, stand_ins) == []
    assert check_keywords(Wide, {"names": iter("a"), "sizes": unittest.mock.MagicMock(spec=dict), "rows": None}) == []


def test_a_default_that_runs_carry_as_a_number_is_taken() -> None:
    class Levelled(rota.BaseTask):
        task_id = "t_levelled"

        def __init__(self, level: Level = Level.HIGH, part: typing.Literal[0.5] = 0.5) -> None:  # type: ignore[valid-type]
            super().__init__()
            self.level = Level(level)

        def configure_operations(self) -> None:
            self.add_operation(lambda: None, name="nothing")

    rota.register_task_class("t_levelled", Levelled)
    assert rota.run(["t_levelled"], executor="inline").succeeded
    assert rota.run(["t_levelled"], executor="inline", arguments={"t_levelled": {"level": 1}}).succeeded


def test_a_default_that_its_annotation_does_not_allow_allows_all() -> None:
    class Loose(rota.BaseTask):
        task_id = "t_loose"

        def __init__(self, rows: int = 1e6, mode: int = "auto") -> None:  # type: ignore[assignment]
            super().__init__()

        def configure_operations(self) -> None:
            self.add_operation(lambda: None, name="nothing")

    rota.register_task_class("t_loose", Loose)
    assert check_keywords(Loose, {"rows": 5e5, "mode": "slow"}) == []
    assert rota.run(["t_loose"], executor="inline").succeeded


def test_a_number_that_the_log_cannot_hold_is_refused() -> None:
    class Plain(rota.BaseTask):
        task_id = "t_plain"

        def __init__(self, part: float = 0.5) -> None:
            super().__init__()

        def configure_operations(self) -> None:
            self.add_operation(lambda: None, name="nothing")

    rota.register_task_class("t_plain", Plain)
    for value in (float("nan"), float("inf")):
        with pytest.raises(rota.TaskRegistryError, match="give a finite number"):
            rota.plan(["t_plain"], arguments={"t_plain": {"part": value}})


def test_a_decorator_may_change_what_the_constructor_gets() -> None:
    def splitting(constructor: Any) -> Any:
        @functools.wraps(constructor)
        def inner(self: Any, names: str, **rest: Any) -> None:
            constructor(self, names.split(","), **rest)

        return inner

    class Splitting(Wide):
        __init__ = splitting(Wide.__init__)

    assert check_keywords(Splitting, {"names": "a,b", "sizes": {}}) == []
    assert check_keywords(Splitting, {"names": "a,b"}) == ["missing argument 'sizes'"]


def test_all_bad_arguments_are_in_one_error_each_with_what_was_wanted_and_given() -> None:
    rota.register_task_class("t_wide", Wide)
    with pytest.raises(rota.TaskRegistryError) as caught:
        rota.create_task_instance(
            "t_wide", names=["a", 3], sizes={"a": "b"}, pair=(1,), rows=["x"], seen=1, folder=b"x", target=3,
            colour="rot", mode="slow", late=["x"],
        )
    assert str(caught.value) == (
        "task t_wide cannot be made: "
        "argument 'names' must be list of str, not list of str and int; "
        "argument 'sizes' must be dict of str to int, not dict of str to str; "
        "argument 'pair' must be tuple of (int, str), not tuple of int; "
        "argument 'rows' must be tuple of int, not list of str; "
        "argument 'seen' must be set of int or None, not int; "
        "argument 'folder' must be Path or str, not bytes; "
        "argument 'target' must be PathLike or str or None, not int; "
        "argument 'colour' must be Colour, not 'rot'; "
        "argument 'mode' must be 'fast' or 'safe' or 3, not 'slow'; "
        "argument 'late' must be list of int or None, not list of str"
    )


def test_a_command_line_has_scalars_alone_and_the_constructor_knows_what_to_make_of_them() -> None:
    text: Dict[str, Any] = {"names": "a,b", "sizes": "{}", "folder": 2024, "colour": 3, "rows": 7, "mode": True}
    assert check_keywords(Wide, text, from_text=True) == []
    rota.register_task_class("t_wide", Wide)
    summary = rota.run(["t_wide"], arguments={"t_wide": {"names": "a", "sizes": "b"}}, executor="inline")
    assert summary.succeeded


# --- Any annotation of these parts


class Kind(NamedTuple):
    annotation: Any
    text: str
    good: st.SearchStrategy[Any]
    bad: st.SearchStrategy[Any]


ODD = st.sampled_from([b"x", 1 + 2j])  # nothing of it is of any kind below
PLAIN = [
    Kind(int, "int", st.integers(), st.text() | st.booleans() | st.none() | ODD),
    Kind(str, "str", st.text(), st.integers() | st.none() | ODD),
    Kind(bool, "bool", st.booleans(), st.integers() | st.text() | ODD),
    Kind(pathlib.Path, "pathlib.Path", st.just(pathlib.Path("x")) | st.text(), st.integers() | st.none() | ODD),
    Kind(Colour, "Colour", st.sampled_from(Colour), st.sampled_from(["rot", 9, ()]) | ODD),
    Kind(typing.Literal[1, "a"], "typing.Literal[1, 'a']", st.sampled_from([1, "a"]), st.sampled_from([2, "b", True]) | ODD),
    Kind(list, "list", st.lists(st.integers()) | st.tuples(st.integers()), st.dictionaries(st.text(), st.none()) | ODD),
]


def list_of(kind: Kind) -> Kind:
    bad = st.lists(kind.bad, min_size=1) | st.tuples(kind.bad) | ODD
    return Kind(List[kind.annotation], f"List[{kind.text}]", st.lists(kind.good), bad)  # type: ignore[name-defined]


def dict_of(kind: Kind) -> Kind:
    bad = st.dictionaries(st.integers(), kind.good, min_size=1) | st.dictionaries(st.text(), kind.bad, min_size=1) | ODD
    good = st.dictionaries(st.text(), kind.good)
    return Kind(Dict[str, kind.annotation], f"Dict[str, {kind.text}]", good, bad)  # type: ignore[name-defined]


def pair_of(kind: Kind) -> Kind:
    bad = st.tuples(kind.good) | st.tuples(kind.good, kind.bad) | st.lists(kind.good, min_size=3) | ODD
    good = st.tuples(kind.good, kind.good)
    return Kind(Tuple[kind.annotation, kind.annotation], f"Tuple[{kind.text}, {kind.text}]", good, bad)  # type: ignore[name-defined]


def many_of(kind: Kind) -> Kind:
    bad = st.lists(kind.bad, min_size=1).map(tuple) | st.lists(kind.bad, min_size=1) | ODD
    good = st.lists(kind.good).map(tuple)
    return Kind(Tuple[kind.annotation, ...], f"Tuple[{kind.text}, ...]", good, bad)  # type: ignore[name-defined]


def optional(kind: Kind) -> Kind:
    return Kind(Optional[kind.annotation], f"Optional[{kind.text}]", kind.good | st.none(), kind.bad.filter(lambda one: one is not None))


def annotated(kind: Kind) -> Kind:
    return Kind(typing.Annotated[kind.annotation, "x"], f"typing.Annotated[{kind.text}, 'x']", kind.good, kind.bad)


# `Optional` only outside: a value that is bad for what is in it is good for none of the others then.
INNER = st.one_of(
    st.sampled_from(PLAIN),
    *(st.sampled_from(PLAIN).map(make) for make in (list_of, dict_of, pair_of, many_of, annotated)),
)
KINDS = INNER | INNER.map(list_of) | INNER.map(optional)


@settings(deadline=None)
@given(st.data())
def test_what_an_annotation_allows_is_taken_and_nothing_else(data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    good, bad = data.draw(kind.good), data.draw(kind.bad)
    for annotation in (kind.annotation, kind.text, repr(kind.text)):
        rule = rule_of(annotation, globals())
        assert rule is not None, annotation
        assert rule.takes(good), (annotation, good)
        assert not rule.takes(bad), (annotation, bad)


@pytest.mark.parametrize("annotation", [
    Any, Decimal, Sequence[int], typing.Callable[[], int], typing.TypeVar("T"), Union[int, Decimal], 3, object(),
    "Any", "Decimal", "Absent", "absent.Path", "Sequence[int]", "Absent[int]", "list[", "typing.Literal[Colour.RED]",
    "Optional[Absent]", "print('run')", "[int][0]", "int if int else str", "x" * 100_000, "[" * 500,
])
@settings(deadline=None)
@given(value=st.none() | st.integers() | st.text() | ODD)
def test_an_annotation_that_is_not_known_allows_all(annotation: Any, value: object) -> None:
    rule = rule_of(annotation, globals())
    assert rule is None or rule.takes(value)


def test_elements_of_what_is_not_known_are_not_looked_at() -> None:
    for annotation in (List[Decimal], "List[Absent]", "list"):
        rule = rule_of(annotation, globals())
        assert rule is not None and rule.takes([object()]) and not rule.takes(3)
    empty = rule_of("Tuple[()]", globals())
    assert empty is not None and empty.takes(()) and not empty.takes((1,))
    unpacked = rule_of("Tuple[int, typing.Unpack[Tuple[str, ...]]]", {**globals(), "typing": typing})
    assert unpacked is not None and unpacked.takes((1, "a", "b", "c"))
