// SPDX-License-Identifier: Apache-2.0
#include "plan/local_time.h"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace rota::inline v1 {

std::string local_time_text(TimePoint time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return fmt::format("{} s after 1970", seconds);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace rota::inline v1
