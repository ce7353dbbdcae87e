// SPDX-License-Identifier: Apache-2.0
// What the page of a report draws, as JSON. The page's script (page/page.js) is its only reader.
#pragma once

#include "report/run_report.h"

#include <string>

namespace rota::inline v1 {

// Without a character that could end or begin a tag.
std::string run_report_to_data(const RunReport& report);

}  // namespace rota::inline v1
