// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

namespace rota::cli {

Option Option::value_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::once() const {
  option_->expected(1);
  return *this;
}

Option Option::repeatable() const {
  option_->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  return *this;
}

Option Option::word_optional() const {
  option_->expected(0, 1);
  return *this;
}

Option Option::one_of(const std::vector<std::string>& words) const {
  option_->check(CLI::IsMember(words));
  return *this;
}

Option Option::not_negative() const {
  return checked(
      [](const std::string& word) {
        if (word.empty()) return std::string("the number is missing");
        return word.starts_with('-') ? word + " is below 0" : std::string();
      },
      "");
}

Option Option::at_most(std::size_t most) const {
  return checked(
      [most](const std::string& word) {
        std::size_t number = 0;
        const bool is_number = CLI::detail::lexical_cast(word, number) && !word.starts_with('-');
        return is_number && number <= most
                   ? std::string()
                   : word + " is no whole number from 0 to " + std::to_string(most);
      },
      "");
}

Option Option::checked(const std::function<std::string(const std::string&)>& problem_of,
                       const std::string& kind) const {
  option_->check(
      CLI::Validator([problem_of](const std::string& word) { return problem_of(word); }, "", kind));
  return *this;
}

Option Option::with_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::excludes(Option other) const {
  option_->excludes(other.option_);
  return *this;
}

Command Command::add_command(const std::string& name, const std::string& what) {
  return {*app_->add_subcommand(name, what), *chosen_};
}

Command Command::add_hidden_command(const std::string& name) {
  return {*app_->add_subcommand(name)->group(""), *chosen_};
}

Option Command::add_flag(const std::string& names, bool& value, const std::string& what) {
  return Option(app_->add_flag(names, value, what));
}

template <class T>
Option Command::add_option(const std::string& names, T& value, const std::string& what) {
  return Option(app_->add_option(names, value, what));
}

template Option Command::add_option(const std::string&, std::string&, const std::string&);
template Option Command::add_option(const std::string&, std::vector<std::string>&,
                                    const std::string&);
template Option Command::add_option(const std::string&, double&, const std::string&);
template Option Command::add_option(const std::string&, int&, const std::string&);
template Option Command::add_option(const std::string&, std::size_t&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::string>&,
                                    const std::string&);
template Option Command::add_option(const std::string&, std::optional<double>&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::size_t>&,
                                    const std::string&);

Option Command::add_option(const std::string& names,
                           const std::function<void(const std::vector<std::string>&)>& take,
                           const std::string& what) {
  return Option(app_->add_option(
      names,
      [take](const std::vector<std::string>& words) {
        take(words);
        return true;
      },
      what));
}

void Command::does(Action action) {
  app_->callback([app = app_, chosen = chosen_, action = std::move(action)] {
    if (app->get_subcommands().empty()) *chosen = action;
  });
}

}  // namespace rota::cli
