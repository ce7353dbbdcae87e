# SPDX-License-Identifier: Apache-2.0
"""rota discover and rota doctor: what is there, what is refused and why, without running any of it."""
import json
import os
import shutil
import socket
import subprocess
import time

import numbered_plugins
import pytest
from conftest import COMMAND, one_line

HOSTILE = os.environ["ROTA_HOSTILE_PLUGIN"]
SETTLED_SECONDS = 2.2  # until then nothing is kept of a file that changed


def reasons(discovered):
    return {os.path.basename(row["file"]): row["reason"] for row in discovered["refused"]}


def test_a_thousand_plugins_of_which_fifty_are_damaged(bare):
    """950 are listed, 50 refused with a reason, and nobody fails; the same with the cache."""
    wanted = {}
    for number in range(1000):
        file = bare.folder / "scripts" / f"team_{number % 7}" / f"group_{number % 11}" / f"p{number:04d}.so"
        data = numbered_plugins.content(number)
        if number % 20 == 19:
            name, (damage, reason) = list(numbered_plugins.DAMAGES.items())[number // 20 % 20]
            data = damage(numbered_plugins.TEMPLATE)
            wanted[file.name] = reason
        numbered_plugins.write(file, data)
    assert len(wanted) == 50 and len(numbered_plugins.DAMAGES) == 20
    (bare.folder / "rota.toml").touch()
    time.sleep(SETTLED_SECONDS)
    for files_read in (1000, 0):
        listed = bare.command("list", "--json") if files_read == 0 else None
        done = bare.command("discover", "--json")
        assert done.returncode == 0
        discovered = json.loads(done.stdout)
        assert reasons(discovered) == wanted
        assert all(row["message"] and "\n" not in row["message"] for row in discovered["refused"])
        assert {task["task_id"] for task in discovered["tasks"]} == {
            numbered_plugins.task_id(number) for number in range(1000) if number % 20 != 19}
        assert discovered["cache"] == {"files_known": 1000 - files_read, "files_read": files_read, "problem": ""}
        if listed:
            assert listed.returncode == 0 and listed.stdout.count('"task_id"') == 950


def test_each_way_to_damage_a_file_has_its_reason_in_one_sentence(bare):
    for name, (damage, _) in numbered_plugins.DAMAGES.items():
        numbered_plugins.write(bare.folder / "scripts" / f"{name}.so", damage(numbered_plugins.TEMPLATE))
    discovered = bare.json("discover")
    assert reasons(discovered) == {f"{name}.so": reason for name, (_, reason) in numbered_plugins.DAMAGES.items()}
    assert discovered["tasks"] == []


def test_a_file_replaced_within_the_same_second_by_one_of_the_same_size_is_seen_at_once(bare):
    file = bare.folder / "scripts" / "p.so"
    (bare.folder / "rota.toml").touch()
    numbered_plugins.write(file, numbered_plugins.content(1))
    time.sleep(SETTLED_SECONDS)
    assert [task["task_id"] for task in bare.json("list")] == ["t_number_000001"]
    for number in (2, 3, 4):
        stamp = file.stat()
        fresh = bare.folder / "fresh"
        numbered_plugins.write(fresh, numbered_plugins.content(number))
        os.utime(fresh, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        fresh.rename(file)
        assert [task["task_id"] for task in bare.json("list")] == [f"t_number_{number:06d}"]


def test_strange_files_and_a_hundred_thousand_others_do_not_hang_it(bare):
    scripts = bare.folder / "scripts"
    scripts.mkdir()
    for number in range(100_000):
        os.close(os.open(scripts / f"data_{number}.csv", os.O_CREAT | os.O_WRONLY, 0o600))
    os.mkfifo(scripts / "fifo.so")
    (scripts / "device.so").symlink_to("/dev/zero")
    (scripts / "nowhere.so").symlink_to("nothing")
    (scripts / "loop.so").symlink_to("loop.so")
    (scripts / "up").symlink_to("..")
    (scripts / "self").symlink_to("self")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(scripts / "socket.so"))
    numbered_plugins.write(scripts / "deep" / "p.so", numbered_plugins.content(5))
    discovered = bare.json("discover")
    listener.close()
    assert reasons(discovered) == {"fifo.so": "not_regular", "device.so": "not_regular", "socket.so": "not_regular",
                                   "nowhere.so": "unreadable", "loop.so": "unreadable"}
    assert [task["task_id"] for task in discovered["tasks"]] == ["t_number_000005"]


@pytest.mark.parametrize("command", [["list"], ["show", "t_hostile"], ["discover"], ["plan"], ["graph"], ["doctor"]])
def test_commands_that_look_only_read_a_plugin(bare, command):
    """A plugin whose static constructors do harm is opened and read, never mapped: the kernel's word for it."""
    plugin = bare.folder / "scripts" / "hostile.so"
    plugin.parent.mkdir()
    shutil.copy(HOSTILE, plugin)
    trace = bare.folder / "trace"
    tracer = ["strace", "-f", "-y", "-e", "trace=openat,open,mmap,execve,write", "-o", str(trace)]
    if subprocess.run([*tracer, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a process be traced")
    bare.environment["ASAN_OPTIONS"] = "detect_leaks=0"  # the leak checker traces the process itself
    before = {file for file in bare.folder.rglob("*")}
    done = bare.command(*command, prefix=tracer)
    assert done.returncode == 0, done.stderr
    lines = trace.read_text().splitlines()
    assert any("hostile.so" in line and "openat(" in line for line in lines), "it was looked at"
    assert not [line for line in lines if "hostile.so" in line and "mmap(" in line]
    assert sum("execve(" in line for line in lines) == 1
    assert {file for file in bare.folder.rglob("*")} - before <= {trace}


def test_what_others_could_have_written_is_refused(project):
    plugin = project.folder / "scripts" / "pipeline.so"
    plugin.chmod(0o666)
    assert reasons(project.json("discover")) == {"pipeline.so": "writable_by_others"}
    done = project.command("run")
    assert done.returncode == 0 and "chmod go-w" in done.stderr and project.ran() == []
    plugin.chmod(0o644)
    (project.folder / "scripts").chmod(0o777)
    assert reasons(project.json("discover")) == {"scripts": "writable_by_others"}


def test_only_allowed_folders_are_taken_from(project):
    project.environment["ROTA_PLUGIN_ALLOW"] = str(project.folder / "other")
    assert reasons(project.json("discover")) == {"pipeline.so": "not_allowed"}
    project.environment["ROTA_PLUGIN_ALLOW"] += f":{project.folder}/scripts"
    assert reasons(project.json("discover")) == {}


def test_packages_are_looked_up_with_and_without_subfolders(bare):
    for number, name in enumerate(["tasks/a", "tasks/deep/b", "other/c"]):
        numbered_plugins.write(bare.folder / "scripts" / f"{name}.so", numbered_plugins.content(number))
    modules = lambda *arguments: [plugin["module"] for plugin in bare.json("discover", *arguments)["plugins"]]
    assert modules() == ["scripts.other.c", "scripts.tasks.a", "scripts.tasks.deep.b"]
    assert modules("scripts.tasks") == ["scripts.tasks.a", "scripts.tasks.deep.b"]
    assert modules("scripts.tasks", "--no-recursive") == ["scripts.tasks.a"]
    assert modules("scripts.other", "scripts.tasks.deep") == ["scripts.other.c", "scripts.tasks.deep.b"]
    assert bare.command("discover", "../etc").returncode == 2


def test_duplicates_are_shown_with_both_files_and_strict_is_status_3(project):
    assert project.command("discover", "--strict").returncode == 0
    project.add("pipeline_next", "z_later")
    done = project.command("discover")
    assert done.returncode == 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("t_clean"))
    assert row.index("pipeline.so") < row.index("z_later.so")
    strict = project.command("discover", "--strict")
    assert strict.returncode == 3 and strict.stdout == done.stdout
    assert "--strict" in one_line(strict.stderr)


def test_a_lock_takes_what_it_names_and_nothing_else(project):
    done = project.command("discover", "--lock")
    assert done.returncode == 0 and "rota.lock" in one_line(done.stderr)
    assert subprocess.run(["sha256sum", "--quiet", "-c", "rota.lock"], cwd=project.folder).returncode == 0
    assert project.command("run").returncode == 0
    project.add("pipeline_next", "another")
    with open(project.folder / "scripts" / "pipeline.so", "ab") as plugin:
        plugin.write(b"x")
    assert reasons(project.json("discover")) == {"pipeline.so": "lock_differs", "another.so": "lock_differs"}
    assert project.json("list") == []
    assert project.command("discover", "--lock").returncode == 0
    assert reasons(project.json("discover")) == {}
    (project.folder / "rota.lock").write_text("nonsense\n")
    broken = project.command("list")
    assert broken.returncode == 1 and "rota.lock:1:" in one_line(broken.stderr)
    assert project.command("discover", "scripts.x", "--lock").returncode == 2


def test_the_cache_is_the_users_where_there_is_no_project(project, tmp_path_factory):
    caches = tmp_path_factory.mktemp("caches")
    project.environment["XDG_CACHE_HOME"] = str(caches)
    time.sleep(SETTLED_SECONDS)
    assert project.command("list").returncode == 0
    assert not (project.folder / ".rota").exists()
    assert {file.suffix for file in (caches / "rota").iterdir()} == {".cache"}
    assert project.json("discover")["cache"]["files_known"] == 1
    (project.folder / "rota.toml").touch()
    assert project.command("list").returncode == 0
    assert (project.folder / ".rota" / "plugins.cache").exists()


def test_a_cache_that_is_damaged_or_cannot_be_written_is_told_and_does_no_harm(project):
    (project.folder / "rota.toml").touch()
    cache = project.folder / ".rota" / "plugins.cache"
    cache.parent.mkdir()
    cache.write_text("nonsense")
    time.sleep(SETTLED_SECONDS)
    done = project.command("discover")
    assert done.returncode == 0 and "4 task classes" in done.stdout and "damaged" in one_line(done.stderr)
    assert project.json("discover")["cache"] == {"files_known": 1, "files_read": 0, "problem": ""}
    cache.unlink()
    cache.mkdir()
    done = project.command("discover")
    assert done.returncode == 0 and "4 task classes" in done.stdout and "plugins.cache" in one_line(done.stderr)
    assert project.command("list").stderr == ""


def test_doctor_finds_nothing_to_mend_where_all_is_well(project):
    assert project.command("run").returncode == 0
    done = project.command("doctor")
    assert done.returncode == 0 and done.stderr == "" and done.stdout.endswith("nothing to mend\n")
    for subject in ("project", "search path", "plugins", "lock", "cache", "dependencies", "log"):
        assert f" {subject} " in done.stdout


def test_doctor_names_all_that_is_to_be_mended(project):
    project.add("missing")
    project.add("pipeline_next", "z_later")
    (project.folder / "scripts" / "text.so").write_text("no library")
    (project.folder / "rota.toml").write_text('path = ["scripts", "nowhere"]\n')
    (project.folder / ".rota").mkdir()
    (project.folder / ".rota" / "log.db").write_text("no database, but long enough to be looked at as one" * 30)
    doctor = project.command("doctor", "--json")
    assert doctor.returncode == 1
    findings = json.loads(doctor.stdout)
    subjects = {row["subject"] for row in findings["findings"] if row["is_problem"]}
    assert subjects == {"search path", "refused", "duplicate", "dependencies", "log"}
    assert findings["problems"] == sum(row["is_problem"] for row in findings["findings"])
    (project.folder / "rota.lock").write_text("nonsense\n")
    assert "PROBLEM  lock" in project.command("doctor").stdout


def test_the_home_of_nobody_is_no_reason_to_fail(project):
    for name in ("HOME", "XDG_CACHE_HOME"):
        project.environment.pop(name, None)
    assert project.json("discover")["cache"]["files_read"] == 1
    assert subprocess.run([COMMAND, "list"], cwd=project.folder, env={}, capture_output=True).returncode == 0


def test_a_package_that_is_not_there_is_refused(project):
    done = project.command("discover", "scripts.nosuch")
    assert done.returncode == 2 and "there is no package scripts.nosuch" in one_line(done.stderr)
    assert project.command("discover", "scripts.pipeline").returncode == 0
