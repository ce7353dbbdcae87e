// SPDX-License-Identifier: Apache-2.0
#include "os/fork_safe_mutex.h"
#include "os/one_line.h"
#include <rota/logger.h>

#include <atomic>
#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace rota::inline v1 {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

// Never destroyed: messages come until the program has ended.
struct Output {
  ForkSafeMutex mutex;
  spdlog::logger logger{"rota", std::make_shared<spdlog::sinks::stderr_color_sink_st>()};

  Output() {
    logger.set_pattern("%l: %v");
    logger.set_level(spdlog::level::warn);
  }
};

void write_to_stderr(LogLevel level, std::string_view logger, std::string_view message) {
  static auto* const output = new Output;
  const std::lock_guard hold(output->mutex);
  output->logger.log(spdlog_level(level), "{}: {}", one_line(logger), one_line(message));
}

ForkSafeMutex& global_mutex() {
  static auto* const mutex = new ForkSafeMutex;
  return *mutex;
}

std::shared_ptr<const LogSink>& global_sink() {
  static auto* sink =
      new std::shared_ptr<const LogSink>(std::make_shared<const LogSink>(write_to_stderr));
  return *sink;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

void set_log_sink(LogSink sink) {
  auto shared = std::make_shared<const LogSink>(std::move(sink));
  const std::lock_guard lock(global_mutex());
  global_sink() = std::move(shared);
}

Logger::Logger(std::string name) : name_(std::move(name)) {}

Logger::Logger(std::string name, LogSink sink)
    : name_(std::move(name)),
      sink_(sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr) {}

void Logger::log(LogLevel level, std::string_view message) const noexcept {
  try {
    std::shared_ptr<const LogSink> sink = sink_;
    if (sink == nullptr) {
      const std::lock_guard lock(global_mutex());
      sink = global_sink();
    }
    if (*sink) (*sink)(level, name_, message);
  } catch (...) {
    // A diagnosis must not fail what it speaks of.
  }
}

}  // namespace rota::inline v1
