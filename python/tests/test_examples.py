# SPDX-License-Identifier: Apache-2.0
"""The examples of the project in Python, as a reader runs them."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_example_of_the_readme_runs_as_it_stands(project: pathlib.Path) -> None:
    text = (ROOT / "README.md").read_text()
    found = re.search(r"```python\n(# scripts/(\w+\.py)\n.*?)```.*?```python\n(.*?)```", text, re.S)
    assert found, "the README has a module of tasks and a script"
    (project / "scripts").mkdir()
    (project / "scripts" / found[2]).write_text(found[1])
    done = subprocess.run([sys.executable, "-c", found[3]], cwd=project, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "True" in done.stdout


def test_the_pipeline_example_says_what_it_promises(project: pathlib.Path) -> None:
    shutil.copytree(ROOT / "examples" / "python", project, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".rota"))
    done = subprocess.run(
        [sys.executable, "pipeline.py"], cwd=project, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Registered 2 task classes"
    assert [one for one in lines if one.startswith("Satisfied")] == ["Satisfied: False", "Satisfied: True"]
    assert lines[-2:] == ["Succeeded: True", "Counted: {'it': 2, 'so': 3}"]
