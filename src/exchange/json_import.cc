// SPDX-License-Identifier: Apache-2.0
#include "exchange/json_import.h"

#include "exchange/execution_record.h"
#include "exchange/json_log_reader.h"
#include "exchange/log_document.h"
#include "exchange/record_reader.h"
#include "os/one_line.h"

#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

// What is held of the log besides one execution.
constexpr std::uint64_t kMaxDocumentBytes = std::uint64_t{256} << 20;
constexpr std::size_t kMaxProblems = 100;

// One import: what is read goes into the log.
class JsonImport {
 public:
  JsonImport(std::string_view name, const ImportOptions& options, const TimeZone& zone,
             const AddExecution& add)
      : name_(name), options_(options), zone_(zone), add_(add) {}

  ImportSummary run(RecordReader& reader) {
    for (auto batch = reader.take(); !batch.empty(); batch = reader.take()) {
      for (ReadItem& item : batch) take(item);
      hold_beyond_its_batch();
      reader.give_back(std::move(batch));
    }
    add_last();
    return std::move(summary_);
  }

 private:
  void take(ReadItem& item) {
    using Kind = ReadItem::Kind;
    switch (item.kind) {
      case Kind::execution:
        add_held();
        held_ = &item;
        held_index_ = index_++;
        return;
      case Kind::bad_execution:
        return bad_execution(index_++, item.position, item.text);
      case Kind::tasks:
        return document_.has_tasks();
      case Kind::task:
        return take_task(item.text, std::move(item.piece));
      case Kind::field:
        return take_field(item.text, std::move(item.piece));
      case Kind::no_log:
        refuse(item.text, index_ > 0 ? fmt::format("after executions[{}], ", index_ - 1) : "",
               item.position, "give a whole JSON log, as it was written");
    }
  }

  [[noreturn]] void refuse(std::string_view what, std::string_view where, Position position,
                           std::string_view advice) const {
    throw ExchangeError(
        fmt::format("cannot import {}: {}line {}, byte {}: {}; nothing was imported; {}",
                    one_line(name_), where, position.line, position.byte, one_line(what), advice));
  }
  void bad_execution(std::size_t index, Position position, const std::string& what) {
    const std::string where = fmt::format("executions[{}], ", index);
    if (!options_.skip_bad)
      refuse(what, where, position, "mend it, or leave out what is bad (--skip-bad)");
    ++summary_.skipped;
    if (summary_.problems.size() == kMaxProblems) return;
    summary_.problems.push_back(fmt::format("{}: {}line {}, byte {}: {}", one_line(name_), where,
                                            position.line, position.byte, one_line(what)));
  }

  void add_held() {
    if (held_ == nullptr) return;
    ReadItem& held = *std::exchange(held_, nullptr);
    if (add(held)) document_.add_execution(held.execution);
  }
  void hold_beyond_its_batch() {
    if (held_ == nullptr || held_ == &last_of_batch_) return;
    std::swap(last_of_batch_, *held_);
    held_ = &last_of_batch_;
  }
  // With what the log has besides its executions.
  void add_last() {
    if (held_ == nullptr) return;
    Execution last = held_->execution;
    document_.add_execution(last);
    Json fields = Json::parse(held_->execution.imported_fields);
    fields["document"] = document_.to_json();
    held_->execution.imported_fields = fields.dump();
    (void)add(*held_);
  }
  // False: it was skipped.
  bool add(ReadItem& held) {
    const auto bad = [&](std::string_view what) {
      bad_execution(held_index_, held.position,
                    fmt::format("the task_run_id {} is {}", held.execution.task_run_id, what));
      return false;
    };
    const ImportAnswer answer = add_(held.execution);
    switch (answer.as) {
      case ImportedAs::added:
        ++summary_.imported;
        return true;
      case ImportedAs::known:
        ++summary_.known;
        return true;
      case ImportedAs::differs:
        return bad(fmt::format("in the log with another content: {}", answer.difference));
      case ImportedAs::repeated:
        return bad("in the file twice");
    }
    return false;
  }

  void take_task(const std::string& task_id, JsonPiece piece) {
    const std::string where = fmt::format("tasks['{}'], ", one_line(task_id.substr(0, 80)));
    check(where, piece, [&] { check_task_entry(piece.value); });
    if (!document_.add_task(task_id, piece.value))
      refuse("this key is there twice", where, piece.position, kMend);
    check_size(piece.position);
  }

  void take_field(const std::string& key, JsonPiece piece) {
    const std::string where = fmt::format("'{}', ", one_line(key.substr(0, 80)));
    check(where, piece, [&] { check_field(key, piece.value, zone_); });
    document_.add_field(key, std::move(piece.value));
    check_size(piece.position);
  }

  template <class Check>
  void check(const std::string& where, const JsonPiece& piece, Check check) const try {
    if (!piece.fault.empty()) throw BadRecord(piece.fault);
    check();
  } catch (const BadRecord& bad) {
    refuse(bad.what(), where, piece.position, kMend);
  }

  void check_size(Position position) const {
    if (document_.size() <= kMaxDocumentBytes) return;
    refuse(fmt::format("what is besides the executions is larger than {} MiB",
                       kMaxDocumentBytes >> 20U),
           "", position, "take it out, or import the log in parts");
  }

  static constexpr const char* kMend = "mend it";

  const std::string_view name_;
  const ImportOptions& options_;
  const TimeZone& zone_;
  const AddExecution& add_;
  ImportSummary summary_;
  // The last execution read: it waits until it is known whether it is the last of all.
  ReadItem* held_ = nullptr;
  std::size_t held_index_ = 0;
  ReadItem last_of_batch_;
  std::size_t index_ = 0;  // of the next execution
  ReadDocument document_;
};

}  // namespace

ImportSummary import_json_log(ExecutionLog& log, ByteSource& source, std::string_view name,
                              const ImportOptions& options) {
  const TimeZone zone(options.time_zone);
  const FileNames names(log.project_root());
  ImportSummary summary;
  log.import_executions(options.mode, [&](const AddExecution& add) {
    RecordReader reader(source, zone, names);
    summary = JsonImport(name, options, zone, add).run(reader);
  });
  return summary;
}

}  // namespace rota::inline v1
