// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace flights {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, std::string_view what, int error_number) {
  throw FileError(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error_number)));
}

class FileDescriptor {
 public:
  FileDescriptor(const fs::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(path, "cannot be opened", errno);
  }
  ~FileDescriptor() { ::close(descriptor_); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

void write_all(const FileDescriptor& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) fail(path, "cannot be written to the disk", errno);
}

struct ZipCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};

std::unique_ptr<zip_t, ZipCloser> open_zip(const fs::path& path) {
  int code = 0;
  std::unique_ptr<zip_t, ZipCloser> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw FileError(fmt::format("{}: cannot be opened as a zip file: {}", path.string(), reason));
}

std::string read_zip_member(const fs::path& path, const std::string& name) {
  const auto archive = open_zip(path);
  zip_stat_t status;
  if (zip_stat(archive.get(), name.c_str(), 0, &status) != 0 || !(status.valid & ZIP_STAT_SIZE)) {
    throw FileError(fmt::format("{}: there is no {} in this zip file", path.string(), name));
  }
  std::unique_ptr<zip_file_t, ZipCloser> member(zip_fopen(archive.get(), name.c_str(), 0));
  std::string bytes;
  zip_int64_t got = member ? 0 : -1;
  while (member && bytes.size() <= status.size) {
    char buffer[1 << 16];
    got = zip_fread(member.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  if (got == 0 && bytes.size() == status.size) return bytes;
  const std::string reason = !member   ? zip_strerror(archive.get())
                             : got < 0 ? zip_file_strerror(member.get())
                                       : "its size is not what the zip file says";
  throw FileError(fmt::format("{}: {} in it is damaged: {}", path.string(), name, reason));
}

}  // namespace

std::string read_file(const fs::path& path) {
  const FileDescriptor file(path, O_RDONLY);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot be read", errno);
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(status.st_size));
  for (;;) {
    char buffer[1 << 16];
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot be read", errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string read_file_or_zip(const fs::path& path, fs::path& found) {
  const fs::path zip = path.string() + ".zip";
  found = !fs::exists(path) && fs::exists(zip) ? zip : path;
  return found == zip ? read_zip_member(zip, path.filename().string()) : read_file(path);
}

void write_file(const fs::path& path, std::string_view bytes) {
  const fs::path partial = path.string() + ".partial";
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);  // what fails here fails again in open()
  try {
    write_all(FileDescriptor(partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW), partial, bytes);
    rename_file(partial, path);
  } catch (...) {
    fs::remove(partial, ignored);
    throw;
  }
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot be put in its place", errno);
  const fs::path folder = to.has_parent_path() ? to.parent_path() : fs::path(".");
  const FileDescriptor directory(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(directory.get()) != 0) fail(folder, "cannot be written to the disk", errno);
}

}  // namespace flights
