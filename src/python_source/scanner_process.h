// SPDX-License-Identifier: Apache-2.0
// Runs Python to read the source of files, without running that; Python answers with what it saw of each. Knows nothing of
// caches and tasks.
#pragma once

#include "python_source/source_record.h"
#include "python_source/source_scan.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// python/rota/_static.py, as it was when the library was built.
std::string_view scanner_text() noexcept;
// Stands for that text, for what is kept of its answers.
std::uint64_t scanner_version() noexcept;

struct ScannerAnswers {
  // One for each file; nothing where there was no answer, or one that is not understood.
  std::vector<std::optional<SourceRecord>> records = {};
  std::size_t answered = 0;  // the first so many had an answer
  std::string problem = {};  // why the others had none, as a sentence; else empty
};

// Without throwing; ends the process where an answer takes longer than `limit`.
ScannerAnswers scan_with_python(const std::filesystem::path& python,
                                std::span<const SourceFile* const> files,
                                std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace rota::inline v1
