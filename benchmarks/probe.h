// SPDX-License-Identifier: Apache-2.0
// What every probe does: find the files (not measured), measure one thing once, and print the result as a
// line of JSON. Knows none of the systems.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace probe {

// Every *.so file below a folder, in the order of their paths.
inline std::vector<std::string> plugin_files(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

// CPU of this process, and of its children that have ended.
inline double cpu_seconds() {
  timespec own{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) * 1e-9 +
         seconds(children.ru_utime) + seconds(children.ru_stime);
}

// Bytes of this process that are resident, and the most that ever were.
inline std::size_t resident_bytes(const char* field) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(field))
      return std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
  }
  return 0;
}

// Runs `function`, which gives how many of what it was asked for it has done, and prints how long it took, how much
// memory it needed at most; and what it left in `longest`, in seconds.
template <class Function>
int measure(const Function& function, const double* longest = nullptr) {
  const std::size_t resident = resident_bytes("VmRSS");
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t count = function();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  const double cpu_taken = cpu_seconds() - cpu;
  std::printf("{\"count\": %zu, \"wall\": %.9f, \"cpu\": %.9f", count, wall.count(), cpu_taken);
  const std::size_t most = resident_bytes("VmHWM");
  std::printf(", \"memory\": %zu", most > resident ? most - resident : 0);
  if (longest != nullptr) std::printf(", \"longest\": %.9f", *longest);
  // The largest resident size so far, in bytes.
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  std::printf(", \"peak_memory\": %ld}\n", own.ru_maxrss * 1024);
  return 0;
}

[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

}  // namespace probe
