# SPDX-License-Identifier: Apache-2.0
"""Two tasks in Python: what each station measured in figures, and as a picture."""

from __future__ import annotations

import csv
import json
import pathlib
import statistics

import rota

CLEAN = "work/clean.csv"
PROFILE = "work/profile.json"
PICTURE = "work/temperatures.png"


def read_stations(path: pathlib.Path) -> dict[str, list[tuple[int, float]]]:
    """The hours and temperatures of each station."""
    stations: dict[str, list[tuple[int, float]]] = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            stations.setdefault(row["station"], []).append((int(row["hour"]), float(row["celsius"])))
    return stations


class ProfileTask(rota.BaseTask):
    """Mean, lowest and highest temperature of each station.

    @author: Mixed example
    @version: 1.0.0
    """

    task_id = "t_2P_profile"
    task_type = "profiling"
    dependencies = ["t_1C_clean"]

    def configure_operations(self) -> None:
        self.add_operation(self.count, name="count")

    def count(self) -> None:
        self.track_input(CLEAN)
        profile = {}
        for station, readings in sorted(read_stations(self.project_file(CLEAN)).items()):
            celsius = [one for _, one in readings]
            profile[station] = {
                "readings": len(celsius),
                "mean": round(statistics.fmean(celsius), 2),
                "lowest": min(celsius),
                "highest": max(celsius),
            }
        self.project_file(PROFILE).write_text(json.dumps(profile, indent=2) + "\n")
        self.track_output(PROFILE)
        self.set_metric("stations", len(profile))


class PlotTask(rota.BaseTask):
    """The temperatures of all stations, hour by hour, with their means.

    @author: Mixed example
    @version: 1.0.0
    """

    task_id = "t_3V_plot"
    task_type = "visualization"
    dependencies = ["t_1C_clean", "t_2P_profile"]

    def __init__(self, width: float = 8.0) -> None:
        super().__init__()
        self.width = width

    def configure_operations(self) -> None:
        self.add_operation(self.plot, name="plot")

    def plot(self) -> None:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        self.track_input(CLEAN)
        self.track_input(PROFILE)
        profile = json.loads(self.project_file(PROFILE).read_text())
        figure, axes = pyplot.subplots(figsize=(self.width, self.width / 2))
        for station, readings in sorted(read_stations(self.project_file(CLEAN)).items()):
            (line,) = axes.plot(*zip(*readings), label=station)
            axes.axhline(profile[station]["mean"], color=line.get_color(), linestyle=":", linewidth=1)
        axes.set(xlabel="hour", ylabel="°C", title="Temperatures of three stations and their means")
        axes.legend()
        figure.tight_layout()
        figure.savefig(self.project_file(PICTURE), dpi=120)
        pyplot.close(figure)
        self.add_artifact(PICTURE, "the temperatures of all stations")
