# SPDX-License-Identifier: Apache-2.0
"""Two task classes: the second needs what the first wrote."""

from __future__ import annotations

import rota


class CollectTask(rota.BaseTask):
    """Writes the words that are to be counted.

    @author: Python example
    @version: 1.0.0
    """

    task_id = "t_1I_collect"
    task_type = "import"

    def configure_operations(self) -> None:
        self.add_operation(self.collect, name="collect")

    def collect(self) -> None:
        self.project_file("words.txt").write_text("so so it was and so it went\n")
        self.track_output("words.txt")


class CountTask(rota.BaseTask):
    """Counts the words.

    @author: Python example
    @version: 1.0.0
    """

    task_id = "t_2P_count"
    task_type = "profiling"
    dependencies = ["t_1I_collect"]

    def __init__(self, at_least: int = 1) -> None:
        super().__init__()
        self.at_least = at_least

    def configure_operations(self) -> None:
        self.add_operation(self.count, name="count")

    def count(self, operation: rota.OperationContext) -> rota.OperationResult:
        self.track_input("words.txt")
        words = self.project_file("words.txt").read_text().split()
        counts = {word: words.count(word) for word in sorted(set(words)) if words.count(word) >= self.at_least}
        for word, count in counts.items():
            self.set_metric(word, count)
        operation.logger.info("%d different words", len(counts))
        return rota.OperationResult.success(f"{len(words)} words")
