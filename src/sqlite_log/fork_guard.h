// SPDX-License-Identifier: Apache-2.0
// Keeps the open files of SQLite out of forked children. Knows nothing of what is in a log.
//
// SQLite counts the locks of a process in memory, which a fork copies, while the locks themselves are not
// inherited: a child that used what its parent had open would write without any. So before a fork each log
// finishes what it does with its file and closes it, and parent and child open it anew when they next use it.
// Where that cannot be, because the thread that forks uses the log itself, or another one does not come to an end
// with it, the file stays open: the parent goes on, and the child may neither use that log nor open its file.
// A program started by exec begins afresh; a posix_spawn or vfork is no fork here.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>
#include <thread>

namespace rota::inline v1 {

// One for each open log.
class ForkGuard {
 public:
  // How long a fork waits for those who use a log.
  static constexpr std::chrono::milliseconds kPatience{3000};

  // What a log does about a fork, while no use of it is under way.
  struct Steps {
    std::function<void()> close_files;     // before it; throws nothing
    std::function<void()> begin_in_child;  // in the child, on its only thread
  };

  // Throws LogError in a child whose parent had the file open. Until it is ready it counts as used by this thread.
  explicit ForkGuard(const std::filesystem::path& log);
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();
  void be_ready(Steps steps);

  // False in a child in which it must not be touched; what a use would throw there.
  bool is_usable() const noexcept;

  // While it lives no other thread forks, but for one that has waited too long. Waits for a fork that is under way,
  // unless this thread is in the middle of a use already.
  class Use {
   public:
    // Throws LogError, "cannot VERB the execution log ...", where it is not usable.
    Use(ForkGuard& log, std::string_view verb);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();

   private:
    friend ForkGuard;
    explicit Use(ForkGuard& log) noexcept : log_(log) {}

    ForkGuard& log_;
    const std::thread::id thread_ = std::this_thread::get_id();
    Use* next_ = nullptr;
  };

  // From now on forks are looked after. A handler that takes what is held while a log is opened has to be registered
  // later: it then comes before this one.
  static void watch_forks();

 private:
  struct Registry;

  const std::filesystem::path path_;
  pid_t process_;  // in which it is usable
  Steps steps_;
  Use opening_{*this};
  bool is_ready_ = false;
  bool is_closed_ = false;  // for the fork that is under way
  ForkGuard* next_ = nullptr;
};

}  // namespace rota::inline v1
