# SPDX-License-Identifier: Apache-2.0
"""The tasks of a graph for doit, which do nothing: `doit -f doit_graph.py`, with the graph in the environment."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from graph_shapes import every_node  # noqa: E402

DOIT_CONFIG = {"verbosity": 0, "reporter": "zero"}


def nothing() -> bool:
    return True


def task_graph():
    for node, needs in every_node(os.environ["GRAPH_SHAPE"], int(os.environ["GRAPH_SIZE"])):
        yield {"name": str(node), "actions": [nothing], "task_dep": [f"graph:{other}" for other in needs]}
