# SPDX-License-Identifier: Apache-2.0
"""The installed tree can be built against in each usual way, needs no other package, and runs."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import run

CONSUMER = Path(__file__).parent / "consumer"
RAN = "t_greet ran\nt_count ran\n"

# Rota's own build needs these; a program that uses it must not.
DEPENDENCIES = ["SQLite3", "fmt", "spdlog", "nlohmann_json", "CLI11", "tomlplusplus", "GTest", "Threads"]


def build_consumer(folder, *options):
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", folder, f"-DCMAKE_CXX_COMPILER={os.environ['CXX']}", *options)
    run("cmake", "--build", folder)


@pytest.fixture(scope="module")
def consumer(prefix, tmp_path_factory):
    """The consumer, built with find_package where no dependency of Rota could be found."""
    folder = tmp_path_factory.mktemp("consumer")
    build_consumer(folder, f"-DCMAKE_PREFIX_PATH={prefix}",
                   *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in DEPENDENCIES))
    return folder


def test_find_package_gives_a_host_and_a_plugin_that_run(consumer, tmp_path):
    assert run(consumer / "host", consumer / "plugins", cwd=tmp_path) == RAN


def test_the_installed_command_finds_the_consumers_plugin(prefix, consumer, tmp_path):
    listed = run(prefix / "bin/rota", "list", "--json", "--path", consumer / "plugins", cwd=tmp_path)
    assert "t_count" in json.dumps(json.loads(listed))


def test_a_plugin_is_installed_where_it_finds_the_library(prefix, consumer, tmp_path):
    run("cmake", "--install", consumer, "--prefix", prefix)
    plugin = prefix / "lib/rota/plugins/consumer_tasks.so"
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    assert str(prefix) in run("ldd", plugin, env=environment)


def test_the_installed_command_knows_its_version(prefix, tmp_path):
    assert os.environ["ROTA_VERSION"] in run(prefix / "bin/rota", "--version", cwd=tmp_path)


def test_find_package_refuses_a_version_that_is_not_compatible(prefix, tmp_path):
    result = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}",
         "-DROTA_WANTED_VERSION=99.0"],
        capture_output=True, text=True, timeout=120)
    assert result.returncode != 0
    assert 'compatible with requested version "99.0"' in " ".join(result.stderr.split())


def test_pkg_config_gives_a_host_that_runs(prefix, consumer, tmp_path):
    environment = os.environ | {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    assert run("pkg-config", "--modversion", "rota", env=environment).strip() == os.environ["ROTA_VERSION"]
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "rota", env=environment))
    run(os.environ["CXX"], "-std=c++20", CONSUMER / "host.cc", "-o", tmp_path / "host", *flags)
    output = run(tmp_path / "host", consumer / "plugins", cwd=tmp_path,
                 env=os.environ | {"LD_LIBRARY_PATH": str(prefix / "lib")})
    assert output == RAN


def test_add_subdirectory_gives_a_host_and_a_plugin_that_run(source_dir, tmp_path):
    # It compiles the library once more, so its folder is kept: the next run compiles what has changed.
    folder = Path(os.environ["ROTA_BUILD_DIR"]) / "tests/install/subdirectory"
    build_consumer(folder, f"-DROTA_SOURCE_DIR={source_dir}", "-DROTA_CCACHE=ON")
    assert run(folder / "host", folder / "plugins", cwd=tmp_path) == RAN
    assert not list(folder.rglob("*_test")), "Rota's tests are built in somebody else's project"
