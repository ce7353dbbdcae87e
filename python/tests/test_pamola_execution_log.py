# SPDX-License-Identifier: Apache-2.0
"""The functions of pamola_core's execution_log on Rota's log: what they give, keep, refuse and tell."""

from __future__ import annotations

import csv
import json
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from pamola_project import ORIGINAL_KEYS, original_record, read_json_log, run_code, start, write, write_json_log
from rota._pamola import execution_log, json_log, project_records
from rota._pamola.execution_log import ExecutionLogError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project that is not the current folder, so that the log of the process is left alone."""
    root, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    write(root / ".pamolaProject", "")
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for name in ("ROTA_LOG", "ROTA_PAMOLA_JSON", "PAMOLA_EXECUTION_LOG_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAMOLA_PROJECT_ROOT", str(root))
    yield root
    json_log.forget()


def record(task_id: str = "t_a", success: bool = True, **more: Any) -> str:
    report = Path("reports/a.json")
    task_run_id = execution_log.record_task_execution(task_id, "profiling", success, 1.5, report, **more)
    assert task_run_id is not None
    return task_run_id


# ---- records ----


def test_a_record_has_the_original_s_keys_and_values(project: Path) -> None:
    before = datetime.now()
    task_run_id = record()
    found = execution_log.get_task_execution_history()
    assert len(found) == 1
    assert list(found[0]) == ORIGINAL_KEYS
    timestamp = datetime.fromisoformat(found[0].pop("timestamp"))
    assert timestamp.tzinfo is None and before - timedelta(seconds=1) < timestamp < datetime.now()
    assert found[0].pop("hostname")
    assert found[0] == {
        "task_id": "t_a",
        "task_type": "profiling",
        "task_run_id": task_run_id,
        "success": True,
        "execution_time": 1.5,
        "report_path": "reports/a.json",
        "input_files": [],
        "output_files": [],
    }


class Artifact:
    path = Path("c.png")
    artifact_type = "picture"
    description = "a plot"


def test_files_come_back_as_they_were_given(project: Path) -> None:
    write(Path("a.csv"), "1")
    record(
        input_datasets={"customers": "a.csv", "again": "a.csv", "missing": "/no/where.csv", "odd": "../x & y;$~.csv"},
        output_artifacts=[
            "out.csv",
            Path("b.json"),
            {"path": "d.txt", "type": "text", "description": "words"},
            {"path": "e"},
            Artifact(),
        ],
    )
    (found,) = execution_log.get_task_execution_history()
    assert found["input_files"] == [
        {"name": "customers", "path": "a.csv"},
        {"name": "again", "path": "a.csv"},
        {"name": "missing", "path": "/no/where.csv"},
        {"name": "odd", "path": "../x & y;$~.csv"},
    ]
    assert found["output_files"] == [
        {"path": "out.csv", "type": "csv", "description": ""},
        {"path": "b.json", "type": "json", "description": ""},
        {"path": "d.txt", "type": "text", "description": "words"},
        {"path": "e", "type": "unknown", "description": ""},
        {"path": "c.png", "type": "picture", "description": "a plot"},
    ]


def test_an_artifact_without_a_path_is_told_and_left_out(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(output_artifacts=[17, {"type": "csv"}, "", "good.csv"])
    (found,) = execution_log.get_task_execution_history()
    assert [file["path"] for file in found["output_files"]] == ["good.csv"]
    assert sum("left out" in message for message in caplog.messages) == 3


def test_the_newest_come_first_and_can_be_filtered(project: Path) -> None:
    ids = [record("t_a"), record("t_b", False), record("t_a", False), record("t_a")]

    def history(*arguments: Any, **named: Any) -> List[int]:
        return [ids.index(one["task_run_id"]) for one in execution_log.get_task_execution_history(*arguments, **named)]

    assert history() == [3, 2, 1, 0]
    assert history("t_a") == [3, 2, 0]
    assert history("t_a", success_only=True) == [3, 0]
    assert history(limit=2) == [3, 2]
    assert history("t_a", 1, True) == [3]
    assert history(limit=0) == []
    assert history(limit=-1) == [3, 2, 1]
    assert history("t_none") == history("t_none", limit=0) == []


def test_a_history_longer_than_a_page_comes_whole(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_records, "_PAGE", 3)
    ids = [record() for _ in range(10)]
    for limit in (None, 10, 11, 7):
        found = execution_log.get_task_execution_history(limit=limit)  # type: ignore[arg-type]
        assert [one["task_run_id"] for one in found] == ids[::-1][:limit]


def test_the_latest_execution_is_by_default_the_latest_success(project: Path) -> None:
    good, bad = record(), record(success=False)
    latest = execution_log.find_latest_execution
    assert latest("t_a")["task_run_id"] == good  # type: ignore[index]
    assert latest("t_a", success_only=False)["task_run_id"] == bad  # type: ignore[index]
    assert latest("t_none") is None


def test_an_execution_that_still_runs_is_no_record(project: Path) -> None:
    from rota._pamola import project_log

    ended = record()
    project_log.current().log.begin_execution("t_a")
    assert [one["task_run_id"] for one in execution_log.get_task_execution_history()] == [ended]
    found = execution_log.find_latest_execution("t_a", success_only=False)
    assert found is not None and found["task_run_id"] == ended


def test_the_producer_of_a_file_is_found_by_every_path_to_it(project: Path) -> None:
    write(project / "data" / "out.csv", "1")
    record(output_artifacts=[project / "data" / "out.csv"])
    newest = record("t_b", output_artifacts=["../project/data/../data/out.csv"])
    for path in (project / "data" / "out.csv", "../project/data/out.csv", f"{project}/./data//out.csv"):
        found = execution_log.find_task_by_output(path)
        assert found is not None and found["task_run_id"] == newest
    assert execution_log.find_task_by_output("out.csv") is None


# ---- files that are tracked ----


def test_tracked_files_are_added_to_the_newest_execution(project: Path) -> None:
    record()
    newest = record(input_datasets={"a": "a.csv"})
    write(Path("b.csv"), "1")
    assert execution_log.track_input_files("t_a", ["a.csv", "b.csv", Path("b.csv")]) is True
    assert execution_log.track_output_files("t_a", [Path("b.csv")]) is True
    first = execution_log.get_task_execution_history()[0]
    assert first["task_run_id"] == newest
    assert [file["path"] for file in first["input_files"]] == ["a.csv", "b.csv"]
    assert set(first["input_files"][1]) == {"path", "added_at"}
    assert {key: first["output_files"][0][key] for key in ("path", "type")} == {"path": "b.csv", "type": "csv"}
    found = execution_log.find_task_by_output("b.csv")
    assert found is not None and found["task_run_id"] == newest


def test_a_file_that_is_not_there_is_kept_by_its_name(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    record()
    assert execution_log.track_output_files("t_a", ["later.csv"])
    assert "later.csv" in caplog.text
    assert execution_log.get_task_execution_history()[0]["output_files"][0]["path"] == "later.csv"


def test_files_of_a_task_that_never_ran_are_not_tracked(project: Path) -> None:
    assert execution_log.track_input_files("t_none", ["a.csv"]) is False
    assert execution_log.track_output_files("t_none", ["a.csv"]) is False


def test_a_path_in_place_of_a_list_of_paths_is_refused(project: Path) -> None:
    record()
    with pytest.raises(ExecutionLogError, match="give a list of paths"):
        execution_log.track_input_files("t_a", "a.csv")  # type: ignore[arg-type]


# ---- updates ----


def test_free_fields_are_kept_and_come_back(project: Path) -> None:
    task_run_id = record(input_datasets={"a": "a.csv"})
    checkpoint = {"name": "half", "path": Path("c.json"), "at": [1, 2.5, None]}
    assert execution_log.update_execution_record(task_run_id, {"checkpoint": checkpoint, "notes": "looked at"})
    assert execution_log.update_execution_record(task_run_id, {"tags": {"owner": "me"}})
    assert execution_log.update_execution_record(task_run_id, {"report_path": Path("new.json")})
    (found,) = execution_log.get_task_execution_history()
    assert found["checkpoint"] == {"name": "half", "path": "c.json", "at": [1, 2.5, None]}
    assert (found["notes"], found["owner"], found["report_path"]) == ("looked at", "me", "new.json")
    assert found["tags"] == {"checkpoint": found["checkpoint"], "owner": "me"}
    assert found["input_files"] == [{"name": "a", "path": "a.csv"}]
    assert execution_log.update_execution_record(task_run_id, {"notes": ""})
    assert "notes" not in execution_log.get_task_execution_history()[0]


@pytest.mark.parametrize(
    "key, value",
    [
        ("task_id", "t_b"),
        ("task_type", "x"),
        ("task_run_id", "0b6f1b8e-5c1d-4f0e-9a57-000000000001"),
        ("timestamp", "2020-01-01T00:00:00"),
        ("success", False),
        ("execution_time", 0.0),
        ("input_files", []),
        ("output_files", [{"path": "x"}]),
        ("hostname", "another"),
        ("state", "failed"),
    ],
)
def test_what_says_what_ran_cannot_be_changed(project: Path, key: str, value: Any) -> None:
    task_run_id = record(input_datasets={"a": "a.csv"})
    (before,) = execution_log.get_task_execution_history()
    with pytest.raises(ExecutionLogError, match=f"{key} cannot be changed"):
        execution_log.update_execution_record(task_run_id, {key: value, "notes": "x"})
    assert execution_log.get_task_execution_history() == [before]


def test_a_whole_record_can_be_given_back(project: Path) -> None:
    task_run_id = record(input_datasets={"a": "a.csv"}, output_artifacts=["b.csv"])
    (found,) = execution_log.get_task_execution_history()
    assert execution_log.update_execution_record(task_run_id, {**found, "notes": "n", "x": 1})
    (after,) = execution_log.get_task_execution_history()
    assert {key: after[key] for key in found} == found
    assert (after["notes"], after["x"]) == ("n", 1)
    assert execution_log.update_execution_record(task_run_id, after)
    assert execution_log.get_task_execution_history() == [after]


def test_updates_at_the_same_time_are_all_kept(project: Path) -> None:
    task_run_id = record()

    def update(number: int) -> None:
        for step in range(5):
            assert execution_log.update_execution_record(task_run_id, {f"key_{number}_{step}": number})

    threads = [threading.Thread(target=update, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (found,) = execution_log.get_task_execution_history()
    assert sum(key.startswith("key_") for key in found) == 30


def test_an_unknown_execution_is_not_updated(project: Path) -> None:
    assert execution_log.update_execution_record("0b6f1b8e-5c1d-4f0e-9a57-000000000001", {"notes": "x"}) is False


# ---- keeping the log in order ----


def test_an_execution_is_removed_once(project: Path) -> None:
    task_run_id = record()
    assert execution_log.remove_execution_record(task_run_id) is True
    assert execution_log.remove_execution_record(task_run_id) is False
    assert execution_log.get_task_execution_history() == []


def test_a_cleanup_removes_what_is_both_old_and_beyond_the_newest(project: Path) -> None:
    write_json_log(project / "configs" / "execution_log.json", [original_record(number) for number in range(4)])
    new = [record("t_old", False) for _ in range(3)]
    old = [original_record(number)["task_run_id"] for number in range(4)]
    assert execution_log.cleanup_old_executions(max_age_days=1, max_per_task=7) == (0, [])
    assert execution_log.cleanup_old_executions(max_age_days=100_000, max_per_task=1) == (0, [])
    count, told = execution_log.cleanup_old_executions(max_age_days=1, max_per_task=2, dry_run=True)
    assert (count, sorted(told)) == (3, old[:3])
    assert len(execution_log.get_task_execution_history()) == 7
    count, removed = execution_log.cleanup_old_executions(max_age_days=1, max_per_task=2)
    assert (count, sorted(removed)) == (3, old[:3])
    left = [one["task_run_id"] for one in execution_log.get_task_execution_history()]
    assert left == [*new[::-1], old[3]]  # the latest success stays
    with pytest.raises(ExecutionLogError, match="max_per_task -1"):
        execution_log.cleanup_old_executions(max_per_task=-1)


def test_a_sound_log_is_valid(project: Path) -> None:
    record()
    assert execution_log.validate_execution_log() == (True, [])


def test_initializing_makes_the_log_and_gives_its_path(project: Path, tmp_path: Path) -> None:
    assert execution_log.initialize_execution_log() == project / ".rota" / "log.db"
    assert (project / ".rota" / "log.db").is_file()
    other = tmp_path / "other"
    assert execution_log.initialize_execution_log(other) == other / ".rota" / "log.db"


# ---- export and import ----


def test_an_export_can_be_imported_into_another_project(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_run_id = record(output_artifacts=[str(project / "x.csv")])
    before = execution_log.get_task_execution_history()
    file = execution_log.export_execution_log(Path("deep/er/log.json"))
    assert file == Path("deep/er/log.json") and read_json_log(file)[0]["report_path"] == "reports/a.json"
    write(tmp_path / "second" / ".pamolaProject", "")
    monkeypatch.setenv("PAMOLA_PROJECT_ROOT", str(tmp_path / "second"))
    record("t_second")
    assert execution_log.import_execution_log(file, merge=True) is True
    assert execution_log.import_execution_log(file, merge=True) is True
    found = execution_log.get_task_execution_history()
    assert [one["task_id"] for one in found] == ["t_a", "t_second"]
    assert found[0]["task_run_id"] == task_run_id and found[0]["timestamp"] == before[0]["timestamp"]
    assert found[0]["report_path"] == "reports/a.json"
    assert execution_log.import_execution_log(file) is True
    assert len(execution_log.get_task_execution_history()) == 1


def test_an_imported_record_comes_back_as_it_was(project: Path) -> None:
    given = {**original_record(1), "operator": "ann", "notes": "n"}
    write_json_log(Path("log.json"), [given])
    assert execution_log.import_execution_log(Path("log.json"), merge=True)
    assert execution_log.get_task_execution_history() == [given]
    assert execution_log.update_execution_record(given["task_run_id"], {"report_path": "new", "checkpoint": 1})
    write(Path("more.csv"), "1")
    assert execution_log.track_output_files("t_old", ["more.csv"])
    (found,) = execution_log.get_task_execution_history()
    assert (found["report_path"], found["checkpoint"], found["operator"]) == ("new", 1, "ann")
    assert found["input_files"] == given["input_files"]
    assert [file["path"] for file in found["output_files"]] == ["/data/out.csv", "more.csv"]


def test_csv_has_the_original_s_columns(project: Path) -> None:
    record(input_datasets={"a": "a.csv", "b": "b.csv"})
    record("t_b", False)
    file = execution_log.export_execution_log(Path("log.csv"), format="CSV")
    rows = list(csv.DictReader(file.open()))
    assert list(rows[0]) == [
        "task_id", "task_type", "task_run_id", "timestamp", "success", "execution_time", "report_path",
        "input_files_count", "output_files_count", "hostname",
    ]  # fmt: skip
    assert [(row["task_id"], row["success"], row["input_files_count"]) for row in rows] == [
        ("t_a", "True", "2"),
        ("t_b", "False", "0"),
    ]


def test_an_export_without_a_path_is_named_after_the_moment(project: Path) -> None:
    file = execution_log.export_execution_log()
    assert file.name.startswith("execution_log_export_20") and file.suffix == ".json" and file.is_file()


def test_an_unknown_format_is_refused(project: Path) -> None:
    with pytest.raises(ExecutionLogError, match="'xml' is not known; it is 'json' or 'csv'"):
        execution_log.export_execution_log(Path("x"), format="xml")
    assert not Path("x").exists()


@pytest.mark.parametrize("text", ["", "{", '{"executions": [{"success": 1}]}'])
def test_what_is_no_log_is_not_imported(project: Path, text: str) -> None:
    record()
    with pytest.raises(ExecutionLogError, match="bad.json") as caught:
        execution_log.import_execution_log(write(Path("bad.json"), text))
    assert caught.value.__cause__ is not None
    assert len(execution_log.get_task_execution_history()) == 1


# ---- what goes wrong ----

CALLS: List[Tuple[str, Tuple[Any, ...]]] = [
    ("initialize_execution_log", ()),
    ("record_task_execution", ("t", "x", True, 1.0, "r")),
    ("get_task_execution_history", ()),
    ("find_latest_execution", ("t",)),
    ("find_task_by_output", ("x",)),
    ("track_input_files", ("t", ["x"])),
    ("track_output_files", ("t", ["x"])),
    ("update_execution_record", ("x", {})),
    ("remove_execution_record", ("x",)),
    ("cleanup_old_executions", ()),
    ("validate_execution_log", ()),
    ("export_execution_log", (Path("x"),)),
    ("import_execution_log", (Path("x"),)),
]


@pytest.mark.parametrize("name, arguments", CALLS)
def test_a_log_that_cannot_be_used_is_an_error_with_its_cause(
    project: Path, name: str, arguments: Tuple[Any, ...], caplog: pytest.LogCaptureFixture
) -> None:
    write(project / ".rota" / "log.db", "this is no log")
    with pytest.raises(ExecutionLogError, match="log.db") as caught:
        getattr(execution_log, name)(*arguments)
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)
    assert len(caplog.messages) == 1


def test_an_impossible_duration_is_refused(project: Path) -> None:
    for duration in (float("nan"), -1.0, 1e300):
        with pytest.raises(ExecutionLogError):
            execution_log.record_task_execution("t", "x", True, duration, Path("r"))
    assert execution_log.get_task_execution_history() == []


# ---- progress ----


class Manager:
    """Writes down what it is told."""

    def __init__(self, is_broken: bool = False) -> None:
        self.told: List[Any] = []
        self.is_broken = is_broken

    def create_operation_context(self, name: str, total: int, description: Any = None, **more: Any) -> Any:
        self.told.append((name, total, description))
        return self

    def __enter__(self) -> "Manager":
        return self

    def __exit__(self, *of_error: Any) -> None:
        self.told.append("end")

    def update(self, steps: int, postfix: Dict[str, Any]) -> None:
        self.told.append((steps, postfix["status"]))
        if self.is_broken:
            raise RuntimeError("no terminal")

    def log_info(self, message: str) -> None:
        self.told.append(message)

    log_warning = log_error = log_info


def test_a_progress_manager_sees_each_step(project: Path) -> None:
    manager = Manager()
    record(progress_manager=manager)
    assert manager.told == [
        ("record_task_execution", 4, "Recording execution of task t_a in execution log"),
        (1, "log_loaded"),
        (1, "inputs_processed"),
        (1, "outputs_processed"),
        (1, "log_saved"),
        "Recorded execution of task t_a in execution log",
        "end",
    ]


@pytest.mark.parametrize("name, arguments", CALLS[:-1])
def test_every_function_takes_a_progress_manager(project: Path, name: str, arguments: Tuple[Any, ...]) -> None:
    manager = Manager()
    getattr(execution_log, name)(*arguments, progress_manager=manager)
    assert manager.told[0][0].startswith(name.split("_")[0]) and manager.told[-1] == "end"


def test_an_error_is_told_to_it(project: Path) -> None:
    manager = Manager()
    with pytest.raises(ExecutionLogError):
        execution_log.import_execution_log(Path("missing.json"), progress_manager=manager)  # type: ignore[arg-type]
    assert (1, "error") in manager.told and manager.told[-1] == "end"
    assert any(isinstance(one, str) and "missing.json" in one for one in manager.told)


def test_a_progress_manager_that_fails_spoils_nothing(project: Path) -> None:
    broken: Any = Manager(is_broken=True)
    record(progress_manager=broken)
    assert len(execution_log.get_task_execution_history(progress_manager=broken)) == 1


# ---- several processes ----

RECORD_MANY = """
import sys
import rota.pamola
rota.pamola.install()
from pamola_core.utils.tasks.execution_log import record_task_execution
for number in range(int(sys.argv[2])):
    assert record_task_execution(f"t_{sys.argv[1]}", "x", True, 0.01, f"r/{number}.json", {"in": f"{number}.csv"})
