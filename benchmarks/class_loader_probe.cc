// SPDX-License-Identifier: Apache-2.0
// class_loader_probe discover FOLDER: loads each library and asks for the classes; class_loader has no
// other way to know them.
// class_loader_probe first FOLDER: the libraries are known, not loaded; makes the first instance of each.
#include "plugins/class_loader_base.h"
#include "probe.h"

#include <memory>
#include <string_view>

#include <class_loader/class_loader.hpp>
#include <class_loader/multi_library_class_loader.hpp>

namespace {

// Leaves without unloading, as a program that goes on to use them.
int discover(const std::vector<std::string>& files) {
  auto* loader = new class_loader::MultiLibraryClassLoader(false);
  return probe::measure([&] {
    for (const std::string& file : files) loader->loadLibrary(file);
    return loader->getAvailableClasses<BenchmarkBase>().size();
  });
}

int create(const std::vector<std::string>& files) {
  return probe::measure([&] {
    for (const std::string& file : files) {
      auto* loader = new class_loader::ClassLoader(file, true);
      loader->createUnmanagedInstance<BenchmarkBase>(std::filesystem::path(file).stem().string());
    }
    return files.size();
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) probe::fail("usage: class_loader_probe discover|first FOLDER");
  console_bridge::setLogLevel(console_bridge::CONSOLE_BRIDGE_LOG_ERROR);
  const std::vector<std::string> files = probe::plugin_files(argv[2]);
  const std::string_view what = argv[1];
  const int status = what == "first" ? create(files) : discover(files);
  std::fflush(nullptr);
  std::_Exit(status);
}
