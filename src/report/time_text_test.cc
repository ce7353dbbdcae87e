// SPDX-License-Identifier: Apache-2.0
#include "report/time_text.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

TEST(UtcTimeText, HasMicroseconds) {
  EXPECT_EQ(utc_time_text(TimePoint(microseconds(1'795'442'709'000'123))),
            "2026-11-23T14:05:09.000123Z");
  EXPECT_EQ(utc_time_text(TimePoint(microseconds(0))), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc_time_text(TimePoint(microseconds(-1))), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc_time_text(TimePoint(microseconds(951'782'400'000'000))),
            "2000-02-29T00:00:00.000000Z");
}

TEST(DurationText, TakesTheUnitThatFits) {
  EXPECT_EQ(duration_text(0us), "0 us");
  EXPECT_EQ(duration_text(999us), "999 us");
  EXPECT_EQ(duration_text(1ms), "1 ms");
  EXPECT_EQ(duration_text(99'999us), "99 ms");
  EXPECT_EQ(duration_text(100ms), "0.1 s");
  EXPECT_EQ(duration_text(440ms), "0.4 s");
  EXPECT_EQ(duration_text(59'999ms), "59.9 s");
  EXPECT_EQ(duration_text(60s), "1 min 0 s");
  EXPECT_EQ(duration_text(63s), "1 min 3 s");
  EXPECT_EQ(duration_text(3'599s), "59 min 59 s");
  EXPECT_EQ(duration_text(7'500s), "2 h 5 min");
  EXPECT_EQ(duration_text(24h), "1 d 0 h");
  EXPECT_EQ(duration_text(76h), "3 d 4 h");
}

TEST(DurationText, OfAClockThatWasSetBackIsNothing) { EXPECT_EQ(duration_text(-5s), "0 us"); }

}  // namespace
}  // namespace rota
