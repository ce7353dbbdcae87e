# SPDX-License-Identifier: Apache-2.0
"""`python -m rota._importer`: imports modules whose source does not tell what their classes are, and says what these say.

It takes ROOT\\0MODULE\\0FILE\\0CLASS,CLASS\\0 from stdin, and writes to the open file 3 a line when it is ready and then a
record as `_static` has it for each module, at once: a module may end the process. It knows no registry and writes no file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, List

from rota import _rota, _static, _task_classes
from rota._worker import import_module

_ANSWERS = 3  # the open file that who asks reads


def _answer(root: str, module: str, file: str, names: List[str]) -> _static.Record:
    answer: _static.Record = {"path": file, "module": module, "error": None, "classes": [], "faults": {}}
    try:
        there = vars(import_module(root, module, file))
    except _rota.TaskRegistryError as error:
        answer["error"] = _static.whole_text(_reason(error))
        return answer
    for name in names:
        found: Any = there.get(name)
        if not _task_classes.is_task_class(found):
            continue
        faults = _task_classes.find_faults(found)
        if faults:
            answer["faults"][name] = _static.whole_text("; ".join(faults))
        else:
            answer["classes"].append(_class_record(name, found))
    return answer


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    if cause is None:
        return str(error)
    text = " ".join(str(cause).split())
    return f"{type(cause).__name__}{': ' if text else ''}{text}"


def _class_record(name: str, cls: type) -> _static.Record:
    """As if all that it says of itself were literals in its source."""
    metadata = _task_classes.get_metadata(cls)
    return {
        "name": name,
        "line": 0,
        "bases": ["rota.BaseTask"] if _task_classes.derives_from_base_task(cls) else [],
        "methods": [],
        "abstract_methods": [],
        "attributes": {field: {"value": metadata[field]} for field in _static.FIELDS if field in metadata},
        "init": {
            "parameters": metadata["parameters"],
            "takes_any": _task_classes.takes_any_keyword(cls),
            "calls_base": True,
            "passes": {},
            "positional": [],
        },
        "docstring": _static.whole_text(_task_classes.docstring_of(cls) or ""),
    }


def _take_streams() -> Any:
    """A file for the answers. Modules have what they would have had: an empty stdin, and no open file of ours."""
    answers = os.fdopen(os.dup(_ANSWERS), "w", encoding="ascii")
    os.close(_ANSWERS)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return answers


def _die_with_parent() -> None:
    """A module may never end, and the command be ended before it."""
    import ctypes

    pr_set_pdeathsig = 1
    parent = os.getppid()
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    words = [os.fsdecode(word) for word in sys.stdin.buffer.read().split(b"\0")]
    answers = _take_streams()
    _die_with_parent()
    print("ready", file=answers, flush=True)
    asked = os.getpid()
    for at in range(0, len(words) - 3, 4):
        root, module, file, names = words[at : at + 4]
        answer = _answer(root, module, file, names.split(","))
        if os.getpid() != asked:  # a module has forked, and this is its child
            os._exit(0)
        print(json.dumps(answer, allow_nan=False), file=answers, flush=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that modules have begun are not waited for


if __name__ == "__main__":
    main()
