# SPDX-License-Identifier: Apache-2.0
"""Runs the look-ups (look_ups.cc, on Google Benchmark) and sums up its repetitions, which it interleaves.

CPU time of a look-up is that of the thread that does it. Wall time is that of all threads together, divided by
all their look-ups: it has the waiting for a lock in it, and all else that the machine does."""

import json
import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPETITIONS = 11
SIZES = (1_000, 100_000, 1_000_000)
THREADS = (1, 2, 4)
RIVALS = ("absl_bare", "absl_locked", "std_bare", "std_locked")


@dataclass
class LookUps:
    seconds: dict[tuple, dict[str, float]]  # by map, writer, size, threads: wall and CPU of one look-up

    def of(self, name: str, writer: bool, size: int, threads: int, clock: str) -> float | None:
        found = self.seconds.get((name, writer, size, threads))
        return found[clock] if found else None

    def ratio(self, rival: str, writer: bool, size: int, threads: int, clock: str) -> float | None:
        """Rota over the rival; None where the rival is not measured so."""
        other = self.of(rival, writer, size, threads, clock)
        return self.of("rota", writer, size, threads, clock) / other if other else None


def measure_look_ups(programs: Path) -> LookUps:
    command = [programs / "look_ups", "--benchmark_format=json", "--benchmark_min_time=0.05",
               f"--benchmark_repetitions={REPETITIONS}", "--benchmark_enable_random_interleaving=true"]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ).stdout
    repetitions: dict[tuple, list[dict]] = {}
    for one in json.loads(output)["benchmarks"]:
        if one["run_type"] != "iteration":
            continue
        if one.get("error_occurred"):
            raise SystemExit(f"{one['name']}: {one['error_message']}")
        name, *middle = one["run_name"].split("/")
        key = (name, "writer" in middle, next(int(part) for part in middle if part.isdigit()), one["threads"])
        repetitions.setdefault(key, []).append(one)
    return LookUps({key: {"wall": statistics.median(one["real_time"] for one in all_of_one) * 1e-9,
                          "cpu": statistics.median(one["cpu_time"] for one in all_of_one) * 1e-9}
                    for key, all_of_one in repetitions.items()})
