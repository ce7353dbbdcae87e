# SPDX-License-Identifier: Apache-2.0
"""A project in a temporary folder, and the command run in it as a user runs it."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

COMMAND = os.environ["ROTA_COMMAND"]
# Tests may run under nohup or in the background, where signals are ignored, and by their children as well.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
PLUGINS = pathlib.Path(os.environ["ROTA_TEST_PLUGINS"])


class Project:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ROTA_")}
        self.environment["TZ"] = "UTC"

    def add(self, plugin, name=None):
        scripts = self.folder / "scripts"
        scripts.mkdir(exist_ok=True)
        target = scripts / f"{name or plugin}.so"
        target.unlink(missing_ok=True)
        shutil.copy(PLUGINS / plugin / f"{plugin}.so", target)
        return target

    def tell(self, *names):
        for name in names:
            (self.folder / name).touch()

    def untell(self, *names):
        for name in names:
            (self.folder / name).unlink()

    def command(self, *arguments, prefix=()):
        return subprocess.run([*prefix, COMMAND, *arguments], cwd=self.folder, env=self.environment, timeout=60,
                              capture_output=True, text=True)

    def start(self, *arguments, prefix=()):
        return subprocess.Popen([*prefix, COMMAND, *arguments], cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def json(self, *arguments):
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def ran(self):
        trace = self.folder / "ran.txt"
        return trace.read_text().split() if trace.exists() else []

    def forget_runs(self):
        (self.folder / "ran.txt").unlink(missing_ok=True)

    def plan(self, *arguments):
        return {step["task_id"]: step["reason"] for step in self.json("plan", *arguments)["steps"]}

    def states(self):
        return [(row["task_id"], row["state"]) for row in self.json("log")]

    def wait_until_running(self, task_id):
        wait_for(lambda: task_id in self.ran())


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def one_line(text):
    """Errors are one line on stderr that begins with the command's name."""
    assert text.startswith("rota: ") and text.count("\n") == 1 and text.endswith("\n"), text
    return text


@pytest.fixture
def bare(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def project(bare):
    bare.add("pipeline")
    return bare
