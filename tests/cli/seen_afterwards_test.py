# SPDX-License-Identifier: Apache-2.0
"""What is left of a run: its report, its trace, its metrics. The page itself is looked at in tests/browser."""
import json
import os
import sqlite3

from conftest import one_line
from prometheus_client.parser import text_string_to_metric_families


def data_of(page):
    begin = page.index('id="data">') + len('id="data">')
    return json.loads(page[begin:page.index("</script>", begin)])


def report(project, *arguments):
    done = project.command("report", *arguments)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return data_of(done.stdout)


def states(data):
    return {data["tasks"][e["task"]]["id"]: e["state"] for e in data["executions"]}


def test_the_newest_run_is_reported_where_none_is_named(project):
    assert project.command("run", "t_import").returncode == 0
    project.tell("fail_t_clean")
    assert project.command("run").returncode == 1
    newest = report(project)
    assert states(newest) == {"t_clean": "failed", "t_other": "success", "t_report": "upstream_failed"}
    assert {task["id"]: task["condition"] for task in newest["tasks"]}["t_import"] == "up_to_date"
    first_run = project.json("log")[-1]["run_id"]
    assert states(report(project, first_run)) == {"t_import": "success"}
    assert states(report(project, first_run[:8])) == {"t_import": "success"}


def test_a_run_that_is_not_there_is_a_usage_error(project):
    assert "the log holds no run yet" in one_line(project.command("report").stderr)
    assert project.command("run").returncode == 0
    for name, words in [("abc", "too short"), ("0123abcd-", "there is no run 0123abcd-")]:
        done = project.command("report", name)
        assert done.returncode == 2 and words in one_line(done.stderr)


def test_a_page_that_cannot_be_written_leaves_nothing(project):
    assert project.command("run").returncode == 0
    done = project.command("report", "-o", "nowhere/run.html")
    assert done.returncode == 1 and "nowhere/run.html cannot be written" in one_line(done.stderr)


def test_without_graphviz_the_report_says_what_to_do(project):
    assert project.command("run").returncode == 0
    project.environment["PATH"] = "/nowhere"
    assert "install Graphviz" in one_line(project.command("report").stderr)
    assert states(report(project, "--no-graph"))["t_report"] == "success"


def test_a_task_that_is_gone_is_reported_all_the_same(project):
    assert project.command("run").returncode == 0
    (project.folder / "scripts" / "pipeline.so").unlink()
    data = report(project)
    assert len(states(data)) == 4
    needs = {task["id"]: [data["tasks"][other]["id"] for other in task["needs"]] for task in data["tasks"]}
    assert needs == {"t_import": [], "t_clean": ["t_import"], "t_report": ["t_clean"], "t_other": []}
    assert all(task["description"] == "It is no longer in the project." for task in data["tasks"])


def test_the_end_of_what_was_printed_is_read_from_the_folder_of_outputs_alone(project):
    """A log may be imported from anybody, and a report be given to anybody."""
    (project.folder / "secret.txt").write_text("a secret")
    outputs = project.folder / ".rota" / "output"
    outputs.mkdir(parents=True)
    output = outputs / "output.txt"
    output.write_text("x" * 100_000 + "\nthe last line\n")
    (outputs / "link.txt").symlink_to(project.folder / "secret.txt")
    os.mkfifo(outputs / "fifo")
    paths = [".rota/output/output.txt", "secret.txt", str(project.folder / "secret.txt"),
             ".rota/output/../../secret.txt", ".rota/output/link.txt", ".rota/output/fifo", ".rota/output/gone",
             ".rota/output", "/etc/hostname", ".rota/log.db"]
    rows = [{"task_id": f"t_{at}", "task_type": "x", "task_run_id": f"{at:08}-0000-4000-8000-000000000000", "state": "failed",
             "success": False, "run_id": "a-run", "output_path": path, "timestamp": "2026-01-01T00:00:00Z",
             "execution_time": 1.0} for at, path in enumerate(paths)]
    (project.folder / "log.json").write_text(json.dumps({"executions": rows}))
    done = project.command("import", "log.json")
    assert done.returncode == 0, done.stderr
    printed = {e["output_path"]: e["output"] for e in report(project, "a-run")["executions"]}
    assert printed.pop(".rota/output/output.txt") == "the last line\n"
    assert set(printed.values()) == {""} and len(printed) == len(paths) - 1


