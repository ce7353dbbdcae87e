// SPDX-License-Identifier: Apache-2.0
#include "exchange/json_log_reader.h"

#include "os/one_line.h"
#include "os/text.h"

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

// Makes a value of the parser's events. After a fault it only counts levels.
class ValueBuilder {
 public:
  bool is_building() const noexcept { return levels_ > 0; }

  // All of these give true when the value is complete.
  bool scalar(Json value) {
    if (piece_.fault.empty()) put(std::move(value));
    return levels_ == 0;
  }
  bool start(Json container) {
    ++levels_;
    if (levels_ > kMaxJsonLevels) {
      fail(fmt::format("it is nested deeper than {} levels", kMaxJsonLevels));
    } else if (piece_.fault.empty()) {
      if (Json* const made = put(std::move(container)); made != nullptr) open_.push_back(made);
    }
    return false;
  }
  bool end() {
    --levels_;
    if (piece_.fault.empty()) open_.pop_back();
    return levels_ == 0;
  }
  void key(std::string& name) {
    if (piece_.fault.empty()) key_ = std::move(name);
  }
  void fail(std::string fault) {
    if (!piece_.fault.empty()) return;
    piece_.fault = std::move(fault);
    open_.clear();
  }

  void begin_at(Position position) noexcept { piece_.position = position; }
  JsonPiece take() { return std::exchange(piece_, {}); }

 private:
  // Null: its key was there already.
  Json* put(Json value) {
    if (open_.empty()) {
      piece_.value = std::move(value);
      return &piece_.value;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) {
      const auto [at, is_new] = parent.emplace(std::move(key_), std::move(value));
      if (is_new) return &at.value();
      fail(fmt::format("the key '{}' is there twice", at.key()));
      return nullptr;
    }
    parent.push_back(std::move(value));
    return &parent.back();
  }

  JsonPiece piece_;
  std::vector<Json*> open_;  // those that the next value is inside of
  std::size_t levels_ = 0;
  std::string key_;
};

// "[json.exception...] parse error at line 1, column 2: syntax error while parsing value - REASON; last read:
// 'TOKEN'; expected X": the reason, for the token may be long and hold anything.
std::string reason_of(const Json::exception& error) {
  std::string_view text = error.what();
  if (const auto at = text.find(" - "); at != std::string_view::npos) text.remove_prefix(at + 3);
  text = text.substr(0, text.find("; last read: "));
  return std::string(text.substr(0, 200));
}

// Where in the log the parser is, and what it has met there.
class LogHandler : public nlohmann::json_sax<Json> {
 public:
  LogHandler(ByteSource& source, const JsonLogEvents& events) : source_(source), events_(events) {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    const bool is_integer = text.find_first_of(".eE") == std::string::npos;
    if (is_integer) {
      builder_.fail(fmt::format(
          "the number {}{} has more digits than can be kept exactly; write it as a text",
          text.substr(0, 40), text.size() > 40 ? "..." : ""));
    }
    return scalar(value);
  }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool start_object(std::size_t) override { return start(Json::object()); }
  bool start_array(std::size_t) override { return start(Json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& name) override {
    if (builder_.is_building()) {
      builder_.key(name);
      return true;
    }
    source_.expect_within(kMaxPieceBytes);
    if (place_ == Place::log && !keys_.insert(name).second) {
      throw NotAJsonLog(fmt::format("the key '{}' is there twice", name));
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    throw NotAJsonLog(fmt::format("it is no JSON: {}", reason_of(error)));
  }

 private:
  // What the next value belongs to.
  enum class Place : std::uint8_t { nowhere, log, executions, tasks };

  bool scalar(Json value) {
    if (!builder_.is_building()) begin_piece(value);
    if (builder_.scalar(std::move(value))) deliver();
    return true;
  }
  bool start(Json container) {
    if (!builder_.is_building()) {
      if (enter(container)) return true;
      begin_piece(container);
    }
    builder_.start(std::move(container));
    return true;
  }
  bool end() {
    if (builder_.is_building()) {
      if (builder_.end()) deliver();
    } else {
      place_ = place_ == Place::log ? Place::nowhere : Place::log;
    }
    return true;
  }

  // True: the container is of the log's outer shape.
  bool enter(const Json& container) {
    const auto go = [&](Place place) {
      source_.expect_within(kMaxPieceBytes);
      place_ = place;
      return true;
    };
    if (place_ == Place::nowhere && container.is_object()) return go(Place::log);
    if (place_ != Place::log) return false;
    if (key_ == "executions" && container.is_array()) return go(Place::executions);
    if (key_ != "tasks" || !container.is_object()) return false;
    events_.tasks();
    return go(Place::tasks);
  }
  void begin_piece(const Json& value) {
    builder_.begin_at(source_.position());
    if (place_ == Place::nowhere)
      throw NotAJsonLog(fmt::format("it holds a JSON {}, no object", value.type_name()));
    if (place_ != Place::log) return;
    if (key_ == "executions")
      throw NotAJsonLog(fmt::format("'executions' is of type {}, no array", value.type_name()));
    if (key_ == "tasks")
      throw NotAJsonLog(fmt::format("'tasks' is of type {}, no object", value.type_name()));
  }
  void deliver() {
    source_.expect_within(kMaxPieceBytes);
    JsonPiece piece = builder_.take();
    if (place_ == Place::executions) return events_.execution(std::move(piece));
    if (place_ == Place::tasks) return events_.task(key_, std::move(piece));
    events_.field(key_, std::move(piece));
  }

  ByteSource& source_;
  const JsonLogEvents& events_;
  ValueBuilder builder_;
  Place place_ = Place::nowhere;
  std::set<std::string> keys_;  // of the log
  std::string key_;             // the last one of the log or of "tasks"
};

}  // namespace

void read_json_log(ByteSource& source, const JsonLogEvents& events) try {
  source.expect_within(kMaxPieceBytes);
  LogHandler handler(source, events);
  Json::sax_parse(ByteIterator(source), ByteIterator(), &handler);
} catch (const TooMuch&) {
  throw NotAJsonLog(fmt::format("one value in it is larger than {} MiB", kMaxPieceBytes >> 20U));
}

}  // namespace rota::inline v1
