// SPDX-License-Identifier: Apache-2.0
#include "os/process_identity.h"

#include "os/file.h"
#include "os/text.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::string_view kFirstPidNamespace = "pid:[4026531836]";  // fixed by the kernel

// A file of /proc is at most a page here; empty when it cannot be read.
std::string read_small_file(const std::string& path) {
  const UniqueFd file = open_for_reading(path);
  std::array<char, 4096> buffer;
  const std::ptrdiff_t size = file.valid() ? read_at(file.get(), 0, buffer) : 0;
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::string boot_and_namespace() {
  std::string boot(trim(read_small_file("/proc/sys/kernel/random/boot_id")));
  std::array<char, 64> link;
  const ssize_t size = ::readlink("/proc/self/ns/pid", link.data(), link.size());
  const std::string_view space(link.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (!boot.empty() && !space.empty() && space != kFirstPidNamespace)
    boot.append("/").append(space);
  return boot;
}

struct ProcessStat {
  char state = '?';
  std::int64_t parent = 0;
  std::int64_t threads = 0;
  std::int64_t start_ticks = 0;
};

// Fields 3, 4, 20 and 22 of /proc/PID/stat (proc(5)). Field 2, the program's name in parentheses, may hold
// anything, so fields are counted from the last ')'.
std::optional<ProcessStat> read_stat(std::int64_t pid) {
  const std::string text = read_small_file(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  std::vector<std::string_view> fields;  // fields[0] is field 3
  for (std::string_view rest = std::string_view(text).substr(name_end + 2); !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    fields.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (fields.size() < 20 || fields[0].empty()) return std::nullopt;
  const auto number = [&](std::size_t field) {
    std::int64_t value = 0;
    std::from_chars(fields[field].data(), fields[field].data() + fields[field].size(), value);
    return value;
  };
  return ProcessStat{fields[0].front(), number(1), number(17), number(19)};
}

std::string_view without_namespace(std::string_view boot_id) {
  return boot_id.substr(0, boot_id.find('/'));
}

bool is_judged_from(const std::string& here, const ProcessIdentity& process) {
  if (process.pid <= 0 || process.boot_id.empty() || process.host != host_name()) return false;
  const bool is_same_boot = without_namespace(process.boot_id) == without_namespace(here);
  return !here.empty() && (!is_same_boot || process.boot_id == here);
}

}  // namespace

std::int64_t parent_of(std::int64_t pid) {
  const auto stat = read_stat(pid);
  return stat ? stat->parent : 0;
}

ProcessIdentity this_process() {
  const std::int64_t pid = ::getpid();
  const std::optional<ProcessStat> stat = read_stat(pid);
  return {host_name(), boot_and_namespace(), pid, stat ? stat->start_ticks : 0};
}

bool can_judge(const ProcessIdentity& process) {
  return is_judged_from(boot_and_namespace(), process);
}

bool is_dead(const ProcessIdentity& process) {
  const std::string here = boot_and_namespace();
  if (!is_judged_from(here, process)) return false;
  if (process.boot_id != here) return true;

  // kill() sees processes that a /proc mounted with hidepid hides.
  const auto pid = static_cast<pid_t>(process.pid);
  if (pid != process.pid || (::kill(pid, 0) != 0 && errno == ESRCH)) return true;
  const std::optional<ProcessStat> stat = read_stat(process.pid);
  if (!stat) return false;
  const bool only_waits_for_its_parent =
      (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
  const bool is_another =
      process.start_ticks > 0 && stat->start_ticks > 0 && stat->start_ticks != process.start_ticks;
  return only_waits_for_its_parent || is_another;
}

}  // namespace rota::inline v1
