# SPDX-License-Identifier: Apache-2.0
"""rota import and rota export, as a user meets them."""
import csv
import io
import json
import os
import stat

import pytest
from conftest import one_line

RUN_ID = "0b6f1b8e-5c1d-4f0e-9a57-{:012x}"


def original_log(count):
    executions = [{
        "task_id": f"t_{number % 3}", "task_type": "profiling", "task_run_id": RUN_ID.format(number),
        "timestamp": f"2025-05-04T12:{number % 60:02}:14.123456", "success": number % 4 != 0,
        "execution_time": 1.25, "report_path": f"/r/{number}.json",
        "input_files": [{"name": "customers", "path": "/data/c.csv"}],
        "output_files": [{"path": "/data/o.csv", "type": "csv", "description": "clean"}],
        "hostname": "mill", "custom": {"deep": [1, None, "é"]}} for number in range(count)]
    tasks = {e["task_id"]: {"task_type": "profiling", "last_execution": 1746360794,
                            "last_status": "success" if e["success"] else "failed",
                            "last_report_path": e["report_path"], "last_task_run_id": e["task_run_id"], "more": 1}
             for e in executions}
    return {"tasks": tasks, "executions": executions, "timestamp": "2025-05-04T10:00:00.000001",
            "last_modified": "2025-05-04T13:00:00", "version": "1.0.0"}


@pytest.fixture
def log_file(bare):
    file = bare.folder / "original.json"
    file.write_text(json.dumps(original_log(8)))
    return file


def test_an_original_log_comes_back_equal(bare, log_file):
    done = bare.command("import", "original.json")
    assert done.returncode == 0 and done.stdout == "8 executions imported, 0 known already, 0 skipped\n", done.stderr
    assert json.loads(bare.command("export").stdout) == original_log(8)
    again = bare.command("import", "original.json")
    assert again.stdout == "0 executions imported, 8 known already, 0 skipped\n"
    assert [row["task_id"] for row in bare.json("log")] == [f"t_{n % 3}" for n in reversed(range(8))]


def test_times_without_a_zone_are_of_the_zone_that_is_named(bare, log_file):
    expected = {"UTC": "12", "+02:00": "10", "-01:00": "13", "Europe/Berlin": "10", "Asia/Tokyo": "03"}
    for zone, hour in expected.items():
        assert bare.command("import", "original.json", "--replace", "--tz", zone).returncode == 0
        assert bare.json("log")[0]["finished_at"] == f"2025-05-04T{hour}:07:14.123456Z", zone
    bare.environment["TZ"] = "America/New_York"
    bare.command("import", "original.json", "--replace")
    assert bare.json("log")[0]["finished_at"] == "2025-05-04T16:07:14.123456Z"
    for zone in ("Mars/Base", "../../../etc/passwd", "Europe"):
        done = bare.command("import", "original.json", "--tz", zone)
        assert done.returncode == 2 and "time zone" in one_line(done.stderr), zone


def test_another_zone_than_at_the_first_import_is_told(bare, log_file):
    assert bare.command("import", "original.json", "--tz", "UTC").returncode == 0
    done = bare.command("import", "original.json", "--tz", "+02:00")
    message = one_line(done.stderr)
    assert done.returncode == 1 and "executions[0]" in message and "--tz" in message
    assert "the end is 2025-05-04T12:00:14.123456Z in the log and 2025-05-04T10:00:14.123456Z here" in message
    log = original_log(8)
    log["executions"][2]["hostname"] = "loom"
    log_file.write_text(json.dumps(log))
    done = bare.command("import", "original.json", "--tz", "UTC")
    assert done.returncode == 1 and "another content: 'hostname' is another one" in one_line(done.stderr)
    assert "--tz" not in done.stderr


