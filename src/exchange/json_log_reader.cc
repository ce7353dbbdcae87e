// SPDX-License-Identifier: Apache-2.0
#include "exchange/json_log_reader.h"

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <new>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

// What is nested deeper is not even left out: the parser needs memory for each level.
constexpr std::size_t kMaxParsedLevels = 100'000;

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
    if (levels_ > kMaxParsedLevels)
      throw NotAJsonLog(fmt::format("it is nested deeper than {} levels", kMaxParsedLevels));
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
  void key(std::string_view name) {
    if (piece_.fault.empty()) key_ = name;
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

// RapidJSON's own writes where there is no memory.
struct Heap {
  static constexpr bool kNeedFree = true;
  static void* Malloc(std::size_t size) { return Realloc(nullptr, 0, size); }
  static void* Realloc(void* memory, std::size_t, std::size_t size) {
    if (size == 0) {
      std::free(memory);
      return nullptr;
    }
    void* const made = std::realloc(memory, size);
    if (made == nullptr) throw std::bad_alloc();
    return made;
  }
  static void Free(void* memory) noexcept { std::free(memory); }
};

// The source as rapidjson::Reader wants it; a NUL is its end, or is there.
class ByteStream {
 public:
  using Ch = char;

  explicit ByteStream(ByteSource& source) : source_(source) {}

  [[gnu::always_inline]] char Peek() const { return source_.at_end() ? '\0' : source_.peek(); }
  [[gnu::always_inline]] char Take() {
    if (source_.at_end()) return '\0';
    const char byte = source_.peek();
    source_.skip();
    return byte;
  }
  std::size_t Tell() const noexcept { return source_.bytes_read(); }
  // Of streams to write to.
  char* PutBegin() noexcept { return nullptr; }
  void Put(char) noexcept {}
  void Flush() noexcept {}
  std::size_t PutEnd(char*) noexcept { return 0; }

 private:
  ByteSource& source_;
};

// Iterative: no depth of the input takes the stack of this thread.
constexpr unsigned kStrictly = rapidjson::kParseIterativeFlag |
                               rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseNumbersAsStringsFlag;

// Programs of other systems begin a text in UTF-8 with it.
void skip_byte_order_mark(ByteSource& source) {
  if (source.at_end() || source.peek() != '\xEF') return;
  for (const char byte : {'\xEF', '\xBB', '\xBF'}) {
    if (source.at_end() || source.peek() != byte)
      throw NotAJsonLog("it is no JSON: its first byte is no UTF-8");
    source.skip();
  }
}

// Where the reader met it: the byte that it stopped before is the one that is wrong.
NotAJsonLog no_json(const rapidjson::ParseResult& result, ByteSource& source) {
  rapidjson::ParseErrorCode code = result.Code();
  if (result.IsError() && source.at_end())
    return NotAJsonLog("it is no JSON: it ends in the middle");
  if (!result.IsError()) code = rapidjson::kParseErrorDocumentRootNotSingular;
  if (!result.IsError() || result.Offset() == source.bytes_read()) source.skip();
  if (code == rapidjson::kParseErrorStringInvalidEncoding)
    return NotAJsonLog("it is no JSON: a text in it is no UTF-8");
  std::string reason = rapidjson::GetParseError_En(code);
  reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
  if (reason.ends_with('.')) reason.pop_back();
  return NotAJsonLog("it is no JSON: " + reason);
}

// The number, or null where it is out of range.
template <class Number>
Json parse_as(std::string_view text) {
  Number number{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() ? Json(number) : Json();
}
Json double_of(std::string_view text) { return parse_as<double>(text); }
Json integer_of(std::string_view text) {
  if (text.starts_with('-')) return parse_as<std::int64_t>(text);
  return parse_as<std::uint64_t>(text);
}

// Where in the log the parser is, and what it has met there.
class LogHandler {
 public:
  LogHandler(ByteSource& source, const JsonLogEvents& events) : source_(source), events_(events) {}

  // The events of rapidjson::Reader.
  bool Null() { return scalar(nullptr); }
  bool Bool(bool value) { return scalar(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return scalar(number_of({text, size}));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return scalar(checked({text, size}));
  }
  bool StartObject() { return start(Json::object()); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return key(checked({text, size})); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool StartArray() { return start(Json::array()); }
  bool EndArray(rapidjson::SizeType) { return end(); }
  // Numbers come as their text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  // What the next value belongs to.
  enum class Place : std::uint8_t { nowhere, log, executions, tasks };

  // The reader takes the second half of a surrogate pair for a character.
  static std::string checked(std::string_view text) {
    for (std::size_t at = 0; (at = text.find('\xED', at)) != std::string_view::npos; ++at) {
      if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0)
        throw NotAJsonLog("it is no JSON: the surrogate pair in string is invalid");
    }
    return std::string(text);
  }
  bool key(const std::string& name) {
    if (builder_.is_building()) {
      builder_.key(name);
      return true;
    }
    source_.expect_within(kMaxPieceBytes);
    key_ = name;
    if (place_ == Place::log && !keys_.insert(key_).second)
      throw NotAJsonLog(fmt::format("the key '{}' is there twice", name));
    return true;
  }
  Json number_of(std::string_view text) {
    const bool is_integer = text.find_first_of(".eE") == std::string_view::npos;
    if (const Json number = is_integer ? integer_of(text) : double_of(text); !number.is_null())
      return number;
    builder_.fail(fmt::format(
        "the number {}{} {}; write it as a text", text.substr(0, 40), text.size() > 40 ? "..." : "",
        is_integer ? "has more digits than can be kept exactly" : "cannot be kept"));
    return nullptr;
  }
  bool scalar(Json value) {
    if (!builder_.is_building()) begin_piece(value, source_.position());
    if (builder_.scalar(std::move(value))) deliver();
    return true;
  }
  bool start(Json container) {
    if (!builder_.is_building()) {
      if (enter(container)) return true;
      Position position = source_.position();
      ++position.byte;  // it is told of before it is read
      begin_piece(container, position);
    }
    builder_.start(std::move(container));
    return true;
  }
  bool end() {
    if (builder_.is_building()) {
      if (builder_.end()) deliver();
    } else if (place_ != Place::log) {
      place_ = Place::log;
    } else {
      place_ = Place::nowhere;
      if (!keys_.contains("executions")) throw NotAJsonLog("it has no 'executions'");
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
  void begin_piece(const Json& value, Position position) {
    builder_.begin_at(position);
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
  skip_byte_order_mark(source);
  LogHandler handler(source, events);
  ByteStream stream(source);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, Heap> reader;
  const auto result = reader.Parse<kStrictly>(stream, handler);
  if (result.IsError() || !source.at_end()) throw no_json(result, source);
} catch (const TooMuch&) {
  throw NotAJsonLog(fmt::format("one value in it is larger than {} MiB", kMaxPieceBytes >> 20U));
}

}  // namespace rota::inline v1
