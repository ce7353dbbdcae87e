# SPDX-License-Identifier: Apache-2.0
"""Registers what is found, checks dependencies, runs one task by hand and then what is left, and asks the log."""

from __future__ import annotations

import rota


def main() -> None:
    count = rota.register_discovered_tasks(["scripts"])
    print(f"Registered {count} task classes")
    for task_id, metadata in rota.list_registered_tasks().items():
        print(f"{task_id}: {metadata['description']} (needs {metadata['dependencies']})")

    needs = rota.list_registered_tasks()["t_2P_count"]["dependencies"]
    print("Satisfied:", rota.check_task_dependencies("t_2P_count", "profiling", needs))
    task = rota.create_task_instance("t_1I_collect")
    assert task is not None
    print("Run by hand:", task.run())
    print("Satisfied:", rota.check_task_dependencies("t_2P_count", "profiling", needs))

    print(rota.plan(arguments={"t_2P_count": {"at_least": 2}}))
    summary = rota.run(arguments={"t_2P_count": {"at_least": 2}})
    print("Succeeded:", summary.succeeded)
    latest = rota.process_log().find_latest_execution("t_2P_count", success_only=True)
    assert latest is not None
    print("Counted:", latest.metrics)


if __name__ == "__main__":
    main()