"""


def record_in_processes(folder: Path, processes: int, each: int, **more: str) -> None:
    script = write(folder / "record.py", RECORD_MANY)
    running = [start([str(script), str(number), str(each)], folder, **more) for number in range(processes)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert errors == ""


SHOW_ALL = """
import json
import rota.pamola
rota.pamola.install()
from pamola_core.utils.tasks.execution_log import get_task_execution_history
print(json.dumps(get_task_execution_history(limit=None)))
"""


def test_eight_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    record_in_processes(tmp_path, 8, 25)
    found = json.loads(run_code(SHOW_ALL, tmp_path))
    assert len({one["task_run_id"] for one in found}) == len(found) == 200
    for number in range(8):
        reports = [one["report_path"] for one in found if one["task_id"] == f"t_{number}"]
        assert reports == [f"r/{at}.json" for at in reversed(range(25))]
    assert all(len(one["input_files"]) == 1 for one in found)


def test_processes_that_were_forked_after_the_first_use_record_too(tmp_path: Path) -> None:
    out = run_code(
        """
        import multiprocessing
        import rota.pamola
        rota.pamola.install()
        from pamola_core.utils.tasks.execution_log import get_task_execution_history, record_task_execution
        from pamola_core.utils.tasks.task_registry import check_task_dependencies

        def work(number):
            for _ in range(10):
                record_task_execution(f"t_{number}", "x", True, 0.1, "r.json")
            assert check_task_dependencies("t", "x", ["t_parent", f"t_{number}"])

        record_task_execution("t_parent", "x", True, 0.1, "r.json")
        context = multiprocessing.get_context("fork")
        processes = [context.Process(target=work, args=(number,)) for number in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        record_task_execution("t_parent", "x", True, 0.1, "r.json")
        print([process.exitcode for process in processes], len(get_task_execution_history(limit=None)))
        """,
        tmp_path,
    )
    assert out == "[0, 0, 0, 0] 42\n"


# ---- the JSON file that is kept ----


def test_the_json_file_is_refreshed_after_each_write(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTA_PAMOLA_JSON", "1")
    file = project / "configs" / "execution_log.json"
    task_run_id = record()
    assert [one["task_run_id"] for one in read_json_log(file)] == [task_run_id]
    assert json.loads(file.read_text())["tasks"]["t_a"]["last_report_path"] == "reports/a.json"
    execution_log.update_execution_record(task_run_id, {"notes": "seen"})
    assert read_json_log(file)[0]["notes"] == "seen"
    write(Path("b.csv"), "1")
    execution_log.track_input_files("t_a", ["b.csv"])
    assert len(read_json_log(file)[0]["input_files"]) == 1
    execution_log.remove_execution_record(task_run_id)
    assert read_json_log(file) == []
    assert execution_log.initialize_execution_log() == file


def test_its_rights_stay_as_they_were(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTA_PAMOLA_JSON", "1")
    file = write_json_log(project / "configs" / "execution_log.json", [])
    file.chmod(0o640)
    record()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(file.parent)) == ["execution_log.json", "execution_log.json.lock"]


def test_what_another_program_writes_into_it_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTA_PAMOLA_JSON", "1")
    file = project / "configs" / "execution_log.json"
    record()
    data = json.loads(file.read_text())
    data["executions"].append(original_record(1))
    file.write_text(json.dumps(data))
    record("t_b")
    assert [one["task_id"] for one in read_json_log(file)] == ["t_a", "t_b", "t_old"]
    assert [one["task_id"] for one in execution_log.get_task_execution_history()] == ["t_old", "t_b", "t_a"]


def test_eight_processes_that_keep_it_leave_it_complete(tmp_path: Path) -> None:
    record_in_processes(tmp_path, 8, 10, ROTA_PAMOLA_JSON="1")
    assert len(read_json_log(tmp_path / "configs" / "execution_log.json")) == 80


def test_a_file_that_cannot_be_written_is_told_and_the_record_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ROTA_PAMOLA_JSON", "1")
    write(project / "configs", "a file where the folder should be")
    record()
    assert "is not refreshed" in caplog.text
    assert len(execution_log.get_task_execution_history()) == 1


def test_what_tasks_of_rota_record_is_in_it_at_the_end_of_the_process(tmp_path: Path) -> None:
    run_code(
        """
        import rota, rota.pamola
        rota.pamola.install(json_log=True)
        rota.process_log().record_task_execution("t_rota")
        """,
        tmp_path,
    )
    assert [one["task_id"] for one in read_json_log(tmp_path / "configs" / "execution_log.json")] == ["t_rota"]


# ---- what the functions are given ----

RUN = "Recording execution of task {} in execution log failed: "


def recorded(task_id: Any = "t_a", task_type: Any = "x", seconds: Any = 1.0, **more: Any) -> Any:
    return execution_log.record_task_execution(task_id, task_type, True, seconds, Path("r.json"), **more)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: recorded(None), RUN.format(None) + "task_id is None; give the id of the task as a str"),
    (lambda: recorded(3), RUN.format(3) + "task_id is an int (3); give the id of the task as a str"),
    (lambda: recorded(""), RUN.format("") + "task_id is '', which names no task; give the id of the task"),
    (lambda: recorded(" "), RUN.format(" ") + "task_id is ' ', which names no task; give the id of the task"),
    (lambda: recorded(task_type=None), RUN.format("t_a") + "task_type is None; give the type of the task as a str"),
    (lambda: recorded(seconds="long"), RUN.format("t_a") + "execution_time is a str ('long'); give seconds as a number"),
    (lambda: recorded(input_datasets=["in.csv"]), RUN.format("t_a") + "input_datasets is a list; give a dict of paths by name"),
    (lambda: recorded(input_datasets={"a": 3}), RUN.format("t_a") + "input_datasets['a'] is an int (3); give a path"),
    (lambda: recorded(output_artifacts="o.csv"), RUN.format("t_a") + "output_artifacts is a str ('o.csv'); give a list"),
    (lambda: recorded(output_artifacts=3), RUN.format("t_a") + "output_artifacts is an int (3); give a list"),
    (lambda: execution_log.find_latest_execution(None),  # type: ignore[arg-type]
     "Finding latest execution for task None failed: task_id is None; give the id of the task as a str"),
    (lambda: execution_log.get_task_execution_history(3),  # type: ignore[arg-type]
     "Getting execution history for task 3 failed: task_id is an int (3); give the id of the task, or None, as a str"),
    (lambda: execution_log.get_task_execution_history(limit="all"),  # type: ignore[arg-type]
     "Getting execution history for all tasks failed: limit is a str ('all'); give a whole number"),
    (lambda: execution_log.find_task_by_output(None),  # type: ignore[arg-type]
     "Finding task for output file None failed: file_path is None; give a path"),
    (lambda: execution_log.track_input_files(None, ["a"]),  # type: ignore[arg-type]
     "Tracking input files for task None failed: task_id is None; give the id of the task as a str"),
    (lambda: execution_log.track_output_files("t_a", [None]),  # type: ignore[list-item]
     "Tracking output files for task t_a failed: file_paths[0] is None; give a path"),
    (lambda: execution_log.update_execution_record(None, {}),  # type: ignore[arg-type]
     "Updating execution record None failed: task_run_id is None; give what record_task_execution gave as a str"),
    (lambda: execution_log.update_execution_record("x", ["a"]),  # type: ignore[arg-type]
     "Updating execution record x failed: updates is a list; give a dict"),
    (lambda: execution_log.remove_execution_record(3),  # type: ignore[arg-type]
     "Removing execution record 3 failed: task_run_id is an int (3); give what record_task_execution gave as a str"),
])
def test_what_a_function_does_not_take_is_one_sentence_and_records_nothing(project: Path, call: Any, message: str) -> None:
    with pytest.raises(ExecutionLogError) as caught:
        call()
    assert str(caught.value) == message
    assert execution_log.get_task_execution_history() == []


def test_an_id_that_is_no_task_id_of_rota_is_recorded_and_found(project: Path) -> None:
    for task_id in ("bad id!", "reports/a.py", "Прогон"):
        record(task_id)
        found = execution_log.find_latest_execution(task_id)
        assert found is not None and found["task_id"] == task_id
    assert execution_log.find_latest_execution("") is None
