#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures discovery and look-ups beside other systems, and prints tables and the aims that are reached.

Takes about five minutes. Times are medians; a ratio is the median of those of the single rounds."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import discovery
import look_ups

MISSING = {"class_loader_probe": "class_loader (libclass-loader-dev)", "qt_probe": "Qt (qtbase5-dev)",
           "gstreamer_probe": "GStreamer (libgstreamer1.0-dev)"}


def print_group(group: discovery.Group, base: str) -> None:
    print(f"\n{group.title}\n{'':34}{'wall ms':>10}{'CPU ms':>10}{'wall':>9}{'CPU':>9}   x {base}")
    for name, measurement in group.measurements.items():
        wall, cpu = (measurement.median(clock) * 1e3 for clock in ("wall", "cpu"))
        ratios = (group.ratio(name, base, clock) for clock in ("wall", "cpu"))
        print(f"  {name:32}{wall:10.2f}{cpu:10.2f}" + "".join(f"{ratio:9.2f}" for ratio in ratios), flush=True)


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

    def print(self) -> None:
        print("\nAims")
        for line in self.lines:
            print(f"  {'reached   ' if line['reached'] else 'NOT REACHED'} {line['aim']}: "
                  f"{line['value']:.2f}{line['unit']}, at most {line['limit']:g}{line['unit']}")


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="the build folder, of the preset bench")
    parser.add_argument("--only", choices=("discovery", "look-ups"), help="one half alone")
    arguments = parser.parse_args()
    bench = discovery.Bench(arguments.build.resolve())
    if not bench.has("rota_probe"):
        print(f"run.py: {bench.programs} holds no rota_probe: build the preset bench, or run make bench",
              file=sys.stderr)
        return 2
    for probe, system in MISSING.items():
        if not bench.has(probe):
            print(f"{system} is not installed, and so left out")

    print(f"Processors: {os.cpu_count()}; load at the beginning: {os.getloadavg()[0]:.1f}")
    begin, aims, results, groups = time.monotonic(), Aims(), {}, []
    if arguments.only != "look-ups":
        groups = measure_discovery(bench, aims)
        results["discovery"] = {group.title: {name: one.rounds for name, one in group.measurements.items()}
                                for group in groups}
    if arguments.only != "discovery":
        found = measure_look_ups(bench, aims)
        results["look_ups"] = [dict(zip(("map", "writer", "size", "threads"), key)) | seconds
                               for key, seconds in found.seconds.items()]
    aims.print()
    problems = [f"{group.title}: {name}: {problem}" for group in groups for name, problem in group.problems.items()]
    for problem in problems:
        print(f"NOT MEASURED: {problem}", file=sys.stderr)
    results["aims"] = aims.lines
    file = bench.programs / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\n{time.monotonic() - begin:.0f} s; every single figure is in {file}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
