// SPDX-License-Identifier: Apache-2.0
#include "executor/runner_lock.h"

#include "executor/marked_processes.h"
#include "os/folder_below.h"
#include "os/process_identity.h"
#include "os/sha256.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <ctime>
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
// A supervisor that lives ends all within this after its runner; what is left then is ended by us.
constexpr std::chrono::milliseconds kMaxWaitForSupervisor{500};
constexpr std::size_t kPlaceDigits = 12;
constexpr std::int64_t kOldSeconds = std::int64_t{30} * 24 * 60 * 60;

[[noreturn]] void fail(const std::filesystem::path& root) {
  throw std::system_error(errno, std::generic_category(), (root / kFolder).string());
}

// Where a process number means what it means here: the host, its boot, and the PID namespace.
std::string place_of(const ProcessIdentity& process) {
  return to_hex(sha256_of(process.host + '\n' + process.boot_id)).substr(0, kPlaceDigits);
}

// PID.START_TICKS.PLACE.NUMBER.
struct RunnerName {
  ProcessIdentity runner = {};
  bool is_of_here = false;  // its numbers mean what they mean here
};

std::optional<RunnerName> parse_runner_name(std::string_view name) {
  RunnerName parsed{.runner = this_process()};
  const char* end = name.data() + name.size();
  const auto pid = std::from_chars(name.data(), end, parsed.runner.pid);
  if (pid.ec != std::errc() || pid.ptr == end || *pid.ptr != '.') return std::nullopt;
  const auto ticks = std::from_chars(pid.ptr + 1, end, parsed.runner.start_ticks);
  if (ticks.ec != std::errc() || ticks.ptr == end || *ticks.ptr != '.') return std::nullopt;
  const std::string_view rest(ticks.ptr + 1, end);
  if (rest.size() <= kPlaceDigits + 1 || rest[kPlaceDigits] != '.') return std::nullopt;
  parsed.is_of_here = rest.substr(0, kPlaceDigits) == place_of(parsed.runner);
  return parsed;
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

bool wait_for_lock(int file, std::chrono::steady_clock::time_point until) {
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

// False: its processes cannot be ended.
bool end_runner(int file, const std::string& name, std::chrono::milliseconds longest) {
  const auto now = std::chrono::steady_clock::now();
  wait_for_lock(file, now + std::min(longest, kMaxWaitForSupervisor));
  // Also where the lock is free: another program that a task started does not hold it.
  end_marked_processes(runner_mark(name));
  return wait_for_lock(file, now + longest);
}

// Of another host, boot or PID namespace nobody can tell here whether it lives, and a lock may not be seen.
bool is_old(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && ::time(nullptr) - status.st_mtime > kOldSeconds &&
         ::flock(file, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

RunnerLock::RunnerLock(const std::filesystem::path& project_root)
    : folder_(open_folder_below(project_root, kFolder)) {
  static std::atomic<unsigned> count{0};
  if (!folder_.valid()) fail(project_root);
  const ProcessIdentity self = this_process();
  name_ = fmt::format("{}.{}.{}.{}", self.pid, self.start_ticks, place_of(self), ++count);
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
  const UniqueFd folder(
      ::open((project_root / kFolder).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return {};  // no runner has been here
  for (const std::string& name : names_in(folder.get())) {
    const UniqueFd file(
        ::openat(folder.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.valid()) continue;
    const auto parsed = parse_runner_name(name);
    if (!parsed || !(parsed->is_of_here ? is_dead(parsed->runner) : is_old(file.get()))) continue;
    if (parsed->is_of_here && !end_runner(file.get(), name, longest))
      return fmt::format(
          "tasks of the runner with process number {}, which has ended, still run after {} s; "
          "`fuser .rota/runners/{}` names their processes, end them",
          parsed->runner.pid, std::chrono::duration_cast<std::chrono::seconds>(longest).count(),
          name);
    if (is_same_file(file.get(), folder.get(), name)) ::unlinkat(folder.get(), name.c_str(), 0);
  }
  return {};
}

}  // namespace rota::inline v1
