// SPDX-License-Identifier: Apache-2.0
#include "cli/output_files.h"

#include "cli/output.h"
#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

constexpr off_t kMostBytes = off_t{64} * 1024;
constexpr std::string_view kFolder = ".rota/output/";

// Where it is below .rota/output, mostly "RUN/TASK.ATTEMPT.txt"; empty: it is not there.
fs::path place_of(std::string_view output_path) {
  const std::size_t at = output_path.rfind(kFolder);
  if (at == std::string_view::npos || (at > 0 && output_path[at - 1] != '/')) return {};
  fs::path place = output_path.substr(at + kFolder.size());
  const bool leads_out = std::ranges::any_of(
      place, [](const fs::path& part) { return part.empty() || part == "." || part == ".."; });
  return leads_out || place.is_absolute() ? fs::path() : place;
}

// Of the folder `place` is in; invalid with errno set where that is not there.
UniqueFd open_folder_of(const fs::path& place, const Project& project) {
  UniqueFd folder(::open(project.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const fs::path& part : fs::path(kFolder) / place.parent_path()) {
    if (part.empty() || !folder.valid()) continue;
    folder = UniqueFd(
        ::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return folder;
}

std::string read_from(const UniqueFd& file, off_t from, off_t to) {
  std::string text(static_cast<std::size_t>(to - from), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t read =
        ::pread(file.get(), text.data() + got, text.size() - got, from + static_cast<off_t>(got));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) break;
    got += static_cast<std::size_t>(read);
  }
  text.resize(got);
  return text;
}

// Which task printed it: "TASK" of "RUN/TASK.ATTEMPT.txt"; nothing: it is no file of an execution.
std::optional<std::string> task_of(const fs::path& place) {
  if (std::distance(place.begin(), place.end()) != 2 || place.extension() != ".txt") return {};
  const fs::path attempt = place.stem().extension();
  return attempt.empty() ? std::nullopt : std::optional(place.stem().stem().string());
}

// Takes those away that executions of the task still name.
void keep_what_is_named(const ExecutionLog& log, const std::string& task_id,
                        std::set<fs::path>& places) {
  constexpr std::size_t kPage = 1'000;
  HistoryQuery query{.task_id = task_id, .limit = kPage};
  for (;;) {
    const std::vector<Execution> page = log.get_task_execution_history(query);
    for (const Execution& execution : page) places.erase(place_of(execution.end.output_path));
    if (page.size() < kPage || places.empty()) return;
    query.before_sequence = page.back().started_sequence;
  }
}

// False with errno set where it is there and stays.
bool remove_file(const fs::path& place, const Project& project) {
  const UniqueFd folder = open_folder_of(place, project);
  const std::string name = place.filename().string();
  struct stat found {};
  if (!folder.valid() || ::fstatat(folder.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
  if (!S_ISREG(found.st_mode)) return true;
  if (::unlinkat(folder.get(), name.c_str(), 0) != 0) return false;
  const UniqueFd above = open_folder_of(place.parent_path(), project);
  if (above.valid())  // where it is empty now
    ::unlinkat(above.get(), place.parent_path().c_str(), AT_REMOVEDIR);
  return true;
}

}  // namespace

std::string read_output_tail(const std::string& output_path, const Project& project) {
  const fs::path place = place_of(output_path);
  if (place.empty()) return {};
  const UniqueFd folder = open_folder_of(place, project);
  if (!folder.valid()) return {};
  const UniqueFd file(::openat(folder.get(), place.filename().c_str(),
                               O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const off_t from = std::max<off_t>(0, status.st_size - kMostBytes);
  std::string text = read_from(file, from, status.st_size);
  const std::size_t line = text.find('\n');
  if (from > 0 && line != std::string::npos) text.erase(0, line + 1);
  return text;
}

void remove_output_files(std::span<const CleanupEntry> removed, const ExecutionLog& log,
                         const Project& project) {
  std::map<std::string, std::set<fs::path>> by_task;
  for (const CleanupEntry& entry : removed) {
    fs::path place = place_of(entry.output_path);
    if (const auto task = task_of(place)) by_task[*task].insert(std::move(place));
  }
  std::size_t failed = 0;
  std::string first_failure;
  for (auto& [task_id, places] : by_task) {
    keep_what_is_named(log, task_id, places);
    for (const fs::path& place : places) {
      if (remove_file(place, project) || failed++ > 0) continue;
      first_failure =
          fmt::format("{}{} cannot be removed: {}", kFolder, place.string(), std::strerror(errno));
    }
  }
  if (failed == 0) return;
  print_warning(first_failure + (failed > 1 ? fmt::format("; nor can {} more", failed - 1) : ""));
}

}  // namespace rota::cli