def test_a_bad_record_is_named_and_nothing_is_imported(bare, log_file):
    log = original_log(5)
    log["executions"][3]["success"] = "yes"
    log_file.write_text(json.dumps(log, indent=1))
    done = bare.command("import", "original.json")
    assert done.returncode == 1
    text = log_file.read_text()
    at = text.rindex("{", 0, text.index(RUN_ID.format(3), text.index('"executions"')))
    line = text[:at].count("\n") + 1
    assert f"original.json: executions[3], line {line}, byte {len(text[:at].encode()) + 1}:" in one_line(done.stderr)
    assert "'success'" in done.stderr and bare.json("log") == []
    skipped = bare.command("import", "original.json", "--skip-bad")
    assert skipped.returncode == 0
    assert skipped.stdout == "4 executions imported, 0 known already, 1 skipped\n"
    assert "executions[3]" in one_line(skipped.stderr)


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"\xff", b'{"executions":[{"execution_time":NaN}]}', b'{"executions":[{"a":1,"a":2}]}',
    b'{"executions":[' + b"[" * 10000 + b"]" * 10000 + b"]}", b'{"executions":{}}'])
def test_what_is_no_log_is_refused_in_one_line(bare, content):
    (bare.folder / "bad.json").write_bytes(content)
    bare.command("import", "bad.json")
    done = bare.command("import", "bad.json")
    assert done.returncode == 1 and "bad.json" in one_line(done.stderr)
    assert bare.json("log") == []


def test_what_is_no_file_is_refused(bare):
    os.mkfifo(bare.folder / "fifo")
    for name in ("fifo", ".", "none.json"):
        done = bare.command("import", name)
        assert done.returncode == 1 and name in one_line(done.stderr)


def test_replacing_leaves_only_what_is_in_the_file(project):
    project.command("run")
    (project.folder / "original.json").write_text(json.dumps(original_log(3)))
    assert project.command("import", "original.json", "--replace").returncode == 0
    assert len(project.json("log")) == 3
    assert project.command("run").returncode == 0


def test_what_rota_ran_goes_to_another_project_and_back(project, tmp_path_factory):
    project.command("run")
    project.command("run", "--force")
    before = project.command("export", "all.json")
    assert before.returncode == 0 and before.stdout == "" and before.stderr == ""
    file = project.folder / "all.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    exported = json.loads(file.read_text())
    assert [row["task_run_id"] for row in project.json("log")] == \
        [row["task_run_id"] for row in reversed(exported["executions"])]
    known = project.command("import", "all.json")
    assert known.stdout.startswith("0 executions imported")
    project.environment["ROTA_LOG"] = str(tmp_path_factory.mktemp("other") / "log.db")
    assert project.command("import", "all.json").returncode == 0
    assert json.loads(project.command("export").stdout) == exported


def test_lines_and_cells_hold_each_execution(project):
    project.command("run")
    rows = [json.loads(line) for line in project.command("export", "--format", "jsonl").stdout.splitlines()]
    cells = list(csv.DictReader(io.StringIO(project.command("export", "--format", "csv").stdout, newline="")))
    log = list(reversed(project.json("log")))
    assert [row["task_run_id"] for row in rows] == [row["task_run_id"] for row in log]
    assert [cell["task_run_id"] for cell in cells] == [row["task_run_id"] for row in log]
    assert [int(cell["started_sequence"]) for cell in cells] == [row["started_sequence"] for row in rows]
    assert cells[0]["started_at"] == log[0]["started_at"] and cells[0]["state"] == "success"


def test_an_empty_log_can_be_exported(bare):
    exported = json.loads(bare.command("export").stdout)
    assert exported["executions"] == [] and exported["tasks"] == {} and exported["version"] == "1.0.0"
    assert bare.command("export", "--format", "jsonl").stdout == ""
    assert not (bare.folder / ".rota").exists()


def test_an_export_that_cannot_be_written_leaves_what_was_there(bare, log_file):
    log_file.write_text(json.dumps(original_log(1000)))
    bare.command("import", "original.json")
    for target in ("none/a.json", "."):
        done = bare.command("export", target)
        assert done.returncode == 1 and target in one_line(done.stderr)
    limited = bare.command("export", "original.json", prefix=("bash", "-c", 'trap "" XFSZ; ulimit -f 100; exec "$@"', "-"))
    assert limited.returncode == 1 and "original.json" in one_line(limited.stderr)
    assert json.loads(log_file.read_text()) == original_log(1000)
    assert sorted(os.listdir(bare.folder)) == [".rota", "original.json"]


def test_a_full_standard_output_is_an_error(bare, log_file):
    bare.command("import", "original.json")
    done = bare.command("export", prefix=("bash", "-c", 'exec "$@" >/dev/full', "-"))
    assert done.returncode == 1 and "standard output" in one_line(done.stderr)
