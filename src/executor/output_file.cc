// SPDX-License-Identifier: Apache-2.0
#include "executor/output_file.h"

#include "os/folder_below.h"
#include "os/one_line.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr int kMaxLines = 3;

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
    line.remove_suffix(1);
  return line;
}

}  // namespace

void OutputFile::add(std::string_view bytes) {
  if (bytes.empty()) return;
  total_bytes_ += bytes.size();
  end_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kKeptEndBytes)));
  if (end_.size() > 2 * kKeptEndBytes) end_.erase(0, end_.size() - kKeptEndBytes);
  if (written_bytes_ >= max_bytes_) return;
  const std::string_view fitting = bytes.substr(0, max_bytes_ - written_bytes_);
  write(fitting);
  written_bytes_ += fitting.size();
}

void OutputFile::write(std::string_view bytes) {
  if (!problem_.empty()) return;
  if (!fd_.valid()) fd_ = create_file_below(root_, file_);
  if (!fd_.valid() || !write_all(fd_.get(), bytes)) problem_ = error_text(errno);
}

void OutputFile::finish() {
  const std::uint64_t left = total_bytes_ - written_bytes_;
  if (left > 0) {
    const std::string_view end = std::string_view(end_).substr(
        end_.size() - std::min<std::uint64_t>({left, end_.size(), kKeptEndBytes}));
    if (left > end.size())
      write(fmt::format("\n[{} bytes are left out here: more is not kept]\n", left - end.size()));
    write(end);
  }
  fd_ = UniqueFd();
}

std::string OutputFile::path() const {
  return is_empty() || !problem_.empty() ? std::string() : (root_ / file_).string();
}

std::string OutputFile::last_words(std::size_t max_bytes) const {
  std::vector<std::string> lines;
  std::string_view left = end_;
  while (!left.empty() && lines.size() < kMaxLines) {
    const std::size_t newline = left.rfind('\n');
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    if (const std::string_view line = trimmed(left.substr(begin)); !line.empty())
      lines.push_back(one_line(line.substr(line.size() - std::min(line.size(), max_bytes))));
    left = left.substr(0, newline == std::string_view::npos ? 0 : newline);
  }
  std::string words;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!words.empty()) words += " | ";
    words += *line;
  }
  if (words.size() > max_bytes) words.erase(0, words.size() - max_bytes);
  while (!words.empty() && (static_cast<unsigned char>(words.front()) & 0xC0U) == 0x80U)
    words.erase(0, 1);
  return words;
}

}  // namespace rota::inline v1
