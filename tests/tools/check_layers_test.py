# SPDX-License-Identifier: Apache-2.0
"""tools/check_layers finds each kind of include that src/layers.txt forbids, and passes what it allows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(os.environ["ROTA_SOURCE_DIR"]) / "tools/check_layers"

LAYERS = """
low:
  headers: low.h
middle: low
  headers: middle.h
  tests: side
side: low
top: middle low

umbrella: all.h
only low: sqlite3.h
only low middle: nlohmann/
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout in which every allowed kind of include occurs."""
    files = {
        "src/layers.txt": LAYERS,
        "include/rota/low.h": "#include <rota/export.h>\n#include <string>\n",
        "include/rota/middle.h": "#include <rota/low.h>\n",
        "include/rota/all.h": "#include <rota/low.h>\n#include <rota/middle.h>\n",
        "src/low/store.h": "",
        "src/low/store.cc": '#include "low/store.h"\n#include <sqlite3.h>\n#include <rota/low.h>\n',
        "src/middle/make.cc": '#include <rota/middle.h>\n#include "low/store.h"\n#include <nlohmann/json.hpp>\n',
        "src/middle/make_test.cc": '#include "side/side.h"\n',
        "src/side/side.h": "",
        "src/top/main.cc": "#include <rota/all.h>\n",
    }
    for name, text in files.items():
        write(tmp_path, name, text)
    return tmp_path


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def check(root):
    return subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True, timeout=60)


def test_passes_what_is_allowed(checkout):
    result = check(checkout)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("src/low/bad.cc", '#include "middle/x.h"\n', "'low' may not include 'middle'"),
        ("src/low/bad.cc", "\n#include <rota/middle.h>\n", "src/low/bad.cc:2: 'low' may not include 'middle'"),
        ("src/middle/bad.cc", "#  include <sqlite3.h>\n", "<sqlite3.h> may be included by low only"),
        ("src/side/bad.cc", "#include <nlohmann/json.hpp>\n", "may be included by low, middle only"),
        ("src/middle/bad.cc", '#include "side/side.h"\n', "'middle' may not include 'side'"),
        ("src/low/bad.cc", '#include "store.h"\n', 'includes "store.h", which is no file of src/'),
        ("src/low/bad.cc", '#include "low/gone.h"\n', 'includes "low/gone.h", which is no file of src/'),
        ("src/low/bad.cc", "#include <rota/gone.h>\n", "includes <rota/gone.h>, which belongs to no folder"),
        ("src/low/bad.cc", "#include <rota/all.h>\n", "includes <rota/all.h>, which is for users"),
        ("src/low/deep/bad.cc", '#include "side/side.h"\n', "'low' may not include 'side'"),
        ("include/rota/low.h", "#include <rota/middle.h>\n", "include/rota/low.h:1: 'low' may not include 'middle'"),
        ("include/rota/new.h", "", "include/rota/new.h: belongs to no folder in src/layers.txt"),
        ("src/stray/stray.cc", "", "src/stray: not listed in src/layers.txt"),
    ],
)
def test_finds_a_violation_and_only_that(checkout, file, text, message):
    write(checkout, "src/middle/x.h", "")
    write(checkout, file, text)
    result = check(checkout)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("low:\n", "low: middle\n", "'low' may not include 'middle': it is not listed above it"),
        ("side: low", "side: low\nside: low", "folder 'side' is listed twice"),
        ("side: low", "side: low\nghost: low", "there is no folder src/ghost"),
        ("headers: middle.h", "headers: middle.h ghost.h", "there is no include/rota/ghost.h"),
        ("headers: middle.h", "headers: middle.h low.h", "header low.h is listed twice"),
        ("only low:", "only lwo:", "'only' names an unknown folder 'lwo' for sqlite3.h"),
        ("tests: side", "tests: sied", "the tests of 'middle' name an unknown folder 'sied'"),
        ("tests: side", "test: side", "unknown 'test', expected 'headers' or 'tests'"),
        ("umbrella: all.h", "umbrella all.h", "expected 'NAME: NAME...'"),
    ],
)
def test_finds_a_mistake_in_the_list_itself(checkout, before, after, message):
    write(checkout, "src/layers.txt", LAYERS.replace(before, after, 1))
    result = check(checkout)
    assert result.returncode == 1
    assert message in result.stderr


def test_says_what_to_give_where_there_is_no_checkout(tmp_path):
    result = check(tmp_path)
    assert result.returncode == 2
    assert "give the folder of a checkout" in result.stderr
