// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace flights {

Texts::Texts(std::vector<std::string> dictionary, std::vector<std::uint32_t> codes)
    : dictionary_(std::move(dictionary)), codes_(std::move(codes)) {
  for (std::uint32_t code = 0; code < dictionary_.size(); ++code) {
    if (!code_of_.emplace(dictionary_[code], code).second) {
      throw std::invalid_argument("a text is twice in the dictionary");
    }
  }
  for (const std::uint32_t code : codes_) {
    if (code != kMissingText && code >= dictionary_.size()) {
      throw std::invalid_argument("a row refers to a text that is not in the dictionary");
    }
  }
}

void Texts::append(std::string_view text) {
  const auto known = code_of_.find(text);
  if (known != code_of_.end()) {
    codes_.push_back(known->second);
    return;
  }
  const auto code = static_cast<std::uint32_t>(dictionary_.size());
  dictionary_.emplace_back(text);
  code_of_.emplace(text, code);
  codes_.push_back(code);
}

Texts Texts::without_unused() const {
  Texts used;
  for (std::size_t row = 0; row < size(); ++row) {
    missing(row) ? used.append_missing() : used.append(at(row));
  }
  return used;
}

std::string_view to_string(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::real:
      return "real";
    case ColumnType::text:
      return "text";
  }
  return "unknown";
}

Column::Column(std::string column_name, ColumnType type) : name(std::move(column_name)) {
  if (type == ColumnType::real) values = Reals();
  if (type == ColumnType::text) values = Texts();
}

std::size_t Column::size() const {
  return std::visit([](const auto& rows) { return rows.size(); }, values);
}

bool Column::missing(std::size_t row) const {
  if (const auto* integers = std::get_if<Integers>(&values))
    return (*integers)[row] == kMissingInteger;
  if (const auto* reals = std::get_if<Reals>(&values)) return std::isnan((*reals)[row]);
  return std::get<Texts>(values).missing(row);
}

void Column::set_missing(std::size_t row) {
  if (auto* integers = std::get_if<Integers>(&values)) (*integers)[row] = kMissingInteger;
  if (auto* reals = std::get_if<Reals>(&values)) (*reals)[row] = kMissingReal;
  if (auto* texts = std::get_if<Texts>(&values)) texts->set_missing(row);
}

void Table::add(Column column) {
  const bool taken = std::any_of(columns_.begin(), columns_.end(),
                                 [&](const Column& other) { return other.name == column.name; });
  if (taken || (!columns_.empty() && column.size() != rows())) {
    throw std::invalid_argument(
        fmt::format("table {}: column {} {}", name_, column.name,
                    taken ? "is there twice" : "has another number of rows"));
  }
  columns_.push_back(std::move(column));
}

const Column& Table::column(std::string_view name) const {
  for (const Column& column : columns_) {
    if (column.name == name) return column;
  }
  throw_no_column(name);
}

Column& Table::column(std::string_view name) {
  return const_cast<Column&>(std::as_const(*this).column(name));
}

void Table::throw_no_column(std::string_view name) const {
  throw std::out_of_range(fmt::format("table {}: no column {} of the type asked for", name_, name));
}

}  // namespace flights
