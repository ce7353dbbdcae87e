// SPDX-License-Identifier: Apache-2.0
#include <rota/graph.h>

#include <algorithm>
#include <chrono>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

std::string nearest(std::string_view wanted, std::vector<std::string_view> known) {
  const auto forward = nearest_task_id(wanted, known);
  std::ranges::reverse(known);
  EXPECT_EQ(forward, nearest_task_id(wanted, known)) << "depends on the order of the known ids";
  return forward.value_or("(none)");
}

TEST(NearestTaskId, IsTheOneWithFewMistakes) {
  EXPECT_EQ(nearest("t_1P_profilng", {"t_1P_profiling", "t_1I_import"}), "t_1P_profiling");
  EXPECT_EQ(nearest("t_1P_porfiling", {"t_1P_profiling", "t_1I_import"}), "t_1P_profiling");
  EXPECT_EQ(nearest("t_1P_profiling_", {"t_1P_profiling", "t_1I_import"}), "t_1P_profiling");
}

TEST(NearestTaskId, PrefersTheSameInAnotherCase) {
  EXPECT_EQ(nearest("T_1p_PROFILING", {"t_1P_profiling", "T_1p_PROFILIN"}), "t_1P_profiling");
}

TEST(NearestTaskId, FallsBackToTheBeginningOrTheEnd) {
  EXPECT_EQ(nearest("profiling", {"t_1P_profiling", "t_1I_import"}), "t_1P_profiling");
  EXPECT_EQ(nearest("t_1P", {"t_1P_profiling", "t_1I_import"}), "t_1P_profiling");
  EXPECT_EQ(nearest("t_1P_profiling_of_customers", {"t_1P_profiling", "t_1I_import"}),
            "t_1P_profiling");
}

TEST(NearestTaskId, OfEquallyNearOnesItIsTheSmallest) {
  EXPECT_EQ(nearest("t_x", {"t_c", "t_b", "t_a"}), "t_a");
}

TEST(NearestTaskId, IsNothingWhereNoneIsNear) {
  EXPECT_EQ(nearest("t_report", {"import", "clean"}), "(none)");
  EXPECT_EQ(nearest("ab", {"cd"}), "(none)");
  EXPECT_EQ(nearest("a", {"b"}), "(none)");
  EXPECT_EQ(nearest("", {"t_a"}), "(none)");
  EXPECT_EQ(nearest("t_a", {}), "(none)");
}

TEST(NearestTaskId, IsTheIdItselfWhereItIsKnown) {
  EXPECT_EQ(nearest("t_b", {"t_a", "t_b"}), "t_b");
}

// The plain table of Damerau and Levenshtein (swaps of neighbours, each place changed once).
std::size_t naive_distance(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> table(left.size() + 1,
                                              std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) {
    for (std::size_t j = 0; j <= right.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                              table[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[left.size()][right.size()];
}

TEST(NearestTaskIdProperty, AgreesWithThePlainTable) {
  std::mt19937 random(6);
  const auto word = [&](std::size_t longest) {
    std::string text(4 + random() % longest, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  int found = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string wanted = word(9);
    std::vector<std::string> words;
    for (int count = 0; count < 4; ++count) words.push_back(word(9));
    std::ranges::sort(words);
    std::pair<std::size_t, std::string> best{std::max<std::size_t>(2, wanted.size() / 3) + 1, ""};
    for (const std::string& one : words) {
      const std::size_t distance = naive_distance(wanted, one);
      if (2 * distance <= std::max(wanted.size(), one.size()))
        best = std::min(best, {distance, one});
    }
    if (best.second.empty()) continue;
    const std::vector<std::string_view> known(words.begin(), words.end());
    ASSERT_EQ(nearest_task_id(wanted, known), best.second) << wanted;
    ++found;
  }
  EXPECT_GT(found, 2'000);
}

TEST(NearestTaskIdAtScale, IsFoundAmongAHundredThousandAtOnce) {
  std::vector<std::string> ids;
  for (int number = 0; number < 100'000; ++number)
    ids.push_back(fmt::format("t_generated_row_{:06}", number));
  const std::vector<std::string_view> known(ids.begin(), ids.end());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(nearest_task_id("t_generated_rwo_0999x9", known), "t_generated_row_099909");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace rota
