// SPDX-License-Identifier: Apache-2.0
#include "runner/ready_tasks.h"

namespace rota::inline v1 {

std::optional<ReadyTasks::Entry> ReadyTasks::take() {
  while (!later_.empty() && later_.top().moment <= Clock::now()) {
    ready_.push(later_.top().entry);
    later_.pop();
  }
  if (ready_.empty()) return std::nullopt;
  const Entry entry = ready_.top();
  ready_.pop();
  return entry;
}

void ReadyTasks::wake(const std::vector<Pools::Index>& pools) {
  for (const Pools::Index pool : pools) {
    if (waiting_[pool].empty()) continue;
    ready_.push(waiting_[pool].top());
    waiting_[pool].pop();
  }
}

std::optional<ReadyTasks::Clock::time_point> ReadyTasks::next_moment() const {
  if (later_.empty()) return std::nullopt;
  return later_.top().moment;
}

}  // namespace rota::inline v1
