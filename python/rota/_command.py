# SPDX-License-Identifier: Apache-2.0
"""The command `rota` of the wheel: becomes the program in C++, whose Python is this one."""

from __future__ import annotations

import os
import sys


def main() -> None:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "rota")
    os.environ.setdefault("ROTA_PYTHON", sys.executable)
    try:
        os.execv(program, ["rota", *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"rota: {program}: {error.strerror}; install the package again")
