# SPDX-License-Identifier: Apache-2.0
"""The Python package as users get it: `pip install .` into a new venv, from a copy of the sources."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

SOURCE = pathlib.Path(os.environ["ROTA_SOURCE_DIR"])
TASKS = '''
import rota

class CountTask(rota.BaseTask):
    """Counts.

    @version: 1.4.0
    """

    task_id = "t_count"

    def configure_operations(self):
        self.add_operation(self.count, name="count")

    def count(self):
        self.set_metric("n", 3)
'''


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Made of the sdist, so that what that leaves out is missed."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-input", "-w", folder]
    sdist = subprocess.run([sys.executable, "-c", "import scikit_build_core.build as build; print(build.build_sdist("
                            f"{str(folder)!r}))"], cwd=SOURCE, capture_output=True, text=True)
    assert sdist.returncode == 0, sdist.stdout + sdist.stderr
    done = subprocess.run([*words, folder / sdist.stdout.split()[-1]], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def venv(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    return folder


@pytest.fixture
def project(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tasks.py").write_text(TASKS)
    return tmp_path


def run(venv, project, *words):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ROTA_", "PYTHON"))}
    environment["PATH"] = f"{venv / 'bin'}:/usr/bin:/bin"
    return subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True, timeout=120)


def test_the_wheel_holds_the_package_its_types_the_library_and_the_command(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"rota/__init__.py", "rota/_rota.pyi", "rota/py.typed", "rota/bin/rota"} <= names
    assert any(name.startswith("rota/lib/librota.so.") for name in names)
    assert not any("test" in name or name.endswith((".cc", ".h")) for name in names)


def test_the_command_of_the_venv_lists_and_runs_tasks_in_python(venv, project):
    listed = run(venv, project, "rota", "list")
    assert listed.returncode == 0 and "t_count" in listed.stdout and "1.4.0" in listed.stdout, listed.stderr
    done = run(venv, project, "rota", "run")
    assert done.returncode == 0, done.stdout + done.stderr
    again = run(venv, project, "rota", "plan")
    assert "up to date" in again.stdout


def test_the_package_runs_them_too(venv, project):
    code = "import rota; rota.register_discovered_tasks(); s = rota.run(); print(bool(s), rota.process_log().find_latest_execution('t_count').metrics)"
    done = run(venv, project, "python", "-c", code)
    assert done.stdout == "True {'n': 3}\n", done.stderr


def test_it_works_after_the_venv_was_copied_elsewhere(venv, project, tmp_path):
    packages = next((venv / "lib").glob("python*/site-packages"))
    shutil.copytree(packages / "rota", tmp_path / "elsewhere" / "rota")
    done = subprocess.run([sys.executable, "-S", "-c", "import rota; print(rota.__version__)"], cwd=tmp_path,
                          env={"PYTHONPATH": str(tmp_path / "elsewhere"), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
