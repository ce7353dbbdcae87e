// SPDX-License-Identifier: Apache-2.0
#include "report/run_report.h"

#include "os/sha256.h"
#include "report/graph_svg.h"
#include "report/markup_text.h"
#include "report/page_parts.h"
#include "report/run_data.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// RFC 4648.
std::string base64(const Sha256& hash) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < hash.size(); at += 3) {
    const auto byte = [&](std::size_t n) { return n < hash.size() ? unsigned{hash[n]} : 0U; };
    const unsigned three = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (unsigned digit = 0; digit < 4; ++digit)
      text += at + digit > hash.size() ? '=' : kDigits[three >> (18 - 6 * digit) & 63U];
  }
  return text;
}

std::string hash_source(std::string_view text) { return "sha256-" + base64(sha256_of(text)); }

// In one pass: what is filled in is not searched again.
template <std::size_t N>
std::string fill_in(std::string_view markup,
                    const std::array<std::pair<std::string_view, std::string_view>, N>& parts) {
  std::string text;
  while (!markup.empty()) {
    const std::size_t at = markup.find('@');
    text += markup.substr(0, at);
    if (at == std::string_view::npos) break;
    markup.remove_prefix(at);
    bool is_filled = false;
    for (const auto& [name, value] : parts) {
      if (!markup.starts_with(name)) continue;
      text += value;
      markup.remove_prefix(name.size());
      is_filled = true;
      break;
    }
    if (is_filled) continue;
    text += '@';
    markup.remove_prefix(1);
  }
  return text;
}

}  // namespace

std::string run_report_to_html(const RunReport& report) {
  const std::string title =
      markup_text(fmt::format("{}: run {}", report.project, report.record.run_id.substr(0, 8)));
  const std::string graph =
      report.layout ? graph_to_svg(report.graph, *report.layout, report.standings, SvgPlace::page)
                    : "";
  const std::string data = run_report_to_data(report);
  const std::string style_hash = hash_source(page_style());
  const std::string script_hash = hash_source(page_script());
  const std::array<std::pair<std::string_view, std::string_view>, 7> parts = {{
      {"@style_hash@", style_hash},
      {"@script_hash@", script_hash},
      {"@title@", title},
      {"@style@", page_style()},
      {"@graph@", graph},
      {"@data@", data},
      {"@script@", page_script()},
  }};
  return fill_in(page_markup(), parts);
}

}  // namespace rota::inline v1
