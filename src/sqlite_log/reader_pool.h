// SPDX-License-Identifier: Apache-2.0
// Connections for reading, kept from one use to the next, one for each thread that reads at the moment.
// Knows nothing of what is read.
#pragma once

#include "sqlite_log/database.h"
#include "sqlite_log/log_file.h"

#include <memory>
#include <mutex>
#include <vector>

namespace rota::inline v1 {

class ReaderPool {
 public:
  // A connection for as long as this lives.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Connection> connection) noexcept
        : pool_(pool), connection_(std::move(connection)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Connection& operator*() const noexcept { return *connection_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit ReaderPool(LogFile file) : file_(std::move(file)) {}

  // Throws LogError where the file cannot be opened, or is not the one any more that was opened.
  Lease take();
  // Closes those that are not in use.
  void close_idle() noexcept;
  // The same for good: the others close when they are given back.
  void close() noexcept;

 private:
  static constexpr std::size_t kMaxKept = 8;

  void give_back(std::unique_ptr<Connection> connection) noexcept;

  const LogFile file_;
  std::mutex mutex_;  // guards all below
  bool closed_ = false;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace rota::inline v1
