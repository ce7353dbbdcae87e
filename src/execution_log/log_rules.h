// SPDX-License-Identifier: Apache-2.0
// The rules between executions that always hold (docs/log.md), and what breaks them. Knows nothing of how
// executions are kept.
#pragma once

#include <rota/execution_log.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// The findings of every log, in the same words.
namespace findings {
LogFinding number_beyond_the_last(std::string_view run, std::int64_t number, std::int64_t last);
LogFinding number_given_twice(std::string_view run, std::int64_t number, std::string_view other);
LogFinding no_such_state(std::string_view run, std::int64_t state);
LogFinding active_with_an_end(std::string_view run);
LogFinding ended_without_an_end(std::string_view run);
LogFinding end_not_after_start(std::string_view run, std::int64_t started, std::int64_t finished);
LogFinding change_before(std::string_view run, std::int64_t changed, std::int64_t other);
LogFinding active_twice(std::string_view run, std::string_view task_id, std::string_view other);
LogFinding bad_epoch(std::string_view run, std::int64_t epoch);
// `field` is one of those that are JSON objects: "arguments", "metrics", "tags"; the rule has its name.
LogFinding no_object(std::string_view run, const char* field);
LogFinding end_before_start(std::string_view run, TimePoint started_at, TimePoint finished_at);
// `field` is "start" or "end".
LogFinding impossible_time(std::string_view run, std::string_view field, TimePoint time);
LogFinding negative_size(std::string_view run, std::string_view path, std::int64_t size);
// `what` is "CPU time" or "peak memory".
LogFinding negative_resource(std::string_view run, std::string_view what, std::int64_t value);
}  // namespace findings

// `executions` by the sequence of their starts; `last` is the last number that was given.
std::vector<LogFinding> find_broken_rules(const std::deque<Execution>& executions,
                                          std::int64_t last);

}  // namespace rota::inline v1
