# SPDX-License-Identifier: Apache-2.0
"""The project that `rota new` writes does what its README says, with the installed package and nothing else."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import run


@pytest.fixture
def environment(prefix):
    """That of a user who has the installed `rota` on the PATH, and CMake and the compiler."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROTA_", "CMAKE_"))}
    return kept | {"PATH": f"{prefix / 'bin'}:{os.environ['PATH']}", "TZ": "UTC"}


def shell(command, folder, environment):
    return subprocess.run(["sh", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=600)


def commands_of(readme):
    """The lines of its shell blocks, a list for each block."""
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)]


def test_new_configure_build_run_in_one_line(tmp_path, environment):
    done = shell("rota new hello && cd hello && cmake -B build && cmake --build build && rota run", tmp_path,
                 environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "hello/hello.txt").read_text() == "Hello, world!\n"


@pytest.mark.parametrize("name", ["two-words_2", "test"])
def test_the_readme_can_be_followed_to_the_letter(tmp_path, environment, name):
    run("rota", "new", name, cwd=tmp_path, env=environment)
    folder, word = tmp_path / name, name.replace("-", "_")
    greeting = folder / f"{name}.txt"
    readme = (folder / "README.md").read_text()
    build, test = commands_of(readme)
    said = []
    for line in build:
        done = shell(line, folder, environment)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said.append((line.partition("#")[0].strip(), done.stdout, greeting.read_text() if greeting.exists() else ""))
    assert [(line, text) for line, _, text in said[2:]] == [
        ("rota list", ""), ("rota run", "Hello, world!\n"), ("rota run", "Hello, world!\n"),
        ("rota run --arg name=you", "Hello, you!\n"), ("rota log", "Hello, you!\n")]
    assert f"t_{word}" in said[2][1]
    executions = json.loads(run("rota", "log", "--json", cwd=folder, env=environment))
    assert [row["state"] for row in executions] == ["success", "success"], "the second run ran nothing"

    # CTest runs the task and the plugin, away from the project's own files and log.
    greeting.unlink()
    (command,) = test
    tested = shell(command, folder, environment)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "100% tests passed, 0 tests failed out of 2" in tested.stdout
    assert not greeting.exists()
    assert json.loads(run("rota", "log", "--json", cwd=folder, env=environment)) == executions
    for path in re.findall(r"^\| `([^`]+)` \|", readme, re.MULTILINE):
        assert (folder / path).exists(), path

    # The tests are such that they can fail.
    source = folder / f"src/{word}_task.cc"
    text = source.read_text().replace('"Hello, "', '"Bye, "')
    source.write_text(text.replace("return rota::OperationResult::success()", 'throw std::runtime_error("no")'))
    shell("cmake --build build", folder, environment)
    tested = shell(command, folder, environment)
    assert "0% tests passed, 2 tests failed out of 2" in tested.stdout


def test_the_project_compiles_without_warnings_and_leaves_nothing_for_git(tmp_path, environment):
    run("rota", "new", "hello", cwd=tmp_path, env=environment)
    folder = tmp_path / "hello"
    run("git", "init", "-q", cwd=folder, env=environment)
    run("git", "add", ".", cwd=folder, env=environment)
    before = run("git", "status", "--porcelain", cwd=folder, env=environment)
    done = shell("cmake -B build -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Werror' && cmake --build build "
                 "&& rota run", folder, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run("git", "status", "--porcelain", cwd=folder, env=environment) == before


def test_an_installed_plugin_of_the_project_is_found(prefix, tmp_path, environment):
    run("rota", "new", "hello", cwd=tmp_path, env=environment)
    done = shell("cmake -B build && cmake --build build && cmake --install build --prefix ../there",
                 tmp_path / "hello", environment)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(tmp_path / "hello")
    listed = run("rota", "list", "--path", tmp_path / "there/lib/rota/plugins", cwd=tmp_path, env=environment)
    assert "t_hello" in listed
