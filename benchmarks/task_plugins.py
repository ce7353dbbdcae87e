# SPDX-License-Identifier: Apache-2.0
"""Makes projects of many task classes that do nothing: plugins in C, which need each other as the graphs of
graph_shapes.py do. Knows nothing of what is measured."""

import shutil
import subprocess
from pathlib import Path

from graph_shapes import every_node

INCLUDE = Path(__file__).parent.parent / "include"
HEAD = """#include <rota/plugin.h>
#include <stddef.h>
static int nothing(void* state, const rota_host* host, rota_error* error) {
  (void)state;
  (void)host;
  (void)error;
  return 0;
}
"""


def id_of(node: int) -> str:
    return f"t_{node:07d}"


def source_of(nodes: list[tuple[int, list[int]]]) -> str:
    lines, before = [HEAD], "NULL"
    for node, needs in nodes:
        lines.append(f'ROTA_C_TASK(n{node}, {before}, nothing, "{id_of(node)}", "benchmark", "Does nothing", "1.0.0", '
                     f'"Rota", "{",".join(map(id_of, needs))}");')
        before = f"&n{node}"
    return "\n".join(lines) + f"\nROTA_C_PLUGIN({before});\n"


def make_project(folder: Path, shape: str, size: int, in_one_plugin: int) -> Path:
    """A project of `size` tasks, made once; its log is not there yet."""
    done = folder / "done"
    if done.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    scripts = folder / "scripts"
    scripts.mkdir(parents=True)
    for path in (scripts, folder):  # Rota refuses plugins in folders that others can write
        path.chmod(0o755)
    (folder / "rota.toml").write_text("", encoding="utf-8")
    nodes = list(every_node(shape, size))
    for first in range(0, size, in_one_plugin):
        source = folder / "plugin.c"
        source.write_text(source_of(nodes[first:first + in_one_plugin]), encoding="utf-8")
        plugin = scripts / f"tasks_{first:07d}.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", "-I", INCLUDE, source, "-o", plugin],
                       check=True)
        plugin.chmod(0o644)
    done.touch()
    return folder
