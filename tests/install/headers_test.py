# SPDX-License-Identifier: Apache-2.0
"""Each public header stands alone, and needs nothing but the C++ standard library."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import run

NAMES = sorted(path.name for path in (Path(os.environ["ROTA_SOURCE_DIR"]) / "include/rota").glob("*.h"))


def test_all_headers_are_installed(prefix):
    installed = sorted(path.name for path in (prefix / "include/rota").iterdir())
    assert installed == sorted([*NAMES, "export.h"])


@pytest.mark.parametrize("name", NAMES)
def test_header_compiles_alone_and_twice(compiler, tmp_path, name):
    source = tmp_path / "alone.cc"
    source.write_text(f"#include <rota/{name}>\n#include <rota/{name}>\nint main() {{ return 0; }}\n")
    run(*compiler, "-fsyntax-only", source)


def test_the_plugin_interface_is_plain_c(prefix, tmp_path):
    source = tmp_path / "plain.c"
    source.write_text("#include <rota/plugin.h>\nint main(void) { return 0; }\n")
    run("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", prefix / "include", source)


def test_headers_include_no_other_library(compiler, prefix, tmp_path):
    source = tmp_path / "all.cc"
    source.write_text("#include <rota/rota.h>\n")
    files = re.findall(r"\S+", run(*compiler, "-M", source).partition(":")[2].replace("\\\n", " "))
    empty = subprocess.run([*compiler, "-x", "c++", "-M", "-include", "bits/stdc++.h", "/dev/null"],
                           capture_output=True, text=True, check=True, timeout=60)
    standard = set(re.findall(r"\S+", empty.stdout))
    foreign = [name for name in files if name not in standard and not name.startswith(str(prefix))
               and name != str(source) and "/c++/" not in name and not name.startswith("/usr/lib/gcc")]
    assert foreign == []