def test_a_run_whose_plan_is_damaged_is_reported_without_its_graph(project):
    assert project.command("run").returncode == 0
    log = sqlite3.connect(project.folder / ".rota" / "log.db")
    with log:
        log.execute("UPDATE plan SET content = 'garbage'")
    log.close()
    done = project.command("report")
    assert done.returncode == 0 and "its text is damaged" in done.stderr and done.stderr.count("\n") == 1
    assert set(states(data_of(done.stdout)).values()) == {"success"}
    status = project.json("status")
    assert status["succeeded"] == 4 and status["waiting"] is None
    assert project.command("verify").returncode == 1


def test_a_trace_has_an_event_for_each_execution(project):
    project.tell("fail_t_clean")
    assert project.command("run", "-j", "2").returncode == 1
    done = project.command("report", "--format", "trace")
    assert done.returncode == 0
    events = json.loads(done.stdout)["traceEvents"]
    ran = [event for event in events if event["ph"] == "X"]
    assert sorted(event["name"] for event in ran) == ["t_clean", "t_import", "t_other"]
    assert all(event["dur"] >= 0 and event["ts"] >= 0 and event["tid"] >= 1 for event in ran)


def metrics_of(project):
    families = list(text_string_to_metric_families((project.folder / "metrics.prom").read_text()))
    return {(sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples}, {
        family.name: family for family in families}


def test_metrics_are_read_by_the_parser_of_prometheus(project):
    project.tell("fail_t_clean")
    for _ in range(2):
        assert project.command("run", "--force", "--metrics", "metrics.prom").returncode == 1
    samples, families = metrics_of(project)
    key = ("state", "success"), ("task_id", "t_import")
    assert samples["rota_task_executions_total", *key] == 2
    assert samples["rota_task_execution_duration_seconds_count", *key] == 2
    assert samples["rota_task_execution_duration_seconds_sum", *key] > 0
    assert samples["rota_task_executions_total", ("state", "upstream_failed"), ("task_id", "t_report")] == 2
    assert samples["rota_last_run_succeeded",] == 0 and samples["rota_last_run_duration_seconds",] > 0
    assert samples["rota_last_run_tasks", ("state", "failed")] == 1
    assert families["rota_task_executions"].type == "counter"
    assert families["rota_task_execution_duration_seconds"].type == "summary"
    assert all(family.documentation and family.type != "unknown" for family in families.values())


def test_metrics_replace_the_file_whole_and_what_cannot_be_written_is_told_before_the_run(project):
    (project.folder / "metrics.prom").write_text("something old " * 10_000)
    assert project.command("run", "--metrics", "metrics.prom").returncode == 0
    assert "old" not in (project.folder / "metrics.prom").read_text()
    project.forget_runs()
    for file, told in (("nowhere/metrics.prom", "there is no folder"), (".", "it is a folder")):
        done = project.command("run", "--force", "--metrics", file)
        assert done.returncode == 2 and f"--metrics {file}: {told}" in one_line(done.stderr)
    assert project.ran() == []


def test_each_metric_says_what_it_is_before_its_samples(project):
    names = ["rota_task_executions_total", "rota_task_execution_duration_seconds", "rota_last_run_info",
             "rota_last_run_succeeded", "rota_last_run_duration_seconds", "rota_last_run_end_timestamp_seconds",
             "rota_last_run_tasks"]
    assert project.command("run", "--metrics", "metrics.prom").returncode == 0
    lines = (project.folder / "metrics.prom").read_text().splitlines()
    helped = [line.split()[2] for line in lines if line.startswith("# HELP")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert helped == typed == names
    for line in lines:
        if line.startswith("#"):
            current = line.split()[2]
        else:
            assert line.startswith(current), line
