#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures discovery, look-ups, the execution log and graphs beside other systems, and prints tables and the aims reached.

Takes about ten minutes. Times are medians; a ratio is the median of those of the single rounds."""

import argparse
import contextlib
import io
import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import discovery
import execution_log
import graphs
import look_ups
import planning
import python_package
import runs

PARTS = ("discovery", "log", "plans", "look-ups", "graphs", "runs", "python")
MISSING = {"class_loader_probe": "class_loader (libclass-loader-dev)", "qt_probe": "Qt (qtbase5-dev)",
           "gstreamer_probe": "GStreamer (libgstreamer1.0-dev)", "tbb_probe": "oneTBB (libtbb-dev)"}


def print_group(group: discovery.Group, base: str) -> None:
    print(f"\n{group.title}\n{'':34}{'wall ms':>10}{'CPU ms':>10}{'wall':>9}{'CPU':>9}   x {base}")
    for name, measurement in group.measurements.items():
        wall, cpu = (measurement.median(clock) * 1e3 for clock in ("wall", "cpu"))
        ratios = (group.ratio(name, base, clock) for clock in ("wall", "cpu"))
        print(f"  {name:32}{wall:10.2f}{cpu:10.2f}" + "".join(f"{ratio:9.2f}" for ratio in ratios), flush=True)


def print_graphs(group: discovery.Group, base: str, tasks: int) -> None:
    """As print_group, by task, and with the most memory that was in use."""
    if not group.measurements:
        return
    base = base if base in group.measurements else next(iter(group.measurements))
    print(f"\n{group.title}\n{'':34}{'us a task':>10}{'wall ms':>10}{'CPU ms':>10}{'MB':>8}{'wall':>9}{'CPU':>9}"
          f"{'memory':>9}   x {base}")
    for name, measurement in group.measurements.items():
        wall, cpu = (measurement.median(clock) * 1e3 for clock in ("wall", "cpu"))
        ratios = (group.ratio(name, base, what) for what in ("wall", "cpu", "memory"))
        print(f"  {name:32}{wall * 1e3 / tasks:10.3f}{wall:10.2f}{cpu:10.2f}{measurement.median('memory') / 1e6:8.1f}"
              + "".join(f"{ratio:9.2f}" for ratio in ratios), flush=True)


def print_look_ups(found: look_ups.LookUps, writer: bool) -> None:
    rivals = [rival for rival in look_ups.RIVALS if (rival, writer, 1_000, 1) in found.seconds]
    print(f"\nOne look-up, {'while another thread registers' if writer else 'nobody writes'}: CPU time in ns, "
          "and in brackets Rota's ratio to the rival in CPU and in wall time")
    print(f"{'':23}{'rota':>8}" + "".join(f"{rival:>14}{'':14}" for rival in rivals))
    for size in look_ups.SIZES:
        for threads in look_ups.THREADS:
            case = (writer, size, threads)
            line = f"  {size:9,}, {threads} thread{'s' if threads > 1 else ' '}  "
            line += f"{found.of('rota', *case, 'cpu') * 1e9:8.1f}"
            for rival in rivals:
                ratios = "{:.2f} {:.2f}".format(*(found.ratio(rival, *case, clock) for clock in ("cpu", "wall")))
                line += f"{found.of(rival, *case, 'cpu') * 1e9:14.1f}{f'({ratios})':>14}"
            print(line, flush=True)


class Aims:
    """What was aimed at, and whether it is reached."""

    def __init__(self):
        self.lines: list[dict] = []

    def add(self, what: str, value: float | None, limit: float, unit: str = "") -> None:
        if value is not None:
            self.lines.append({"aim": what, "value": value, "limit": limit, "reached": value <= limit, "unit": unit})

    def add_least(self, what: str, value: float, limit: float) -> None:
        self.lines.append({"aim": what, "value": value, "least": limit, "reached": value >= limit, "unit": ""})

    def print(self) -> None:
        print("\nAims")
        for line in self.lines:
            limit = f"at most {line['limit']:g}" if "limit" in line else f"at least {line['least']:g}"
            print(f"  {'reached    ' if line['reached'] else 'NOT REACHED'} {line['aim']}: "
                  f"{line['value']:.2f}{line['unit']}, {limit}{line['unit']}")


def add_discovery_aims(aims: Aims, group: discovery.Group) -> None:
    for clock, label in (("cpu", "CPU"), ("wall", "wall")):
        aims.add(f"{group.title}, no cache, x open+pread ({label})",
                 group.ratio("rota, no cache", "open+pread of 4 KiB", clock), 2)
        aims.add(f"{group.title}, no cache, x dlopen ({label})",
                 group.ratio("rota, no cache", "dlopen", clock), 0.1)
        aims.add(f"{group.title}, cache, x stat ({label})", group.ratio("rota, cache", "stat", clock), 1.5)


def measure_discovery(bench: discovery.Bench, aims: Aims) -> list[discovery.Group]:
    groups = []
    for measure, base in ((discovery.discovery_of_1000, "stat"), (discovery.discovery_of_10000, "stat"),
                          (discovery.first_instances, "dlopen, dlsym, entry"), (discovery.whole_processes, "true")):
        groups.append(measure(bench))
        print_group(groups[-1], base)
    for group in groups[:2]:
        add_discovery_aims(aims, group)
    for name in ("rota list, no cache", "rota list, cache"):
        if name not in groups[3].measurements:
            continue
        for clock, label in (("cpu", "CPU"), ("wall", "wall")):
            aims.add(f"{name}, 1,000 plugins, whole process ({label})",
                     groups[3].measurements[name].median(clock) * 1e3, 30, " ms")
    return groups


def measure_look_ups(bench: discovery.Bench, aims: Aims) -> look_ups.LookUps:
    found = look_ups.measure_look_ups(bench.programs)
    if ("absl_bare", False, 1_000, 1) not in found.seconds:
        print("\nabsl::flat_hash_map (libabsl-dev) is not installed, and so left out")
    for writer in (False, True):
        print_look_ups(found, writer)
    for size in look_ups.SIZES:
        for threads in look_ups.THREADS:
            aims.add(f"look-up among {size:,} by {threads}, x absl::flat_hash_map without a lock (CPU)",
                     found.ratio("absl_bare", False, size, threads, "cpu"), 1.2)
    return found


def measure_log(bench: discovery.Bench, aims: Aims, large: bool) -> list[discovery.Group]:
    one, grouped, many = (measure(bench) for measure in (execution_log.durable_records, execution_log.grouped_records,
                                                         execution_log.many_processes))
    print_group(one, "append, fdatasync")
    aims.add(f"{one.title}, x bare SQLite (wall)", one.ratio("rota", "bare SQLite, FULL", "wall"), 1.5)

    print_group(grouped, "append, fdatasync")
    rates = {name: execution_log.per_second(grouped, name) for name in ("append, fdatasync", "rota")}
    print("  " + "; ".join(f"{name}: {rate:,.0f} a second" for name, rate in rates.items()))
    aims.add_least("grouped records a second, where a sync takes 0.2 ms or less", rates["rota"],
                   min(30_000, 6 * rates["append, fdatasync"]))

    print_group(many, "SQLite's busy handler")
    waits = {name: execution_log.longest(many, name) for name in ("SQLite's busy handler", "rota")}
    print("  longest wait for one record: " + "; ".join(f"{name}: {wait * 1e3:,.1f} ms" for name, wait in waits.items()))
    aims.add_least("8 processes, x the throughput of the busy handler",
                   1 / many.ratio("rota", "SQLite's busy handler", "wall"), 2)
    aims.add("8 processes, longest wait, x that of the busy handler", waits["rota"] / waits["SQLite's busy handler"], 0.1)

    sizes = [10_000, 1_000_000] + ([10_000_000] if large else [])
    latest = execution_log.look_ups_by_size(bench, sizes, "10,000 look-ups of a latest success", "latest", 10_000)
    print_group(latest, "10,000 executions")
    aims.add(f"latest success among {sizes[-1]:,}, x among 10,000 (wall)",
             latest.ratio(f"{sizes[-1]:,} executions", "10,000 executions", "wall"), 1.3)
    aims.add(f"latest success among {sizes[-1]:,}",
             latest.measurements[f"{sizes[-1]:,} executions"].median("wall") / 10_000 * 1e6, 20, " us")
    history = execution_log.look_ups_by_size(bench, sizes, "100 pages of history, 100 executions each", "history", 100)
    print_group(history, "10,000 executions")
    plan = execution_log.plan_of_20000(bench)
    print_group(plan, "rota")
    lineage = execution_log.lineage_of_10000(bench)
    print_group(lineage, "rota")
    exchange = execution_log.exchange_of_a_million(bench)
    print_exchange(exchange, aims)
    return [one, grouped, many, latest, history, plan, lineage, exchange]


def print_exchange(group: discovery.Group, aims: Aims) -> None:
    print_group(group, "bare SQLite, the rows alone")
    for name in (name for name in group.measurements if name != "bare SQLite, the rows alone"):
        print(f"  {name}: {execution_log.per_second(group, name):,.0f} executions a second, "
              f"at most {execution_log.most_memory(group, name):.0f} MB")
    for name in (name for name in group.measurements if name.startswith("import")):
        aims.add_least(f"executions a second, {name}", execution_log.per_second(group, name), 100_000)
        aims.add(f"memory, {name}", execution_log.most_memory(group, name), 100, " MB")


def measure_plans(bench: discovery.Bench, aims: Aims) -> list[discovery.Group]:
    million, many = planning.plan_of_a_million(bench), planning.history_of_many(bench)
    print_group(million, "rota")
    aims.add(million.title, million.measurements["rota"].median("wall"), 2, " s")
    print_group(many, "one after the other")
    return [million, many]


class Copy(io.TextIOBase):
    """Shows what is printed, and keeps it."""

    def __init__(self, shown):
        self.shown, self.kept = shown, io.StringIO()

    def write(self, text: str) -> int:
        self.shown.write(text)
        return self.kept.write(text)

    def flush(self) -> None:
        self.shown.flush()


def machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    compiler = subprocess.run(["c++", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.split("\n")[0]
    return (f"{os.cpu_count()} processors ({model}), Linux {platform.release().split('-')[0]}, {compiler}, "
            f"SQLite {sqlite3.sqlite_version}; {time.strftime('%Y-%m-%d')}")


def write_results(file: Path, text: str) -> None:
    file.write_text("# Results\n\nWritten by `make bench`; how it is measured is said in "
                    f"[README.md](README.md).\n\n{machine()}\n\n```\n{text.strip()}\n```\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="the build folder, of the preset bench")
    parser.add_argument("--only", choices=PARTS, help="one part alone; RESULTS.md stays as it is")
    parser.add_argument("--large", action="store_true", help="the log also with 10,000,000 executions: takes minutes "
                                                             "and gigabytes")
    arguments = parser.parse_args()
    bench = discovery.Bench(arguments.build.resolve())
    if not bench.has("rota_probe"):
        print(f"run.py: {bench.programs} holds no rota_probe: build the preset bench, or run make bench",
              file=sys.stderr)
        return 2
    for probe, system in MISSING.items():
        if not bench.has(probe):
            print(f"{system} is not installed, and so left out")

    copy = Copy(sys.stdout)
    with contextlib.redirect_stdout(copy):
        status = measure(arguments, bench)
    if not arguments.only:
        write_results(Path(__file__).with_name("RESULTS.md"), copy.kept.getvalue())
    return status


def measure(arguments: argparse.Namespace, bench: discovery.Bench) -> int:
    print(f"Load at the beginning: {os.getloadavg()[0]:.1f}")
    begin, aims, results, groups = time.monotonic(), Aims(), {}, []
    parts = [arguments.only] if arguments.only else PARTS
    if "discovery" in parts:
        groups += measure_discovery(bench, aims)
    if "log" in parts:
        groups += measure_log(bench, aims, arguments.large)
    if "plans" in parts:
        groups += measure_plans(bench, aims)
    if "graphs" in parts:
        groups += graphs.measure(bench, print_graphs, aims)
    if "runs" in parts:
        groups += runs.measure(bench, print_graphs, aims)
    if "python" in parts:
        python_package.measure(bench, aims)
    if "look-ups" in parts:
        found = measure_look_ups(bench, aims)
        results["look_ups"] = [dict(zip(("map", "writer", "size", "threads"), key)) | seconds
                               for key, seconds in found.seconds.items()]
    results["groups"] = {group.title: {name: one.rounds for name, one in group.measurements.items()}
                         for group in groups}
    aims.print()
    problems = [f"{group.title}: {name}: {problem}" for group in groups for name, problem in group.problems.items()]
    for problem in problems:
        print(f"NOT MEASURED: {problem}", file=sys.stderr)
    results["aims"] = aims.lines
    file = bench.programs / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\n{time.monotonic() - begin:.0f} s; every single figure is in {file.name} of the build folder")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
