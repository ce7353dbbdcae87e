// SPDX-License-Identifier: Apache-2.0
// The answer of a step that may refuse a file. Knows nothing of the steps.
#pragma once

#include <rota/discovery.h>

#include <string>
#include <utility>
#include <variant>

namespace rota::inline v1 {

struct Refusal {
  RefusalReason reason;
  std::string message;
};

template <class T>
using OrRefusal = std::variant<T, Refusal>;

}  // namespace rota::inline v1
