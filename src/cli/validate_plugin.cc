// SPDX-License-Identifier: Apache-2.0
// A child tries one class after the other; where one ends it, the next child goes on behind that class. The
// library is loaded with the first instance, so when a child dies over its first class, only a class that
// another child could make tells that it was not the loading.
#include "cli/validate_plugin.h"

#include "cli/validate_session.h"

#include <algorithm>

#include <fmt/format.h>

namespace rota::cli {
namespace {

using Place = ValidateSession::Place;

std::string it_needs(const std::string& names) {
  const bool several = names.find(',') != std::string::npos;
  return fmt::format("it needs the argument{} {}", several ? "s" : "", names);
}

class PluginValidator {
 public:
  PluginValidator(const std::filesystem::path& file, const Discovery& discovery, std::string only,
                  const ValidateOptions& options)
      : only_(std::move(only)), options_(options) {
    found_.file = file;
    if (only_.empty()) {
      for (const RefusedFile& refused : discovery.refused)
        found_.failures.push_back({.message = refused.message});
    }
    for (const auto& [task_id, task_class] : discovery.task_classes) {
      if (only_.empty() || task_id == only_) plan(task_class->metadata());
    }
  }

  PluginValidation run() {
    while (!pending_.empty()) {
      ValidateSession session(found_.file, pending_, !only_.empty(), options_);
      session.run();
      take_answers(session);
      if (!session.death()) break;
      take_death(session);
    }
    explain_undecided();
    return std::move(found_);
  }

 private:
  void plan(const TaskMetadata& metadata) {
    const std::string required = required_arguments(metadata);
    if (required.empty()) {
      pending_.push_back(metadata.task_id);
    } else {
      found_.not_made.push_back({metadata.task_id, it_needs(required)});
    }
  }

  void take_answers(const ValidateSession& session) {
    for (const ValidateSession::Answer& answer : session.answers()) {
      loads_ = loads_ || !answer.load_failed;
      if (answer.good) {
        found_.made.push_back(answer.task_id);
      } else {
        found_.failures.push_back({answer.load_failed ? "" : answer.task_id, answer.message,
                                   session.output_of(answer.step)});
      }
    }
    pending_.erase(pending_.begin(),
                   pending_.begin() + static_cast<std::ptrdiff_t>(session.answers().size()));
  }

  void take_death(const ValidateSession& session) {
    const ValidateSession::Death& death = *session.death();
    ValidationFailure failure{.message = death.how, .output = session.output_of(death.step)};
    switch (death.place) {
      case Place::start:
        failure.message += " before its library was loaded";
        pending_.clear();
        break;
      case Place::between:
        failure.message += " after it was loaded";
        break;
      case Place::ending:
        failure.message += " while the process that had loaded it was ending";
        break;
      case Place::removing:
        loads_ = true;
        failure.message += " while it was being deleted";
        take_pending(failure);
        break;
      case Place::making:
        take_pending(failure);
        if (session.answers().empty()) {
          undecided_.push_back(std::move(failure));
          return;
        }
        failure.message += " while it was being made";
        break;
    }
    found_.failures.push_back(std::move(failure));
  }

  void take_pending(ValidationFailure& failure) {
    failure.task_id = pending_.front();
    pending_.erase(pending_.begin());
  }

  // What is known only after all classes were tried.
  void explain_undecided() {
    const bool same = std::ranges::all_of(undecided_, [&](const ValidationFailure& one) {
      return one.message == undecided_.front().message;
    });
    if (!loads_ && same && undecided_.size() > 1) {
      ValidationFailure& one = undecided_.front();
      one.message += fmt::format(
          " while its library was being loaded, whichever of its {} task classes was asked for",
          undecided_.size());
      one.task_id.clear();
      undecided_.resize(1);
    } else {
      for (ValidationFailure& one : undecided_)
        one.message += loads_ ? " while it was being made"
                              : " while its library was being loaded or it was being made";
    }
    found_.failures.insert(found_.failures.end(), undecided_.begin(), undecided_.end());
  }

  std::string only_;
  const ValidateOptions& options_;
  std::vector<std::string> pending_;  // ids of the classes to try, in the child's order
  PluginValidation found_;
  std::vector<ValidationFailure> undecided_;
  bool loads_ = false;  // the library is known to load
};

}  // namespace

PluginValidation validate_plugin(const std::filesystem::path& file, const Discovery& discovery,
                                 const std::string& only, const ValidateOptions& options) {
  return PluginValidator(file, discovery, only, options).run();
}

}  // namespace rota::cli
