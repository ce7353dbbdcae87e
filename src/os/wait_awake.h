// SPDX-License-Identifier: Apache-2.0
// Waiting for what comes sooner than a thread that sleeps would be awake again: it stays awake and lets others run.
#pragma once

#include <chrono>
#include <thread>

namespace rota::inline v1 {

// Whether `has_come()` gave true within `longest`; it is asked at least once.
template <class HasCome>
bool has_come_within(std::chrono::microseconds longest, HasCome has_come) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!has_come()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace rota::inline v1
