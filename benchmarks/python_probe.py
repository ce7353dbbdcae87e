# SPDX-License-Identifier: Apache-2.0
"""One measurement of the package in a process of its own: prints seconds and bytes as JSON.

    python_probe.py WHAT [FOLDER]"""

import importlib
import json
import logging
import os
import sys
import time
import timeit

REGISTERED = 10_000
LOOK_UPS = 200_000


def make_classes(count):
    import rota

    return {f"t_{n:05}": type(f"T{n}", (rota.BaseTask,), {
        "task_id": f"t_{n:05}", "task_type": "made", "description": "d", "dependencies": ["t_before"],
        "configure_operations": lambda self: None}) for n in range(count)}


def registry():
    import rota

    classes = make_classes(REGISTERED)
    begin = time.perf_counter()
    for task_id, one in classes.items():
        rota.register_task_class(task_id, one)
    registered = time.perf_counter() - begin
    begin = time.perf_counter()
    listed = rota.list_registered_tasks()
    seconds = time.perf_counter() - begin
    assert len(listed) == REGISTERED
    names = {"get": rota.get_task_class, "dict_get": dict(classes).get}
    found = {name: min(timeit.repeat("one('t_05000')", globals={"one": one}, number=LOOK_UPS, repeat=5)) / LOOK_UPS
             for name, one in names.items()}
    return {"register": registered / REGISTERED, "list": seconds, **found}


def packages(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("bench_tasks"))


def import_modules(folder):
    import rota  # noqa: F401

    sys.path.insert(0, folder)
    begin = time.perf_counter()
    for package in packages(folder):
        for file in sorted(os.listdir(os.path.join(folder, package))):
            if file.endswith(".py") and file != "__init__.py":
                importlib.import_module(f"{package}.{file[:-3]}")
    return {"seconds": time.perf_counter() - begin}


def discover(folder):
    import rota

    sys.path.insert(0, folder)
    begin = time.perf_counter()
    found = rota.discover_task_classes(packages(folder))
    return {"seconds": time.perf_counter() - begin, "classes": len(found)}


def log_of(folder, rows):
    import rota

    log = rota.open_sqlite_log(os.path.join(folder, f"python_{rows}", "log.db"))
    return log


def record(folder):
    log = log_of(folder, 0)
    times = []
    for _ in range(300):
        begin = time.perf_counter()
        log.record_task_execution("t_a", duration=0.1)
        times.append(time.perf_counter() - begin)
    return {"seconds": sorted(times)[len(times) // 2]}


def check(folder):
    os.environ["ROTA_LOG"] = os.path.join(folder, "python_10000", "log.db")
    import rota

    log = rota.process_log()
    ids = [f"t_{n}" for n in range(100)]
    missing = 10_000 - len(log.get_task_execution_history(limit=10_000))
    if missing > 0:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(64) as pool:
            list(pool.map(lambda n: log.record_task_execution(ids[n % 100]), range(missing)))
    needs = ids[:10]
    count = 200
    begin = time.perf_counter()
    for _ in range(count):
        assert rota.check_task_dependencies("t_x", "x", needs)
    return {"seconds": (time.perf_counter() - begin) / count}


def main():
    logging.disable(logging.CRITICAL)
    what, *words = sys.argv[1:]
    print(json.dumps(globals()[what](*words)))


if __name__ == "__main__":
    main()
