// SPDX-License-Identifier: Apache-2.0
#include "csv_table.h"

#include "csv.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace flights {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// As RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  while (at < text.size()) {
    const unsigned first = byte(at);
    const unsigned second = byte(at + 1);
    const std::size_t length = first < 0x80                     ? 1
                               : first >= 0xC2 && first <= 0xDF ? 2
                               : (first & 0xF0) == 0xE0         ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return false;
    }
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    at += length;
  }
  return true;
}

// So that a list of what was wrong is itself good text.
std::string printable(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    escaped += byte < 0x80 ? std::string(1, c) : fmt::format("\\x{:02X}", byte);
  }
  return escaped;
}

// Appends a value to a column, or a missing one and false.
struct Appender {
  std::string_view text;

  bool operator()(Integers& values) const {
    std::int64_t number = 0;
    const bool good = parse_number(text, number) && number != kMissingInteger;
    values.push_back(good ? number : kMissingInteger);
    return good;
  }
  bool operator()(Reals& values) const {
    double number = 0;
    const bool good = parse_number(text, number) && std::isfinite(number);
    values.push_back(good ? number : kMissingReal);
    return good;
  }
  bool operator()(Texts& values) const {
    const bool good = is_utf8(text);
    good ? values.append(text) : values.append_missing();
    return good;
  }
};

void append_missing(Column& column) {
  if (auto* integers = std::get_if<Integers>(&column.values)) integers->push_back(kMissingInteger);
  if (auto* reals = std::get_if<Reals>(&column.values)) reals->push_back(kMissingReal);
  if (auto* texts = std::get_if<Texts>(&column.values)) texts->append_missing();
}

// For each column of the table, the field of the header that it is read from.
std::vector<std::size_t> find_fields(const std::filesystem::path& path,
                                     const std::vector<std::string>& header,
                                     const std::vector<ColumnSpec>& specs) {
  std::vector<std::size_t> fields;
  for (const ColumnSpec& spec : specs) {
    const auto found = std::find(header.begin(), header.end(), spec.name);
    if (found == header.end()) {
      throw FileError(fmt::format("{}: there is no column {}; the columns are: {}", path.string(),
                                  spec.name, fmt::join(header, ", ")));
    }
    fields.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return fields;
}

}  // namespace

CsvTable parse_csv_table(const std::filesystem::path& path, std::string_view text,
                         const std::string& table_name, const std::vector<ColumnSpec>& specs) {
  CsvReader reader(text);
  CsvRecord record;
  reader.next(record);
  const std::vector<std::string> header(record.fields.begin(), record.fields.end());
  const std::vector<std::size_t> fields = find_fields(path, header, specs);

  CsvTable result{Table(table_name), {}, {}};
  std::vector<Column> columns;
  columns.reserve(specs.size());
  for (const ColumnSpec& spec : specs) columns.emplace_back(spec.name, spec.type);
  const auto reject = [&](std::string column, std::string reason, std::string_view what) {
    result.rejections.push_back({path.filename().string(), record.line, std::move(column),
                                 std::move(reason), printable(what)});
  };

  while (reader.next(record)) {
    if (!record.malformed.empty() || record.fields.size() != header.size()) {
      reject("",
             record.malformed.empty() ? fmt::format("{} fields where there are {} columns",
                                                    record.fields.size(), header.size())
                                      : std::string(record.malformed),
             record.raw);
      continue;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string_view field = record.fields[fields[i]];
      if (field.empty() || field == "NA") {
        append_missing(columns[i]);
      } else if (!std::visit(Appender{field}, columns[i].values)) {
        const bool is_text = columns[i].type() == ColumnType::text;
        reject(columns[i].name,
               is_text ? "not UTF-8" : fmt::format("not {} number", to_string(columns[i].type())),
               field);
      }
    }
  }

  for (Column& column : columns) result.table.add(std::move(column));
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (std::find(fields.begin(), fields.end(), i) == fields.end()) {
      result.unused_columns.push_back(header[i]);
    }
  }
  return result;
}

}  // namespace flights
