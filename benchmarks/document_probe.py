# SPDX-License-Identifier: Apache-2.0
"""One measurement of the document's modules in a process of its own, printed as JSON: those of rota.pamola, or the
original's where this Python has pamola_core. The project is the current folder.

    document_probe.py rota|original registry|discover|record|check [FOLDER]"""

import json
import logging
import os
import sys
import time
import timeit

REGISTERED = 10_000
RECORDED = 50
NEEDED = 10


def modules():
    from pamola_core.utils.tasks import base_task, execution_log, task_registry

    return base_task, execution_log, task_registry


def registry():
    base_task, _, task_registry = modules()

    def initialize(self, task_id="t", task_type="made", description="d"):
        base_task.BaseTask.__init__(self, task_id=task_id, task_type=task_type, description=description)

    classes = {f"t_{n:05}": type(f"T{n}", (base_task.BaseTask,), {
        "task_id": f"t_{n:05}", "__init__": initialize, "configure_operations": lambda self: None})
        for n in range(REGISTERED)}
    begin = time.perf_counter()
    registered = sum(task_registry.register_task_class(*one) for one in classes.items())
    seconds = time.perf_counter() - begin
    assert registered == REGISTERED
    begin = time.perf_counter()
    assert len(task_registry.list_registered_tasks()) == REGISTERED
    listed = time.perf_counter() - begin
    get = task_registry.get_task_class
    found = min(timeit.repeat("get('t_05000')", globals={"get": get}, number=100_000, repeat=5)) / 100_000
    return {"register": seconds / REGISTERED, "list": listed, "get": found}


def discover(folder):
    _, _, task_registry = modules()
    sys.path.insert(0, folder)
    packages = sorted(name for name in os.listdir(folder) if name.startswith("bench_tasks"))
    begin = time.perf_counter()
    found = task_registry.discover_task_classes(packages)
    return {"seconds": time.perf_counter() - begin, "classes": len(found)}


def record():
    _, execution_log, _ = modules()
    execution_log.initialize_execution_log()
    times = []
    for _ in range(RECORDED):
        begin = time.perf_counter()
        assert execution_log.record_task_execution("t_1", "made", True, 1.0, "report.json")
        times.append(time.perf_counter() - begin)
    return {"seconds": sorted(times)[len(times) // 2]}


def check():
    _, _, task_registry = modules()
    needed = [f"t_{n:04}" for n in range(NEEDED)]
    assert task_registry.check_task_dependencies("t", "made", needed)  # an existing log is taken over at the first
    begin = time.perf_counter()
    assert task_registry.check_task_dependencies("t", "made", needed)
    return {"seconds": time.perf_counter() - begin}


def main():
    logging.disable(logging.WARNING)
    system, what, *words = sys.argv[1:]
    if system == "rota":
        import rota.pamola

        rota.pamola.install()
    print(json.dumps({"registry": registry, "discover": discover, "record": record, "check": check}[what](*words)))


if __name__ == "__main__":
    main()
