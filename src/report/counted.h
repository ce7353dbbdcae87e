// SPDX-License-Identifier: Apache-2.0
// A number with its noun: "1 plugin", "3 plugins". Knows no noun.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace rota::inline v1 {

inline std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace rota::inline v1
