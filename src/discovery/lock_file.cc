// SPDX-License-Identifier: Apache-2.0
#include "discovery/lock_file.h"

#include "discovery/trust.h"
#include "os/file.h"
#include "os/one_line.h"
#include "os/replace_file.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 64U << 20U;

constexpr std::string_view kComment =
    "# The plugins of this project, by content (SHA-256). `rota discover --lock` writes this file, "
    "`sha256sum -c`\n"
    "# checks it; while it is there, no other plugin is loaded.\n";

std::string key_of(const fs::path& file) { return fs::absolute(file).lexically_normal().string(); }

[[noreturn]] void fail(const fs::path& file, std::string_view what) {
  throw TaskRegistryError(fmt::format("{}: {}", file.string(), what));
}

std::string read_text(const fs::path& file) {
  const UniqueFd fd = open_for_reading(file);
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0)
    fail(file, fmt::format("it cannot be read: {}", error_text(errno)));
  if (!S_ISREG(status.st_mode)) fail(file, "it is no regular file");
  if (const auto refusal = check_trust(status)) fail(file, refusal->message);
  if (status.st_size > static_cast<off_t>(kMaxBytes)) fail(file, "it is too big to be a lock file");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const std::ptrdiff_t got = read_at(fd.get(), 0, text);
  if (got < 0) fail(file, fmt::format("it cannot be read: {}", error_text(errno)));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

std::string hash_line(const PluginFile& plugin, const fs::path& folder) {
  const UniqueFd fd = open_for_reading(plugin.file());
  const auto hash = fd.valid() ? sha256_of_file(fd.get()) : std::nullopt;
  if (!hash) fail(plugin.file(), fmt::format("it cannot be read: {}", error_text(errno)));
  const fs::path whole = key_of(plugin.file());
  const fs::path relative = whole.lexically_relative(folder);
  const std::string name =
      relative.empty() || *relative.begin() == ".." ? whole.string() : relative.string();
  // sha256sum writes these in a form of its own.
  if (name.find_first_of("\n\r\\") != std::string::npos || name.starts_with('#'))
    fail(plugin.file(), "its name cannot be written to a lock file; rename it");
  return fmt::format("{}  {}\n", to_hex(*hash), name);
}

}  // namespace

LockFile LockFile::open(const fs::path& file) {
  return parse(read_text(file), fs::path(key_of(file)).parent_path(), file.string());
}

LockFile LockFile::parse(std::string_view text, const fs::path& folder, std::string_view name) {
  LockFile lock;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto hash = parse_sha256(line.substr(0, 64));
    const std::string_view separator = line.size() > 66 ? line.substr(64, 2) : "";
    if (!hash || (separator != "  " && separator != " *") ||
        line.find('\0') != std::string_view::npos) {
      throw TaskRegistryError(fmt::format(
          "{}:{}: this is no line of a lock file (64 hexadecimal digits, two spaces, a path); "
          "write it anew with `rota discover --lock`",
          name, number));
    }
    const std::string key = key_of(folder / line.substr(66));
    if (!lock.hashes_.emplace(key, *hash).second) {
      throw TaskRegistryError(
          fmt::format("{}:{}: {} is named twice; write it anew with `rota discover --lock`", name,
                      number, one_line(key)));
    }
  }
  return lock;
}

std::optional<Sha256> LockFile::find(const fs::path& file) const {
  const auto found = hashes_.find(key_of(file));
  if (found == hashes_.end()) return std::nullopt;
  return found->second;
}

void write_lock_file(const fs::path& lock_file, const std::vector<PluginFile>& plugins) {
  const fs::path folder = fs::path(key_of(lock_file)).parent_path();
  std::vector<std::string> lines;
  lines.reserve(plugins.size());
  for (const PluginFile& plugin : plugins) lines.push_back(hash_line(plugin, folder));
  std::ranges::sort(lines, {}, [](const std::string& line) { return line.substr(66); });
  std::string text(kComment);
  for (const std::string& line : lines) text += line;
  if (const std::string problem = replace_file(lock_file, text, 0644); !problem.empty())
    fail(lock_file, fmt::format("it cannot be written: {}", problem));
}

}  // namespace rota::inline v1
