# SPDX-License-Identifier: Apache-2.0
"""rota graph: what depends on what, coloured by how each task stands, with the real Graphviz."""
import json
import subprocess
import xml.etree.ElementTree as ElementTree

from conftest import one_line

SVG = "{http://www.w3.org/2000/svg}"


def classes(svg):
    return {group.find(SVG + "title").text.split("\n")[0]: group.get("class")
            for group in ElementTree.fromstring(svg).iter(SVG + "g") if group.find(SVG + "title") is not None}


def test_a_drawing_tells_by_colour_and_word_how_each_task_stands(project):
    project.tell("fail_t_other")
    assert project.command("run").returncode == 1
    project.untell("fail_t_other")
    project.add("pipeline_next", "pipeline")
    done = project.command("graph", "--format", "svg")
    assert done.returncode == 0 and done.stderr == ""
    # Another build of the plugin: the code of all its tasks counts as changed.
    assert classes(done.stdout) == {"t_import": "task stale", "t_clean": "task stale", "t_report": "task stale",
                                    "t_other": "task failed"}
    assert done.stdout.count('class="arrow"') == 2


def test_every_format_names_the_standing(project):
    assert project.command("run", "t_import").returncode == 0
    nodes = {node["task_id"]: node["standing"] for node in project.json("graph")["nodes"]}
    assert nodes["t_import"]["condition"] == "up_to_date" and nodes["t_import"]["state"] == "success"
    assert nodes["t_clean"] == {"condition": "never_ran", "state": None, "reason": "never ran"}
    assert 'label="t_import\\nup to date"' in project.command("graph").stdout
    assert "[\"t_import\"]:::up_to_date" in project.command("graph", "--format", "mermaid").stdout


def test_graphviz_takes_the_dot_text(project):
    text = project.command("graph").stdout
    drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert "t_report" in drawn.stdout and drawn.stderr == ""


def test_a_drawing_goes_to_a_file_whole_or_not_at_all(project):
    assert project.command("graph", "--format", "svg", "-o", "graph.svg").stdout == ""
    assert len(classes((project.folder / "graph.svg").read_text())) == 4
    done = project.command("graph", "-o", "nowhere/graph.dot")
    assert done.returncode == 1 and "nowhere/graph.dot cannot be written" in one_line(done.stderr)
    assert [f.name for f in project.folder.iterdir() if f.name.startswith("graph")] == ["graph.svg"]


def test_without_graphviz_only_svg_is_refused_and_says_what_to_install(project):
    project.environment["PATH"] = "/nowhere"
    done = project.command("graph", "--format", "svg")
    assert done.returncode == 1 and "install Graphviz" in one_line(done.stderr) and done.stdout == ""
    assert project.command("graph", "--format", "dot").returncode == 0


def test_an_empty_project_is_an_empty_drawing(bare):
    done = bare.command("graph", "--format", "svg")
    assert done.returncode == 0 and classes(done.stdout) == {}
    assert json.loads(bare.command("graph", "--json").stdout) == {"nodes": [], "edges": []}
