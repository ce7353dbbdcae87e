// SPDX-License-Identifier: Apache-2.0
// How a command tells what it takes and what it does. Knows no command, and keeps CLI11, which every file that includes
// it compiles anew, out of theirs.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rota::cli {

// An option, a flag or a word of a command. It lives as long as the command line; this only names it.
class Option {
 public:
  explicit Option(CLI::Option* option) noexcept : option_(option) {}

  // How its value is called in the help; empty: nothing is shown.
  Option value_name(const std::string& name) const;
  Option required() const;
  // Takes one word, and that not more than once.
  Option once() const;
  // May be given often, with one word each time.
  Option repeatable() const;
  // Its word may be left out.
  Option word_optional() const;
  Option one_of(const std::vector<std::string>& words) const;
  Option not_negative() const;
  Option at_most(std::size_t most) const;
  // `problem_of` gives what is wrong with a word, or nothing; `kind` is what the help says that it should be.
  Option checked(const std::function<std::string(const std::string&)>& problem_of,
                 const std::string& kind) const;
  // The help says what it is when it is not given.
  Option with_default() const;
  Option excludes(Option other) const;

 private:
  CLI::Option* option_;
};

// A command that may have commands below it. Variables that its options fill must outlive the command line's reading.
class Command {
 public:
  using Action = std::function<int()>;  // gives the exit status

  // `chosen` is set to what the command does that was given.
  Command(CLI::App& app, Action& chosen) noexcept : app_(&app), chosen_(&chosen) {}

  Command add_command(const std::string& name, const std::string& what);
  Command add_hidden_command(const std::string& name);

  Option add_flag(const std::string& names, bool& value, const std::string& what = {});
  // T: std::string, double or std::size_t, one of these in an optional, int, or a list of std::string.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& what = {});
  // `take` is called with the words that were given.
  Option add_option(const std::string& names,
                    const std::function<void(const std::vector<std::string>&)>& take,
                    const std::string& what);

  // Where a command below it was given, that one's action counts.
  void does(Action action);

 private:
  CLI::App* app_;
  Action* chosen_;
};

}  // namespace rota::cli
