// SPDX-License-Identifier: Apache-2.0
#include "executor/runner_lock.h"

#include "os/folder_below.h"
#include "os/process_identity.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr const char* kFolder = ".rota/runners";
constexpr std::chrono::milliseconds kPause{5};

[[noreturn]] void fail(const std::filesystem::path& root) {
  throw std::system_error(errno, std::generic_category(), (root / kFolder).string());
}

// PID.START_TICKS.NUMBER
std::optional<ProcessIdentity> runner_of(std::string_view name) {
  ProcessIdentity runner = this_process();
  const char* end = name.data() + name.size();
  const auto pid = std::from_chars(name.data(), end, runner.pid);
  if (pid.ec != std::errc() || pid.ptr == end || *pid.ptr != '.') return std::nullopt;
  const auto ticks = std::from_chars(pid.ptr + 1, end, runner.start_ticks);
  if (ticks.ec != std::errc()) return std::nullopt;
  return runner;
}

bool is_same_file(int fd, int folder, const std::string& name) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 &&
         ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> names;
  DIR* open = ::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open == nullptr) return names;
  while (const dirent* entry = ::readdir(open)) names.emplace_back(entry->d_name);
  ::closedir(open);
  return names;
}

}  // namespace

RunnerLock::RunnerLock(const std::filesystem::path& project_root)
    : folder_(open_folder_below(project_root, kFolder)) {
  static std::atomic<unsigned> count{0};
  if (!folder_.valid()) fail(project_root);
  const ProcessIdentity self = this_process();
  name_ = fmt::format("{}.{}.{}", self.pid, self.start_ticks, ++count);
  // Another runner that tidies up may remove it before it is locked.
  for (bool is_locked = false; !is_locked;) {
    file_ = UnsharedFd(
        ::openat(folder_.get(), name_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_.valid() || ::flock(file_.get(), LOCK_EX) != 0) fail(project_root);
    is_locked = is_same_file(file_.get(), folder_.get(), name_);
  }
}

RunnerLock::~RunnerLock() {
  if (file_.valid()) ::unlinkat(folder_.get(), name_.c_str(), 0);
}

std::string wait_for_dead_runners(const std::filesystem::path& project_root,
                                  std::chrono::milliseconds longest) {
  const auto give_up = std::chrono::steady_clock::now() + longest;
  const UniqueFd folder(
      ::open((project_root / kFolder).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return {};  // no runner has been here
  for (const std::string& name : names_in(folder.get())) {
    const auto runner = runner_of(name);
    if (!runner) continue;
    const UniqueFd file(
        ::openat(folder.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    while (file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (!is_dead(*runner)) break;
      if (std::chrono::steady_clock::now() >= give_up)
        return fmt::format(
            "tasks of the runner with process number {}, which has ended, still run after {} s; "
            "`fuser .rota/runners/{}` names their processes, end them",
            runner->pid, std::chrono::duration_cast<std::chrono::seconds>(longest).count(), name);
      std::this_thread::sleep_for(kPause);
    }
    if (file.valid() && is_dead(*runner)) ::unlinkat(folder.get(), name.c_str(), 0);
  }
  return {};
}

}  // namespace rota::inline v1
