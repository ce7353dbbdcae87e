# SPDX-License-Identifier: Apache-2.0
"""Measures the Python package: its import, the registry beside a dict, discovery beside imports, the log.

The original's own modules are measured beside rota.pamola where the variable PAMOLA_PYTHON names a Python that has
pamola_core."""

import json
import os
import shutil
import statistics
import subprocess
import time
import uuid
from pathlib import Path

PROBE = Path(__file__).with_name("python_probe.py")
DOCUMENT_PROBE = Path(__file__).with_name("document_probe.py")
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
    measure_original(bench)


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


# --- The document's modules, both kinds of them

LOGGED = 10_000


def document_modules(folder: Path) -> Path:
    """The same modules as they are written for the original."""
    if not (folder / "done").exists():
        modules(folder)
        for file in folder.glob("bench_tasks_*/step_*.py"):
            text = file.read_text().replace("import rota\n", "from pamola_core.utils.tasks.base_task import BaseTask\n")
            constructor = '(self, task_id="t", task_type="benchmark", description="d")'
            text = text.replace("rota.BaseTask", "BaseTask").replace("(self, threads: int = 2)", constructor)
            text = text.replace("super().__init__()\n        self.threads = threads",
                                "super().__init__(task_id, task_type, description)\n        self.threads = 2")
            file.write_text(text)
    return folder


def document_project(folder: Path, executions: int) -> Path:
    """A project of the original whose log has so many executions, of 1,000 tasks."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "configs").mkdir(parents=True)
    (folder / ".pamolaProject").touch()
    records = [{"task_id": f"t_{n % MODULES:04}", "task_type": "benchmark", "task_run_id": str(uuid.UUID(int=n)),
                "timestamp": f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.000000", "success": True,
                "execution_time": 1.0, "report_path": "report.json", "input_files": [], "output_files": [],
                "hostname": "host"} for n in range(executions)]
    if records:
        tasks = {one["task_id"]: {"task_type": "benchmark", "last_execution": 0, "last_status": "success",
                                  "last_report_path": "report.json", "last_task_run_id": one["task_run_id"]}
                 for one in records}
        (folder / "configs/execution_log.json").write_text(json.dumps({"tasks": tasks, "executions": records}))
    return folder


def document_probe(bench, system: str, folder: Path, *words) -> dict:
    python = PYTHON if system == "rota" else os.environ["PAMOLA_PYTHON"]
    environment = {**os.environ, "PAMOLA_PROJECT_ROOT": str(folder),
                   "PYTHONPATH": str(bench.programs.parent / "python") if system == "rota" else ""}
    done = subprocess.run([python, DOCUMENT_PROBE, system, *map(str, words)], capture_output=True, text=True,
                          cwd=folder, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def measure_original(bench) -> None:
    if not os.environ.get("PAMOLA_PYTHON"):
        print("  the original's functions are left out: PAMOLA_PYTHON names no Python with pamola_core")
        return
    print("  the document's modules, rota.pamola and the original's:")
    packages = document_modules(bench.data / "document_modules")
    empty = [document_project(bench.data / f"document_{system}_0", 0) for system in ("rota", "original")]
    filled = [document_project(bench.data / f"document_{system}", LOGGED) for system in ("rota", "original")]

    def both(projects, *words):
        return rounds(*(lambda s=system, p=project: document_probe(bench, s, p, *words)
                        for system, project in zip(("rota", "original"), projects)))

    def tell(what, found, key, unit, factor):
        ours, theirs = (median(one, key) * factor for one in found)
        print(f"    {what}: {ours:.3g} and {theirs:.3g} {unit}")

    registry = both(empty, "registry")
    tell("register", registry, "register", "us", 1e6)
    tell("look-up", registry, "get", "ns", 1e9)
    tell("list of 10,000", registry, "list", "ms", 1e3)
    tell("discovery of 1,000 modules by import", both(empty, "discover", packages), "seconds", "ms", 1e3)
    tell("record, up to 400 executions", both(empty, "record"), "seconds", "ms", 1e3)
    tell(f"record, from {LOGGED:,} executions", both(filled, "record"), "seconds", "ms", 1e3)
    tell(f"check of 10 dependencies among {LOGGED:,} executions", both(filled, "check"), "seconds", "ms", 1e3)
