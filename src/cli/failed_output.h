// SPDX-License-Identifier: Apache-2.0
// The last lines that failed tasks printed, for the person who ran them. Knows nothing of why they failed.
#pragma once

#include <rota/rota.h>

#include <string>

namespace rota::cli {

// Of the first tasks that failed and printed something; empty where none did.
std::string failed_output_text(const RunSummary& summary, const Plan& plan, const Project& project);

}  // namespace rota::cli
