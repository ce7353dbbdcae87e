// SPDX-License-Identifier: Apache-2.0
// How much memory a connection has for pages while this object is there. Knows nothing of what is done meanwhile.
#pragma once

#include "sqlite_log/database.h"

#include <fmt/format.h>

namespace rota::inline v1 {

class PageCache {
 public:
  explicit PageCache(Connection& connection) : connection_(connection) {}
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;
  ~PageCache() {
    try {
      resize(2000);  // SQLite's default
    } catch (const SqliteError&) {
      // Only memory is lost by it.
    }
  }

  // What is held beyond it is given back at once.
  void resize(int kibibytes) {
    const std::string statement =
        fmt::format("PRAGMA cache_size = -{}; PRAGMA shrink_memory", kibibytes);
    connection_.execute(statement.c_str());
  }

 private:
  Connection& connection_;
};

}  // namespace rota::inline v1
