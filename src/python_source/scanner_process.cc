// SPDX-License-Identifier: Apache-2.0
#include "python_source/scanner_process.h"

#include "os/child_process.h"
#include "os/one_line.h"
#include "os/text.h"
#include "python_source/scanner_answer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxErrorBytes = 64 * 1024;

// A file in memory, so that the process can read it as it likes while we read its answers.
UniqueFd make_input(std::span<const SourceFile* const> files) {
  std::string pairs;
  for (const SourceFile* file : files) {
    pairs.append(file->module).push_back('\0');
    pairs.append(file->path).push_back('\0');
  }
  UniqueFd input(::memfd_create("rota-scanner", MFD_CLOEXEC));
  if (!input.valid() || !write_all(input.get(), pairs) || ::lseek(input.get(), 0, SEEK_SET) != 0) {
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  return input;
}

// The last line of what it wrote on stderr.
std::string last_words(std::string_view written) {
  written = trim(written);
  return one_line(trim(written.substr(written.rfind('\n') + 1)));
}

class ScannerProcess {
 public:
  ScannerProcess(const std::filesystem::path& python, std::span<const SourceFile* const> files)
      : files_(files),
        child_(python, {"-I", "-S", "-c", std::string(scanner_text())},
               {.input = make_input(files).get(), .result_is_stdout = true}) {}

  ScannerAnswers run(std::chrono::milliseconds limit) {
    answers_.records.reserve(files_.size());
    const auto deadline = Clock::now() + limit;
    for (;;) {
      const ChildProcess::Event event = child_.wait(deadline, {});
      take_lines();
      if (!answers_.problem.empty()) break;
      if (child_.output().size() > kMaxErrorBytes) child_.output().erase(0, kMaxErrorBytes / 2);
      if (event == ChildProcess::Event::ended) {
        if (answers_.records.size() < files_.size()) say_how_it_ended();
        break;
      }
      if (event == ChildProcess::Event::no_answer || Clock::now() >= deadline) {
        answers_.problem = fmt::format("it gave no answer in {} s", limit.count() / 1000.0);
        break;
      }
    }
    child_.kill();
    answers_.answered = answers_.records.size();
    answers_.records.resize(files_.size());
    return std::move(answers_);
  }

 private:
  void take_lines() {
    std::string& text = child_.result();
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         begin = end + 1, end = text.find('\n', begin)) {
      take_line(std::string_view(text).substr(begin, end - begin));
    }
    text.erase(0, begin);
    if (text.size() > kMaxAnswerLineBytes) not_understood();
  }

  void take_line(std::string_view line) {
    if (answers_.records.size() == files_.size()) return not_understood();
    const SourceFile& file = *files_[answers_.records.size()];
    answers_.records.push_back(parse_scanner_answer(line, file.module, file.path));
  }

  void not_understood() { answers_.problem = "it answers more than it was asked"; }

  void say_how_it_ended() {
    const std::string words = last_words(child_.output());
    const ChildEnd end = child_.end().value_or(ChildEnd{});
    answers_.problem = fmt::format("it ended before its last answer, with {} {}{}{}",
                                   end.by_signal ? "signal" : "exit status", end.number,
                                   words.empty() ? "" : ": ", words);
  }

  std::span<const SourceFile* const> files_;
  ChildProcess child_;
  ScannerAnswers answers_;
};

}  // namespace

std::uint64_t scanner_version() noexcept {
  static const std::uint64_t version = XXH3_64bits(scanner_text().data(), scanner_text().size());
  return version;
}

ScannerAnswers scan_with_python(const std::filesystem::path& python,
                                std::span<const SourceFile* const> files,
                                std::chrono::milliseconds limit) {
  std::string problem;
  try {
    ScannerAnswers answers = ScannerProcess(python, files).run(limit);
    if (!answers.problem.empty())
      answers.problem = fmt::format("{}: {}", python.string(), answers.problem);
    return answers;
  } catch (const std::exception& error) {
    problem = fmt::format("{} cannot be run: {}", python.string(), error.what());
  }
  return {.records = std::vector<std::optional<SourceRecord>>(files.size()),
          .problem = std::move(problem)};
}

}  // namespace rota::inline v1
