// SPDX-License-Identifier: Apache-2.0
// How a task is run, beyond what it does: retries, limits, priority, pools, isolation. Set in the task class, in
// rota.toml and on the command line, under the same names. Knows nothing of who obeys it.
//
//   retries = 3                  how often it is tried again after a failure; 0
//   retry_delay = "1s"           before the first of them
//   retry_factor = 2             each further delay is so many times the one before
//   retry_max_delay = "60s"      no delay is longer
//   retry_jitter = 0.1           each is changed at random by up to this part of it
//   retry_on = "any"             after which failures: any, or several of error, crash, timeout, memory
//   timeout = "30m"              it is asked to end then (SIGTERM), and some seconds later killed
//   memory_limit = "2GiB"        largest resident memory of its processes together
//   cpu_limit = "10m"            processor time of its process
//   output_limit = "512MiB"      it fails when it prints more
//   priority = 0                 of those that are ready, the highest begins first
//   pools = "gpu, disk"          it holds a place in each of them while it runs
//   isolation = "shared"         or "fresh": in a process of its own
//   checkpoints = false          it goes on after its last finished operation
//
// A duration is a number with ms, s, m, h or d; a size one with B, KiB, MiB, GiB, TiB.
#pragma once

#include <rota/export.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

enum class Isolation : std::uint8_t {
  shared,  // in a worker that runs other executions before and after
  fresh,   // in a process of its own
};

// Kinds of failures, as bits.
struct RetryOn {
  static constexpr unsigned kError = 1;    // the task says so, or throws
  static constexpr unsigned kCrash = 2;    // its process ended, or it printed too much
  static constexpr unsigned kTimeout = 4;  // it took too long
  static constexpr unsigned kMemory = 8;   // it used too much
  static constexpr unsigned kAny = 15;
};

// What is not set is left to what is weaker, and at last to the defaults above.
struct TaskPolicy {
  std::optional<std::uint32_t> retries = {};
  std::optional<std::chrono::milliseconds> retry_delay = {};
  std::optional<double> retry_factor = {};
  std::optional<std::chrono::milliseconds> retry_max_delay = {};
  std::optional<double> retry_jitter = {};
  std::optional<unsigned> retry_on = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<std::uint64_t> memory_limit_bytes = {};
  std::optional<std::chrono::seconds> cpu_limit = {};
  std::optional<std::uint64_t> output_limit_bytes = {};
  std::optional<std::int64_t> priority = {};
  std::optional<std::vector<std::string>> pools = {};
  std::optional<Isolation> isolation = {};
  std::optional<bool> checkpoints = {};

  friend bool operator==(const TaskPolicy&, const TaskPolicy&) = default;
};

constexpr bool is_policy_name(std::string_view name) noexcept {
  for (const std::string_view known :
       {"retries", "retry_delay", "retry_factor", "retry_max_delay", "retry_jitter", "retry_on",
        "timeout", "memory_limit", "cpu_limit", "output_limit", "priority", "pools", "isolation",
        "checkpoints"}) {
    if (name == known) return true;
  }
  return false;
}

// Sets one of them from text. Throws ArgumentError that says what is wrong with the name or the value.
ROTA_EXPORT void set_policy(TaskPolicy& policy, std::string_view name, std::string_view value);
// What `stronger` sets, and for the rest what `weaker` does.
ROTA_EXPORT TaskPolicy merge(const TaskPolicy& stronger, const TaskPolicy& weaker);
// The delay before a retry (1: the first), where `random` is from 0 to 1.
ROTA_EXPORT std::chrono::milliseconds retry_delay(const TaskPolicy& policy, std::uint32_t retry,
                                                  double random) noexcept;

// "30s", "1.5h"; "2GiB". They throw ArgumentError.
ROTA_EXPORT std::chrono::milliseconds parse_duration(std::string_view text);
ROTA_EXPORT std::uint64_t parse_size(std::string_view text);

}  // namespace rota::inline v1
