// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_reading.h"

#include "os/file.h"
#include "os/one_line.h"
#include "python_source/record_bytes.h"
#include "python_source/scanner_process.h"
#include <rota/python_source.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

constexpr std::uint64_t kMaxSourceBytes = std::uint64_t{4} * 1024 * 1024;

// Without one of these words there is no class that could be a task, nor the base of one.
bool can_hold_task(std::string_view text) {
  constexpr std::array<std::string_view, 3> kWords = {"class ", "configure_operations", "BaseTask"};
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

struct Text {
  std::string bytes = {};
  std::optional<Refusal> refusal = {};
  bool has_changed = false;  // since the scan: what it says belongs to another identity
};

Text read_text(const SourceFile& file) {
  const UniqueFd fd = open_for_reading(file.path);
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return {.refusal = unreadable(errno)};
  if (identity_of(status) != file.identity) return {.has_changed = true};
  if (file.identity.size > kMaxSourceBytes) {
    return {.refusal = Refusal{RefusalReason::too_big,
                               "it is larger than 4 MiB, and not looked at for task classes"}};
  }
  Text text{.bytes = std::string(file.identity.size, '\0')};
  const std::ptrdiff_t got = read_at(fd.get(), 0, text.bytes);
  if (got < 0) return {.refusal = unreadable(errno)};
  text.has_changed = static_cast<std::size_t>(got) != text.bytes.size();
  return text;
}

bool is_still(const SourceFile& file) {
  struct stat status {};
  return ::stat(file.path.c_str(), &status) == 0 && identity_of(status) == file.identity;
}

class SourceReader {
 public:
  SourceReader(const SourceScan& scan, const SourceCache& cache)
      : scan_(scan), cache_(cache), records_(scan.files.size()) {}

  SourceReading run() {
    for (std::size_t at = 0; at < scan_.files.size(); ++at) look_at(at);
    if (!for_python_.empty()) ask_python();
    for (std::size_t at = 0; at < scan_.files.size(); ++at) give(at);
    return std::move(reading_);
  }

 private:
  void look_at(std::size_t at) {
    const SourceFile& file = scan_.files[at];
    if (auto known = cache_.find(file.identity)) {
      if (auto record = record_of_bytes(known->view())) {
        ++reading_.files_known;
        records_[at] = std::move(record);
        reading_.known.push_back({file.identity, *std::move(known)});
        return;
      }
    }
    ++reading_.files_read;
    const Text text = read_text(file);
    if (text.refusal) return refuse(file, *text.refusal);
    if (text.has_changed) return refuse_changed(file);
    SourceRecord record{.content_hash = XXH3_64bits(text.bytes.data(), text.bytes.size())};
    if (!can_hold_task(text.bytes)) {
      keep(file, record);
      records_[at] = std::move(record);
    } else if (file.distrust) {
      // Told here: of those that hold no task there is nothing to tell.
      refuse(file, *file.distrust);
    } else {
      for_python_.push_back({at, record.content_hash});
    }
  }

  void ask_python() {
    const std::optional<std::filesystem::path> python = find_python(reading_.problem);
    if (!python) return not_looked_at(for_python_.size());
    std::vector<const SourceFile*> files;
    for (const auto& [at, hash] : for_python_) files.push_back(&scan_.files[at]);
    ScannerAnswers answers = scan_with_python(*python, files);
    reading_.problem = std::move(answers.problem);
    for (std::size_t number = 0; number < answers.answered; ++number) {
      const auto& [at, hash] = for_python_[number];
      if (answers.records[number]) {
        take_answer(at, hash, *std::move(answers.records[number]));
      } else {
        refuse(scan_.files[at],
               {RefusalReason::not_python, "what Python says of it is not understood"});
      }
    }
    if (answers.answered < for_python_.size()) not_looked_at(for_python_.size() - answers.answered);
  }

  void take_answer(std::size_t at, std::uint64_t hash, SourceRecord record) {
    const SourceFile& file = scan_.files[at];
    // The scanner opens it once more.
    if (!is_still(file)) return refuse_changed(file);
    record.content_hash = hash;
    keep(file, record);
    records_[at] = std::move(record);
  }

  void not_looked_at(std::size_t files) {
    reading_.problem = fmt::format("Python classes are not looked at in {} file{}: {}", files,
                                   files == 1 ? "" : "s", reading_.problem);
  }

  void keep(const SourceFile& file, const SourceRecord& record) {
    reading_.fresh.push_back({file.identity, SharedBytes(to_bytes(record))});
  }

  void give(std::size_t at) {
    std::optional<SourceRecord>& record = records_[at];
    if (!record) return;
    const SourceFile& file = scan_.files[at];
    if (file.distrust) {
      if (!record->classes.empty() || !record->error.empty()) refuse(file, *file.distrust);
    } else if (!record->error.empty()) {
      refuse(file, {RefusalReason::not_python,
                    fmt::format("it cannot be read as Python: {}", record->error)});
    } else if (!record->classes.empty()) {
      reading_.sources.push_back({&file, *std::move(record)});
    }
  }

  void refuse(const SourceFile& file, const Refusal& refusal) {
    reading_.refused.push_back({file.path, refusal.reason, one_line(refusal.message)});
  }
  void refuse_changed(const SourceFile& file) {
    refuse(file, {RefusalReason::unreadable, "it was changed while it was read; try again"});
  }

  struct ForPython {
    std::size_t at;
    std::uint64_t content_hash;
  };

  const SourceScan& scan_;
  const SourceCache& cache_;
  std::vector<std::optional<SourceRecord>> records_;
  std::vector<ForPython> for_python_;
  SourceReading reading_;
};

}  // namespace

SourceReading read_sources(const SourceScan& scan, const SourceCache& cache) {
  return SourceReader(scan, cache).run();
}

}  // namespace rota::inline v1
