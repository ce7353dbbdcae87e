// SPDX-License-Identifier: Apache-2.0
// Reads a JSON log in a thread of its own, and makes executions of its records. Knows nothing of what becomes of
// them.
#pragma once

#include "exchange/byte_source.h"
#include "exchange/hand_over.h"
#include "exchange/json_log_reader.h"
#include "exchange/time_zone.h"
#include "execution_log/file_names.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <exception>
#include <string>
#include <thread>
#include <unordered_map>

namespace rota::inline v1 {

// What a log has, in its order.
struct ReadItem {
  enum class Kind : std::uint8_t {
    execution,
    bad_execution,  // `text` says why it is none
    tasks,          // "tasks" is there; then each member of it
    task,           // `text` is its id
    field,          // `text` is its key: a member of the log itself
    no_log,         // `text` says why; the last item
  };
  Kind kind = Kind::execution;
  Position position = {};
  Execution execution = {};  // with a task_run_id always
  std::string text = {};
  JsonPiece piece = {};
};

class RecordReader {
 public:
  // Begins to read at once. `source` is used by the thread alone until this is gone.
  RecordReader(ByteSource& source, const TimeZone& zone, const FileNames& names);
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  ~RecordReader();

  // Empty: that was all. Throws what the source threw, after all that was read before.
  std::vector<ReadItem> take();
  // What was taken and is no longer needed.
  void give_back(std::vector<ReadItem> items) { items_.give_back(std::move(items)); }

 private:
  struct NobodyTakesAnyMore {};

  void serve() noexcept;
  void read();
  void add_execution(JsonPiece piece);
  std::string name_of(const nlohmann::json& record);
  void add(ReadItem item);
  void give_if_full();
  void give();

  ByteSource& source_;
  const TimeZone& zone_;
  const FileNames& names_;
  HandOver<ReadItem> items_;
  std::exception_ptr failure_;  // set before the end of the items
  std::thread thread_;

  // Of the thread alone.
  std::vector<ReadItem> batch_;
  std::uint64_t given_bytes_ = 0;  // of the source, up to the last batch
  std::unordered_map<std::string, std::uint32_t>
      times_seen_;  // those without a task_run_id, by their content
};

}  // namespace rota::inline v1
