// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_result.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace rota::cli {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 7> kSteps = {"load",   "make",        "remove", "good",
                                                    "failed", "load_failed", "end"};

// Nothing where it is no text.
std::optional<std::string> text_of(const Json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string write_result_line(const ResultLine& line) {
  const Json json = {{"step", kSteps.at(static_cast<std::size_t>(line.step))},
                     {"task_id", line.task_id},
                     {"message", line.message.substr(0, kMaxMessageBytes)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<ResultLine> read_result_line(std::string_view text) {
  if (text.size() > kMaxResultLineBytes) return std::nullopt;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.size() != 3) return std::nullopt;
  const auto step = text_of(json, "step");
  auto task_id = text_of(json, "task_id");
  auto message = text_of(json, "message");
  if (!step || !task_id || !message) return std::nullopt;
  const auto known = std::ranges::find(kSteps, *step);
  if (known == kSteps.end()) return std::nullopt;
  return ResultLine{static_cast<ResultStep>(known - kSteps.begin()), std::move(*task_id),
                    std::move(*message)};
}

std::string required_arguments(const TaskMetadata& metadata) {
  std::string names;
  for (const Parameter& parameter : metadata.parameters) {
    if (!parameter.required || !parameter.default_value.is_null()) continue;
    names += (names.empty() ? "" : ", ") + parameter.name;
  }
  return names;
}

}  // namespace rota::cli
