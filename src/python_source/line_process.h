// SPDX-License-Identifier: Apache-2.0
// Runs a program that is asked on its stdin and answers in lines. Knows nothing of what it is asked.
#pragma once

#include "os/child_process.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

inline constexpr std::size_t kMaxAnswerLineBytes = std::size_t{16} * 1024 * 1024;

struct Question {
  std::filesystem::path program = {};
  std::vector<std::string> arguments = {};
  std::string input = {};
  bool answers_on_stdout = false;                              // else on ChildProcess::kResultFd
  std::size_t lines = 0;                                       // of the whole answer
  std::chrono::milliseconds limit = std::chrono::seconds(60);  // for each line
};

struct AnswerEnd {
  enum class Kind : std::uint8_t { complete, ended, no_answer, too_much };
  Kind kind = Kind::complete;
  ChildEnd how = {};       // of `ended`
  std::string words = {};  // the last line that it wrote on stderr
};

// Calls `take` with each line, without its end. Kills the program where it does not end by itself after them. Throws
// std::system_error where it cannot be started.
AnswerEnd ask(const Question& question, const std::function<void(std::string_view)>& take);

// "exit status 3: WORDS"
std::string text_of_end(const AnswerEnd& end);

}  // namespace rota::inline v1
