// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/reader_pool.h"

namespace rota::inline v1 {

ReaderPool::Lease ReaderPool::take() {
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard hold(mutex_);
    idle_.reserve(kMaxKept);  // so that giving back needs no memory
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection == nullptr) connection = open_for_reading(file_);
  if (connection->has_moved()) throw_moved_away(file_.path);
  return {*this, std::move(connection)};
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::lock_guard hold(mutex_);
  // An immutable one would not see what is written from now on.
  const bool keep =
      !closed_ && connection->access() != Access::immutable && idle_.size() < idle_.capacity();
  if (keep) idle_.push_back(std::move(connection));
}

void ReaderPool::close_idle() noexcept {
  std::vector<std::unique_ptr<Connection>> idle;
  const std::lock_guard hold(mutex_);
  idle.swap(idle_);
}

void ReaderPool::close() noexcept {
  {
    const std::lock_guard hold(mutex_);
    closed_ = true;
  }
  close_idle();
}

}  // namespace rota::inline v1
