// SPDX-License-Identifier: Apache-2.0
// The rules of an import that every execution log keeps. Knows no format.
#pragma once

#include <rota/execution_log.h>

#include <string>

namespace rota::inline v1 {

// `known` or `differs`: whether the execution that is there is the one to be added. What may change after the
// end does not count: notes, tags, what is known of its files, and the log that it was imported with.
ImportAnswer compare_imported(const Execution& stored, const Execution& imported);

// For the AlreadyRunningError of ImportMode::replace.
std::string cannot_replace_message(const Execution& active);

}  // namespace rota::inline v1
