// SPDX-License-Identifier: Apache-2.0
// Which id a person most likely meant. In this order: the same but for upper and lower case; few
// mistakes apart (Damerau and Levenshtein's distance without regard to case); one the beginning or
// end of the other.
#include <rota/graph.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace rota::inline v1 {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::size_t difference(std::size_t left, std::size_t right) noexcept {
  return left < right ? right - left : left - right;
}

// Insertions, deletions, replacements and swaps of neighbours from one fixed text to others.
class Distance {
 public:
  explicit Distance(std::string wanted) : wanted_(std::move(wanted)) {}

  // Anything above `limit` when there are more than that. Looks only at a band around the diagonal.
  std::size_t to(std::string_view known, std::size_t limit) {
    if (difference(wanted_.size(), known.size()) > limit) return limit + 1;
    const std::size_t above = limit + 1;
    for (auto* row : {&before_last_, &last_, &row_}) row->assign(known.size() + 1, above);
    for (std::size_t at = 0; at <= std::min(limit, known.size()); ++at) row_[at] = at;
    std::size_t last_best = 0;
    for (std::size_t at = 1; at <= wanted_.size(); ++at) {
      std::swap(before_last_, last_);
      std::swap(last_, row_);
      const std::size_t best = fill_row(at, known, limit);
      if (best > limit && last_best > limit) return above;
      last_best = best;
    }
    return row_[known.size()];
  }

 private:
  // Gives the smallest of the row.
  std::size_t fill_row(std::size_t at, std::string_view known, std::size_t limit) {
    const std::size_t above = limit + 1;
    const std::size_t first = at > limit ? at - limit : 0;
    const std::size_t last = std::min(known.size(), at + limit);
    if (first > 0) row_[first - 1] = above;  // holds what an earlier row left there
    std::size_t best = above;
    for (std::size_t to = first; to <= last; ++to) {
      row_[to] = to == 0 ? at : cell(at, to, known);
      best = std::min(best, row_[to]);
    }
    return best;
  }

  std::size_t cell(std::size_t at, std::size_t to, std::string_view known) const {
    const char mine = wanted_[at - 1];
    const char theirs = lower(known[to - 1]);
    std::size_t value = last_[to - 1] + (mine == theirs ? 0 : 1);
    value = std::min({value, last_[to] + 1, row_[to - 1] + 1});
    if (at > 1 && to > 1 && mine == lower(known[to - 2]) && wanted_[at - 2] == theirs) {
      value = std::min(value, before_last_[to - 2] + 1);
    }
    return value;
  }

  std::string wanted_;
  std::vector<std::size_t> before_last_, last_, row_;
};

// The best so far: the smallest score, and among equals the smallest id.
struct Best {
  std::size_t score = std::numeric_limits<std::size_t>::max();
  std::optional<std::string_view> id = {};

  void offer(std::size_t new_score, std::string_view new_id) {
    if (id && (new_score > score || (new_score == score && new_id >= *id))) return;
    score = new_score;
    id = new_id;
  }
};

Best fewest_mistakes(const std::string& wanted, std::span<const std::string_view> known) {
  Best best;
  best.score = std::max<std::size_t>(2, wanted.size() / 3);
  Distance distance(wanted);
  for (const std::string_view id : known) {
    const std::size_t mistakes = distance.to(id, best.score);
    // Where more than half of it differs, it is another word.
    if (mistakes <= best.score && 2 * mistakes <= std::max(wanted.size(), id.size()))
      best.offer(mistakes, id);
  }
  return best;
}

Best beginning_or_end(const std::string& wanted, std::span<const std::string_view> known) {
  constexpr std::size_t kShortest = 3;  // less says nothing
  Best best;
  for (const std::string_view id : known) {
    if (std::min(id.size(), wanted.size()) < kShortest) continue;
    const std::string folded = lowered(id);
    if (folded.starts_with(wanted) || folded.ends_with(wanted) || wanted.starts_with(folded) ||
        wanted.ends_with(folded)) {
      best.offer(difference(id.size(), wanted.size()), id);
    }
  }
  return best;
}

}  // namespace

std::optional<std::string> nearest_task_id(std::string_view wanted,
                                           std::span<const std::string_view> known) {
  if (std::ranges::find(known, wanted) != known.end()) return std::string(wanted);
  const std::string folded = lowered(wanted);
  Best best = fewest_mistakes(folded, known);
  if (!best.id) best = beginning_or_end(folded, known);
  if (!best.id) return std::nullopt;
  return std::string(*best.id);
}

}  // namespace rota::inline v1
