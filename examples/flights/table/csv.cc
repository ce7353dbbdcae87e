// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <algorithm>

namespace flights {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

bool CsvReader::next(CsvRecord& record) {
  if (at_ >= text_.size()) return false;
  const std::size_t begin = at_;
  record.line = line_;
  record.fields.clear();
  record.malformed = {};
  unescaped_.clear();
  bool more = true;
  while (more && record.malformed.empty()) {
    record.fields.push_back(read_field(record));
    more = at_ < text_.size() && text_[at_] == ',';
    if (more) ++at_;
  }
  if (!record.malformed.empty()) at_ = std::min(text_.find('\n', begin), text_.size());
  std::size_t end = at_;
  if (end > begin && text_[end - 1] == '\r') --end;
  record.raw = text_.substr(begin, end - begin);
  if (at_ < text_.size()) ++at_;
  line_ += static_cast<std::size_t>(std::count(text_.begin() + begin, text_.begin() + at_, '\n'));
  return true;
}

// Leaves at_ on the comma or line feed that ends the field, or at the end of the text.
std::string_view CsvReader::read_field(CsvRecord& record) {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted(record);
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(",\n", at_), text_.size());
  std::string_view field = text_.substr(begin, at_ - begin);
  const bool last = at_ == text_.size() || text_[at_] == '\n';
  if (last && field.ends_with('\r')) field.remove_suffix(1);
  if (field.find('"') != field.npos) record.malformed = "a quote inside an unquoted field";
  return field;
}

std::string_view CsvReader::read_quoted(CsvRecord& record) {
  const std::size_t begin = at_ + 1;
  bool doubled = false;
  std::size_t end = text_.find('"', begin);
  while (end != text_.npos && end + 1 < text_.size() && text_[end + 1] == '"') {
    doubled = true;
    end = text_.find('"', end + 2);
  }
  if (end == text_.npos) {
    record.malformed = "a quote that is never closed";
    return {};
  }
  at_ = end + 1;
  if (text_.substr(at_).starts_with("\r\n") || text_.substr(at_) == "\r") ++at_;
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
    record.malformed = "text after a closing quote";
  }
  const std::string_view field = text_.substr(begin, end - begin);
  if (!doubled) return field;
  std::string& plain = unescaped_.emplace_back();
  for (std::size_t i = 0; i < field.size(); ++i) {
    plain += field[i];
    if (field[i] == '"') ++i;
  }
  return plain;
}

void CsvWriter::row(const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) add_field(fields[i], i == 0);
  text_ += '\n';
}

void CsvWriter::add_field(std::string_view field, bool first) {
  if (!first) text_ += ',';
  if (field.find_first_of(",\"\r\n") == field.npos) {
    text_ += field;
    return;
  }
  text_ += '"';
  for (const char c : field) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
}

}  // namespace flights
