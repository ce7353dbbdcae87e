// SPDX-License-Identifier: Apache-2.0
#include "python_source/scanner_process.h"

#include "python_source/line_process.h"
#include "python_source/scanner_answer.h"

#include <exception>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

std::string input_of(std::span<const SourceFile* const> files) {
  std::string pairs;
  for (const SourceFile* file : files) {
    pairs.append(file->module).push_back('\0');
    pairs.append(file->path).push_back('\0');
  }
  return pairs;
}

std::string problem_of(const AnswerEnd& end, std::chrono::milliseconds limit) {
  switch (end.kind) {
    case AnswerEnd::Kind::complete:
      return {};
    case AnswerEnd::Kind::ended:
      return fmt::format("it ended before its last answer, with {}", text_of_end(end));
    case AnswerEnd::Kind::no_answer:
      return fmt::format("it gave no answer in {} s", limit.count() / 1000.0);
    case AnswerEnd::Kind::too_much:
      return "it answers more than it was asked";
  }
  return {};
}

ScannerAnswers scan(const std::filesystem::path& python, std::span<const SourceFile* const> files,
                    std::chrono::milliseconds limit) {
  ScannerAnswers answers;
  answers.records.reserve(files.size());
  const Question question{.program = python,
                          .arguments = {"-I", "-S", "-c", std::string(scanner_text())},
                          .input = input_of(files),
                          .answers_on_stdout = true,
                          .lines = files.size(),
                          .limit = limit};
  const AnswerEnd end = ask(question, [&](std::string_view line) {
    const SourceFile& file = *files[answers.records.size()];
    answers.records.push_back(parse_scanner_answer(line, file.module, file.path));
  });
  answers.problem = problem_of(end, limit);
  answers.answered = answers.records.size();
  answers.records.resize(files.size());
  return answers;
}

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
    ScannerAnswers answers = scan(python, files, limit);
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
