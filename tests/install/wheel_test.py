# SPDX-License-Identifier: Apache-2.0
"""The Python package as users get it: `pip install .` into a new venv, from a copy of the sources.

ROTA_TEST_PYTHONS: other interpreters to do the same with (names in PATH or paths, with spaces between them), or `all`
for every python3.9 and later in PATH. The package's own tests run with these, too."""

import os
import pathlib
import re
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


def version_of(python):
    """(3, 12) of a CPython that can be run."""
    code = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    try:
        found = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60).stdout.split()
    except OSError:
        return None
    return tuple(map(int, found[1:])) if found[:1] == ["cpython"] else None


def pythons():
    """This one, and what ROTA_TEST_PYTHONS names."""
    given = os.environ.get("ROTA_TEST_PYTHONS", "").split()
    if given == ["all"]:
        names = [f"python3.{minor}" for minor in range(9, 30)]
        given = [one for one in names if (version_of(one) or (0,)) not in ((0,), sys.version_info[:2])]
    params = [pytest.param(one, id="cpython-{}.{}".format(*version_of(one) or ("not", one)))
              for one in [sys.executable, *given]]
    if "ROTA_TEST_PYTHONS" in os.environ and not given:
        missing = pytest.mark.skip(reason="ROTA_TEST_PYTHONS names no other CPython, or PATH has none from python3.9 on")
        params.append(pytest.param(None, id="other", marks=missing))
    return params


@pytest.fixture(scope="module", params=pythons())
def python(request):
    assert (version_of(request.param) or (0,)) >= (3, 9), f"{request.param} is no CPython 3.9 or later"
    return request.param


def tag_of(python):
    version = version_of(python)
    return "cp312-abi3" if version >= (3, 12) else "cp3{0}-cp3{0}".format(version[1])


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """What is in it, unpacked: in one place, so that the compiler's cache serves all interpreters."""
    folder = tmp_path_factory.mktemp("sdist")
    done = subprocess.run([sys.executable, "-c", "import scikit_build_core.build as build; print(build.build_sdist("
                           f"{str(folder)!r}))"], cwd=SOURCE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.unpack_archive(folder / done.stdout.split()[-1], folder)
    return next(one for one in folder.iterdir() if one.is_dir())


def make_venv(python, folder, *packages):
    subprocess.run([python, "-m", "venv", folder], check=True, env=environment())
    if packages:
        words = [folder / "bin/python", "-m", "pip", "install", "-q", "--no-input", *packages]
        subprocess.run(words, check=True, env=environment())
    return folder


@pytest.fixture(scope="module")
def made_wheels():
    return {}


@pytest.fixture(scope="module")
def wheel(python, sdist, made_wheels, tmp_path_factory):
    """Made of the sdist, so that what that leaves out is missed; one for all interpreters that it serves."""
    tag = tag_of(python)
    if tag not in made_wheels:
        folder = tmp_path_factory.mktemp("wheel")
        build = sdist.parent / "build"
        words = [make_venv(python, folder / "venv") / "bin/python", "-m", "pip", "wheel", "-q", "--no-deps", "--no-input",
                 "-w", folder, sdist]
        done = subprocess.run(words, capture_output=True, text=True, env=environment(SKBUILD_BUILD_DIR=str(build)))
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.rmtree(build)
        made_wheels[tag] = next(folder.glob("*.whl"))
    return made_wheels[tag]


@pytest.fixture(scope="module")
def venv(python, wheel, tmp_path_factory):
    return make_venv(python, tmp_path_factory.mktemp("venv"), "--no-deps", "--no-index", wheel)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tasks.py").write_text(TASKS)
    return tmp_path


def environment(**more):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ROTA_", "PYTHON"))}
    return {**kept, **more}


def run(venv, project, *words):
    path = f"{venv / 'bin'}:/usr/bin:/bin"
    return subprocess.run(words, cwd=project, env=environment(PATH=path), capture_output=True, text=True, timeout=120)


def test_the_wheel_holds_the_package_its_types_the_library_and_the_command(python, wheel):
    assert tag_of(python) in wheel.name
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


def test_the_example_of_the_readme_runs(venv, tmp_path):
    text = (SOURCE / "README.md").read_text().partition("## In Python\n")[2]
    module, commands, program = re.findall(r"```(?:python\n(?=# scripts/words)|sh\n(?=rota)|python\n(?=import))(.*?)```", text, re.S)[:3]
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "words.py").write_text(module)
    done = run(venv, tmp_path, "sh", "-ec", commands)
    assert done.returncode == 0 and "t_1P_count" in done.stdout, done.stdout + done.stderr
    done = run(venv, tmp_path, "python", "-c", program)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("True\nTrue\n") and done.stdout.endswith("{'words': 6}\n"), done.stdout


def test_it_works_after_the_venv_was_copied_elsewhere(python, venv, project, tmp_path):
    packages = next((venv / "lib").glob("python*/site-packages"))
    shutil.copytree(packages / "rota", tmp_path / "elsewhere" / "rota")
    done = subprocess.run([python, "-S", "-c", "import rota; print(rota.__version__)"], cwd=tmp_path,
                          env={"PYTHONPATH": str(tmp_path / "elsewhere"), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif("ROTA_TEST_PYTHONS" not in os.environ, reason="ROTA_TEST_PYTHONS names no other Python")
def test_the_tests_of_the_package_hold(python, wheel, tmp_path):
    if python == sys.executable:
        pytest.skip("with this Python they run by themselves")
    folder = make_venv(python, tmp_path / "venv", "pytest", "hypothesis", "mypy", "networkx", "matplotlib", wheel)
    kept = {key: value for key, value in os.environ.items() if key in ("ROTA_SOURCE_DIR", "ROTA_BUILD_DIR")}
    words = [folder / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", SOURCE / "python" / "tests"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=900, env=environment(
        **kept, ROTA_COMMAND=str(folder / "bin" / "rota"), PYTHONDONTWRITEBYTECODE="1"))
    assert done.returncode == 0, done.stdout + done.stderr
