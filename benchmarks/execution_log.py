# SPDX-License-Identifier: Apache-2.0
"""Measures the execution log beside the floor on the same disk: a line that is appended and synced, and bare SQLite."""

import shutil
import subprocess
from pathlib import Path

from discovery import Bench, Group, Measurement, NotMeasured

RECORDS = 500
PROCESSES = 8
THREADS = 64
GROUPED = 12_800
ROUNDS = 9
EXCHANGED = 1_000_000
EXCHANGE_ROUNDS = 3


class ManyProcesses(Measurement):
    """The command in several processes at once: wall time until the last has ended, the longest wait of any."""

    def run_once(self) -> dict:
        if self.prepare:
            self.prepare()
        # One makes the file; that is not measured.
        first = Measurement(self.name, self.command[:-1] + [1], 1)
        first.run_once()
        children = [Measurement(self.name, self.command, self.count).start() for _ in range(PROCESSES)]
        results = [child.finish() for child in children]
        return {"count": self.count, "wall": max(one["wall"] for one in results),
                "cpu": sum(one["cpu"] for one in results), "longest": max(one["longest"] for one in results)}


def emptied(folder: Path):
    def empty() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return empty


def probes(bench: Bench) -> tuple[Path, Path, Path]:
    return bench.programs / "disk_probe", bench.programs / "log_probe", bench.data / "log"


def durable_records(bench: Bench) -> Group:
    disk, log, data = probes(bench)
    group = Group(f"{RECORDS} durable records, one after the other")
    for name, command in (("append, fdatasync", [disk, "append", data / "append/file"]),
                          ("bare SQLite, FULL", [disk, "insert", data / "insert/bare.db"]),
                          ("rota", [log, "record", data / "record/log.db"])):
        group.add(name, command + [RECORDS], RECORDS, prepare=emptied(command[2].parent))
    group.run(ROUNDS)
    return group


def grouped_records(bench: Bench) -> Group:
    """Many threads of one process; beside them as many lines as one thread syncs."""
    disk, log, data = probes(bench)
    group = Group(f"{GROUPED:,} durable records of {THREADS} threads; {RECORDS} appended lines")
    group.add("append, fdatasync", [disk, "append", data / "append/file", RECORDS], RECORDS,
              prepare=emptied(data / "append"))
    group.add("rota", [log, "grouped", data / "grouped/log.db", GROUPED, THREADS], GROUPED,
              prepare=emptied(data / "grouped"))
    group.run(ROUNDS)
    return group


def many_processes(bench: Bench) -> Group:
    disk, log, data = probes(bench)
    group = Group(f"{RECORDS} durable records of each of {PROCESSES} processes at once")
    for name, command in (("SQLite's busy handler", [disk, "insert", data / "busy/bare.db"]),
                          ("rota", [log, "record", data / "processes/log.db"])):
        group.measurements[name] = ManyProcesses(name, command + [RECORDS], RECORDS,
                                                 prepare=emptied(command[2].parent))
    group.run(5)
    return group


def filled_log(bench: Bench, rows: int) -> Path:
    """A log of so many executions, made once."""
    _, log, data = probes(bench)
    file = data / f"filled_{rows}/log.db"
    done = file.parent / "done"
    if not done.exists():
        emptied(file.parent)()
        subprocess.run([log, "fill", file, str(rows)], check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return file


def look_ups_by_size(bench: Bench, sizes: list[int], title: str, what: str, count: int) -> Group:
    _, log, _ = probes(bench)
    group = Group(title)
    for rows in sizes:
        group.add(f"{rows:,} executions", [log, what, filled_log(bench, rows), count], count)
    group.run(ROUNDS)
    return group


def plan_of_20000(bench: Bench) -> Group:
    _, log, data = probes(bench)
    group = Group("The plan of 20,000 tasks that have all run")
    group.add("rota", [log, "plan", data / "plan/log.db", 20_000], 20_000)
    (data / "plan").mkdir(parents=True, exist_ok=True)
    group.run(5)
    return group


def lineage_of_10000(bench: Bench) -> Group:
    _, log, data = probes(bench)
    group = Group("The lineage of a file at the end of a chain of 10,000 executions")
    group.add("rota", [log, "lineage", data / "lineage/log.db", 10_000], 10_000)
    (data / "lineage").mkdir(parents=True, exist_ok=True)
    group.run(5)
    return group


def exchange_of_a_million(bench: Bench) -> Group:
    """An import into an empty log, and the export of what it has then; beside them bare SQLite: the rows
    alone, without files, JSON and indexes, in one transaction."""
    probe, data = bench.programs / "exchange_probe", bench.data / "exchange"
    file, ordered, imported = data / "random.json", data / "ordered.json", data / "log"
    for made, ids in ((file, "random"), (ordered, "ordered")):
        if not made.exists():
            data.mkdir(parents=True, exist_ok=True)
            subprocess.run([probe, "make", made, str(EXCHANGED), ids], check=True)
    group = Group(f"{EXCHANGED:,} executions from JSON ({file.stat().st_size / 1e6:,.0f} MB) and back")
    bare = data / "bare"
    steps = (Measurement("bare SQLite, the rows alone", [bench.programs / "disk_probe", "bulk", bare / "bare.db", EXCHANGED],
                         EXCHANGED, prepare=emptied(bare)),
             Measurement("import, ids in order", [probe, "import", imported / "log.db", ordered], EXCHANGED,
                         prepare=emptied(imported)),
             Measurement("import, random ids", [probe, "import", imported / "log.db", file], EXCHANGED, prepare=emptied(imported)),
             Measurement("export", [probe, "export", imported / "log.db", data / "exported.json"], EXCHANGED))
    for step in steps:
        group.measurements[step.name] = step
    for _ in range(EXCHANGE_ROUNDS):
        for step in steps:  # in this order: an export has what the import before it has brought
            group.attempt(step, step.run)
    for name in group.problems:
        del group.measurements[name]
    return group


def most_memory(group: Group, name: str) -> float:
    """In MB."""
    return max(one["peak_memory"] for one in group.measurements[name].rounds) / 1e6


def per_second(group: Group, name: str) -> float:
    measurement = group.measurements[name]
    return measurement.count / measurement.median("wall")


def longest(group: Group, name: str) -> float:
    return sorted(one["longest"] for one in group.measurements[name].rounds)[len(group.measurements[name].rounds) // 2]


__all__ = ["NotMeasured", "durable_records", "grouped_records", "many_processes", "look_ups_by_size", "plan_of_20000",
           "lineage_of_10000", "exchange_of_a_million", "most_memory",
           "per_second", "longest"]
