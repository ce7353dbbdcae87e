# SPDX-License-Identifier: Apache-2.0
"""Measures the Python package: its import, the registry beside a dict, discovery beside imports, the log.

The original's own modules are measured where the variable PAMOLA_PYTHON names a Python that has pamola_core."""

import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

PROBE = Path(__file__).with_name("python_probe.py")
PYTHON = Path(__file__).resolve().parent.parent / ".venv/bin/python"
ROUNDS = 7
MODULES = 1_000

MODULE = '''"""Module {n} of the benchmark."""
import rota


class Benchmark{n}Task(rota.BaseTask):
    """Does step {n}.

    @author: Benchmark
    @version: 1.{n}.0
    """

    task_id = "t_{n:04}"
    task_type = "benchmark"
    dependencies = {needs!r}

    def __init__(self, threads: int = 2):
        super().__init__()
        self.threads = threads

    def configure_operations(self):
        self.add_operation(self.work, name="work")

    def work(self):
        return self.threads * {n}
'''


def modules(folder: Path) -> Path:
    """A thousand modules with a task class each, in ten packages."""
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for n in range(MODULES):
            package = folder / f"bench_tasks_{n % 10}"
            package.mkdir(parents=True, exist_ok=True)
            (package / "__init__.py").touch()
            (package / f"step_{n:04}.py").write_text(MODULE.format(n=n, needs=[f"t_{n - 1:04}"] if n else []))
        (folder / "done").touch()
        time.sleep(2.5)  # what changed just now is kept by no cache
    return folder


def probe(bench, python, *words, **variables) -> dict:
    environment = {**os.environ, "PYTHONPATH": str(bench.programs.parent / "python"), **variables}
    begin = time.perf_counter()
    done = subprocess.run([python, PROBE, *map(str, words)], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return {**json.loads(done.stdout.splitlines()[-1]), "process": time.perf_counter() - begin}


def rota_list(bench, folder: Path) -> dict:
    environment = {**os.environ, "ROTA_PYTHON": str(PYTHON)}
    begin = time.perf_counter()
    done = subprocess.run([bench.rota, "list", "--json", "--path", folder], capture_output=True, text=True,
                          cwd=folder, env=environment, check=True)
    return {"seconds": time.perf_counter() - begin, "classes": done.stdout.count('"task_id"')}


def rounds(*measurements):
    """Each in turn, so that what disturbs one disturbs its rival; the first round reads for the first time."""
    found = [[one() for one in measurements] for _ in range(ROUNDS + 1)][1:]
    return [[turn[at] for turn in found] for at in range(len(measurements))]


def median(found, key) -> float:
    return statistics.median(one[key] for one in found)


def ratio(found, others, key, other_key=None) -> float:
    return statistics.median(one[key] / other[other_key or key] for one, other in zip(found, others))


def measure(bench, aims) -> None:
    if not (bench.programs.parent / "python/rota").is_dir():
        print("\nThe Python package is not built, and so left out")
        return
    print(f"\nThe Python package: medians of {ROUNDS}")
    measure_import(bench, aims)
    measure_registry(bench, aims)
    measure_discovery(bench, aims)
    measure_log(bench, aims)


# Of the process alone: what getrusage(2) tells includes its parent's.
PEAK = "; print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"


def imported(bench, python, code: str) -> dict:
    """A whole process that imports something, by its time and its largest resident size."""
    environment = {**os.environ, "PYTHONPATH": str(bench.programs.parent / "python")}
    begin = time.perf_counter()
    done = subprocess.run([python, "-c", code + PEAK], capture_output=True, text=True, env=environment, check=True)
    return {"process": time.perf_counter() - begin, "peak": int(done.stdout.splitlines()[-1]) * 1024}


def over(found, others, key) -> float:
    return statistics.median(one[key] - other[key] for one, other in zip(found, others))


def measure_import(bench, aims) -> None:
    bare, rota = rounds(lambda: imported(bench, PYTHON, "pass"), lambda: imported(bench, PYTHON, "import rota"))
    milliseconds, megabytes = over(rota, bare, "process") * 1e3, over(rota, bare, "peak") / 1e6
    print(f"  import rota, over bare Python: {milliseconds:.1f} ms, {megabytes:.1f} MB")
    aims.add("import rota, over bare Python", milliseconds, 60, " ms")
    aims.add("import rota, memory over bare Python", megabytes, 25, " MB")
    python = os.environ.get("PAMOLA_PYTHON")
    if python:
        code = "import pamola_core.utils.tasks.task_registry"
        bare, original = rounds(lambda: imported(bench, python, "pass"), lambda: imported(bench, python, code))
        print(f"  the original's task_registry: {over(original, bare, 'process') * 1e3:.0f} ms, "
              f"{over(original, bare, 'peak') / 1e6:.0f} MB")


def measure_registry(bench, aims) -> None:
    (found,) = rounds(lambda: probe(bench, PYTHON, "registry"))
    print(f"  register: {median(found, 'register') * 1e6:.1f} us; look-up: {median(found, 'get') * 1e9:.0f} ns, "
          f"a dict's get: {median(found, 'dict_get') * 1e9:.0f} ns; list of 10,000: {median(found, 'list') * 1e3:.0f} ms")
    aims.add("look-up, x a dict's get", ratio(found, found, "get", "dict_get"), 2)


def measure_discovery(bench, aims) -> None:
    folder = modules(bench.data / "python_modules")
    sources = {"PYTHONDONTWRITEBYTECODE": "1"}  # as they are imported for the first time
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}  # the first round, which does not count, compiles them
    imports, found, listed = rounds(lambda: probe(bench, PYTHON, "import_modules", folder, **sources),
                                    lambda: probe(bench, PYTHON, "discover", folder, **sources),
                                    lambda: rota_list(bench, folder))
    again, found_again = rounds(lambda: probe(bench, PYTHON, "import_modules", folder, **compiled),
                                lambda: probe(bench, PYTHON, "discover", folder, **compiled))
    for cache in folder.glob("*/__pycache__"):
        shutil.rmtree(cache)
    assert found[0]["classes"] == listed[0]["classes"] == MODULES, (found[0], listed[0])
    print(f"  {MODULES:,} modules: importing them {median(imports, 'seconds') * 1e3:.0f} ms, discovery by import "
          f"{median(found, 'seconds') * 1e3:.0f} ms, rota list with its cache {median(listed, 'seconds') * 1e3:.1f} ms")
    print(f"  once they are compiled: importing them {median(again, 'seconds') * 1e3:.0f} ms, discovery by import "
          f"{median(found_again, 'seconds') * 1e3:.0f} ms")
    aims.add("discovery of 1,000 modules, x importing them", ratio(found, imports, "seconds"), 1.2)
    aims.add("discovery of 1,000 compiled modules, x importing them", ratio(found_again, again, "seconds"), 1.2)
    aims.add("rota list of 1,000 modules, cache", median(listed, "seconds") * 1e3, 50, " ms")


def measure_log(bench, aims) -> None:
    bench.data.mkdir(parents=True, exist_ok=True)
    recorded, checked = rounds(lambda: probe(bench, PYTHON, "record", bench.data),
                               lambda: probe(bench, PYTHON, "check", bench.data))
    print(f"  record, durable: {median(recorded, 'seconds') * 1e3:.2f} ms; check of 10 dependencies among 10,000 "
          f"executions: {median(checked, 'seconds') * 1e6:.0f} us")
