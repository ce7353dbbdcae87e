# SPDX-License-Identifier: Apache-2.0
"""Measures graphs: build, check and run them, beside what others need for the same graph."""

import shutil
from pathlib import Path

from discovery import Bench, Group
from graph_shapes import SHAPES, write_make, write_ninja

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 5
PLANNED = 100_000
PYTHON = Path(__file__).with_name(".venv") / "bin/python"
# What is slower than this many tasks allow is not asked for more: the whole part shall take some minutes.
MOST = {"networkx": 1_000_000, "doit": 100_000, "luigi": 1_000, "ninja": 10_000, "make": 10_000}
# Where a round takes minutes; their ratios are far from any aim.
FEW_ROUNDS = 3


def python_has(module: str) -> bool:
    return any(PYTHON.parent.parent.glob(f"lib/python*/site-packages/{module}"))


def left_out() -> list[str]:
    """What is not here, and so is not compared with."""
    lines = ["Taskflow has no package of Debian or PyPI, and is left out"]
    lines += [f"{module} is not in {PYTHON.parent.parent}, and so left out: tools/setup bench"
              for module in ("networkx", "doit", "luigi") if not python_has(module)]
    lines += [f"{program} is not installed, and so left out" for program in ("ninja", "make") if not shutil.which(program)]
    return lines


def engine(bench: Bench, shape: str, size: int) -> Group:
    """Build, check and run callables on two threads."""
    group = Group(f"Build, check and run {size:,} callables on 2 threads, {shape}")
    group.add("floor: counters and a queue", [bench.programs / "graph_probe", "floor", shape, size], size)
    group.add("rota, callables", [bench.programs / "graph_probe", "callables", shape, size], size)
    if bench.has("tbb_probe"):
        group.add("oneTBB flow graph", [bench.programs / "tbb_probe", shape, size], size)
    if size <= MOST["networkx"] and python_has("networkx"):
        group.add("networkx, order only", [PYTHON, Path(__file__).with_name("python_graph.py"), "networkx", shape, size],
                  size)
    group.run(ROUNDS)
    return group


def task_classes(bench: Bench, shape: str) -> Group:
    """An instance and a life cycle for each of the registered task classes, with a log that keeps nothing."""
    half, full = SIZES[-1] // 2, SIZES[-1]
    group = Group(f"{full:,} task classes and half as many, no log, 2 threads, {shape}")
    probe = bench.programs / "graph_probe"
    for size in (half, full):
        group.add(f"{size:,} callables", [probe, "callables", shape, size], size)
        group.add(f"{size:,} task classes", [probe, "unlogged", shape, size], size)
    group.add(f"{PLANNED:,} task classes, plan, runner", [probe, "classes", shape, PLANNED], PLANNED)
    group.add(f"{full:,} task classes, registration", [probe, "register", shape, full], full)
    group.run(ROUNDS)
    return group


def add_class_aims(aims, group: Group, shape: str) -> None:
    half, full = f"{SIZES[-1] // 2:,}", f"{SIZES[-1]:,}"
    if f"{full} task classes" in group.measurements:
        aims.add(f"a task of {full} registered task classes, {shape}, no log (wall)",
                 group.measurements[f"{full} task classes"].median("wall") / SIZES[-1] * 1e6, 2, " us")
    for what in ("callables", "task classes"):
        aims.add(f"{full} {what}, {shape}, x half as many (wall)",
                 group.ratio(f"{full} {what}", f"{half} {what}", "wall"), 2.3)


def no_operation(bench: Bench, shape: str, size: int) -> Group:
    """Tasks that do nothing: what others need, with a process for each task (ninja, make) or without, beside task
    classes in this process with a log that keeps nothing."""
    group = Group(f"{size:,} tasks that do nothing, {shape}")
    folder = bench.data / "graphs"
    group.add("rota, task classes, no log", [bench.programs / "graph_probe", "unlogged", shape, size], size)
    if size <= MOST["ninja"] and shutil.which("ninja"):
        write_ninja(folder / f"ninja_{shape}_{size}", shape, size, built=False)
        group.add("ninja -j2", ["ninja", "-j2"], folder=folder / f"ninja_{shape}_{size}",
                  prepare=remover(folder / f"ninja_{shape}_{size}/.ninja_log"))
    if size <= MOST["make"] and shutil.which("make"):
        write_make(folder / f"make_{shape}_{size}", shape, size, built=False)
        group.add("make -j2", ["make", "-j2", "all"], folder=folder / f"make_{shape}_{size}")
    if size <= MOST["doit"] and python_has("doit"):
        database = folder / "doit.db"
        group.add("doit", [PYTHON, "-m", "doit", "-f", Path(__file__).with_name("doit_graph.py"), "--db-file", database],
                  environment={"GRAPH_SHAPE": shape, "GRAPH_SIZE": str(size)}, folder=folder, prepare=remover(database))
    if size <= MOST["luigi"] and python_has("luigi"):
        group.add("luigi", [PYTHON, Path(__file__).with_name("python_graph.py"), "luigi", shape, size], size)
    group.run(ROUNDS if size <= SIZES[0] else FEW_ROUNDS)
    return group


def remover(file: Path):
    def remove() -> None:
        for one in file.parent.glob(file.name + "*"):
            one.unlink()
    return remove


def measure(bench: Bench, show, aims) -> list[Group]:
    """`show` prints a group beside one of its own."""
    for line in left_out():
        print(line)
    groups = []
    by_size: dict[tuple[str, int], Group] = {}
    for shape in SHAPES:
        for size in SIZES:
            group = by_size[shape, size] = engine(bench, shape, size)
            show(group, "oneTBB flow graph", size)
            groups.append(group)
    for shape in SHAPES:
        for what, limit in (("wall", 0.4), ("memory", 1 / 3)):
            aims.add(f"1,000,000 callables, {shape}, x oneTBB ({what})",
                     by_size[shape, SIZES[-1]].ratio("rota, callables", "oneTBB flow graph", what), limit)
    for shape in SHAPES:
        groups.append(task_classes(bench, shape))
        show(groups[-1], f"{SIZES[-1]:,} callables", SIZES[-1])
        add_class_aims(aims, groups[-1], shape)
    for shape in SHAPES:
        for size in SIZES[:3]:
            groups.append(no_operation(bench, shape, size))
            show(groups[-1], "rota, task classes, no log", size)
    return groups
