# SPDX-License-Identifier: Apache-2.0
"""The manifest of a plugin is found, and its classes run, whatever built it and changed it afterwards."""
import json
import os
import pathlib
import shutil

import elf
import pytest
import toolchains
from toolchains import LANGUAGES, combinations, run

COMMAND = os.environ["ROTA_COMMAND"]


def rota(plugin, *arguments):
    """What the command prints of the folder of `plugin`, run beside it with a cache of its own."""
    project = plugin.parent.parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
    return run([COMMAND, *arguments, "--path", plugin.parent], cwd=project,
               env=environment | {"XDG_CACHE_HOME": str(project / "cache")})


@pytest.fixture(scope="session")
def factory(tmp_path_factory):
    return toolchains.Factory(tmp_path_factory.mktemp("toolchains"))


@pytest.fixture
def put(tmp_path):
    """Puts a file, or bytes, into the folder that the command is pointed to."""
    def put(content):
        target = tmp_path / "plugins" / "plugin.so"
        target.parent.mkdir()
        if isinstance(content, pathlib.Path):
            shutil.copy(content, target)
        else:
            target.write_bytes(content)
        return target
    return put


def listed(plugin):
    """What the command tells of the classes in the folder of `plugin`."""
    tasks = json.loads(rota(plugin, "list", "--json"))
    return [(task["task_id"], task["description"], task["version"], task["dependencies"]) for task in tasks]


def in_segments(plugin):
    """How many manifests the program headers lead to."""
    return len(elf.notes_of_owner(plugin.read_bytes(), "Rota"))


BOTH = [("t_first", "The first", "1.2.0", []), ("t_second", "The second", "1.2.0", ["t_first"])]


def check_found_and_run(plugin):
    assert listed(plugin) == BOTH
    rota(plugin, "run")
    assert sorted(file.name for file in plugin.parent.parent.glob("*.ran")) == ["t_first.ran", "t_second.ran"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("compiler", "mode", "linker"), combinations(toolchains.MODES))
def test_the_manifest_survives_the_linker(factory, put, compiler, mode, linker, language):
    plugin = put(factory.plugin(compiler, language, mode, linker))
    assert in_segments(plugin) == 2
    check_found_and_run(plugin)


@pytest.mark.parametrize("tool", toolchains.tools())
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("compiler", "mode", "linker"), combinations(["gc-sections"]))
def test_the_manifest_survives_a_tool(factory, put, compiler, mode, linker, language, tool):
    plugin = put(factory.plugin(compiler, language, mode, linker))
    before = plugin.read_bytes()
    run([word.format(plugin) for word in toolchains.TOOLS[tool]])
    assert plugin.read_bytes() != before, "the tool did nothing"
    assert in_segments(plugin) == 2
    check_found_and_run(plugin)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("compiler", "mode", "linker"), combinations(["gc-sections"]))
def test_the_manifest_needs_no_section_headers(factory, put, compiler, mode, linker, language):
    built = factory.plugin(compiler, language, mode, linker)
    check_found_and_run(put(elf.without_section_headers(built.read_bytes())))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("compiler", "mode", "linker"), combinations(["gc-sections"]))
def test_without_a_note_segment_the_section_headers_lead_to_the_manifest(factory, put, compiler, mode, linker,
                                                                         language):
    built = factory.plugin(compiler, language, mode, linker)
    plugin = put(elf.without_note_segments(built.read_bytes()))
    assert in_segments(plugin) == 0
    check_found_and_run(plugin)
    # That the tests of this file can fail: with neither kind of header there is nothing to be found.
    plugin.write_bytes(elf.without_section_headers(plugin.read_bytes()))
    assert listed(plugin) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("compiler", [name for name in toolchains.COMPILERS if toolchains.wanted(name)])
def test_the_manifest_has_no_red_zones_of_the_address_sanitizer(factory, put, compiler, language):
    plugin = put(factory.sanitized_plugin(compiler, language))
    assert in_segments(plugin) == 2
    assert listed(plugin) == BOTH
