# SPDX-License-Identifier: Apache-2.0
"""The build, installed into a temporary folder as a user would."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run(*command, **options):
    """Runs a command that is expected to succeed, and gives its output."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=1500, **options)
    assert result.returncode == 0, f"{command} gave {result.returncode}:\n{result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    """The installed tree, moved to another place after it was installed: nothing may remember where it was."""
    folder = tmp_path_factory.mktemp("install")
    run("cmake", "--install", os.environ["ROTA_BUILD_DIR"], "--prefix", folder / "first")
    shutil.move(folder / "first", folder / "moved")
    return folder / "moved"


@pytest.fixture(scope="session")
def compiler(prefix):
    """The compiler's command for a program that uses the installed headers and nothing else."""
    return [os.environ["CXX"], "-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", str(prefix / "include")]


@pytest.fixture(scope="session")
def source_dir():
    return Path(os.environ["ROTA_SOURCE_DIR"])
