// SPDX-License-Identifier: Apache-2.0
// A child loads the library and tries one class after the other; where one ends it, the next child goes on
// behind that class.
#include "cli/validate_plugin.h"

#include "cli/validate_session.h"

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
    has_classes_ = !discovery.task_classes.empty();
    for (const TaskClassPtr& task_class : discovery.sorted_task_classes()) {
      if (only_.empty() || task_class->task_id() == only_) plan(task_class->metadata());
    }
  }

  PluginValidation run() {
    bool goes_on = has_classes_;
    while (goes_on) {
      ValidateSession session(found_.file, pending_, !only_.empty(), options_);
      session.run();
      take_answers(session);
      if (session.death()) take_death(session);
      goes_on = session.death() && !pending_.empty();
    }
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
    if (const auto& failure = session.load_failure())
      found_.failures.push_back({{}, failure->message, session.output_of(failure->step)});
    for (const ValidateSession::Answer& answer : session.answers()) {
      if (answer.good) {
        found_.made.push_back(answer.task_id);
      } else {
        found_.failures.push_back({answer.task_id, answer.message, session.output_of(answer.step)});
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
      case Place::loading:
        failure.message += " while its library was being loaded";
        pending_.clear();
        break;
      case Place::between:
        failure.message += " after it was loaded";
        break;
      case Place::ending:
        failure.message += " while the process that had loaded it was ending";
        break;
      case Place::removing:
        failure.message += " while it was being deleted";
        take_pending(failure);
        break;
      case Place::making:
        take_pending(failure);
        failure.message += " while it was being made";
        break;
    }
    found_.failures.push_back(std::move(failure));
  }

  void take_pending(ValidationFailure& failure) {
    failure.task_id = pending_.front();
    pending_.erase(pending_.begin());
  }

  std::string only_;
  const ValidateOptions& options_;
  std::vector<std::string> pending_;  // ids of the classes to try, in the child's order
  PluginValidation found_;
  bool has_classes_ = false;
};

}  // namespace

PluginValidation validate_plugin(const std::filesystem::path& file, const Discovery& discovery,
                                 const std::string& only, const ValidateOptions& options) {
  return PluginValidator(file, discovery, only, options).run();
}

}  // namespace rota::cli
