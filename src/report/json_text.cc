// SPDX-License-Identifier: Apache-2.0
#include "report/json_text.h"

#include "report/printable.h"

namespace rota::inline v1 {

std::string compact(const Json& json) {
  return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string indented(const Json& json) {
  return printable_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n';
}

Json embedded(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

double seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string with_list(const Json& head, std::string_view name, std::string_view lines) {
  std::string text = "{\n";
  for (const auto& [key, value] : head.items())
    text += compact(Json(key)) + ": " + compact(value) + ",\n";
  text += compact(Json(name)) + ": ";
  text += lines;
  return text + "\n}\n";
}

}  // namespace rota::inline v1
