// SPDX-License-Identifier: Apache-2.0
// files_probe stat|read|dlopen|first FOLDER: what the system itself takes for the files of Rota's plugins.
#include "probe.h"
#include <rota/discovery.h>
#include <rota/plugin.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace {

std::size_t stat_all(const std::vector<std::string>& files) {
  std::size_t count = 0;
  struct stat status {};
  for (const std::string& file : files) count += ::stat(file.c_str(), &status) == 0 ? 1 : 0;
  return count;
}

std::size_t read_all(const std::vector<std::string>& files) {
  std::size_t count = 0;
  std::array<char, 4096> bytes{};
  for (const std::string& file : files) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    count += ::pread(fd, bytes.data(), bytes.size(), 0) > 0 ? 1 : 0;
    ::close(fd);
  }
  return count;
}

void* load(const std::string& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) probe::fail(::dlerror());
  return library;
}

std::size_t load_all(const std::vector<std::string>& files) {
  for (const std::string& file : files) load(file);
  return files.size();
}

// What is the least for a first instance: load the library, find its entry, call it.
std::size_t enter_all(const std::vector<std::string>& files) {
  std::size_t count = 0;
  for (const std::string& file : files) {
    void* symbol = ::dlsym(load(file), ROTA_PLUGIN_ENTRY_NAME);
    if (symbol == nullptr) probe::fail(::dlerror());
    count += reinterpret_cast<rota_plugin_entry_function>(symbol)()->tasks != nullptr ? 1 : 0;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) probe::fail("usage: files_probe stat|read|dlopen|first FOLDER");
  // The plugins need librota, which so is there before the first of them.
  if (rota::to_string(rota::RefusalReason::no_task).empty()) probe::fail("librota is silent");
  const std::vector<std::string> files = probe::plugin_files(argv[2]);
  const std::string_view what = argv[1];
  if (what == "stat") return probe::measure([&] { return stat_all(files); });
  if (what == "read") return probe::measure([&] { return read_all(files); });
  if (what == "dlopen") return probe::measure([&] { return load_all(files); });
  if (what == "first") return probe::measure([&] { return enter_all(files); });
  probe::fail("unknown measurement");
}
