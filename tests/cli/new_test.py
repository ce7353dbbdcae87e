# SPDX-License-Identifier: Apache-2.0
"""rota new: what it writes, and what it leaves alone. That the project builds and runs is tested in tests/install."""
import os
import re
import stat

import pytest
from conftest import one_line

FILES = [".gitignore", "CMakeLists.txt", "README.md", "rota.toml", "src/hello_task.cc", "tests/hello_task_test.cc"]


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_new_makes_a_whole_project_and_nothing_beside_it(bare):
    done = bare.command("new", "hello")
    assert (done.returncode, done.stderr) == (0, "")
    assert files_below(bare.folder / "hello") == FILES
    assert os.listdir(bare.folder) == ["hello"]


def test_new_tells_what_to_do_next(bare):
    assert bare.command("new", "hello").stdout == (
        "hello: a plugin project with the task class t_hello. Next:\n"
        "  cd hello\n  cmake -B build && cmake --build build\n  rota run\n")


def test_new_leaves_no_blank_of_its_template(bare):
    bare.command("new", "two-words_2")
    folder = bare.folder / "two-words_2"
    text = "".join((folder / name).read_text() for name in files_below(folder))
    assert "src/two_words_2_task.cc" in files_below(folder)
    assert "class TwoWords2Task : public rota::BaseTask" in text and '"t_two_words_2"' in text
    assert re.findall(r"@\w*@", text) == []


def test_new_makes_the_project_in_the_folder_that_it_is_given(bare):
    (bare.folder / "there").mkdir()
    for arguments in (["new", "one", "--path", "there"], ["new", "--path=there", "two"],
                      ["--path", "there", "new", "three"]):
        done = bare.command(*arguments)
        assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(bare.folder / "there")) == ["one", "three", "two"]
    assert "  cd there/one\n" in bare.command("new", "one2", "--path", "there").stdout.replace("one2", "one")


def test_new_takes_an_empty_folder(bare):
    (bare.folder / "hello").mkdir()
    assert bare.command("new", "hello").returncode == 0
    assert files_below(bare.folder / "hello") == FILES


@pytest.mark.parametrize("make", [
    lambda path: (path.mkdir(), (path / "mine.txt").write_text("mine")),
    lambda path: path.write_text("mine"),
    lambda path: path.symlink_to("nowhere"),
    lambda path: ((path.parent / "empty").mkdir(), path.symlink_to("empty")),
], ids=["folder", "file", "dangling link", "link to an empty folder"])
def test_new_touches_nothing_that_is_there(bare, make):
    make(bare.folder / "hello")
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in bare.folder.rglob("*"))
    done = bare.command("new", "hello")
    assert done.returncode == 2
    assert one_line(done.stderr) == ("rota: hello is there already and is no empty folder; choose another name, "
                                     "or move it away\n")
    assert sorted((str(path), path.lstat().st_mtime_ns) for path in bare.folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["", "2nd", "a b", "a/b", "../a", ".", "a.b", "_a", "-", "ä", "a\n", "a" * 101])
def test_new_refuses_a_name_that_cannot_be_one(bare, name):
    done = bare.command("new", "--", name)
    assert done.returncode == 2 and os.listdir(bare.folder) == []
    assert "cannot be the name of a plugin: take 1 to 100 letters, digits, _ and -" in one_line(done.stderr)


def test_new_names_a_folder_that_is_not_there(bare):
    done = bare.command("new", "hello", "--path", "no/where")
    assert done.returncode == 2
    assert one_line(done.stderr) == "rota: --path no/where: there is no such folder\n"


def test_new_needs_a_name(bare):
    done = bare.command("new")
    assert done.returncode == 2 and "NAME is required" in one_line(done.stderr)


def test_new_leaves_nothing_half_written_where_the_disk_is_full(bare):
    # Files of this process may have no more than 512 bytes: as on a full disk, a write fails on the way.
    done = bare.command("new", "hello", prefix=["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"])
    assert done.returncode == 1
    assert "cannot be made: File too large" in one_line(done.stderr)
    assert os.listdir(bare.folder) == []


def test_new_makes_no_folder_that_others_can_write(bare):
    before = os.umask(0)
    try:
        assert bare.command("new", "hello").returncode == 0
    finally:
        os.umask(before)
    for path in [bare.folder / "hello", *(bare.folder / "hello").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0, path


def test_new_looks_at_no_project(bare):
    (bare.folder / "rota.toml").write_text("path = [\n")
    assert bare.command("new", "hello").returncode == 0
