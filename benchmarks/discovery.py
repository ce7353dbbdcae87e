# SPDX-License-Identifier: Apache-2.0
"""Measures discovery: each system in processes of its own, one after the other in rounds, so that what the
machine does besides falls on all alike. Every ratio is of two figures of one round; what is told is the median."""

import json
import os
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from plugins import make_plugins

ROUNDS = 25


class NotMeasured(Exception):
    """Why a measurement cannot be taken."""


@dataclass
class Measurement:
    """A command that is run once in each round. A probe prints what it has measured inside of itself; of other
    commands, as of the probes besides, the whole process counts."""
    name: str
    command: list
    count: int  # how many plugins, tasks or records the probe must have done; 0: it is no probe
    environment: dict = field(default_factory=dict)
    folder: Path | None = None
    prepare: Callable[[], None] | None = None
    rounds: list[dict] = field(default_factory=list)

    def run(self) -> None:
        result = self.run_once()
        if result["count"] != self.count:
            raise NotMeasured(f"it saw {result['count']} of {self.count}")
        self.rounds.append(result)

    def run_once(self) -> dict:
        if self.prepare:
            self.prepare()
        return self.start().finish()

    def start(self) -> "Measurement":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
        self.begin = time.perf_counter()
        self.child = subprocess.Popen([str(part) for part in self.command], cwd=self.folder,
                                      env=environment | self.environment,
                                      stdout=subprocess.PIPE if self.count else subprocess.DEVNULL)
        return self

    def finish(self) -> dict:
        child = self.child
        output = child.stdout.read() if self.count else b""
        _, status, usage = os.wait4(child.pid, 0)
        process = {"wall": time.perf_counter() - self.begin, "cpu": usage.ru_utime + usage.ru_stime,
                   "memory": usage.ru_maxrss * 1024}
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise NotMeasured(f"{self.command[0]} ended with status {child.returncode}")
        result = json.loads(output) if self.count else process | {"count": 0}
        return result | {"process": process}

    def median(self, clock: str) -> float:
        return statistics.median(one[clock] for one in self.rounds)


class Group:
    """Measurements that are compared with each other."""

    def __init__(self, title: str):
        self.title = title
        self.measurements: dict[str, Measurement] = {}
        self.problems: dict[str, str] = {}

    def add(self, name: str, command: list, count: int = 0, **more) -> None:
        self.measurements[name] = Measurement(name, command, count, **more)

    def run(self, rounds: int = ROUNDS) -> None:
        """Measurements that cannot be taken are taken out, and said to be."""
        for measurement in self.measurements.values():
            self.attempt(measurement, measurement.run_once)  # reads for the first time, writes caches: uncounted
        for _ in range(rounds):
            order = [one for one in self.measurements.values() if one.name not in self.problems]
            random.shuffle(order)
            for measurement in order:
                self.attempt(measurement, measurement.run)
        for name in self.problems:
            del self.measurements[name]

    def attempt(self, measurement: Measurement, run: Callable) -> None:
        try:
            run()
        except NotMeasured as problem:
            self.problems[measurement.name] = str(problem)

    def ratio(self, name: str, other: str, clock: str) -> float | None:
        if name not in self.measurements or other not in self.measurements:
            return None
        pairs = zip(self.measurements[name].rounds, self.measurements[other].rounds)
        return statistics.median(one[clock] / max(two[clock], 1e-9) for one, two in pairs)


class Bench:
    def __init__(self, build: Path):
        self.programs = build / "benchmarks"
        self.rota = build / "bin/rota"
        self.data = self.programs / "data"

    def has(self, probe: str) -> bool:
        return (self.programs / probe).is_file()

    def plugins(self, system: str, count: int, prefix: str = "") -> Path:
        original = self.programs / f"plugins/benchmark_{system}.so"
        return make_plugins(original, self.data / f"{system}_{count}", count, prefix)


def add_system(group: Group, bench: Bench, folder: Path, count: int) -> None:
    files = bench.programs / "files_probe"
    group.add("stat", [files, "stat", folder], count)
    group.add("open+pread of 4 KiB", [files, "read", folder], count)


def add_rota(group: Group, bench: Bench, folder: Path, count: int) -> None:
    probe, cache = bench.programs / "rota_probe", folder.parent / "benchmark.cache"
    group.add("rota, no cache", [probe, "discover", folder], count)
    group.add("rota, cache", [probe, "cached", folder, cache], count)


def add_gstreamer(group: Group, bench: Bench, count: int) -> None:
    folder = bench.plugins("gstreamer", count, "libgst")
    for state in ("cold", "warm"):
        registry = folder.parent / f"{state}.registry"
        remove = (lambda path=registry: path.unlink(missing_ok=True)) if state == "cold" else None
        group.add(f"GStreamer, {state} registry", [bench.programs / "gstreamer_probe"], count, prepare=remove,
                  environment={"GST_PLUGIN_SYSTEM_PATH_1_0": str(folder), "GST_PLUGIN_PATH_1_0": "",
                               "GST_REGISTRY_1_0": str(registry)})


def discovery_of_1000(bench: Bench) -> Group:
    count = 1000
    group = Group("Discovery of 1,000 plugins")
    folder = bench.plugins("rota", count)
    add_system(group, bench, folder, count)
    group.add("dlopen", [bench.programs / "files_probe", "dlopen", folder], count)
    add_rota(group, bench, folder, count)
    if bench.has("class_loader_probe"):
        group.add("class_loader", [bench.programs / "class_loader_probe", "discover",
                                   bench.plugins("class_loader", count)], count)
    if bench.has("qt_probe"):
        group.add("Qt, QPluginLoader::metaData", [bench.programs / "qt_probe", "discover",
                                                  bench.plugins("qt", count)], count)
    if bench.has("gstreamer_probe"):
        add_gstreamer(group, bench, count)
    group.run()
    return group


def discovery_of_10000(bench: Bench) -> Group:
    group = Group("Discovery of 10,000 plugins")
    folder = bench.plugins("rota", 10000)
    add_system(group, bench, folder, 10000)
    add_rota(group, bench, folder, 10000)
    group.run(11)
    return group


def first_instances(bench: Bench) -> Group:
    group = Group("First instance of each of 100 task classes, discovered before")
    folder = bench.plugins("rota", 100)
    group.add("dlopen, dlsym, entry", [bench.programs / "files_probe", "first", folder], 100)
    group.add("rota", [bench.programs / "rota_probe", "first", folder], 100)
    if bench.has("class_loader_probe"):
        group.add("class_loader", [bench.programs / "class_loader_probe", "first",
                                   bench.plugins("class_loader", 100)], 100)
    group.run()
    return group


def whole_processes(bench: Bench) -> Group:
    """`rota list` as somebody types it, in a project of 1,000 plugins."""
    group = Group("A whole process: rota list with 1,000 plugins")
    project = bench.plugins("rota", 1000).parent
    (project / "rota.toml").touch()

    def remove_cache() -> None:
        shutil.rmtree(project / ".rota", ignore_errors=True)

    caches = {"XDG_CACHE_HOME": str(project / ".rota/user")}
    group.add("true", ["/bin/true"])
    group.add("rota --version", [bench.rota, "--version"], folder=project)
    group.add("rota list, no cache", [bench.rota, "list"], folder=project, prepare=remove_cache, environment=caches)
    group.add("rota list, cache", [bench.rota, "list"], folder=project, environment=caches)
    group.run()
    return group
