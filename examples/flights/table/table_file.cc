// SPDX-License-Identifier: Apache-2.0
#include "table_file.h"

#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace flights {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is written as memory holds it");

constexpr std::string_view kMagic = "FLTABLE\n";
constexpr std::uint32_t kVersion = 1;

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

class Encoder {
 public:
  template <class Number>
  void number(Number value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes += value;
  }
  template <class Number>
  void numbers(const std::vector<Number>& values) {
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number));
  }
  void operator()(const Integers& values) { numbers(values); }
  void operator()(const Reals& values) { numbers(values); }
  void operator()(const Texts& values) {
    number(static_cast<std::uint32_t>(values.dictionary().size()));
    for (const std::string& entry : values.dictionary()) text(entry);
    numbers(values.codes());
  }

  std::string bytes;
};

// Every length is compared with what is left before anything is allocated or read.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw std::invalid_argument("it ends too early");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(number<std::uint32_t>()); }
  template <class Number>
  std::vector<Number> numbers(std::uint64_t count) {
    if (count > bytes_.size() / sizeof(Number)) throw std::invalid_argument("it ends too early");
    const std::string_view taken = take(count * sizeof(Number));
    std::vector<Number> values(count);
    if (count > 0) std::memcpy(values.data(), taken.data(), taken.size());
    return values;
  }
  Texts texts(std::uint64_t rows) {
    std::vector<std::string> dictionary;
    for (auto left = number<std::uint32_t>(); left > 0; --left) dictionary.emplace_back(text());
    return Texts(std::move(dictionary), numbers<std::uint32_t>(rows));
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

Column decode_column(Decoder& decoder, std::uint64_t rows) {
  const auto type = static_cast<ColumnType>(decoder.number<std::uint8_t>());
  std::string name(decoder.text());
  switch (type) {
    case ColumnType::integer:
      return Column(std::move(name), decoder.numbers<std::int64_t>(rows));
    case ColumnType::real:
      return Column(std::move(name), decoder.numbers<double>(rows));
    case ColumnType::text:
      return Column(std::move(name), decoder.texts(rows));
  }
  throw std::invalid_argument("a column is of no known type");
}

void decode_columns(std::string_view bytes, Table& table) {
  if (!bytes.starts_with(kMagic)) throw std::invalid_argument("it does not begin as a table does");
  if (bytes.size() < kMagic.size() + sizeof(std::uint64_t)) {
    throw std::invalid_argument("it ends too early");
  }
  Decoder trailer(bytes.substr(bytes.size() - sizeof(std::uint64_t)));
  bytes.remove_suffix(sizeof(std::uint64_t));
  Decoder decoder(bytes.substr(kMagic.size()));
  const auto version = decoder.number<std::uint32_t>();
  if (version != kVersion) throw std::invalid_argument(fmt::format("its version is {}", version));
  if (trailer.number<std::uint64_t>() != checksum(bytes)) {
    throw std::invalid_argument("its checksum is wrong");
  }
  const auto columns = decoder.number<std::uint32_t>();
  const auto rows = decoder.number<std::uint64_t>();
  for (std::uint32_t i = 0; i < columns; ++i) table.add(decode_column(decoder, rows));
  if (!decoder.at_end()) throw std::invalid_argument("it goes on after its end");
}

}  // namespace

std::string encode_table(const Table& table) {
  Encoder encoder;
  encoder.bytes = kMagic;
  encoder.number(kVersion);
  encoder.number(static_cast<std::uint32_t>(table.columns().size()));
  encoder.number(static_cast<std::uint64_t>(table.rows()));
  for (const Column& column : table.columns()) {
    encoder.number(column.type());
    encoder.text(column.name);
    std::visit(encoder, column.values);
  }
  encoder.number(checksum(encoder.bytes));
  return std::move(encoder.bytes);
}

Table decode_table(const std::filesystem::path& path, std::string_view bytes) {
  const std::string file = path.filename().string();
  Table table(file.substr(0, file.find('.')));
  try {
    decode_columns(bytes, table);
  } catch (const std::invalid_argument& error) {
    throw FileError(
        fmt::format("{}: not a whole table file of version {}: {}; remove it and run again",
                    path.string(), kVersion, error.what()));
  }
  return table;
}

Table read_table(const std::filesystem::path& path) { return decode_table(path, read_file(path)); }

void write_table(const std::filesystem::path& path, const Table& table) {
  write_file(path, encode_table(table));
}

}  // namespace flights
