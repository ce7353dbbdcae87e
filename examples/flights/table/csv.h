// SPDX-License-Identifier: Apache-2.0
// CSV as RFC 4180 has it: quoted fields, doubled quotes, CRLF or LF, UTF-8. Knows nothing of types.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace flights {

struct CsvRecord {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string_view> fields;
  std::string_view raw;        // the record as it stands in the text
  std::string_view malformed;  // why it is no CSV record; empty: it is one
};

// Goes through a text record by record. A malformed record ends with its first line, so that a
// stray quote costs one line and not the rest of the file.
class CsvReader {
 public:
  // `text` must outlive the reader.
  explicit CsvReader(std::string_view text);

  // False at the end. What `record` points to is valid until the next call.
  bool next(CsvRecord& record);

 private:
  std::string_view read_field(CsvRecord& record);
  std::string_view read_quoted(CsvRecord& record);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::deque<std::string> unescaped_;
};

// Builds a CSV text; quotes what needs it.
class CsvWriter {
 public:
  template <class... Fields>
  void row(const Fields&... fields) {
    bool first = true;
    ((add_field(fmt::format("{}", fields), first), first = false), ...);
    text_ += '\n';
  }
  void row(const std::vector<std::string>& fields);
  const std::string& text() const { return text_; }

 private:
  void add_field(std::string_view field, bool first);

  std::string text_;
};

}  // namespace flights
