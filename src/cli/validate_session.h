// SPDX-License-Identifier: Apache-2.0
// One child of `rota validate`: what it answered for the classes of a plugin, one after the other, and how it
// ended. Knows nothing of other children.
#pragma once

#include "cli/validate_plugin.h"
#include "cli/validate_result.h"
#include "os/child_process.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rota::cli {

// What was written in each step: the child separates them by a NUL.
class OutputBySteps {
 public:
  explicit OutputBySteps(std::size_t max_steps) : max_steps_(max_steps) {}
  void add(std::string_view written);
  // The last 4 KiB of it.
  std::string of(std::size_t step) const;

 private:
  std::size_t max_steps_;
  std::vector<std::string> steps_{std::string()};
};

class ValidateSession {
 public:
  enum class Place : std::uint8_t { start, loading, making, removing, between, ending };

  // What one class, or the end of the process, came to.
  struct Answer {
    std::string task_id = {};  // empty: none of them
    bool good = false;
    std::string message = {};
    std::size_t step = 0;
  };
  // Why the child did not come to its end.
  struct Death {
    std::string how = {};  // "crashed (Aborted)"
    Place place = Place::start;
    std::size_t step = 0;
  };

  // `pending`: the classes that the child is to try. They must outlive the session.
  ValidateSession(const std::filesystem::path& file, std::span<const std::string> pending,
                  bool only, const ValidateOptions& options);

  // To the end of the child. Throws ValidationInterrupted.
  void run();

  const std::vector<Answer>& answers() const noexcept { return answers_; }
  const std::optional<Answer>& load_failure() const noexcept { return load_failure_; }
  const std::optional<Death>& death() const noexcept { return death_; }
  std::string output_of(std::size_t step) const { return output_.of(step); }

 private:
  void begin_step();
  bool read_lines();
  bool take(const ResultLine& line);
  bool take_loading(const ResultLine& line);
  bool take_answer(const ResultLine& line);
  void end_as(std::string how);
  void end_by_itself();

  const ValidateOptions& options_;
  std::span<const std::string> pending_;
  ChildProcess child_;
  OutputBySteps output_;
  std::chrono::steady_clock::time_point deadline_;
  Place place_ = Place::start;
  std::size_t step_ = 0;
  std::vector<Answer> answers_;
  std::optional<Answer> load_failure_;
  std::optional<Death> death_;
};

}  // namespace rota::cli
