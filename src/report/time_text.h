// SPDX-License-Identifier: Apache-2.0
// Moments and durations as text. A person's moment is local_time_text (plan/local_time.h).
#pragma once

#include "plan/local_time.h"
#include <rota/execution_log.h>
#include <rota/export.h>

#include <chrono>
#include <string>

namespace rota::inline v1 {

// For programs: "2026-11-23T13:05:09.123456Z".
ROTA_EXPORT std::string utc_time_text(TimePoint time);

// "0.4 s", "12.3 s", "1 min 3 s", "2 h 5 min", "3 d 4 h"; "12 ms" and "85 us" below a tenth of a
// second.
ROTA_EXPORT std::string duration_text(std::chrono::microseconds duration);
// "7 s", "1 min 2 s": for what nobody needs more exactly.
ROTA_EXPORT std::string whole_seconds_text(std::chrono::microseconds duration);

}  // namespace rota::inline v1
