// SPDX-License-Identifier: Apache-2.0
// Diagnostic messages: for people who look for a fault. The execution log is something else.
#pragma once

#include <rota/export.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rota::inline v1 {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

ROTA_EXPORT std::string_view to_string(LogLevel level) noexcept;

// Takes one message of one logger. Called from any thread, by several at once; should not throw (what
// it throws is dropped: a diagnosis must not fail what it speaks of).
using LogSink =
    std::function<void(LogLevel level, std::string_view logger, std::string_view message)>;

// Where the messages of loggers without a sink of their own go. At first: warnings and errors to stderr.
// An empty sink drops them. Safe from any thread; a message under way may still reach the old sink.
ROTA_EXPORT void set_log_sink(LogSink sink);

// Named, cheap to copy. Safe from any thread.
class ROTA_EXPORT Logger {
 public:
  explicit Logger(std::string name);
  Logger(std::string name, LogSink sink);

  const std::string& name() const noexcept { return name_; }
  void log(LogLevel level, std::string_view message) const noexcept;
  void debug(std::string_view message) const noexcept { log(LogLevel::debug, message); }
  void info(std::string_view message) const noexcept { log(LogLevel::info, message); }
  void warning(std::string_view message) const noexcept { log(LogLevel::warning, message); }
  void error(std::string_view message) const noexcept { log(LogLevel::error, message); }

 private:
  std::string name_;
  std::shared_ptr<const LogSink> sink_;
};

}  // namespace rota::inline v1
