// SPDX-License-Identifier: Apache-2.0
// A table in memory: named columns of integers, reals or text, where any value may be missing.
// Knows nothing of files.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace flights {

inline constexpr std::int64_t kMissingInteger = std::numeric_limits<std::int64_t>::min();
inline constexpr double kMissingReal = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::uint32_t kMissingText = std::numeric_limits<std::uint32_t>::max();

using Integers = std::vector<std::int64_t>;  // kMissingInteger where a value is missing
using Reals = std::vector<double>;           // NaN where a value is missing

// Text with a dictionary: each distinct text is kept once, and a row holds its number.
class Texts {
 public:
  Texts() = default;
  // For a reader: throws std::invalid_argument for a code beyond the dictionary or a text given
  // twice.
  Texts(std::vector<std::string> dictionary, std::vector<std::uint32_t> codes);

  void append(std::string_view text);
  void append_missing() { codes_.push_back(kMissingText); }
  void set_missing(std::size_t row) { codes_[row] = kMissingText; }

  std::size_t size() const { return codes_.size(); }
  bool missing(std::size_t row) const { return codes_[row] == kMissingText; }
  // Empty where it is missing.
  std::string_view at(std::size_t row) const {
    return missing(row) ? std::string_view() : dictionary_[codes_[row]];
  }
  // The same without the texts that no row has any more.
  Texts without_unused() const;
  const std::vector<std::string>& dictionary() const { return dictionary_; }
  const std::vector<std::uint32_t>& codes() const { return codes_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::vector<std::string> dictionary_;
  std::vector<std::uint32_t> codes_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> code_of_;
};

// The numbers are part of the file format.
enum class ColumnType : std::uint8_t { integer = 0, real = 1, text = 2 };

std::string_view to_string(ColumnType type);

struct Column {
  std::string name;
  std::variant<Integers, Reals, Texts> values;  // in the order of ColumnType

  Column(std::string column_name, ColumnType type);
  template <class Values>
  Column(std::string column_name, Values column_values)
      : name(std::move(column_name)), values(std::move(column_values)) {}
  ColumnType type() const { return static_cast<ColumnType>(values.index()); }
  std::size_t size() const;
  bool missing(std::size_t row) const;
  void set_missing(std::size_t row);
};

class Table {
 public:
  explicit Table(std::string name) : name_(std::move(name)) {}

  // Throws std::invalid_argument when the name is taken or the number of rows differs.
  void add(Column column);
  const std::string& name() const { return name_; }
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<Column>& columns() { return columns_; }

  // These throw std::out_of_range, naming the table and the column, when there is none of that
  // type.
  const Integers& integers(std::string_view column) const { return get<Integers>(column); }
  const Reals& reals(std::string_view column) const { return get<Reals>(column); }
  const Texts& texts(std::string_view column) const { return get<Texts>(column); }
  Column& column(std::string_view name);
  const Column& column(std::string_view name) const;

 private:
  template <class Values>
  const Values& get(std::string_view name) const {
    if (const auto* values = std::get_if<Values>(&column(name).values)) return *values;
    throw_no_column(name);
  }
  [[noreturn]] void throw_no_column(std::string_view name) const;

  std::string name_;
  std::vector<Column> columns_;
};

}  // namespace flights
