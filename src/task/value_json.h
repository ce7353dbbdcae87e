// SPDX-License-Identifier: Apache-2.0
// A value as a tree of either kind that nlohmann-json has. Knows nothing of what values are for.
#pragma once

#include <rota/arguments.h>

#include <type_traits>
#include <variant>

namespace rota::inline v1 {

template <class Json>
Json value_to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value.variant());
}

}  // namespace rota::inline v1
