// SPDX-License-Identifier: Apache-2.0
// A moment as a person types it. Knows no command.
#pragma once

#include <rota/execution_log.h>

#include <string>

namespace rota::cli {

// "2026-11-23", "2026-11-23 14:05", "2026-11-23T14:05:09", in the time zone of the process, or in that which is
// at the end, "Z", "+02:00", "-0530" or "+02"; or a time before `now`: "90s", "30m", "12h", "7d". Throws UsageError that names `option`.
TimePoint parse_time(const std::string& text, const std::string& option, TimePoint now);

}  // namespace rota::cli
