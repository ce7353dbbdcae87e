// SPDX-License-Identifier: Apache-2.0
// A JSON log of any bytes: it is refused in one line and leaves nothing, or comes back equal.
#include "answers.h"
#include "exchange/json_import.h"
#include <rota/exchange.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

ImportSummary import_bytes(ExecutionLog& log, std::string_view bytes, bool skip_bad) {
  ByteSource source([&bytes](std::span<char> buffer) {
    const std::size_t size = bytes.copy(buffer.data(), std::min<std::size_t>(buffer.size(), 1000));
    bytes.remove_prefix(size);
    return size;
  });
  return import_json_log(log, source, "a.json", {.time_zone = "+01:00", .skip_bad = skip_bad});
}

std::string exported(const ExecutionLog& log, ExportFormat format = ExportFormat::json) {
  std::string text;
  export_execution_log(log, [&](std::string_view piece) { text += piece; },
                       {.format = format, .time_zone = "+01:00"});
  return text;
}

void check_what_came(const ExecutionLog& log, std::string_view bytes,
                     const ImportSummary& summary) {
  const std::string back = exported(log);
  require(is_utf8(back), "an export is UTF-8");
  if (summary.skipped == 0 && summary.imported > 0) {
    require(Json::parse(back).dump() == Json::parse(bytes).dump(), "a log comes back equal", back);
  }
  const auto other = open_memory_log();
  const ImportSummary again = import_bytes(*other, back, false);
  require(again.imported == summary.imported, "an export is imported", back);
  if (summary.imported > 0) require(exported(*other) == back, "and exported as it was", back);
  require(is_utf8(exported(log, ExportFormat::csv)), "CSV is UTF-8");
}

void import_log(std::string_view bytes, bool skip_bad) {
  const auto log = open_memory_log();
  try {
    const ImportSummary summary = import_bytes(*log, bytes, skip_bad);
    require(skip_bad || summary.skipped == 0, "nothing is skipped unless told so");
    for (const std::string& problem : summary.problems) check_message(problem);
    check_what_came(*log, bytes, summary);
    const ImportSummary again = import_bytes(*log, bytes, skip_bad);
    require(again.imported == 0, "a second import adds nothing");
  } catch (const ExchangeError& error) {
    check_message(error.what());
    require(log->get_task_execution_history({}).empty(), "what is refused leaves nothing");
  }
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rota::import_log(bytes, false);
  rota::import_log(bytes, true);
  return 0;
}
