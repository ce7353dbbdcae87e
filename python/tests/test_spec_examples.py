# SPDX-License-Identifier: Apache-2.0
"""The examples of the PAMOLA Core document, word for word, where the document is beside the project."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

CHECK = pathlib.Path(__file__).resolve().parents[3] / "shared" / "check" / "spec_examples.py"


@pytest.mark.skipif(not CHECK.exists(), reason="../shared/check/spec_examples.py, which has the document, is not beside the project")
def test_every_example_of_the_document_gives_what_its_reader_expects() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECK), "--python", sys.executable], capture_output=True, text=True, timeout=280
    )
    assert done.stdout.endswith("8 passed, 0 failed\n"), done.stdout + done.stderr
