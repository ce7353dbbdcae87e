# SPDX-License-Identifier: Apache-2.0
"""The examples of the project in Python, as a reader runs them."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def readme_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


def readme_module() -> str:
    """The module of tasks that the README shows, which begins with its name."""
    (module,) = (block for block in readme_blocks() if block.startswith("# scripts/words.py\n"))
    return module


def test_the_example_of_the_readme_runs_as_it_stands(project: pathlib.Path) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "words.py").write_text(readme_module())
    done = subprocess.run([sys.executable, "-c", readme_blocks()[1]], cwd=project, capture_output=True, text=True, timeout=60)
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
