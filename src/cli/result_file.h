// SPDX-License-Identifier: Apache-2.0
// A result that goes to a file or to standard output. Knows no command.
#pragma once

#include <string>
#include <string_view>

namespace rota::cli {

// Throws UsageError, which names the option, where no file can be written there: before the work that it is to tell of.
void require_place(const std::string& file, std::string_view option);

// To `file`, whole or not at all; to standard output where it is empty or "-". Throws std::runtime_error where
// it cannot be written.
void write_result(const std::string& file, std::string_view content);

}  // namespace rota::cli
