// SPDX-License-Identifier: Apache-2.0
#include "report/live_view.h"

#include "report/printable.h"
#include "report/shortened.h"
#include "report/time_text.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kMostRunning = 10;
constexpr std::size_t kMostBar = 30;
constexpr std::size_t kLeastBar = 6;

enum class Colour { none, red, green, yellow, cyan };

std::string paint(std::string text, Colour colour, const TerminalShape& shape) {
  if (!shape.has_colour || colour == Colour::none) return text;
  constexpr std::string_view kCodes[] = {"0", "31", "32", "33", "36"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(colour)], text);
}

std::string bar(const RunProgress& progress, std::size_t width, const TerminalShape& shape) {
  const std::size_t inside = width - 2;
  const std::size_t full =
      progress.to_run == 0 ? inside
                           : inside * std::min(progress.done, progress.to_run) / progress.to_run;
  std::string filled;
  std::string empty;
  for (std::size_t at = 0; at < full; ++at) filled += shape.is_utf8 ? "\xE2\x94\x81" : "#";
  for (std::size_t at = full; at < inside; ++at) empty += shape.is_utf8 ? "\xE2\x94\x80" : ".";
  const Colour colour = progress.failed > 0 ? Colour::red : Colour::green;
  return fmt::format("[{}{}]", paint(filled, colour, shape), empty);
}

struct Part {
  std::string text;
  Colour colour = Colour::none;
};

// The first parts are the most important ones: of a line that is too narrow the last are left out.
std::string figures(const RunProgress& progress, std::size_t width, const TerminalShape& shape) {
  std::vector<Part> parts = {{fmt::format("{}/{}", progress.done, progress.to_run)}};
  if (progress.failed > 0)
    parts.push_back({fmt::format("{} failed", progress.failed), Colour::red});
  if (progress.left)
    parts.push_back({fmt::format("about {} left", whole_seconds_text(*progress.left))});
  parts.push_back({fmt::format("{} running", progress.running.size()), Colour::cyan});
  parts.push_back({fmt::format("{} waiting", progress.waiting())});
  std::string line;
  std::size_t used = 0;
  for (const Part& part : parts) {
    const std::size_t gap = line.empty() ? 0 : 2;
    if (used + gap + part.text.size() > width) break;
    line.append(gap, ' ');
    line += paint(part.text, part.colour, shape);
    used += gap + part.text.size();
  }
  const std::size_t room = width - used;
  if (room < kLeastBar + 1) return line;
  return bar(progress, std::min(room - 1, kMostBar), shape) + ' ' + line;
}

std::string running_line(const RunningTask& running, std::size_t width,
                         const TerminalShape& shape) {
  const std::string elapsed = whole_seconds_text(running.elapsed);
  const std::string id = fit_for(shape, printable(running.task_id));
  const std::size_t beside = 2 + 2 + elapsed.size();
  if (width <= beside + 3) return shortened("  " + id, width, "");
  return fmt::format("  {}  {}", shortened(id, width - beside), elapsed);
}

}  // namespace

std::vector<std::string> live_view(const RunProgress& progress, const TerminalShape& shape) {
  if (shape.columns < 2 || shape.rows < 2) return {};
  const std::size_t width = shape.columns - 1;
  std::vector<std::string> lines = {figures(progress, width, shape)};
  const std::size_t room = std::min(kMostRunning, shape.rows - 2);
  const bool are_more = progress.running.size() > room;
  const std::size_t shown = are_more ? (room == 0 ? 0 : room - 1) : progress.running.size();
  for (std::size_t at = 0; at < shown; ++at)
    lines.push_back(running_line(progress.running[at], width, shape));
  if (are_more && room > 0) {
    lines.push_back(
        shortened(fmt::format("  and {} others", progress.running.size() - shown), width, ""));
  }
  return lines;
}

std::string fit_for(const TerminalShape& shape, std::string text) {
  return shape.is_utf8 ? std::move(text) : printable_ascii(text);
}

std::string coloured_state(std::string_view state, std::size_t width, const TerminalShape& shape) {
  Colour colour = Colour::yellow;
  if (state == "success") colour = Colour::green;
  if (state == "failed" || state == "timeout" || state == "lost") colour = Colour::red;
  std::string text = paint(std::string(state), colour, shape);
  if (state.size() < width) text.append(width - state.size(), ' ');
  return text;
}

}  // namespace rota::inline v1
