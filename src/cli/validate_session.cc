// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_session.h"

#include "cli/validate_child.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutputBytes = 4096;
// Where the command itself is, also if its file was moved since it began.
constexpr const char* kThisProgram = "/proc/self/exe";

void keep_end(std::string& text) {
  if (text.size() > kMaxOutputBytes) text.erase(0, text.size() - kMaxOutputBytes);
}

std::string describe(const ChildEnd& end) {
  if (!end.by_signal) return fmt::format("ended the process with exit status {}", end.number);
  if (end.number == SIGXCPU) return "used too much processor time";
  const char* name = ::sigdescr_np(end.number);
  return fmt::format("crashed ({})", name != nullptr ? name : fmt::format("signal {}", end.number));
}

}  // namespace

void OutputBySteps::add(std::string_view written) {
  for (;;) {
    const std::size_t end = written.find('\0');
    steps_.back() += written.substr(0, end);
    keep_end(steps_.back());
    if (end == std::string_view::npos) return;
    if (steps_.size() < max_steps_) steps_.emplace_back();
    written.remove_prefix(end + 1);
  }
}

std::string OutputBySteps::of(std::size_t step) const {
  return step < steps_.size() ? steps_[step] : std::string();
}

ValidateSession::ValidateSession(const std::filesystem::path& file,
                                 std::span<const std::string> pending, bool only,
                                 const ValidateOptions& options)
    : options_(options),
      pending_(pending),
      child_(kThisProgram, validate_child_arguments({.parent = ::getpid(),
                                                     .file = file.string(),
                                                     .step_seconds = options.timeout_seconds,
                                                     .from = pending.empty() ? "" : pending.front(),
                                                     .only = only})),
      output_(pending.size() + 3) {  // the start, the library, each class, the end
  begin_step();
}

void ValidateSession::begin_step() {
  deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(options_.timeout_seconds));
}

void ValidateSession::run() {
  while (!death_) {
    const ChildProcess::Event event = child_.wait(deadline_, options_.stop);
    output_.add(std::exchange(child_.output(), {}));
    if (!read_lines()) return end_as("wrote into the result of its validation");
    if (load_failure_) return child_.kill();
    switch (event) {
      case ChildProcess::Event::wrote:
        if (Clock::now() < deadline_) break;
        [[fallthrough]];
      case ChildProcess::Event::no_answer:
        return end_as(fmt::format("no answer in {} s", options_.timeout_seconds));
      case ChildProcess::Event::interrupted:
        child_.kill();
        throw ValidationInterrupted("interrupted");
      case ChildProcess::Event::ended:
        return end_by_itself();
    }
  }
}

// False where it is not what the child would write.
bool ValidateSession::read_lines() {
  std::string& text = child_.result();
  for (;;) {
    const std::size_t end = text.find('\n');
    if (end == std::string::npos) return text.size() <= kMaxResultLineBytes;
    const auto line = read_result_line(std::string_view(text).substr(0, end));
    text.erase(0, end + 1);
    if (!line || !take(*line)) return false;
    begin_step();
  }
}

// The lines can come in one order only: of each class in turn it begins, and how it went, and then the end.
bool ValidateSession::take(const ResultLine& line) {
  const bool all_answered = answers_.size() == pending_.size();
  const bool loads = line.step == ResultStep::load || line.step == ResultStep::load_failed;
  if (loads) return take_loading(line);
  const bool is_free = place_ == Place::loading || place_ == Place::between;
  if (line.step == ResultStep::end) {
    if (!all_answered || !is_free || !line.task_id.empty()) return false;
    place_ = Place::ending;
    ++step_;
    return true;
  }
  if (all_answered || line.task_id != pending_[answers_.size()]) return false;
  if (line.step != ResultStep::make) return take_answer(line);
  if (!is_free) return false;
  place_ = Place::making;
  ++step_;
  return true;
}

bool ValidateSession::take_loading(const ResultLine& line) {
  const bool begins = line.step == ResultStep::load;
  if (place_ != (begins ? Place::start : Place::loading) || !line.task_id.empty()) return false;
  if (begins) {
    place_ = Place::loading;
    ++step_;
  } else {
    load_failure_ = Answer{.message = line.message, .step = step_};
  }
  return true;
}

bool ValidateSession::take_answer(const ResultLine& line) {
  if (line.step == ResultStep::remove && place_ == Place::making) {
    place_ = Place::removing;
    return true;
  }
  const bool good = line.step == ResultStep::good;
  if (place_ != (good ? Place::removing : Place::making) || line.step == ResultStep::remove)
    return false;
  answers_.push_back(
      {.task_id = line.task_id, .good = good, .message = line.message, .step = step_});
  place_ = Place::between;
  return true;
}

void ValidateSession::end_as(std::string how) {
  child_.kill();
  output_.add(std::exchange(child_.output(), {}));
  death_ = Death{std::move(how), place_, step_};
}

void ValidateSession::end_by_itself() {
  const ChildEnd& end = *child_.end();
  const bool as_it_should =
      place_ == Place::ending && child_.result().empty() && !end.by_signal && end.number == 0;
  if (as_it_should) return;
  end_as(child_.result().empty() ? describe(end) : "wrote into the result of its validation");
}

}  // namespace rota::cli
