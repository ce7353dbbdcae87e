# SPDX-License-Identifier: Apache-2.0
"""Makes thousands of plugins of one: each copy has an id of its own, written over that of the original, which
is as wide. Knows nothing of what is measured."""

import hashlib
import shutil
import time
from pathlib import Path

STEM = "BenchmarkPlugin"
ORIGINAL = f"{STEM}{0:06d}".encode()
TEAMS, GROUPS = 4, 5


def make_plugins(original: Path, folder: Path, count: int, prefix: str = "") -> Path:
    """`count` copies of `original` in 20 folders, two deep, below folder/scripts; those that are there from
    the same original are left as they are. Gives folder/scripts."""
    content = original.read_bytes()
    if ORIGINAL not in content:
        raise SystemExit(f"{original}: the id {ORIGINAL.decode()} is not in it")
    stamp = folder / "original.sha256"
    wanted = f"{hashlib.sha256(content).hexdigest()} {count}"
    scripts = folder / "scripts"
    if stamp.is_file() and stamp.read_text() == wanted:
        return scripts
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(TEAMS * GROUPS):
        # Rota refuses plugins in folders that others can write.
        group = scripts / f"team_{number // GROUPS}" / f"group_{number % GROUPS}"
        group.mkdir(parents=True)
        for path in (group, group.parent, scripts, folder):
            path.chmod(0o755)
    for number in range(count):
        name = f"{STEM}{number:06d}"
        group = number % (TEAMS * GROUPS)
        file = scripts / f"team_{group // GROUPS}" / f"group_{group % GROUPS}" / f"{prefix}{name}.so"
        file.write_bytes(content.replace(ORIGINAL, name.encode()))
        file.chmod(0o644)
    time.sleep(3)  # a cache keeps nothing of a file so new that another change could go unseen
    stamp.write_text(wanted)
    return scripts
