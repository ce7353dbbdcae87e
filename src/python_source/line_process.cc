// SPDX-License-Identifier: Apache-2.0
#include "python_source/line_process.h"

#include "os/one_line.h"
#include "os/text.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = AnswerEnd::Kind;

constexpr std::size_t kMaxErrorBytes = 64 * 1024;

// A file in memory, so that the process can read it as it likes while we read its answers.
UniqueFd make_input(std::string_view text) {
  UniqueFd input(::memfd_create("rota-question", MFD_CLOEXEC));
  if (!input.valid() || !write_all(input.get(), text) || ::lseek(input.get(), 0, SEEK_SET) != 0) {
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  return input;
}

std::string last_words(std::string_view written) {
  written = trim(written);
  return one_line(trim(written.substr(written.rfind('\n') + 1)));
}

class LineProcess {
 public:
  LineProcess(const Question& question, const std::function<void(std::string_view)>& take)
      : question_(question),
        take_(take),
        child_(question.program, question.arguments,
               {.input = make_input(question.input).get(),
                .result_is_stdout = question.answers_on_stdout}) {}

  AnswerEnd run() {
    const Kind kind = answer();
    child_.kill();
    return {.kind = kind,
            .how = child_.end().value_or(ChildEnd{}),
            .words = last_words(child_.output())};
  }

 private:
  Kind answer() {
    auto deadline = Clock::now() + question_.limit;
    for (;;) {
      const ChildProcess::Event event = child_.wait(deadline, {});
      const std::size_t before = taken_;
      if (!take_lines()) return Kind::too_much;
      if (child_.output().size() > kMaxErrorBytes) child_.output().erase(0, kMaxErrorBytes / 2);
      if (event == ChildProcess::Event::ended)
        return taken_ == question_.lines ? Kind::complete : Kind::ended;
      if (taken_ > before) deadline = Clock::now() + question_.limit;
      if (event == ChildProcess::Event::no_answer || Clock::now() >= deadline)
        return Kind::no_answer;
    }
  }

  bool take_lines() {
    std::string& text = child_.result();
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         begin = end + 1, end = text.find('\n', begin)) {
      if (taken_ == question_.lines) return false;
      ++taken_;
      take_(std::string_view(text).substr(begin, end - begin));
    }
    text.erase(0, begin);
    return text.size() <= kMaxAnswerLineBytes;
  }

  const Question& question_;
  const std::function<void(std::string_view)>& take_;
  ChildProcess child_;
  std::size_t taken_ = 0;
};

}  // namespace

AnswerEnd ask(const Question& question, const std::function<void(std::string_view)>& take) {
  return LineProcess(question, take).run();
}

std::string text_of_end(const AnswerEnd& end) {
  return fmt::format("{} {}{}{}", end.how.by_signal ? "signal" : "exit status", end.how.number,
                     end.words.empty() ? "" : ": ", end.words);
}

}  // namespace rota::inline v1
