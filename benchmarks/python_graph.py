# SPDX-License-Identifier: Apache-2.0
"""Does one thing with one graph, and prints how long it took, as the probes in C++ do.

    python_graph.py luigi|networkx chain|fan|layered SIZE

luigi builds and runs tasks that do nothing, in this process; networkx only tells their order."""

import json
import resource
import sys
import time

from graph_shapes import every_node, needs_of


def resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def with_networkx(shape: str, size: int) -> int:
    import networkx

    graph = networkx.DiGraph()
    for node, needs in every_node(shape, size):
        graph.add_node(node)
        graph.add_edges_from((other, node) for other in needs)
    return len(list(networkx.topological_sort(graph)))


def with_luigi(shape: str, size: int) -> int:
    import luigi

    ran = set()

    class Node(luigi.Task):
        number = luigi.IntParameter()

        def requires(self):
            return [Node(other) for other in needs_of(shape, size, self.number)]

        def complete(self):
            return self.number in ran

        def run(self):
            ran.add(self.number)

    class All(luigi.WrapperTask):  # many tasks asked for one by one would be looked through as often
        def requires(self):
            return [Node(node) for node in range(size)]

    luigi.build([All()], local_scheduler=True, log_level="ERROR")
    return len(ran)


def main() -> None:
    system, shape, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    function = {"luigi": with_luigi, "networkx": with_networkx}[system]
    __import__(system)  # is not measured
    resident, cpu, wall = resident_bytes(), time.process_time(), time.perf_counter()
    count = function(shape, size)
    result = {"count": count, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu,
              "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - resident}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
