// SPDX-License-Identifier: Apache-2.0
// The answer of a step that may refuse a file. Knows nothing of the steps.
#pragma once

#include <rota/discovery.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rota::inline v1 {

struct Refusal {
  RefusalReason reason;
  std::string message;
};

template <class T>
using OrRefusal = std::variant<T, Refusal>;

// `it`, a file or a folder, cannot be read; `error_number` as in errno.
Refusal unreadable(int error_number, std::string_view it = "it");

}  // namespace rota::inline v1
