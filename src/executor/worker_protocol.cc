// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_protocol.h"

#include <bit>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kMaxLoggedBytes = std::size_t{64} * 1024;

FrameWriter frame(std::string& out, MessageKind kind) {
  return {out, static_cast<std::uint8_t>(kind)};
}

template <class Number>
void write_optional(FrameWriter& out, const std::optional<Number>& value) {
  out.u8(value ? 1 : 0);
  if (value) out.i64(static_cast<std::int64_t>(*value));
}

template <class Number>
void read_optional(FrameReader& in, std::optional<Number>& value) {
  if (in.u8() != 0) value = static_cast<Number>(in.i64());
}

void write_value(FrameWriter& out, const Value& value) {
  const Value::Variant& variant = value.variant();
  out.u8(static_cast<std::uint8_t>(variant.index()));
  if (const auto* boolean = std::get_if<bool>(&variant)) out.u8(*boolean ? 1 : 0);
  if (const auto* integer = std::get_if<std::int64_t>(&variant)) out.i64(*integer);
  if (const auto* number = std::get_if<double>(&variant))
    out.u64(std::bit_cast<std::uint64_t>(*number));
  if (const auto* text = std::get_if<std::string>(&variant)) out.text(*text);
}

Value read_value(FrameReader& in) {
  switch (in.u8()) {
    case 1:
      return Value(in.u8() != 0);
    case 2:
      return Value(in.i64());
    case 3:
      return Value(std::bit_cast<double>(in.u64()));
    case 4:
      return Value(std::string(in.text()));
    default:
      return {};
  }
}

void write_files(FrameWriter& out, const std::vector<FileStamp>& files) {
  out.u32(static_cast<std::uint32_t>(files.size()));
  for (const FileStamp& file : files) {
    out.text(file.path).u64(file.size_bytes).i64(file.mtime_nanoseconds).text(file.content_hash);
  }
}

std::vector<FileStamp> read_files(FrameReader& in) {
  constexpr std::size_t kLeastBytes = 4 + 8 + 8 + 4;
  std::vector<FileStamp> files(in.count(kLeastBytes));
  for (FileStamp& file : files) {
    file.path = in.text();
    file.size_bytes = in.u64();
    file.mtime_nanoseconds = in.i64();
    file.content_hash = in.text();
  }
  return files;
}

}  // namespace

bool append_hello(std::string& out) {
  return frame(out, MessageKind::hello).u32(kProtocolVersion).finish();
}

std::optional<std::uint32_t> read_hello(std::string_view bytes) {
  FrameReader in(bytes);
  const std::uint32_t version = in.u32();
  return in.ok() ? std::optional(version) : std::nullopt;
}

bool append_order(std::string& out, const ExecutionRequest& request) {
  FrameWriter writer = frame(out, MessageKind::execute);
  writer.text(request.task_class->location()).text(request.task_class->location_identity());
  writer.text(request.task_class->task_id()).text(request.task_run_id);
  writer.text(request.project_root.native());
  write_optional(writer, request.limits.memory_bytes);
  writer.u8(request.limits.cpu_time ? 1 : 0);
  if (request.limits.cpu_time) writer.i64(request.limits.cpu_time->count());
  writer.u8(static_cast<std::uint8_t>((request.is_fresh ? 1U : 0U) |
                                      (request.enable_checkpoints ? 2U : 0U) |
                                      (request.force_restart ? 4U : 0U)));
  writer.u32(static_cast<std::uint32_t>(request.arguments.size()));
  for (const auto& [name, value] : request.arguments) {
    writer.text(name);
    write_value(writer, value);
  }
  return writer.finish();
}

std::optional<WorkerOrder> read_order(std::string_view bytes) {
  FrameReader in(bytes);
  WorkerOrder order;
  order.plugin = in.text();
  order.plugin_identity = in.text();
  order.task_id = in.text();
  order.request.task_run_id = in.text();
  order.request.project_root = std::string(in.text());
  read_optional(in, order.request.limits.memory_bytes);
  if (in.u8() != 0) order.request.limits.cpu_time = std::chrono::seconds(in.i64());
  const unsigned flags = in.u8();
  order.request.is_fresh = (flags & 1U) != 0;
  order.request.enable_checkpoints = (flags & 2U) != 0;
  order.request.force_restart = (flags & 4U) != 0;
  for (std::size_t left = in.count(4 + 1); left > 0 && in.ok(); --left) {
    const std::string_view name = in.text();
    order.request.arguments.set(name, read_value(in));
  }
  return in.is_complete() ? std::optional(std::move(order)) : std::nullopt;
}

bool append_logged(std::string& out, LogLevel level, std::string_view message) {
  return frame(out, MessageKind::logged)
      .u8(static_cast<std::uint8_t>(level))
      .text(message.substr(0, kMaxLoggedBytes))
      .finish();
}

std::optional<LoggedMessage> read_logged(std::string_view bytes) {
  FrameReader in(bytes);
  const unsigned level = in.u8();
  std::string message(in.text());
  if (!in.is_complete() || level > static_cast<unsigned>(LogLevel::error)) return std::nullopt;
  return LoggedMessage{static_cast<LogLevel>(level), std::move(message)};
}

bool append_result(std::string& out, const WorkerResult& result) {
  FrameWriter writer = frame(out, MessageKind::ended);
  const ExecutionEnd& end = result.end;
  writer.u8(static_cast<std::uint8_t>(end.state)).text(end.message).text(end.metrics);
  write_files(writer, end.inputs);
  write_files(writer, end.outputs);
  writer.i64(end.cpu_time ? end.cpu_time->count() : 0).u64(end.peak_memory_bytes.value_or(0));
  writer.i64(result.cpu_time_so_far.count());
  return writer.finish();
}

std::optional<WorkerResult> read_result(std::string_view bytes) {
  FrameReader in(bytes);
  WorkerResult result;
  const unsigned state = in.u8();
  result.end.message = in.text();
  result.end.metrics = in.text();
  result.end.inputs = read_files(in);
  result.end.outputs = read_files(in);
  result.end.cpu_time = std::chrono::microseconds(in.i64());
  result.end.peak_memory_bytes = in.u64();
  result.cpu_time_so_far = std::chrono::microseconds(in.i64());
  const auto is = [state](ExecutionState one) { return state == static_cast<unsigned>(one); };
  if (!in.is_complete() ||
      !(is(ExecutionState::success) || is(ExecutionState::failed) || is(ExecutionState::cancelled)))
    return std::nullopt;
  result.end.state = static_cast<ExecutionState>(state);
  return result;
}

}  // namespace rota::inline v1
