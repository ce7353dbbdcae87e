// SPDX-License-Identifier: Apache-2.0
// A moment as a person's clock shows it. Knows nothing of plans.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>

#include <string>

namespace rota::inline v1 {

// "2026-11-23 14:05:09", in the time zone of the process (TZ, else the system's) as it was at that
// moment. For people only: it names no zone, and the hour that summer time gives back occurs twice.
ROTA_EXPORT std::string local_time_text(TimePoint time);

}  // namespace rota::inline v1
