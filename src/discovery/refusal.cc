// SPDX-License-Identifier: Apache-2.0
#include "discovery/refusal.h"

#include "os/file.h"

#include <fmt/format.h>

namespace rota::inline v1 {

Refusal unreadable(int error_number, std::string_view it) {
  return {RefusalReason::unreadable,
          fmt::format("{} cannot be read: {}", it, error_text(error_number))};
}

}  // namespace rota::inline v1
