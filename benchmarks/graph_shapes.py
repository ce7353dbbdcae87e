# SPDX-License-Identifier: Apache-2.0
"""The graphs that are measured, as graph_shapes.h makes them, and the same as build files of other systems."""

import math
from collections.abc import Iterator
from pathlib import Path

SHAPES = ("chain", "fan", "layered")
MASK = (1 << 64) - 1


def random_of(number: int) -> int:
    mixed = ((number + 20_261_126) * 0x9E3779B97F4A7C15) & MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
    return mixed ^ (mixed >> 31)


def needs_of(shape: str, size: int, node: int) -> list[int]:
    """What a node needs, each once; they have smaller numbers."""
    if shape == "chain":
        return [node - 1] if node else []
    if shape == "fan":
        return list(range(1, size - 1)) if node == size - 1 else [0] if node else []
    width = math.isqrt(size)
    if node < width:
        return []
    before, random = node - node % width - width, random_of(node)
    places = (random % width, (random >> 20) % width, (random >> 40) % width)
    return [before + place for place in dict.fromkeys(places)]


def every_node(shape: str, size: int) -> Iterator[tuple[int, list[int]]]:
    return ((node, needs_of(shape, size, node)) for node in range(size))


def files_of(nodes: list[int]) -> str:
    return "".join(f" t{node}" for node in nodes)


def write_ninja(folder: Path, shape: str, size: int, built: bool) -> None:
    """With `built` every file is there; generator = 1: that they are not in ninja's log does not count."""
    lines = ["rule nothing", "  command = /bin/true", "  generator = 1"] if built else [
        "rule nothing", "  command = /bin/true"]
    lines += [f"build t{node}: nothing{files_of(needs)}" for node, needs in every_node(shape, size)]
    write_folder(folder, "build.ninja", lines, size if built else 0)


def write_make(folder: Path, shape: str, size: int, built: bool) -> None:
    lines = ["MAKEFLAGS += -rR", f"all:{files_of(list(range(size)))}"]
    for node, needs in every_node(shape, size):
        lines += [f"t{node}:{files_of(needs)}", "\t@/bin/true"]
    write_folder(folder, "Makefile", lines, size if built else 0)


def write_folder(folder: Path, name: str, lines: list[str], files: int) -> None:
    marker = folder / f"{name}.complete"
    if marker.is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for node in range(files):
        (folder / f"t{node}").touch()
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    marker.touch()
