# SPDX-License-Identifier: Apache-2.0
"""A log that cannot be used: one line, status 5, the file as it was, and nothing run."""
import contextlib
import os
import shutil
import sqlite3

import pytest
from conftest import one_line

# Root writes everywhere, so these rights are dropped for the command.
AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


@pytest.fixture
def anybody():
    if os.geteuid() != 0:
        return ()
    assert shutil.which("setpriv"), "setpriv of util-linux is needed to drop root's rights"
    return AS_ANYBODY


def test_a_log_that_is_no_database_is_refused_unchanged(project):
    (project.folder / ".rota").mkdir()
    log = project.folder / ".rota" / "log.db"
    log.write_text("this is no database, but somebody's text\n" * 100)
    before = log.read_bytes()
    for command in (["run"], ["plan"], ["log"], ["check", "t_clean"], ["lineage", "a.csv"]):
        done = project.command(*command)
        assert done.returncode == 5, command
        assert str(log) in one_line(done.stderr)
    assert log.read_bytes() == before and project.ran() == []
    assert sorted(os.listdir(project.folder / ".rota")) == ["log.db"]


def test_each_kind_of_bad_log_is_refused_in_one_line_and_left_as_it_is(project):
    assert project.command("run").returncode == 0
    log = project.folder / ".rota" / "log.db"
    sound = log.read_bytes()

    def refused(what):
        before = None if log.is_dir() else log.read_bytes()
        for command in (["run", "--force"], ["log"], ["log", "--json"], ["verify"], ["clean", "--keep", "1", "--dry-run"], ["export"]):
            project.forget_runs()
            done = project.command(*command)
            assert done.returncode == 5 and done.stdout == "", (what, command, done.stdout, done.stderr)
            assert str(log) in one_line(done.stderr), (what, command)
            assert project.ran() == [], (what, command)
        assert before is None or log.read_bytes() == before, what

    for size in (0, 1, 99, 100, 4095):
        log.write_bytes(sound[:size])
        refused(f"cut off after {size} bytes")
    log.write_bytes(b"\0" * len(sound))
    refused("zeroes")
    log.unlink()
    with contextlib.closing(sqlite3.connect(log)) as database:
        database.execute("CREATE TABLE mine (x)")
    refused("another program's")
    log.write_bytes(sound)
    log.chmod(0o666)
    refused("world-writable")
    log.chmod(0o600)
    log.rename(log.with_name("real.db"))
    log.symlink_to("real.db")
    refused("symbolic link")
    log.unlink()
    log.mkdir()
    refused("folder")
    log.rmdir()
    log.with_name("real.db").rename(log)
    assert project.command("verify").returncode == 0


def test_a_log_that_lost_its_end_is_an_error_not_a_shorter_history(project):
    for _ in range(40):
        project.command("run", "--force")
    log = project.folder / ".rota" / "log.db"
    sound = log.read_bytes()
    assert len(sound) > 12 * 4096
    log.write_bytes(sound[:-4096 * 4])
    before = log.read_bytes()
    for command in (["log", "-n", "0"], ["verify"], ["run", "--force"]):
        done = project.command(*command)
        assert done.returncode != 0, command
        assert str(log) in done.stderr or done.stdout, command
    assert log.read_bytes() == before


@pytest.mark.parametrize("lost", [1, 100, 3000])
def test_a_log_that_lost_a_part_of_its_last_page_is_refused_and_left_as_it_is(project, lost):
    assert project.command("run").returncode == 0
    log = project.folder / ".rota" / "log.db"
    log.write_bytes(log.read_bytes()[:-lost])
    before = log.read_bytes()
    for command in (["log"], ["verify"], ["run", "--force"], ["export"], ["plan"]):
        done = project.command(*command)
        assert done.returncode == 5, command
        assert "it ends in the middle of a page" in one_line(done.stderr)
    assert log.read_bytes() == before


def test_a_folder_in_the_place_of_the_log_is_refused(project):
    (project.folder / ".rota" / "log.db").mkdir(parents=True)
    assert project.command("run").returncode == 5
    assert project.ran() == []


def test_a_read_only_folder_can_be_looked_at_and_not_run_in(project, anybody):
    project.command("run", "t_import")
    rota = project.folder / ".rota"
    os.chmod(rota, 0o500)
    for file in rota.iterdir():
        os.chmod(file, 0o400)
    project.forget_runs()
    done = project.command("run", "--force", prefix=anybody)
    assert done.returncode == 5 and project.ran() == []
    assert str(rota) in one_line(done.stderr)
    looked = project.command("log", prefix=anybody)
    assert looked.returncode == 0 and "t_import" in looked.stdout, looked.stderr
    os.chmod(rota, 0o700)


def test_a_log_in_a_folder_that_cannot_be_made_is_refused(project, anybody):
    os.chmod(project.folder, 0o500)
    done = project.command("run", prefix=anybody)
    os.chmod(project.folder, 0o700)
    assert done.returncode == 5 and project.ran() == []
    one_line(done.stderr)


def test_the_log_goes_where_rota_log_points(project):
    project.environment["ROTA_LOG"] = str(project.folder / "elsewhere" / "mine.db")
    assert project.command("run", "t_import").returncode == 0
    assert (project.folder / "elsewhere" / "mine.db").exists() and not (project.folder / ".rota" / "log.db").exists()


def test_the_files_of_the_log_are_private(project):
    project.command("run", "t_import")
    assert (project.folder / ".rota").stat().st_mode & 0o777 == 0o700
    assert (project.folder / ".rota" / "log.db").stat().st_mode & 0o777 == 0o600


def test_a_file_in_the_place_of_the_folder_is_refused(project):
    (project.folder / ".rota").write_text("a file")
    for command in ("run", "log", "plan"):
        done = project.command(command)
        assert done.returncode == 5, command
        one_line(done.stderr)


def test_a_log_that_no_version_knows_yet_is_refused_by_name(project):
    project.environment["ROTA_LOG"] = "postgresql://host/log"
    done = project.command("run")
    assert done.returncode == 2 and "postgresql://host/log" in one_line(done.stderr)
    assert project.ran() == []


def test_doctor_tells_of_a_log_that_has_lost_its_wal(project):
    project.command("run", "t_import")
    log = project.folder / ".rota" / "log.db"
    with contextlib.closing(sqlite3.connect(log)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    assert "written without a WAL still" in project.command("doctor").stdout
    assert project.command("run", "t_import", "--force").returncode == 0


def test_a_log_of_a_newer_format_that_allows_it_is_read_and_not_written(project):
    project.command("run", "t_import")
    log = project.folder / ".rota" / "log.db"
    with contextlib.closing(sqlite3.connect(log)) as database:
        database.execute("PRAGMA user_version = 196612")  # format 4, readable since format 3
    before = log.read_bytes()
    project.forget_runs()
    assert [row["task_id"] for row in project.json("log")] == ["t_import"]
    done = project.command("run", "--force")
    assert done.returncode == 5 and project.ran() == []
    assert "newer format 4" in done.stderr
    assert "newer format 4" in project.command("doctor").stdout
    assert log.read_bytes() == before


def test_doctor_tells_of_a_log_that_no_run_could_write(project, anybody):
    assert project.command("run").returncode == 0
    assert "PROBLEM" not in project.command("doctor", prefix=anybody).stdout
    (project.folder / ".rota" / "log.db").chmod(0o400)
    done = project.command("doctor", prefix=anybody)
    assert done.returncode == 1 and "PROBLEM  log" in done.stdout and "cannot be written" in done.stdout
