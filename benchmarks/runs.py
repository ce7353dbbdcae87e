# SPDX-License-Identifier: Apache-2.0
"""Measures whole runs with the durable log: in the process, in workers, in a process for each task, and with nothing to
do, beside what runs a process for each task (ninja, make)."""

import re
import shutil
import subprocess
from pathlib import Path

from discovery import Bench, Group
from graph_shapes import write_make, write_ninja
from task_plugins import make_project

ROUNDS = 5
INLINE = 100_000
IN_WORKERS = 10_000
PROCESSES = 1_000
CHAIN = 500
BALLAST = 2_000  # MB
NOTHING_TO_DO = (10_000, 100_000)
# A process that runs one task reads the whole manifest of its plugin; the largest projects would be long to compile.
IN_ONE_PLUGIN, IN_ONE_OF_MANY = 20, 1_000


def project_of(bench: Bench, shape: str, size: int) -> Path:
    return make_project(bench.data / f"projects/{shape}_{size}", shape, size,
                        IN_ONE_PLUGIN if size <= PROCESSES else IN_ONE_OF_MANY)


def without_log(project: Path):
    def remove() -> None:
        shutil.rmtree(project / ".rota", ignore_errors=True)
    return remove


def add_run(group: Group, bench: Bench, name: str, how: str, size: int, ballast: int = 0) -> None:
    project = project_of(bench, "layered", size)
    group.add(name, [bench.programs / "runner_probe", how, project, size, ballast], size, folder=project,
              prepare=without_log(project))


def add_rivals(group: Group, bench: Bench, size: int) -> None:
    folder = bench.data / "graphs"
    if shutil.which("ninja"):
        ninja = folder / f"ninja_layered_{size}"
        write_ninja(ninja, "layered", size, built=False)
        group.add("ninja -j2", ["ninja", "-j2"], folder=ninja,
                  prepare=lambda: [file.unlink() for file in ninja.glob(".ninja_*")])
    if shutil.which("make"):
        write_make(folder / f"make_layered_{size}", "layered", size, built=False)
        group.add("make -j2", ["make", "-j2", "all"], folder=folder / f"make_layered_{size}")


def inline_runs(bench: Bench) -> Group:
    group = Group(f"{INLINE:,} tasks that do nothing, in the process, durable log, layered")
    add_run(group, bench, "rota, inline", "inline", INLINE)
    group.run(ROUNDS)
    return group


def worker_runs(bench: Bench) -> Group:
    group = Group(f"{IN_WORKERS:,} tasks that do nothing, in 2 workers, durable log, layered")
    add_run(group, bench, "rota, workers", "process", IN_WORKERS)
    add_rivals(group, bench, IN_WORKERS)
    group.run(ROUNDS)
    return group


def process_runs(bench: Bench) -> Group:
    """A process for each task."""
    group = Group(f"{PROCESSES:,} tasks that do nothing, layered, 2 at a time")
    add_run(group, bench, "rota, workers", "process", PROCESSES)
    add_run(group, bench, "rota, fresh processes", "fresh", PROCESSES)
    add_run(group, bench, f"the same, {BALLAST:,} MB in use", "fresh", PROCESSES, BALLAST)
    add_rivals(group, bench, PROCESSES)
    group.run(ROUNDS)
    return group


def nothing_to_do(bench: Bench, size: int) -> Group:
    """Everything is up to date; whole processes."""
    group = Group(f"{size:,} tasks and nothing to do, layered, whole processes")
    project, folder = project_of(bench, "layered", size), bench.data / "graphs"
    without_log(project)()
    subprocess.run([bench.rota, "run", "--executor", "inline"], cwd=project, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    group.add("rota run", [bench.rota, "run"], folder=project)
    if shutil.which("ninja"):
        write_ninja(folder / f"built_ninja_{size}", "layered", size, built=True)
        group.add("ninja", ["ninja"], folder=folder / f"built_ninja_{size}")
    if shutil.which("make"):
        write_make(folder / f"built_make_{size}", "layered", size, built=True)
        group.add("make", ["make", "all"], folder=folder / f"built_make_{size}")
    group.run(ROUNDS)
    return group


def syncs_of_a_chain(bench: Bench) -> float | None:
    """How often the disk is waited for, by task, where each success is durable before the next task begins."""
    if not shutil.which("strace"):
        return None
    project, counts = project_of(bench, "chain", CHAIN), bench.data / "syncs"
    without_log(project)()
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", counts,
                    bench.programs / "runner_probe", "process", project, str(CHAIN)], cwd=project, check=True,
                   stdout=subprocess.DEVNULL)
    return len(re.findall(r"\bf(?:data)?sync\(", counts.read_text(encoding="utf-8"))) / CHAIN


def by_task(group: Group, name: str, size: int, clock: str = "wall") -> float | None:
    """In microseconds."""
    return group.measurements[name].median(clock) / size * 1e6 if name in group.measurements else None


def measure(bench: Bench, show, aims) -> list[Group]:
    inline, workers, processes = inline_runs(bench), worker_runs(bench), process_runs(bench)
    show(inline, "rota, inline", INLINE)
    show(workers, "ninja -j2", IN_WORKERS)
    show(processes, "ninja -j2", PROCESSES)
    aims.add("a task in the process, durable log", by_task(inline, "rota, inline", INLINE), 50, " us")
    aims.add("a task in 2 workers, durable log", by_task(workers, "rota, workers", IN_WORKERS), 100, " us")
    aims.add("the same, x ninja -j2 (wall)", workers.ratio("rota, workers", "ninja -j2", "wall"), 0.1)
    aims.add("a fresh process for each task, x ninja (CPU)",
             processes.ratio("rota, fresh processes", "ninja -j2", "cpu"), 1)
    aims.add(f"the same with {BALLAST:,} MB in use, x without (CPU)",
             processes.ratio(f"the same, {BALLAST:,} MB in use", "rota, fresh processes", "cpu"), 1.2)
    syncs = syncs_of_a_chain(bench)
    if syncs is not None:
        print(f"\nA chain of {CHAIN} tasks waits for the disk {syncs:.2f} times a task")
        aims.add("fdatasync for each task of a chain", syncs, 2)
    groups = [inline, workers, processes]
    for size in NOTHING_TO_DO:
        groups.append(nothing_to_do(bench, size))
        show(groups[-1], "ninja", size)
        aims.add(f"nothing to do among {size:,} tasks, x ninja (wall)", groups[-1].ratio("rota run", "ninja", "wall"), 1)
    return groups


