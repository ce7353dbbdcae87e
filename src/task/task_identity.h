// SPDX-License-Identifier: Apache-2.0
// The arguments that name a task. Each class has them, and they are no arguments of the task itself.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace rota::inline v1 {

inline constexpr std::array<std::string_view, 3> kIdentity = {"task_id", "task_type",
                                                              "description"};

constexpr bool is_identity(std::string_view name) {
  return std::ranges::find(kIdentity, name) != kIdentity.end();
}

}  // namespace rota::inline v1
