// SPDX-License-Identifier: Apache-2.0
#include "plan/file_states.h"

#include "execution_log/content_stamp.h"
#include "os/file.h"
#include <rota/error.h>
#include <rota/project.h>

#include <sys/stat.h>

#include <cerrno>

namespace rota::inline v1 {
namespace {

std::string trouble_text(int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) return " is gone";
  return " cannot be looked at: " + error_text(error_number);
}

}  // namespace

std::filesystem::path FileStates::path_of(const FileStamp& stamp) {
  if (root_.empty() && !stamp.path.starts_with('/')) root_ = find_project().root;
  return root_ / stamp.path;
}

void FileStates::read_content(const std::filesystem::path& file, State& state) {
  state.content_hash.emplace();
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  try {
    FileStamp now = stamp_content(file);
    // A later look at the size would speak of another moment than the hash.
    if (now.size_bytes == state.size_bytes) state.content_hash = std::move(now.content_hash);
  } catch (const LogError& error) {
    state.trouble = error.what();
  }
}

std::string FileStates::describe_change(const FileStamp& stamp) {
  const auto [at, is_new] = states_.try_emplace(stamp.path);
  State& state = at->second;
  if (is_new) {
    struct stat status {};
    if (::stat(path_of(stamp).c_str(), &status) != 0) {
      state.error_number = errno;
    } else {
      state.size_bytes = static_cast<std::uint64_t>(status.st_size);
      state.mtime_nanoseconds =
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    }
  }
  if (state.error_number != 0) return trouble_text(state.error_number);
  if (state.size_bytes != stamp.size_bytes) return " changed";
  if (state.mtime_nanoseconds == stamp.mtime_nanoseconds) return {};
  if (stamp.content_hash.empty()) return " changed";
  if (!state.content_hash) read_content(path_of(stamp), state);
  if (!state.trouble.empty()) return " changed, and " + state.trouble;
  return *state.content_hash == stamp.content_hash ? "" : " changed";
}

}  // namespace rota::inline v1
