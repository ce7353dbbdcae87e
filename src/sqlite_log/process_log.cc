// SPDX-License-Identifier: Apache-2.0
// The log of this process.
#include "sqlite_log/sqlite_log.h"
#include <rota/execution_log.h>
#include <rota/project.h>

#include <pthread.h>

#include <cstdlib>
#include <memory>
#include <mutex>

namespace rota::inline v1 {
namespace {

struct Holder {
  std::mutex mutex;
  std::unique_ptr<SqliteLog>
      log;  // set once, never destroyed: a thread may still hold it while the program ends
};

Holder& holder() {
  static Holder* const instance = [] {
    ForkGuard::watch_forks();  // those handlers make uses wait, so they have to come after this one
    ::pthread_atfork([] { holder().mutex.lock(); }, [] { holder().mutex.unlock(); },
                     [] { holder().mutex.unlock(); });
    return new Holder;
  }();
  return *instance;
}

Project project_of_process() try {
  return find_project();
} catch (const std::exception& error) {  // a rota.toml that is not valid, or no current folder
  throw LogError(error.what());
}

std::unique_ptr<SqliteLog> open_log_of_project() {
  const Project project = project_of_process();
  LogOptions options;
  options.project_root = project.root;
  return std::make_unique<SqliteLog>(project.log_path, options);
}

// Leaves one whole file behind, as if the log had been destroyed.
void close_at_exit() {
  const std::lock_guard hold(holder().mutex);
  holder().log->close();
}

}  // namespace

ExecutionLog& process_log() {
  Holder& held = holder();
  const std::lock_guard hold(held.mutex);
  if (held.log == nullptr) {
    held.log = open_log_of_project();
    std::atexit(close_at_exit);
  }
  return *held.log;
}

}  // namespace rota::inline v1
