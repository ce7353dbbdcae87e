// SPDX-License-Identifier: Apache-2.0
#include "plan/argument_change.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

// As text: a JSON library calls 1 and 1.0 equal, which are two values here.
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::set<std::string> names_that_differ(const Json& stored, const Json& now) {
  std::set<std::string> names;
  for (const auto& [name, value] : stored.items()) {
    const auto at = now.find(name);
    if (at == now.end() || dump(*at) != dump(value)) names.insert(name);
  }
  for (const auto& [name, value] : now.items()) {
    if (!stored.contains(name)) names.insert(name);
  }
  return names;
}

}  // namespace

std::string describe_argument_change(std::string_view stored, const Arguments& now) {
  if (now.empty() && stored == "{}") return {};
  const std::string text = now.to_json();
  if (text == stored) return {};
  const Json before = Json::parse(stored, nullptr, false);
  if (!before.is_object()) return "arguments changed";
  const std::set<std::string> names = names_that_differ(before, Json::parse(text));
  if (names.empty()) return {};
  return fmt::format("argument{} {} changed", names.size() == 1 ? "" : "s", fmt::join(names, ", "));
}

}  // namespace rota::inline v1
