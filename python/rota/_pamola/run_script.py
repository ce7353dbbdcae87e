# SPDX-License-Identifier: Apache-2.0
"""`python -m rota.pamola`: runs a script or a module as Python would, after install().

Knows nothing of what it runs.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import List, Optional

from rota._pamola import face

USAGE = """usage: python -m rota.pamola [--json-log] SCRIPT [ARGUMENT...]
       python -m rota.pamola [--json-log] -m MODULE [ARGUMENT...]

Run a script, or a module, for which pamola_core.utils.tasks.task_registry and .execution_log are Rota's.
--json-log keeps the JSON file of the original refreshed."""
_USAGE_ERROR = 2


def main(arguments: Optional[List[str]] = None) -> int:
    """What the script raises goes on, SystemExit too; the status is 2 where there is nothing to run."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    json_log = words[:1] == ["--json-log"]
    if json_log:
        del words[0]
    if words[:1] == ["-m"] and len(words) > 1:
        face.install(json_log=json_log)
        return _run_module(words[1], words[1:])
    if not words or words[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return _USAGE_ERROR
    if not os.path.exists(words[0]):
        print(f"python -m rota.pamola: there is no file {words[0]}", file=sys.stderr)
        return _USAGE_ERROR
    face.install(json_log=json_log)
    return _run_script(words[0], words)


def _run_module(name: str, words: List[str]) -> int:
    sys.argv[:] = words
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _run_script(path: str, words: List[str]) -> int:
    sys.argv[:] = words
    if os.path.isfile(path) and not getattr(sys.flags, "safe_path", False):
        # As Python does for a script, where it has put the current folder for `-m`; runpy does it for folders.
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    runpy.run_path(path, run_name="__main__")
    return 0
