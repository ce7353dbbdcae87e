# SPDX-License-Identifier: Apache-2.0
"""The pipeline from C++ to Python, run by the command, in a copy of the example."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

EXAMPLE = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ["ROTA_BUILD_DIR"])


@pytest.fixture
def project(tmp_path):
    for name in ("temperatures.csv", "scripts"):
        copy = shutil.copytree if (EXAMPLE / name).is_dir() else shutil.copy
        copy(EXAMPLE / name, tmp_path / name)
    (tmp_path / "rota.toml").write_text(f'path = ["{BUILD}/examples/mixed", "scripts"]\n')
    return tmp_path


def rota(project, *words):
    environment = {**os.environ, "ROTA_PYTHON": sys.executable}
    return subprocess.run([os.environ["ROTA_COMMAND"], *words], cwd=project, env=environment, capture_output=True,
                          text=True, timeout=120)


def test_all_four_are_listed_without_running_python_code(project):
    tasks = json.loads(rota(project, "list", "--json").stdout)
    assert {one["task_id"]: one["module"] for one in tasks} == {
        "t_1I_import": "mixed_readings", "t_1C_clean": "mixed_readings",
        "t_2P_profile": "stations", "t_3V_plot": "stations",
    }  # fmt: skip
    assert not list(project.rglob("__pycache__"))


def test_runs_once_in_order_and_then_has_nothing_to_do(project):
    first = rota(project, "run", "-j2")
    assert first.returncode == 0, first.stdout + first.stderr
    picture = project / "work" / "temperatures.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    profile = json.loads((project / "work" / "profile.json").read_text())
    assert set(profile) == {"harbour", "hill", "town"} and -60 < profile["hill"]["mean"] < 60
    again = rota(project, "run", "-j2")
    assert again.returncode == 0 and "0 to run" in again.stdout + again.stderr or "up to date" in again.stdout


def test_what_python_reads_is_known_to_come_from_cpp(project):
    rota(project, "run", "-j2")
    lineage = rota(project, "lineage", "work/temperatures.png").stdout
    for task_id in ("t_3V_plot", "t_2P_profile", "t_1C_clean", "t_1I_import"):
        assert task_id in lineage


def test_a_failure_in_cpp_keeps_python_from_running(project):
    (project / "temperatures.csv").write_text("not what it should be\n")
    done = rota(project, "run", "-j2")
    assert done.returncode == 1 and "its first line must be" in done.stdout + done.stderr
    assert not (project / "work" / "temperatures.png").exists()
