// SPDX-License-Identifier: Apache-2.0
// rota new NAME: a plugin project to begin with. It is made under another name and renamed, so that it is
// there whole or not at all. Looks at no project and no plugin.
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/new_template.h"
#include "cli/output.h"
#include "os/file.h"
#include <rota/rota.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 100;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void check_name(const std::string& name) {
  bool good = !name.empty() && name.size() <= kMaxNameBytes && is_letter(name.front());
  for (const char c : name) good = good && (is_letter(c) || is_digit(c) || c == '_' || c == '-');
  if (good) return;
  throw UsageError(
      fmt::format("'{}' cannot be the name of a plugin: take 1 to {} letters, digits, _ and -, "
                  "the first one a letter",
                  name, kMaxNameBytes));
}

// hello-world as a word of C++, hello_world, and as the name of a class, HelloWorldTask.
std::string word_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string class_of(std::string_view name) {
  std::string result;
  bool begins = true;
  for (const char c : name) {
    if (c == '_' || c == '-') {
      begins = true;
      continue;
    }
    result += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return result + "Task";
}

std::string filled_in(std::string_view text, const std::string& name) {
  const std::pair<std::string_view, std::string> blanks[] = {
      {"@name@", name}, {"@word@", word_of(name)}, {"@Class@", class_of(name)}};
  std::string result(text);
  for (const auto& [blank, value] : blanks) {
    for (std::size_t at = result.find(blank); at != std::string::npos;
         at = result.find(blank, at + value.size())) {
      result.replace(at, blank.size(), value);
    }
  }
  return result;
}

[[noreturn]] void throw_cannot_be_made(const fs::path& path, int error) {
  throw Error(fmt::format("{} cannot be made: {}", path.lexically_normal().string(),
                          std::generic_category().message(error)));
}

// An open file or folder.
class OpenPath {
 public:
  OpenPath(fs::path path, int flags)
      : path_(std::move(path)), fd_(::open(path_.c_str(), flags | O_CLOEXEC, 0644)) {
    if (!fd_.valid()) throw_cannot_be_made(path_, errno);
  }

  void write(std::string_view text) const {
    if (!write_all(fd_.get(), text)) throw_cannot_be_made(path_, errno);
  }
  void sync() const {
    if (::fsync(fd_.get()) != 0) throw_cannot_be_made(path_, errno);
  }

 private:
  fs::path path_;
  UniqueFd fd_;
};

void sync_folder(const fs::path& folder) { OpenPath(folder, O_RDONLY | O_DIRECTORY).sync(); }

// Never writable by others, whatever the umask: Rota takes no plugin below such a folder.
void make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) throw_cannot_be_made(folder, errno);
}

void write_project(const fs::path& folder, const std::string& name) {
  make_folder(folder);
  for (const TemplateFile& file : plugin_template()) {
    const fs::path path = folder / filled_in(file.path, name);
    make_folder(path.parent_path());
    const OpenPath out(path, O_WRONLY | O_CREAT | O_EXCL);
    out.write(filled_in(file.text, name));
    out.sync();
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) sync_folder(entry.path());
  }
  sync_folder(folder);
}

// A folder beside the one that is to be made; gone, with what is in it, when the object is.
class FolderBeside {
 public:
  explicit FolderBeside(const fs::path& target) {
    std::string name =
        (target.parent_path() / fmt::format(".{}.XXXXXX", target.filename().string())).string();
    if (::mkdtemp(name.data()) == nullptr) throw_cannot_be_made(target, errno);
    path_ = name;
  }
  FolderBeside(const FolderBeside&) = delete;
  FolderBeside& operator=(const FolderBeside&) = delete;
  ~FolderBeside() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

[[noreturn]] void throw_is_there(const fs::path& target) {
  throw UsageError(fmt::format(
      "{} is there already and is no empty folder; choose another name, or move it away",
      target.lexically_normal().string()));
}

void make_project(const fs::path& parent, const std::string& name) {
  const fs::path target = parent / name;
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(target, ignored);
  if (fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(target, ignored)))
    throw_is_there(target);
  const FolderBeside beside(target);
  write_project(beside.path() / name, name);
  // It replaces an empty folder and nothing else.
  if (::rename((beside.path() / name).c_str(), target.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR) throw_is_there(target);
    throw_cannot_be_made(target, errno);
  }
  sync_folder(parent);
}

fs::path parent_folder(const CommandLine& line) {
  if (line.path.empty()) return ".";
  if (line.path.size() > 1) throw UsageError("--path: name one folder to make the project in");
  fs::path folder = line.path.front();
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw UsageError(fmt::format("--path {}: there is no such folder", folder.string()));
  return folder;
}

std::string next_steps(const fs::path& folder, const std::string& name) {
  return fmt::format(
      "{}: a plugin project with the task class t_{}. Next:\n"
      "  cd {}\n"
      "  cmake -B build && cmake --build build\n"
      "  rota run\n",
      folder.string(), word_of(name), folder.string());
}

}  // namespace

void add_new(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "new", "Make a plugin project to begin with: sources, test, CMakeLists.txt, README.md");
  auto name = std::make_shared<std::string>();
  command.add_option("NAME", *name, "Name of the project, and of the new folder")
      .required()
      .value_name("");
  command.add_option("--path", line.path, "Folder to make it in. Default: the current one")
      .value_name("FOLDER")
      .once();
  command.does([&line, name] {
    check_name(*name);
    const fs::path parent = parent_folder(line);
    make_project(parent, *name);
    print(next_steps((parent / *name).lexically_normal(), *name));
    return 0;
  });
}

}  // namespace rota::cli
