# SPDX-License-Identifier: Apache-2.0
"""What type checkers and editors see."""

from __future__ import annotations

import inspect
import pathlib
import subprocess
import sys

import pytest

import rota
from test_examples import readme_module

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*words: str) -> None:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the nanobind of this Python writes other stubs")
def test_the_stub_is_what_the_extension_module_says() -> None:
    pytest.importorskip("nanobind")
    run("tools/make_stubs", "--check")


def test_the_package_and_the_examples_pass_mypy_strict(tmp_path: pathlib.Path) -> None:
    words = tmp_path / "words.py"
    words.write_text(readme_module())
    sources = ["python/rota", "examples/python", "examples/mixed/scripts", str(words)]
    run("-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *sources)


def test_importing_reads_no_heavy_module() -> None:
    code = "import sys, rota; print(' '.join(sorted(set(sys.modules) & {'asyncio', 'unittest', 'multiprocessing', 'numpy', 'inspect'})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "\n"


def test_every_public_name_and_method_has_a_docstring() -> None:
    without = []
    for name in rota.__all__:
        value = getattr(rota, name)
        if not callable(value):
            continue
        if not (value.__doc__ or "").strip():
            without.append(name)
        members = vars(value).items() if inspect.isclass(value) and not issubclass(value, BaseException) else ()
        for member, held in members:
            text = (getattr(held, "__doc__", None) or "").strip()
            is_signature_alone = type(held).__name__ == "nb_method" and "\n" not in text
            if not member.startswith("_") and callable(getattr(value, member)) and (not text or is_signature_alone):
                without.append(f"{name}.{member}")
    assert without == []
