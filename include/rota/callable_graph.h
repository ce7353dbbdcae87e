// SPDX-License-Identifier: Apache-2.0
// Callables and what each needs, run in parallel: for hosts that have no task classes and want no log. Knows
// nothing of tasks.
#pragma once

#include <rota/error.h>
#include <rota/export.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rota::inline v1 {

// Callables are numbered from 0 in the order in which they are added.
using CallableIndex = std::uint32_t;

enum class CallableState : std::uint8_t {
  not_run,          // the run was stopped before its turn came
  succeeded,        // it came back
  failed,           // it threw
  upstream_failed,  // not called: one that it needs, directly or not, failed
};

struct CallableFailure {
  CallableIndex callable = 0;
  std::exception_ptr error = {};  // what it threw
};

struct ROTA_EXPORT CallableRunSummary {
  std::vector<CallableState> states = {};      // one for each callable
  std::vector<CallableFailure> failures = {};  // ascending by callable

  std::size_t count(CallableState state) const noexcept;
  // Every callable was called and came back.
  bool succeeded() const noexcept;
};

struct CallableRunOptions {
  std::size_t threads = 0;  // at most, the calling one among them; 0: one for each processor
  bool stop_at_first_failure = false;  // else all that does not need what failed is called
  std::stop_token stop = {};  // no callable is called any more; those under way are waited for
};

// Building is for one thread at a time. A graph may be run as often as wanted, also from several threads at
// once, as far as its callables allow it.
class ROTA_EXPORT CallableGraph {
 public:
  using Callable = std::function<void()>;

  // Room for so many, where it is known before: nothing else depends on it.
  void reserve(std::size_t callables, std::size_t dependencies);

  // A callable may be run on any thread of the run. What it throws is kept in the summary. Throws ArgumentError for
  // an empty one, PlanError where there is no number left, or the name is taken.
  CallableIndex add(Callable callable) {
    if (!callable) throw_empty_callable();
    if (callables_.size() >= kMostCallables) throw_too_many();
    callables_.push_back(std::move(callable));
    return static_cast<CallableIndex>(callables_.size() - 1);
  }
  CallableIndex add(std::string name, Callable callable);

  // `callable` is called after `needs` has succeeded. Either may be added later; once is as good as twice.
  void add_dependency(CallableIndex callable, CallableIndex needs) {
    dependencies_.push_back({callable, needs});
  }
  void add_dependency(CallableIndex callable, std::string_view needs);

  std::size_t size() const noexcept { return callables_.size(); }

  // Throws PlanError that names a cycle as a -> b -> c -> a (each needs the next), or every dependency that is not
  // in the graph. Callables without a name are told by their numbers.
  void check() const;

  // Calls each callable once, after all that it needs, and comes back when nothing is under way. Checks first, so
  // that nothing is called where check() throws. Gives the summary, also when callables threw.
  CallableRunSummary run(const CallableRunOptions& options = {}) const;

 private:
  struct Dependency {
    CallableIndex callable;
    CallableIndex needs;
  };
  struct NamedDependency {
    CallableIndex callable;
    std::string needs;
  };
  struct Rows;

  static constexpr std::size_t kMostCallables = 0xFFFF'FFFE;
  [[noreturn]] static void throw_empty_callable();
  [[noreturn]] static void throw_too_many();
  Rows checked_rows() const;
  std::vector<Dependency> resolve_names() const;
  [[noreturn]] void throw_missing() const;
  [[noreturn]] void throw_cycles(const std::vector<Dependency>& named) const;
  std::vector<std::string> names() const;

  std::vector<Callable> callables_;
  std::vector<Dependency> dependencies_;
  std::vector<NamedDependency> named_dependencies_;
  std::unordered_map<std::string, CallableIndex> names_;
};

}  // namespace rota::inline v1
