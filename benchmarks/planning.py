# SPDX-License-Identifier: Apache-2.0
"""Measures plans: of a million tasks with a history of a million executions; and the look-up of all in one pass beside
that of one task after the other."""

import shutil
import subprocess
from pathlib import Path

from discovery import Bench, Group

TASKS = 1_000_000
LOOKED_UP = 100_000
ROUNDS = 5


def log_of(bench: Bench, tasks: int) -> Path:
    """A log in which each of so many tasks has succeeded, made once."""
    file = bench.data / f"planned_{tasks}/log.db"
    done = file.parent / "done"
    if not done.exists():
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir(parents=True)
        subprocess.run([bench.programs / "plan_probe", "fill", file, str(tasks)], check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return file


def plan_of_a_million(bench: Bench) -> Group:
    group = Group(f"The plan of {TASKS:,} tasks that have all run: graph, history, text")
    group.add("rota", [bench.programs / "plan_probe", "plan", log_of(bench, TASKS), TASKS], TASKS)
    group.add("of this the history", [bench.programs / "plan_probe", "history", log_of(bench, TASKS), TASKS], TASKS)
    group.run(ROUNDS)
    return group


def history_of_many(bench: Bench) -> Group:
    group = Group(f"The newest execution and the latest success of {LOOKED_UP:,} tasks")
    for name, what in (("one after the other", "one-by-one"), ("all in one pass", "history")):
        group.add(name, [bench.programs / "plan_probe", what, log_of(bench, LOOKED_UP), LOOKED_UP], LOOKED_UP)
    group.run(ROUNDS)
    return group
