// SPDX-License-Identifier: Apache-2.0
#include "exchange/record_reader.h"

#include "exchange/execution_record.h"
#include "os/blocked_signals.h"
#include "os/uuid.h"
#include <rota/exchange.h>

#include <pthread.h>

#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// What is read ahead is bounded by both, but for the size of one piece.
constexpr std::size_t kBatchItems = 128;
constexpr std::uint64_t kBatchBytes = std::uint64_t{256} << 10;

}  // namespace

RecordReader::RecordReader(ByteSource& source, const TimeZone& zone, const FileNames& names) try
    : source_(source), zone_(zone), names_(names) {
  const BlockedSignals blocked;  // the new thread inherits it
  thread_ = std::thread([this] { serve(); });
} catch (const std::system_error& error) {
  throw ExchangeError(fmt::format(
      "no thread can be started to read the file ({}); raise the limit for processes (ulimit -u)",
      error.code().message()));
}

RecordReader::~RecordReader() {
  items_.close();
  thread_.join();
}

std::vector<ReadItem> RecordReader::take() {
  std::vector<ReadItem> batch = items_.take();
  if (batch.empty() && failure_) std::rethrow_exception(failure_);
  return batch;
}

void RecordReader::serve() noexcept {
  ::pthread_setname_np(::pthread_self(), "rota-import");
  try {
    read();
    give();
  } catch (const NobodyTakesAnyMore&) {
  } catch (...) {
    failure_ = std::current_exception();
  }
  items_.end();
}

void RecordReader::read() try {
  using Kind = ReadItem::Kind;
  read_json_log(
      source_,
      {.execution = [this](JsonPiece piece) { add_execution(std::move(piece)); },
       .tasks = [this] { add({.kind = Kind::tasks}); },
       .task =
           [this](const std::string& id, JsonPiece piece) {
             const Position position = piece.position;
             add({.kind = Kind::task, .position = position, .text = id, .piece = std::move(piece)});
           },
       .field =
           [this](const std::string& key, JsonPiece piece) {
             const Position position = piece.position;
             add({.kind = Kind::field,
                  .position = position,
                  .text = key,
                  .piece = std::move(piece)});
           }});
} catch (const NotAJsonLog& error) {
  const bool is_empty = source_.bytes_read() == 0 && source_.at_end();
  add({.kind = ReadItem::Kind::no_log,
       .position = source_.position(),
       .text = is_empty ? "it is empty" : error.what()});
}

void RecordReader::add_execution(JsonPiece piece) {
  ReadItem& item = batch_.emplace_back();
  item.position = piece.position;
  item.text = std::move(piece.fault);
  if (item.text.empty()) {
    try {
      item.execution = execution_of_record(piece.value, zone_, names_);
      if (item.execution.task_run_id.empty()) item.execution.task_run_id = name_of(piece.value);
    } catch (const BadRecord& bad) {
      item.text = bad.what();
    }
  }
  if (!item.text.empty()) item.kind = ReadItem::Kind::bad_execution;
  give_if_full();
}

// Of its content and how many of the same content were before it, so that a second import gives it again.
std::string RecordReader::name_of(const nlohmann::json& record) {
  const std::string content = record.dump();
  const std::uint32_t before = times_seen_[make_uuid_of(content)]++;
  return make_uuid_of(fmt::format("{}\n{}", content, before));
}

void RecordReader::add(ReadItem item) {
  batch_.push_back(std::move(item));
  give_if_full();
}

void RecordReader::give_if_full() {
  const bool is_full =
      batch_.size() >= kBatchItems || source_.bytes_read() - given_bytes_ >= kBatchBytes;
  if (is_full) give();
}

void RecordReader::give() {
  given_bytes_ = source_.bytes_read();
  if (batch_.empty()) return;
  if (!items_.give(std::exchange(batch_, {}))) throw NobodyTakesAnyMore();
  batch_ = items_.make();
  batch_.reserve(kBatchItems);
}

}  // namespace rota::inline v1
